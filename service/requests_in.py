"""What comes in must be readable, before anybody reads it: size, kind and encoding of a form."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.tables_in import MAX_BYTES

MAX_BODY = 256 * 1024
FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"
MAX_UPLOAD = MAX_BYTES + 64 * 1024  # the file, and the fields beside it


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
    if request.path.startswith("/import/") and request.mimetype == UPLOAD:
        request.max_content_length = MAX_UPLOAD  # read by who is signed in, and refused past this
        return
    body = request.get_data(cache=True)  # raises 413 past MAX_CONTENT_LENGTH
    if body and request.mimetype != FORM:
        raise UnsupportedMediaType
    try:
        text = unquote_to_bytes(body).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise NotUtf8 from problem
    if "\x00" in text:
        raise BadRequest
