"""A day's log as its review needs it: the checklist's facts, and the agent's own words.

Names of customers stay masked, and a text in which a number stands is not shown (R-34).
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from domain.daily_log import DailyLog, daily_log_stream
from domain.free_text import numbers_in
from domain.log_checklist import ReviewedDay, ReviewedEntry
from domain.words import ActivityKind, ActivityResult, mask_name
from projections import agent_day, customers
from projections.agent_day import AgentDay, Entry
from service.context import shilu
from service.language import _
from service.pages.rings import items_missing

MEETINGS = frozenset(ActivityKind) - {ActivityKind.APPOINTMENT_CALL}
OPEN_ENDS = (ActivityResult.INTERESTED, ActivityResult.FOLLOW_UP)


def reviewed_day(connection: Connection, log: AgentDay) -> ReviewedDay:
    """Return what the checklist asks about a day; withdrawn entries do not count."""
    rules = shilu().rules()
    standing = [entry for entry in log.entries if not entry.withdrawn]
    cards = customers.cards(connection, {entry.customer_id for entry in standing})
    midnight = datetime.combine(log.day, time(0), ZoneInfo(rules.time_zone))
    return ReviewedDay(
        entries=[_entry(entry) for entry in standing],
        summary_length=log.summary_length,
        columns_short=items_missing(log.kinds, rules.mode_on(log.day)),
        broken_promises=agent_day.broken_promises(connection, log.agent_id, midnight),
        incomplete_names=sum(not card.name_complete for card in cards.values()),
    )


def _entry(entry: Entry) -> ReviewedEntry:
    return ReviewedEntry(
        is_meeting=entry.kind in MEETINGS,
        note_length=entry.note_length,
        has_last_action=entry.last_action is not None,
        has_next_step=entry.next_step is not None or entry.next_at is not None,
        ended_open=entry.result in OPEN_ENDS,
        late=entry.late,
    )


def notes(agent_id: str, day: date) -> dict[str, str]:
    """Return what the agent noted about each entry, by its id; numbers and names are hidden."""
    log = shilu().record.daily_logs.find(agent_id, day)
    entries = log.activities.items() if log else ()
    return {
        key: without_numbers(_masked(entry.note, entry.customer_id))
        for key, entry in entries
        if entry.note
    }


def summary(agent_id: str, day: date) -> str:
    """Return the day's last summary, numbers hidden; nothing if there is none."""
    told = ""
    for event in shilu().record.events.get(daily_log_stream(agent_id, day)):
        if isinstance(event, DailyLog.SummaryWritten):
            told = event.text or ""
    return without_numbers(told)


def _masked(note: str, customer_id: str) -> str:
    """Return a note with the customer's name as everybody but the owner sees it."""
    customer = shilu().record.customers.find(customer_id)
    name = customer.name if customer else None
    return note.replace(name, mask_name(name)) if name else note


def without_numbers(told: str) -> str:
    """Return a text for others' eyes: none in which a phone or identity number stands."""
    return _("（里面有号码，不显示）") if numbers_in(told) else told
