"""An auditor's search over several branches: each is searched for itself, then merged by instant."""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from projections import audit_trail
from projections.audit_trail import Filters, TrailRow
from service.company import Answer, ask
from service.context import Context
from service.event_words import Names, names_for

PLACE = re.compile(r"([a-z][a-z0-9_]{0,30})\.([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Found:
    """An event of a branch, with the names of whom it is about and the branch's time zone."""

    branch: str
    title: str
    row: TrailRow
    names: Names
    zone: str


@dataclass(frozen=True, slots=True)
class Search:
    """A page of events, newest first; ``next`` begins the older page, ``silent`` did not answer."""

    found: Sequence[Found]
    next: str
    silent: Sequence[str]


def search(branches: Sequence[str], filters: Filters, after: str, limit: int) -> Search:
    """Return the newest events of the branches behind the place ``after`` (empty: the newest)."""
    places = places_of(after)
    question = partial(_events, filters=filters, places=places, limit=limit + 1)
    answers = ask(branches, question)
    merged = heapq.merge(*map(_found, answers), key=lambda f: f.row.recorded_at, reverse=True)
    found = list(merged)
    shown, more = found[:limit], len(found) > limit
    last = {**places, **{one.branch: one.row.position for one in shown}}  # oldest shown last
    return Search(
        shown,
        "~".join(f"{name}.{position}" for name, position in sorted(last.items())) if more else "",
        [answer.title for answer in answers if answer.value is None],
    )


def places_of(text: str) -> Mapping[str, int]:
    """Return the place in each branch's log that a page's address names; none of what is none."""
    found = (PLACE.fullmatch(part) for part in text.split("~"))
    return {one[1]: int(one[2]) for one in found if one}


Events = tuple[Sequence[TrailRow], Names, str]


def _events(context: Context, filters: Filters, places: Mapping[str, int], limit: int) -> Events:
    with context.views.connect() as connection:
        rows = audit_trail.stream(connection, filters, places.get(context.branch), limit)
        names = names_for(connection, rows, context.today())
    return rows, names, context.rules().time_zone


def _found(answer: Answer[Events]) -> list[Found]:
    if answer.value is None:
        return []
    rows, names, zone = answer.value
    return [Found(answer.branch, answer.title, row, names, zone) for row in rows]
