"""Rebuilding the projections of a branch, and checking them against the log.

Several projections are built by as many processes as there are processors: each has its own tables,
and on SQLite they take turns only while they write.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

import projections
from projections import rebuilding
from projections.base import Projection, begin
from projections.rebuilding import Difference
from store.branch import BranchStore

POLITE = 10  # of the scale of nice(2): people who work meanwhile come first
LOOK_SECONDS = 0.2
Progress = Callable[[str, int, int], None]
"""Told the projection, how many events are done and how many there are."""
Told = tuple[str, int, int]
Job = Callable[[BranchStore, str, Progress], Difference | None]


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
    store: BranchStore,
    names: Sequence[str],
    progress: Progress = lambda _n, _d, _a: None,
    processes: int = 1,
) -> None:
    """Build the named projections (all for none) anew beside the live ones and swap them."""
    begin(store.views_engine(), projections.ALL)
    _all(_rebuild, store, names, progress, processes)


def check(
    store: BranchStore,
    names: Sequence[str],
    progress: Progress = lambda _n, _d, _a: None,
    processes: int = 1,
) -> dict[str, Difference | None]:
    """Compare the named projections (all for none) with a rebuild; the first difference of each."""
    return _all(_check, store, names, progress, processes)


def _rebuild(store: BranchStore, name: str, progress: Progress) -> None:
    (projection,) = chosen([name])
    rebuilding.rebuild(store.reader(), store.views_engine(), projection, partial(progress, name))


def _check(store: BranchStore, name: str, progress: Progress) -> Difference | None:
    (projection,) = chosen([name])
    told = partial(progress, name)
    return rebuilding.check(store.reader(), store.views_engine(), projection, told)


def _all(
    job: Job, store: BranchStore, names: Sequence[str], progress: Progress, processes: int
) -> dict[str, Difference | None]:
    """Do a job for each projection; return what came of each, in the order of the names."""
    wanted = [projection.name for projection in chosen(names)]
    if min(processes, len(wanted)) < 2:
        return {name: job(store, name, progress) for name in wanted}
    with _pool(min(processes, len(wanted))) as (pool, told):
        same = replace(store)  # without what was opened here
        waiting = {pool.submit(_elsewhere, job, same, name): name for name in _largest(wanted)}
        try:
            found = {waiting[done]: done.result() for done in _told_of(waiting, told, progress)}
        except BaseException:
            for one in waiting:  # what has not begun need not
                one.cancel()
            raise
    return {name: found[name] for name in wanted}


def _largest(names: Sequence[str]) -> list[str]:
    """Return first those that take every event: whoever began with them last would be waited for."""
    return [one.name for one in sorted(chosen(names), key=lambda one: one.every is None)]


@contextmanager
def _pool(processes: int) -> Iterator[tuple[ProcessPoolExecutor, SimpleQueue[Told]]]:
    context = get_context("spawn")
    told: SimpleQueue[Told] = context.SimpleQueue()
    with ProcessPoolExecutor(processes, context, _begin, (told,)) as pool:
        yield pool, told


def _told_of(
    waiting: dict[Future[Difference | None], str], told: SimpleQueue[Told], progress: Progress
) -> Iterator[Future[Difference | None]]:
    """Yield what is done, and hand on how far the others are."""
    left = set(waiting)
    while left:
        done, left = wait(left, LOOK_SECONDS, FIRST_COMPLETED)
        while not told.empty():
            progress(*told.get())
        yield from done


_told: SimpleQueue[Told] | None = None  # of a process of the pool


def _begin(told: SimpleQueue[Told]) -> None:
    global _told
    _told = told
    os.nice(POLITE)


def _elsewhere(job: Job, store: BranchStore, name: str) -> Difference | None:
    def progress(name: str, done: int, total: int) -> None:
        if _told is not None:
            _told.put((name, done, total))

    return job(store, name, progress)
