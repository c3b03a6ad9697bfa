"""The access log and what is due about reveals, on both stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.callback import TICKS, Listing, Preparation
from domain.reveal_exception import Wish
from domain.reveal_rules import GrantKind, RevealReason
from domain.words import (
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    ContactSource,
    ErasureGround,
    Role,
)
from projections import access_queries, due
from tests.projections.conftest import DAY, NOON, Office

DAYS = timedelta(days=1)
WISH = Wish("C-A1", RevealReason.CUSTOMER_ASKED, "客户来电要求回电")


def boss(office: Office, at: Any = NOON) -> By:
    return office.by("S1", Role.SUPERVISOR, at)


def a_look(office: Office, call: str = "K-1", at: Any = NOON) -> int:
    """Let S1 look at A1's customer within a call; return the look's position."""
    calls = office.record.callbacks
    who = "A1", "T1", "S1", "C-A1"
    how = CallbackMode.COACHING, CallbackDesign.RANDOM
    calls.list_call(
        Listing(call, f"V-{call}", "face_meeting", DAY, *who, *how, "随机抽样", DAY, 0.1),
        by=boss(office, at),
    )
    calls.prepare(call, Preparation(frozenset(TICKS)), by=boss(office, at))
    shown = office.record.confidentiality.reveal(GrantKind.CALLBACK, call, by=boss(office, at))
    return shown.receipt.position


def subjects_due(office: Office, at: Any) -> list[str]:
    found = office.read(due.checks_due, at)
    return [check.subject for check in found if check.check == "reveal_watch"]


def test_the_owner_sees_who_looked_when_why_and_what_came_of_it(office: Office) -> None:
    position = a_look(office)
    office.record.callbacks.attempt("K-1", AttemptResult.BUSY, by=boss(office))

    (look,) = office.read(access_queries.looks_at, "A1")

    assert (look.position, look.viewer_id, look.customer_id) == (position, "S1", "C-A1")
    assert (look.name_masked, look.purpose, look.ticket) == ("陈**", "callback", "K-1")
    assert (look.at, look.called_at, look.outcome) == (NOON, NOON, None)
    assert office.read(access_queries.looks_at, "A2") == []
    assert office.read(access_queries.looks_of, "S1") == [look]
    assert office.read(access_queries.look, position) == look


def test_a_request_waits_until_it_is_decided(office: Office) -> None:
    exceptions = office.record.reveal_exceptions
    exceptions.ask("R-1", WISH, by=boss(office))
    waiting = office.read(access_queries.requests, waiting=True)

    exceptions.approve("R-1", by=office.by("U1", Role.UPPER_SUPERVISOR))

    assert [(r.request_id, r.state) for r in waiting] == [("R-1", "asked")]
    assert office.read(access_queries.requests, waiting=True) == []
    (decided,) = office.read(access_queries.requests, "S1")
    assert (decided.state, decided.decided_by, decided.until) == ("approved", "U1", NOON + DAYS)


def test_a_broken_glass_waits_for_its_review_and_is_late_after_three_days(office: Office) -> None:
    office.record.reveal_exceptions.break_glass("G-1", WISH, NOON, by=boss(office))

    assert office.read(access_queries.waiting_for_those_above, requests_too=False) == 1
    assert subjects_due(office, NOON + 3 * DAYS - timedelta(seconds=1)) == []
    assert subjects_due(office, NOON + 3 * DAYS) == ["glass/G-1"]

    auditor = office.by("X1", Role.AUDITOR, NOON + 4 * DAYS)
    office.record.reveal_exceptions.review("G-1", "客户急病", justified=True, by=auditor)

    assert subjects_due(office, NOON + 5 * DAYS) == []
    assert office.read(access_queries.glass, "G-1").justified is True


def test_each_look_is_due_at_once_and_its_call_after_a_day(office: Office) -> None:
    position = a_look(office)

    assert subjects_due(office, NOON) == [f"look/{position}"]
    assert f"call/{position}" in subjects_due(office, NOON + DAYS)

    office.record.callbacks.attempt("K-1", AttemptResult.NO_ANSWER, by=boss(office))

    assert f"call/{position}" not in subjects_due(office, NOON + DAYS)


@pytest.mark.parametrize(("days", "found"), [(180, True), (181, False)])
def test_a_number_that_another_owner_enters_later_is_due(
    office: Office, days: int, found: bool
) -> None:
    a_look(office)
    later = NOON + days * DAYS
    office.record.customers.register(
        "C-new", "A2", "陈先生", "13812341234", ContactSource.OWN, by=office.by("A2", at=later)
    )

    entries = [s for s in subjects_due(office, later) if s.startswith("entry/")]

    assert bool(entries) is found


def test_a_number_that_its_own_owner_enters_again_is_not(office: Office) -> None:
    a_look(office)
    office.record.customers.register(
        "C-new", "A1", "陈先生", "13812341234", ContactSource.OWN, by=office.by("A1")
    )

    assert not any(s.startswith("entry/") for s in subjects_due(office, NOON))


def test_no_name_and_no_number_stands_in_clear(lite: Office) -> None:
    a_look(lite)
    lite.follower.catch_up()

    kept = (lite.store.folder / "views.db").read_bytes()
    kept += b"".join(p.read_bytes() for p in lite.store.folder.glob("views.db-wal"))

    assert "陈小明".encode() not in kept
    assert b"13812341234" not in kept


def test_an_erasure_takes_mask_and_index_away(lite: Office) -> None:
    a_look(lite)
    admin = lite.by("M1", Role.ADMINISTRATOR, NOON + 400 * DAYS)
    lite.record.privacy.erase("C-A1", ErasureGround.CONSENT_WITHDRAWN, "R-1", by=admin)

    (look,) = lite.read(access_queries.looks_at, "A1")

    assert look.name_masked == "〔已删除〕"
