"""A check reads views only when they have all that is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from domain.application import TeamRecord
from projections.base import wait_for
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for a view before the task goes back to the queue


@contextmanager
def up_to_date(record: TeamRecord, views: Engine, *names: str) -> Iterator[Connection]:
    """Open the views once these have everything up to now. Raises NotYet when they are behind."""
    head = record.recorder.max_notification_id() or 0
    for name in names:
        if not wait_for(views, name, head, PATIENCE):
            raise NotYet(name)
    with views.connect() as connection:
        yield connection
