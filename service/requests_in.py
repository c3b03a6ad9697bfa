"""What comes in must be readable, before anybody reads it: size, kind and encoding of a form."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

MAX_BODY = 256 * 1024
FORM = "application/x-www-form-urlencoded"


class NotUtf8(BadRequest):
    """The form is not UTF-8."""


def check() -> None:
    """Refuse what no page of ours sends. Raises BadRequest, UnsupportedMediaType, 413."""
    if request.path.startswith(("/api/", "/log/")):  # not forms; they check for themselves
        return
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        raise BadRequest
    if request.method in ("POST", "PUT", "PATCH", "DELETE"):
        _check_body()


def _check_body() -> None:
    body = request.get_data(cache=True)  # raises 413 past MAX_CONTENT_LENGTH
    if body and request.mimetype != FORM:
        raise UnsupportedMediaType
    try:
        text = unquote_to_bytes(body).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise NotUtf8 from problem
    if "\x00" in text:
        raise BadRequest
