"""What comes in: JSON bodies and query strings, checked before anybody believes them.

A body is at most 256 KiB of UTF-8 JSON, at most 12 levels deep, without doubled keys, NaN or
compression. Anything else is a clear 400, 413 or 415 and never a 500.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from service.api.problems import Problem

MAX_BODY = 256 * 1024  # bytes
MAX_DEPTH = 12


class Strict(FlaskParser):
    """Reads arguments: unknown fields are an error everywhere, in the query too."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  # an instance variable to its base
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": ma.RAISE,
        "query": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ARG002
        """Return the parsed body. Raises Problem, RequestEntityTooLarge."""
        return read_json(req)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,  # noqa: ARG002
        schema: ma.Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Any,  # noqa: ARG002
    ) -> NoReturn:
        """Name each value that is not right by its JSON pointer."""
        raise Problem("invalid", errors=list(_pointers(_by_location(error))))


def read_json(req: Request) -> Any:
    """Return the request's JSON object. Raises Problem (400, 415), RequestEntityTooLarge (413)."""
    charset = req.mimetype_params.get("charset", "utf-8").lower()
    if req.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise Problem("media-type")
    if req.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("media-type")
    raw = req.get_data(cache=False)
    if req.content_length is None and len(raw) >= MAX_BODY:
        raise RequestEntityTooLarge  # werkzeug cuts a chunked body at the limit and says nothing
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Problem("not-utf8") from problem
    body = _parsed(text)
    if _depth(body) > MAX_DEPTH:
        raise Problem("too-deep")
    return body


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except RecursionError as problem:
        raise Problem("too-deep") from problem
    except ValueError as problem:  # also a number of thousands of digits
        raise Problem("bad-json") from problem


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice in one object")
    return found


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return depth


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _by_location(error: ma.ValidationError) -> Any:
    """Return the messages without webargs' outer level, the place they came from."""
    messages: Any = error.messages
    return next(iter(messages.values())) if isinstance(messages, dict) and messages else messages


def _pointers(messages: Any, path: str = "") -> Iterable[dict[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from _pointers(inner, path if name == "_schema" else f"{path}/{escaped}")
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield {"pointer": path or "/", "detail": str(message)}
