"""Rebuilding the projections of a branch, and checking them against the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import projections
from projections import rebuilding
from projections.base import Projection, begin
from projections.rebuilding import Difference
from store.branch import BranchStore

Progress = Callable[[str, int, int], None]
"""Told the projection, how many events are done and how many there are."""


class UnknownProjection(LookupError):
    """There is no projection of that name; the message names those that there are."""

    def __init__(self, name: str) -> None:
        known = ", ".join(p.name for p in projections.ALL)
        super().__init__(f"no projection {name}; there are: {known}")


def chosen(names: Sequence[str]) -> tuple[Projection, ...]:
    """Return the projections of these names, all for none. Raises UnknownProjection."""
    by_name = {projection.name: projection for projection in projections.ALL}
    for name in names:
        if name not in by_name:
            raise UnknownProjection(name)
    return tuple(by_name[name] for name in names) or projections.ALL


def rebuild(
    store: BranchStore, names: Sequence[str], progress: Progress = lambda _n, _d, _a: None
) -> None:
    """Build the named projections (all for none) anew beside the live ones and swap them."""
    engine = store.views_engine()
    begin(engine, projections.ALL)
    for projection in chosen(names):
        rebuilding.rebuild(store.reader(), engine, projection, _named(progress, projection))


def check(
    store: BranchStore, names: Sequence[str], progress: Progress = lambda _n, _d, _a: None
) -> dict[str, Difference | None]:
    """Compare the named projections (all for none) with a rebuild; the first difference of each."""
    engine = store.views_engine()
    return {
        projection.name: rebuilding.check(
            store.reader(), engine, projection, _named(progress, projection)
        )
        for projection in chosen(names)
    }


def _named(progress: Progress, projection: Projection) -> rebuilding.Progress:
    return lambda done, total: progress(projection.name, done, total)
