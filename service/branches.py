"""The branches that this process serves: each is opened when somebody first comes to it.

A request is about one branch: that of the session, of the secret address, or the one in the path.
Until that is known it is about the first branch, which the sign-in page belongs to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import cast

from flask import current_app, g, request
from werkzeug.exceptions import ServiceUnavailable

from service.context import Context, shilu
from store.branch import BranchStore
from store.branches import Directory, Entry

MOVING_SECONDS = 10  # after which a write to a branch that is being moved is worth another try


class Branches:
    """The contexts of all branches, made when they are wanted. Thread-safe."""

    def __init__(
        self,
        first: Context,
        directory: Directory | None = None,
        open_branch: Callable[[BranchStore], Context] | None = None,
    ) -> None:
        self.first = first
        self.directory = directory
        self._open = open_branch
        self._known: dict[str, tuple[BranchStore, Context]] = {}
        self._lock = threading.Lock()

    def entries(self) -> Mapping[str, Entry]:
        """Return the branches of the directory by name; none where this serves one branch alone."""
        return self.directory.entries() if self.directory else {}

    def context(self, name: str) -> Context | None:
        """Return a branch's context; None where there is no such branch."""
        entry = self.entries().get(name)
        if self.directory is None or self._open is None or entry is None:
            return self.first if name == self.first.branch else None
        store = self.directory.store_of(entry)
        if store == self.directory.first:
            return self.first
        with self._lock:
            known = self._known.get(name)
            if known is None or known[0] != store:  # it may have moved
                known = self._known[name] = store, self._open(store)
        return known[1]

    def is_moving(self, name: str) -> bool:
        """Tell whether a branch's writes stand still because it is on its way elsewhere."""
        return self.directory is not None and self.directory.is_moving(name)

    def title(self, name: str) -> str:
        """Return what people call a branch."""
        entry = self.entries().get(name)
        return entry.shown if entry else name


def branches() -> Branches:
    """Return the branches of the running application."""
    return cast(Branches, current_app.extensions["shilu.branches"])


def begin() -> None:
    """Let a request be about the first branch where it lies now, until it is about another."""
    known = branches()
    first = known.context(known.first.branch)
    if first is not None and first is not known.first:
        g.shilu = first


class Moving(ServiceUnavailable):
    """The branch is on its way to another database: it can be read, and written to again soon."""


def enter(name: str) -> bool:
    """Let the request be about this branch from now on; False where there is no such branch.

    Raises Moving when the request would change something while the branch is being moved.
    """
    context = branches().context(name)
    if context is None:
        return False
    if request.method not in ("GET", "HEAD", "OPTIONS") and branches().is_moving(name):
        raise Moving(retry_after=MOVING_SECONDS)
    g.shilu = context
    return True


def log_address() -> str:
    """Return where the proof log of the request's branch is for everybody."""
    name = shilu().branch
    return "/log" if name == branches().first.branch else f"/log/of/{name}"
