"""One broker for the tasks of all branches: a task says whose it is, its actor goes there.

The actors of a branch are made when its first task comes, and those of branches that have had none
for longest are forgotten: what they know of the log by heart is large.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import dramatiq
from eventsourcing.persistence import OperationalError

from store.branch import BranchStore
from workers.broker import Tasks

MOST_KNOWN = 16  # branches whose actors are kept


class Actors(dramatiq.Broker):
    """The actors of one branch; nothing is queued here."""

    def __init__(self) -> None:
        super().__init__(middleware=[])

    def declare_queue(self, queue_name: str) -> None:
        """Nothing: the installation's broker has the queues."""


Declare = Callable[[dramatiq.Broker, BranchStore], None]


class BranchActors:
    """The actors of every branch, made when they are wanted. Thread-safe."""

    def __init__(
        self,
        stores: Callable[[], Mapping[str, BranchStore]],
        first: str,
        declare: Declare,
        is_moving: Callable[[str], bool] = lambda _name: False,
    ) -> None:
        self._stores, self._first, self._declare = stores, first, declare
        self._is_moving = is_moving
        self._known: OrderedDict[str, tuple[BranchStore, Actors]] = OrderedDict()
        self._lock = threading.Lock()

    def declare_all(self, broker: Tasks) -> None:
        """Make the installation's broker know every actor; each goes to the branch of its task."""
        for name, actor in self.of(self._first).actors.items():
            self._declare_one(broker, name, actor.queue_name)

    def of(self, branch: str) -> Actors:
        """Return the actors of a branch. Raises KeyError if there is no such branch (any more)."""
        store = self._stores()[branch]
        with self._lock:
            known = self._known.get(branch)
            if known is None or known[0] != store:  # it may have moved
                made = Actors()
                self._declare(made, store)
                known = self._known[branch] = store, made
            self._known.move_to_end(branch)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return known[1]

    def _declare_one(self, broker: Tasks, name: str, queue: str) -> None:
        @dramatiq.actor(actor_name=name, queue_name=queue, broker=broker)
        def go(*arguments: Any, branch: str = self._first) -> None:
            """Do the task in its branch; one that is being moved is a store that is away."""
            if self._is_moving(branch):
                raise OperationalError(f"branch {branch} is being moved")
            self.of(branch).actors[name].fn(*arguments)
