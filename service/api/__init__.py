"""The same commands as the pages, as JSON under /api/v1, with an OpenAPI 3.1 document."""

from __future__ import annotations

from flask import Flask, Response, request

from service.api import (
    account,
    calendar_feeds,
    callbacks,
    cases,
    checks,
    coachings,
    company,
    complaints,
    contests,
    customers,
    daily_logs,
    events,
    evidence,
    exports,
    filling,
    journals,
    log_reviews,
    monthly_records,
    notices,
    papers,
    people,
    plans,
    privacy,
    receipts,
    reveals,
    rulebook,
    sessions,
    sheet_reviews,
    team_states,
    teams,
    tracking_calls,
    webhooks,
    weekly_sheets,
)
from service.api.body import MAX_BODY
from service.api.problems import problem_response
from service.api.resource import PREFIX, ShiluApi
from service.api.routing import add_converters
from service.sessions import COOKIE

RESOURCES = (
    sessions.resource,
    account.resource,
    people.resource,
    teams.resource,
    reveals.resource,
    rulebook.resource,
    customers.resource,
    privacy.resource,
    daily_logs.resource,
    plans.resource,
    weekly_sheets.resource,
    monthly_records.resource,
    log_reviews.resource,
    sheet_reviews.resource,
    callbacks.resource,
    tracking_calls.resource,
    coachings.resource,
    journals.resource,
    cases.resource,
    filling.resource,
    checks.resource,
    contests.resource,
    complaints.resource,
    team_states.resource,
    events.resource,
    receipts.resource,
    evidence.resource,
    exports.resource,
    papers.resource,
    calendar_feeds.resource,
    notices.resource,
    webhooks.resource,
    company.resource,
)
DESCRIPTION = (
    "Commands append events and answer with their position in the log; queries read views and "
    "may wait for a position with `after`. Errors are problem+json (RFC 9457)."
)


def register(app: Flask) -> None:
    """Add the API to the application."""
    app.config.setdefault("OPENAPI_URL_PREFIX", PREFIX)
    api = ShiluApi(
        app,
        spec_kwargs={
            "title": "Shilu 实录",
            "version": "1.0.0",
            "openapi_version": "3.1.0",
            "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0"}},
            "security": [{"bearer": []}, {"cookie": [], "csrf": []}],
        },
    )
    _describe_security(api)
    add_converters(app, api)
    for resource in RESOURCES:
        api.add(app, resource)
    app.before_request(_before)


def _before() -> Response | None:
    """Limit bodies, and answer what no route takes, before anybody else does."""
    if not request.path.startswith("/api/"):
        return None
    request.max_content_length = MAX_BODY
    if request.routing_exception is not None:
        return problem_response(request.routing_exception)
    return None


def _describe_security(api: ShiluApi) -> None:
    schemes = api.spec.components
    schemes.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    schemes.security_scheme("cookie", {"type": "apiKey", "in": "cookie", "name": COOKIE})
    schemes.security_scheme("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"})
