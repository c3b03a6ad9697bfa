"""The actors: thin skins over the checks, made for one broker and one branch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

import dramatiq
import structlog
from dramatiq import Broker
from dramatiq.errors import Retry
from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.words import Check, Receipt
from projections import retention as retention_views
from store.import_jobs import ImportJobs
from store.webhooks import WebhookStore
from workers import (
    call_plan,
    fake_entries,
    fake_rate,
    imports,
    missing_logs,
    missing_sheets,
    notify,
    retention,
    reveal_watch,
    self_check,
    supervision,
    webhooks,
)
from workers.absent import absent_agents
from workers.branch_book import BranchBook
from workers.habit_actors import declare_habit_actors
from workers.notify import Outgoing
from workers.sending import CannotSend
from workers.tasks import CHECKS, COMPARE, IMPORT, NOTIFY, NotYet
from workers.webhooks import Post, Reader

SOON_MS = 500  # until the views have caught up

log = structlog.get_logger(__name__)


def declare_actors(
    broker: Broker, record: TeamRecord, views: Engine, now: Callable[[], datetime]
) -> None:
    """Make the broker know what it can be asked to do."""
    book = BranchBook(record)
    _declare_watch(broker, record, views, now)
    _declare_plans(broker, record, book, now)
    declare_habit_actors(broker, record, views, now)
    _declare_supervision(broker, record, views, now)
    for check in (Check.MISSING_WEEKS, Check.MISSING_MONTHS):
        _declare_sheets(broker, record, views, now, check)

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

    @dramatiq.actor(actor_name=Check.RETENTION, queue_name=CHECKS, broker=broker)
    def enforce_retention(customer_id: str, day: str) -> None:
        """Restrict or erase a customer whose time is over; a repeat changes nothing."""
        taken = retention.enforce(record, lambda *asked: still_due(views, *asked), customer_id, now)
        if taken:
            log.info("check.done", check=Check.RETENTION, customer=customer_id, day=day)

    @dramatiq.actor(actor_name=Check.KEY_DESTROYED, queue_name=COMPARE, broker=broker)
    def destroy_key(customer_id: str) -> None:
        """Destroy an erased customer's key and put it on record; a repeat changes nothing."""
        scrub = record.mapper.vault.scrub  # type: ignore[attr-defined]
        try:
            done = retention.destroy_key(record, scrub, customer_id, now)
        except NotYet as busy:
            raise Retry(str(busy), delay=SOON_MS) from busy
        log.info(
            "check.done",
            check=Check.KEY_DESTROYED,
            customer=customer_id,
            repeated=done.repeated,
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


def declare_notify(
    broker: Broker,
    record: TeamRecord,
    views: Engine,
    outgoing: Outgoing,
    now: Callable[[], datetime],
) -> None:
    """Make the broker know how people are told something."""

    @dramatiq.actor(actor_name=Check.NOTIFY, queue_name=NOTIFY, broker=broker)
    def tell_person(subject: str, day: str) -> None:
        """Tell somebody what is pending; a repeat changes nothing, a failure is due again."""
        try:
            told = notify.tell(record, views, outgoing, subject, date.fromisoformat(day), now)
        except NotYet as later:
            raise Retry(str(later), delay=SOON_MS) from later
        except CannotSend:
            return  # the channel rests, and the notice stays due
        if told.receipt is not None:
            log.info("check.done", check=Check.NOTIFY, subject=subject, notices=told.count)


def declare_webhooks(
    broker: Broker,
    hooks: WebhookStore,
    reader: Reader,
    post: Post,
    now: Callable[[], datetime],
) -> None:
    """Make the broker know how programs are told something."""

    @dramatiq.actor(actor_name="deliver_webhook", queue_name=NOTIFY, broker=broker)
    def deliver_webhook(webhook_id: str, position: str) -> None:
        """Make one try; what fails is due again later, by the store and not by this queue."""
        state = webhooks.deliver(hooks, reader, post, webhook_id, int(position), now)
        log.info("webhook.tried", webhook=webhook_id, position=int(position), state=state)


def declare_imports(
    broker: Broker, record: TeamRecord, jobs: ImportJobs, now: Callable[[], datetime]
) -> None:
    """Make the broker know how the rows of big imports are taken."""

    @dramatiq.actor(actor_name=IMPORT, queue_name=COMPARE, broker=broker)
    def import_rows(job_id: str, _done: str) -> None:
        """Take the next rows of an import; a repeat changes nothing."""
        taken = imports.bring_slice(record, jobs, job_id, now)
        if taken:
            log.info("import.rows", job=job_id, done=taken.done, refused=taken.refused)


def still_due(views: Engine, customer_id: str, today: date) -> bool:
    """Tell whether a step is due for a customer's data, as the views stand now."""
    with views.connect() as connection:
        kept = retention_views.one(connection, customer_id)
    return kept is not None and kept.next_on is not None and kept.next_on <= today


def _declare_sheets(
    broker: Broker, record: TeamRecord, views: Engine, now: Callable[[], datetime], check: Check
) -> None:
    @dramatiq.actor(actor_name=check, queue_name=CHECKS, broker=broker)
    def check_missing_sheets(team_id: str, period: str, due_at: str) -> None:
        """Look for sheets of one team and week or month; a repeat changes nothing."""
        day, due = date.fromisoformat(period), datetime.fromisoformat(due_at)
        try:
            found = missing_sheets.check(record, views, check, team_id, day, due, now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        log.info(
            "check.done",
            check=check,
            team=team_id,
            day=period,
            missing=len(found.missing),
            repeated=found.receipt.repeated,
        )


def _declare_plans(
    broker: Broker, record: TeamRecord, book: BranchBook, now: Callable[[], datetime]
) -> None:
    @dramatiq.actor(actor_name=Check.FAKE_RATE, queue_name=CHECKS, broker=broker)
    def estimate_rate(day: str, due_at: str) -> None:
        """Estimate how much of the log is made up; a repeat changes nothing."""
        at = datetime.fromisoformat(due_at)
        receipt = fake_rate.estimate(record, book, date.fromisoformat(day), at, now)
        log.info("check.done", check=Check.FAKE_RATE, day=day, repeated=receipt.repeated)

    @dramatiq.actor(actor_name=Check.CALL_PLAN, queue_name=CHECKS, broker=broker)
    def plan_calls(team_id: str, day: str, due_at: str) -> None:
        """Draw whom a team's supervisor is to call back; a repeat changes nothing."""
        at = datetime.fromisoformat(due_at)
        planned = call_plan.plan(record, book, team_id, date.fromisoformat(day), at, now)
        log.info(
            "check.done",
            check=Check.CALL_PLAN,
            team=team_id,
            day=day,
            calls=len(planned.callbacks),
            repeated=planned.receipt.repeated,
        )


def _declare_watch(
    broker: Broker, record: TeamRecord, views: Engine, now: Callable[[], datetime]
) -> None:
    @dramatiq.actor(actor_name=Check.REVEAL_WATCH, queue_name=CHECKS, broker=broker)
    def watch_reveals(subject: str, due_at: str) -> None:
        """Look at what stands out about one reveal; a repeat changes nothing."""
        try:
            found = reveal_watch.watch(record, views, subject, datetime.fromisoformat(due_at), now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        log.info(
            "check.done",
            check=Check.REVEAL_WATCH,
            subject=subject,
            alerts=[str(kind) for kind in found.alerts],
            repeated=found.receipt.repeated,
        )


def _declare_supervision(
    broker: Broker, record: TeamRecord, views: Engine, now: Callable[[], datetime]
) -> None:
    checks = {
        Check.DUTIES: supervision.check_duties,
        Check.COACHING_MOMENTS: supervision.suggest_coaching,
        Check.COACHING_EFFECT: supervision.measure_effect,
        Check.SELF_CHECK: self_check.check_self,
    }
    for name, check in checks.items():
        _declare_check(broker, name, partial(check, record, views), now)


def _declare_check(
    broker: Broker, name: Check, check: Callable[..., Receipt], now: Callable[[], datetime]
) -> None:
    @dramatiq.actor(actor_name=name, queue_name=CHECKS, broker=broker)
    def look(subject: str, day: str, due_at: str) -> None:
        """Make a morning's check of a supervisor's work; a repeat changes nothing."""
        try:
            receipt = check(subject, date.fromisoformat(day), datetime.fromisoformat(due_at), now)
        except NotYet as behind:
            raise Retry(str(behind), delay=SOON_MS) from behind
        log.info("check.done", check=name, subject=subject, day=day, repeated=receipt.repeated)
