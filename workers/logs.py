"""One JSON line an event on standard error: ids and figures, never a name, a number or a text."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure_logs(level: str) -> None:
    """Send our own log and that of the libraries through one renderer. ``level`` as "info"."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    finish: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _without_locals,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[*finish, structlog.processors.JSONRenderer(ensure_ascii=False)],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.getLogger("dramatiq").setLevel(max(logging.WARNING, logging.getLogger().level))


def _without_locals(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Leave out the values of local variables: they may hold what a customer said."""
    for trace in event.get("exception", ()):
        for frame in trace.get("frames", ()) if isinstance(trace, dict) else ():
            frame.pop("locals", None)
    return event
