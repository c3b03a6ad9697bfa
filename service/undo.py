"""What was just done, and how to take it back: a button beside the confirmation, an event when used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from flask import request

from service.forms import Form


@dataclass(frozen=True)
class Undo:
    """A form that takes something back: where it is sent, and what it says.

    It has a command id of its own: the page's other forms are other commands.
    """

    action: str
    fields: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=lambda: Form(name="undo"))


def just(done: str) -> str:
    """Return what the address says was just done, if it was this kind of thing, else nothing."""
    return request.args.get("undo", "")[:100] if request.args.get("done") == done else ""


def of_review() -> Undo | None:
    """Return how to take back the review that was just given, of a day (A1/2026-11-16) or a sheet."""
    reviewed = just("reviewed")
    return Undo(f"/reviews/{quote(reviewed)}/withdraw") if reviewed.count("/") in (1, 2) else None
