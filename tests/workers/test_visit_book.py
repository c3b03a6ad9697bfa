"""The worker's visits in columns are the same visits."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time, timedelta

import numpy as np

from domain.detection.records import Visit
from domain.detection.visit_log import VisitLog, VisitTable
from domain.words import ActivityKind
from workers.branch_facts import Facts, with_contact
from workers.visit_book import Contact

DAY = date(2026, 3, 2)
KINDS = tuple(ActivityKind)
SAME_PARTITION = ("customer", "phone", "surname")  # any numbers will do for these


def a_visit(n: int) -> Visit:
    start = datetime.combine(DAY, time(8 + n % 12, n * 7 % 60)) + timedelta(days=n % 9)
    return Visit(
        visit_id=f"V{n * 37 % 101:03d}",
        agent_id=f"A{n % 5}",
        team_id=f"T{n % 2}",
        day=start.date(),
        start=start,
        minutes=None if n % 7 == 0 else 20 + n,
        kind=KINDS[n % len(KINDS)],
        customer=f"C{n % 13}",
        recorded_at=start + timedelta(hours=n % 3, seconds=n, microseconds=n),
        remark=None if n % 4 == 0 else f"与客户谈医疗险缺口约下周再谈{n % 3}",
    )


def facts() -> Facts:
    told = Facts(agents=dict.fromkeys(("A3", "A1")))
    for n in range(60):
        told.visits.put(a_visit(n))
    for n in range(9):
        phone = None if n == 2 else f"1380000000{n % 4}"
        told.contacts[f"C{n}"] = Contact("张王李"[n % 3] + "**", n % 2 == 0, phone, n % 3 != 0)
    told.visits.take_out("V037")
    return told


def partition(numbers: np.ndarray) -> list[int]:
    first: dict[int, int] = {}
    return [-1 if n < 0 else first.setdefault(n, len(first)) for n in numbers.tolist()]


def told(log: VisitLog) -> dict[str, object]:
    found: dict[str, object] = {}
    for field in fields(log):
        value = getattr(log, field.name)
        whole = field.name in SAME_PARTITION
        found[field.name] = partition(value) if whole else list(value)
    return found


def test_a_table_filled_with_columns_is_that_filled_with_visits() -> None:
    known = facts()
    by_columns, by_visits = (VisitTable(tuple(known.agents)) for _ in range(2))

    known.visits.fill(by_columns, known.contacts)
    by_visits.add_visits(with_contact(visit, known) for visit in known.visits.all())

    assert told(by_columns.log()) == told(by_visits.log())


def test_a_visit_comes_back_as_it_was_put() -> None:
    known = facts()

    assert known.visits.find("V000") == a_visit(0)
    assert known.visits.find("V037") is None
    assert known.visits.agent_of("V037") == "A1"


def test_the_last_visits_of_a_team_are_found() -> None:
    oldest = DAY + timedelta(days=5)

    found = {visit.visit_id for visit in facts().visits.recent("T1", oldest)}

    wanted = {v.visit_id for v in map(a_visit, range(60)) if v.team_id == "T1" and v.day >= oldest}
    assert found == wanted - {"V037"}
