"""How an answer is written: UTF-8 JSON that people can read too, and that nobody keeps."""

from __future__ import annotations

from typing import Any

from flask import Response, json

JSON = "application/json"


def json_answer(body: Any, status: int = 200, content_type: str = JSON) -> Response:
    """Return a response with this body."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
