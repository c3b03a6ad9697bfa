"""What was just done, and how to take it back: a button beside the confirmation, an event when used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
