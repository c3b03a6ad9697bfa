"""The actors of the checks of habits: late reviews, filling problems, ended contests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import dramatiq
import structlog
from dramatiq import Broker
from dramatiq.errors import Retry
from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.words import Check
from workers import contests, filling_problems, overdue_reviews, overdue_sheet_reviews
from workers.tasks import CHECKS, NotYet

SOON_MS = 500  # until the views have caught up

log = structlog.get_logger(__name__)


def declare_habit_actors(
    broker: Broker, record: TeamRecord, views: Engine, now: Callable[[], datetime]
) -> None:
    """Make the broker know the checks of habits."""

    @dramatiq.actor(actor_name=Check.OVERDUE_REVIEWS, queue_name=CHECKS, broker=broker)
    def check_reviews(team_id: str, day: str, due_at: str) -> None:
        """Look for reviews of one team and day that are late; a repeat changes nothing."""
        asked = team_id, date.fromisoformat(day), datetime.fromisoformat(due_at)
        try:
            found = overdue_reviews.check(record, views, *asked, now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        _tell(Check.OVERDUE_REVIEWS, team_id, day, len(found.late), found.receipt.repeated)

    @dramatiq.actor(actor_name=Check.OVERDUE_SHEET_REVIEWS, queue_name=CHECKS, broker=broker)
    def check_sheet_reviews(team_id: str, day: str, due_at: str) -> None:
        """Look for weeks and months of one team that wait too long; a repeat changes nothing."""
        asked = team_id, date.fromisoformat(day), datetime.fromisoformat(due_at)
        try:
            found = overdue_sheet_reviews.check(record, views, *asked, now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        _tell(Check.OVERDUE_SHEET_REVIEWS, team_id, day, len(found.late), found.receipt.repeated)

    @dramatiq.actor(actor_name=Check.FILLING_PROBLEMS, queue_name=CHECKS, broker=broker)
    def look_for_problems(team_id: str, day: str, due_at: str) -> None:
        """Look for filling problems of one team and week; a repeat changes nothing."""
        asked = team_id, date.fromisoformat(day), datetime.fromisoformat(due_at)
        try:
            found = filling_problems.check(record, views, *asked, now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        _tell(Check.FILLING_PROBLEMS, team_id, day, len(found.found), found.receipt.repeated)

    @dramatiq.actor(actor_name=Check.CONTEST_ENDED, queue_name=CHECKS, broker=broker)
    def freeze_contest(contest_id: str, day: str, due_at: str) -> None:
        """Make the table of an ended season final; a repeat changes nothing."""
        asked = contest_id, date.fromisoformat(day), datetime.fromisoformat(due_at)
        try:
            found = contests.freeze(record, views, *asked, now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        if found:
            _tell(Check.CONTEST_ENDED, contest_id, day, len(found.top), found.receipt.repeated)


def _tell(check: Check, team_id: str, day: str, found: int, repeated: bool) -> None:
    log.info("check.done", check=check, team=team_id, day=day, found=found, repeated=repeated)
