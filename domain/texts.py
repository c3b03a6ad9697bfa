"""What people write about a talk, a call or a day: trimmed, and never too long."""

from __future__ import annotations

from domain.refusals import BadValue, EmptyText

MAX_TEXT = 2000  # characters


def optional(text: str | None, field: str) -> str | None:
    """Return a text without blanks around it, None for an empty one. Raises BadValue."""
    if len(text or "") > MAX_TEXT:
        raise BadValue(field=field, value=len(text or ""))
    return (text or "").strip() or None


def needed(text: str, field: str) -> str:
    """Return a text that must be there. Raises EmptyText, BadValue."""
    found = optional(text, field)
    if found is None:
        raise EmptyText(field=field)
    return found
