"""The tasks there are: their actors, queues and keys. Small, so that whoever only sends a task
need not load what does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dramatiq import Message

from domain.words import Check
from store.queue import TASK_KEY

CHECKS = "checks"  # what is due at a time of day
NOTIFY = "notify"  # what goes out of the house and may be slow
COMPARE = "compare"  # what somebody waits for: a callback was just made, a key is to go
IMPORT = "import_rows"  # the actor that takes a slice of a big import


@dataclass(frozen=True, slots=True)
class Task:
    """A task as small as can be: an actor, its ids, and the key that makes it one of a kind."""

    actor: str
    queue: str
    arguments: tuple[str, ...]

    @property
    def key(self) -> str:
        """Equal tasks have equal keys."""
        return "/".join((self.actor, *self.arguments))

    def message(self, branch: str = "") -> Message[object]:
        """Return the task of a branch as a Dramatiq message; empty: the first branch's."""
        of = {"branch": branch} if branch else {}
        key = f"{branch}:{self.key}" if branch else self.key
        return Message(self.queue, self.actor, self.arguments, of, {TASK_KEY: key})


def check_missing_logs(team_id: str, day: date, due_at: datetime) -> Task:
    """Ask which agents of a team have no log for a day."""
    return Task(Check.MISSING_LOGS, CHECKS, (team_id, day.isoformat(), due_at.isoformat()))


def check_missing_sheets(check: str, team_id: str, period: date, due_at: datetime) -> Task:
    """Ask which agents of a team have not handed in a week or a month."""
    return Task(check, CHECKS, (team_id, period.isoformat(), due_at.isoformat()))


def estimate_rate(day: date, due_at: datetime) -> Task:
    """Ask how much of the branch's log is made up, for the week that begins on a day."""
    return Task(Check.FAKE_RATE, CHECKS, (day.isoformat(), due_at.isoformat()))


def plan_calls(team_id: str, day: date, due_at: datetime) -> Task:
    """Ask whom a team's supervisor is to call back on a day."""
    return Task(Check.CALL_PLAN, CHECKS, (team_id, day.isoformat(), due_at.isoformat()))


def compare_callback(callback_id: str) -> Task:
    """Ask whether a callback contradicts its visit."""
    return Task(Check.FAKE_ENTRIES, COMPARE, (callback_id,))


def enforce_retention(customer_id: str, day: date) -> Task:
    """Ask for the step that is due for a customer's data."""
    return Task(Check.RETENTION, CHECKS, (customer_id, day.isoformat()))


def destroy_key(customer_id: str) -> Task:
    """Ask that an erased customer's key is destroyed, and that this is on record."""
    return Task(Check.KEY_DESTROYED, COMPARE, (customer_id,))


def watch_reveals(subject: str, due_at: datetime) -> Task:
    """Ask what stands out about a look, a broken glass or an entry."""
    return Task(Check.REVEAL_WATCH, CHECKS, (subject, due_at.isoformat()))


def check_reviews(team_id: str, day: date, due_at: datetime) -> Task:
    """Ask which logs of a team and day were not reviewed in time."""
    return Task(Check.OVERDUE_REVIEWS, CHECKS, (team_id, day.isoformat(), due_at.isoformat()))


def check_sheet_reviews(team_id: str, day: date, due_at: datetime) -> Task:
    """Ask which weeks and months of a team wait too long for their review on a morning."""
    asked = (team_id, day.isoformat(), due_at.isoformat())
    return Task(Check.OVERDUE_SHEET_REVIEWS, CHECKS, asked)


def look_for_problems(team_id: str, day: date, due_at: datetime) -> Task:
    """Ask which filling problems a team's logs suggest."""
    return Task(Check.FILLING_PROBLEMS, CHECKS, (team_id, day.isoformat(), due_at.isoformat()))


def look_at_supervision(check: Check, subject: str, day: date, due_at: datetime) -> Task:
    """Ask for a morning's check of a supervisor's work: duties, moments, effect or self-check."""
    return Task(check, CHECKS, (subject, day.isoformat(), due_at.isoformat()))


def freeze_contest(contest_id: str, day: date, due_at: datetime) -> Task:
    """Ask to make the table of an ended season final."""
    return Task(Check.CONTEST_ENDED, CHECKS, (contest_id, day.isoformat(), due_at.isoformat()))


def bring_rows(job_id: str, done: str) -> Task:
    """Ask for the next rows of an import, of which ``done`` were looked at."""
    return Task(IMPORT, COMPARE, (job_id, done))


def deliver_webhook(webhook_id: str, position: int) -> Task:
    """Ask that one event is delivered to one program."""
    return Task("deliver_webhook", NOTIFY, (webhook_id, str(position)))


def notify_person(subject: str, day: date) -> Task:
    """Ask that somebody is told what is pending for them."""
    return Task(Check.NOTIFY, NOTIFY, (subject, day.isoformat()))


class NotYet(Exception):
    """The views have not reached the event in question; the task is tried again soon."""
