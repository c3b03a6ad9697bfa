"""Keyset paging: a page begins after a key, so nothing is skipped or shown twice as lists grow."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from flask import request

from service.api.problems import Problem

T = TypeVar("T")
MAX_CURSOR = 512  # characters


@dataclass(frozen=True, slots=True)
class Page:
    """Some items and the cursor of the next page, None on the last one."""

    items: Sequence[Any]
    next: str | None


def page_of(found: Sequence[T], limit: int, key: Callable[[T], Any]) -> Page:
    """Return a page of at most ``limit`` of the found items, of which one more was asked for."""
    items = found[:limit]
    more = len(found) > limit
    return Page(items, cursor_of(key(items[-1])) if more and items else None)


def cursor_of(key: Any) -> str:
    """Return an opaque cursor for the key of a page's last item."""
    packed = json.dumps(key, ensure_ascii=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def key_of(cursor: str | None, kind: type[T]) -> T | None:
    """Return the key in a cursor of ours. Raises Problem on anything else."""
    if cursor is None:
        return None
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        key = json.loads(packed.decode("ascii"))
    except (binascii.Error, ValueError, RecursionError) as problem:
        raise _bad_cursor() from problem
    if not isinstance(key, kind) or isinstance(key, bool):
        raise _bad_cursor()
    return key


def next_link(cursor: str) -> str:
    """Return the Link header of the next page."""
    args = {**request.args.to_dict(), "cursor": cursor}
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in args.items())
    return f'<{request.path}?{query}>; rel="next"'


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _bad_cursor() -> Problem:
    return Problem("invalid", errors=[{"pointer": "/cursor", "detail": "Not a cursor of ours."}])
