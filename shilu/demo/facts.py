"""What stands on record about a supervisor's day: positions and hashes, as a filed journal names them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from store.log_reader import LogReader
from store.proof import leaf_hash

DUTIES = frozenset(
    {
        "callback.outcome_recorded.v1",
        "tracking_call.held.v1",
        "coaching.held.v1",
        "review.completed.v1",
    }
)
READ = 1_000  # events at a time


class DayFacts:
    """Reads on from where it came to: each event is looked at once."""

    def __init__(self, reader: LogReader, zone: ZoneInfo) -> None:
        self._reader, self._zone = reader, zone
        self._place = 0
        self._found: dict[tuple[str, date], list[tuple[int, str]]] = defaultdict(list)

    def of(self, supervisor: str, day: date) -> list[tuple[int, str]]:
        """Return what a supervisor did on a local day, in the order of the record."""
        while events := self._reader.after(self._place, READ):
            for event in events:
                if event.topic in DUTIES:
                    on = event.occurred_at.astimezone(self._zone).date()
                    digest = leaf_hash(event.envelope).hex()
                    self._found[event.actor, on].append((event.position, digest))
            self._place = events[-1].position
        return self._found[supervisor, day]
