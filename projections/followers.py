"""The follower process: keeps the projections of every branch up with its log, in turns."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence

from projections.base import Projection
from projections.follower import BATCH, POLL_SECONDS, Follower
from projections.turns import Pace, Turns, Work
from store.branch import BranchStore

PACE = Pace(active=POLL_SECONDS, longest=0.5, a_second=200, watched=2.0)
SHARED_BATCH = 250  # events of a turn where others wait for theirs: about 50 ms


class Following:
    """One branch's follower among others."""

    def __init__(self, follower: Follower, batch: Callable[[], int], renew: Callable[[], None]):
        self._follower, self._batch, self._renew = follower, batch, renew
        self._begun = False

    def turn(self, now: float) -> bool:
        """Apply the next batch of events; tell whether there was one."""
        del now
        if not self._begun:
            self._follower.begin()
            self._renew()
            self._begun = True
        return self._follower.step(self._batch()) > 0


class Followers:
    """Followers of all branches: a loop for each database, and one thread that rebuilds."""

    def __init__(
        self, stores: Callable[[], Mapping[str, BranchStore]], projections: Sequence[Projection]
    ) -> None:
        self._stores = stores
        self._projections = projections
        self._to_renew: queue.SimpleQueue[Follower | None] = queue.SimpleQueue()
        self._branches = 0
        self.turns = Turns(stores, self._begin, PACE)

    def run(self, stop: threading.Event) -> None:
        """Follow every log until told to stop."""
        rebuilding = threading.Thread(target=self._rebuild, args=(stop,), name="rebuild")
        rebuilding.start()
        self.turns.run(stop)
        self._to_renew.put(None)
        rebuilding.join()

    def _begin(self, store: BranchStore) -> Work:
        follower = Follower(store.reader(), store.views_engine(), self._projections)
        self._branches += 1
        return Following(follower, self._batch, lambda: self._to_renew.put(follower))

    def _batch(self) -> int:
        return BATCH if self._branches == 1 else SHARED_BATCH

    def _rebuild(self, stop: threading.Event) -> None:
        """Rebuild what is of another version, one branch after the other."""
        while (follower := self._to_renew.get()) is not None:
            follower.renew(stop)
