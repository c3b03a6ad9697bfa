"""What the routes work with: the record, the views, the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, cast

from flask import current_app

from domain.application import TeamRecord
from store.accounts import Accounts


class Context(Protocol):
    """The part of the application's context that the API uses."""

    record: TeamRecord
    views: Any
    accounts: Accounts
    branch: str

    def now(self) -> datetime:
        """Return the present instant, aware."""


def context() -> Context:
    """Return the application's context."""
    return cast(Context, current_app.extensions["shilu"])


def wait_for_views(names: tuple[str, ...], position: int | None) -> None:
    """Wait up to a second until the views have this position; then answer with what there is."""


def view_position(names: tuple[str, ...]) -> int:
    """Return the position up to which all these views stand."""
    return 0
