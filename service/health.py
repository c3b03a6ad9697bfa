"""Whether the service lives, is ready, and how it does, for those who watch over it."""

from __future__ import annotations

import time
from datetime import datetime

from flask import Blueprint, Flask, Response, g, jsonify, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from sqlalchemy.exc import SQLAlchemyError

import projections
from projections.base import positions
from projections.due import checks_due
from service.context import shilu

pages = Blueprint("health", __name__)
MAX_LAG = 5_000  # events behind; past it the boards are too old to be trusted
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "shilu_http_requests_total", "Answered requests", ["method", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "shilu_http_request_seconds",
    "Time to answer a request",
    ["route"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
HEAD = Gauge("shilu_log_position", "Newest position of the branch's log", registry=REGISTRY)
LAG = Gauge("shilu_projection_lag_events", "Events behind the log", ["name"], registry=REGISTRY)
SIGNED = Gauge(
    "shilu_checkpoint_position", "Newest position under a signed checkpoint", registry=REGISTRY
)
OLDEST_DUE = Gauge(
    "shilu_oldest_due_seconds", "Age of the oldest check that is due", registry=REGISTRY
)


@pages.get("/livez")
def livez() -> Response:
    """Say that the process answers."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})


@pages.get("/readyz")
def readyz() -> Response:
    """Say whether the store answers and the views keep up; 503 if not."""
    try:
        state = _state()
    except (SQLAlchemyError, OSError) as problem:
        return make_response(jsonify(ready=False, store=type(problem).__name__), 503)
    ready = state["lag"] <= MAX_LAG
    return make_response(jsonify(ready=ready, store="ok", **state), 200 if ready else 503)


@pages.get("/metrics")
def metrics() -> Response:
    """Return the figures in Prometheus' text format."""
    head, lags = _lags()
    HEAD.set(head)
    for name, lag in lags.items():
        LAG.labels(name).set(lag)
    OLDEST_DUE.set(_oldest_due_seconds())
    SIGNED.set(_signed_position())
    return make_response(generate_latest(REGISTRY), 200, {"Content-Type": CONTENT_TYPE_LATEST})


def set_up(app: Flask) -> None:
    """Count and time every request."""
    app.register_blueprint(pages)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        REQUESTS.labels(request.method, response.status_code).inc()
        if "began" in g:
            SECONDS.labels(route).observe(time.perf_counter() - g.began)
        return response


def _state() -> dict[str, float]:
    head, lags = _lags()
    lag = max(lags.values(), default=0)
    return {"position": head, "lag": lag, "oldest_due_seconds": _oldest_due_seconds()}


def _lags() -> tuple[int, dict[str, int]]:
    head, reached = shilu().head(), positions(shilu().views)
    return head, {p.name: max(head - reached.get(p.name, 0), 0) for p in projections.ALL}


def _signed_position() -> int:
    proofs = shilu().proofs
    newest = proofs.kept.newest() if proofs else None
    return newest.checkpoint.size if newest else 0


def _oldest_due_seconds() -> float:
    now = shilu().now()
    with shilu().views.connect() as connection:
        due: list[datetime] = [check.due_at for check in checks_due(connection, now)]
    return max(((now - at).total_seconds() for at in due), default=0.0)
