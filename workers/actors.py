"""The actors: thin skins over the checks, made for one broker and one branch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import dramatiq
import structlog
from dramatiq.errors import Retry
from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.words import Check
from workers import fake_entries, missing_logs
from workers.absent import absent_agents
from workers.branch_book import BranchBook
from workers.broker import Tasks
from workers.tasks import CHECKS, COMPARE, NotYet

SOON_MS = 500  # until the views have caught up

log = structlog.get_logger(__name__)


def declare_actors(
    broker: Tasks, record: TeamRecord, views: Engine, now: Callable[[], datetime]
) -> None:
    """Make the broker know what it can be asked to do."""
    book = BranchBook(record)

    @dramatiq.actor(actor_name=Check.FAKE_ENTRIES, queue_name=COMPARE, broker=broker)
    def compare_callback(callback_id: str) -> None:
        """Compare one callback with its visit; a repeat changes nothing."""
        found = fake_entries.compare(record, book.file, callback_id, now)
        if found:
            log.info(
                "check.done",
                check=Check.FAKE_ENTRIES,
                callback=callback_id,
                repeated=found.receipt.repeated,
            )

    @dramatiq.actor(actor_name=Check.MISSING_LOGS, queue_name=CHECKS, broker=broker)
    def check_missing_logs(team_id: str, day: str, due_at: str) -> None:
        """Look for missing logs of one team and day; a repeat changes nothing."""
        try:
            found = missing_logs.check(
                record,
                lambda *asked: absent_agents(record, views, *asked),
                team_id,
                date.fromisoformat(day),
                datetime.fromisoformat(due_at),
                now,
            )
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        log.info(
            "check.done",
            check=Check.MISSING_LOGS,
            team=team_id,
            day=day,
            missing=len(found.missing),
            repeated=found.receipt.repeated,
        )
