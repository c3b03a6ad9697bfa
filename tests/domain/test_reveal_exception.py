"""Approval above the quota, breaking the glass, alerts and canaries (R-34)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.refusals import (
    AlreadyDecided,
    AlreadyExists,
    BadValue,
    EmptyText,
    GrantExpired,
    HoldsNumbers,
    NotApproved,
    NotYours,
    PasswordTooOld,
    QuotaReached,
    UnknownAlert,
    UnknownCustomer,
    UnknownGrant,
    ViewsUsedUp,
)
from domain.reveal_alert import Alert, RevealAlert, alert_id_of
from domain.reveal_exception import BrokenGlass, RevealRequest, Wish
from domain.reveal_rules import (
    DAY_CAP,
    DAY_QUOTA,
    AlertKind,
    GrantKind,
    RevealReason,
    is_unusual_hour,
    is_unusually_many,
)
from domain.words import By, Role

from .conftest import NOON, a_by
from .test_confidentiality import call_about, look

Events = Callable[[], list[Any]]
HOUR = timedelta(hours=1)
WISH = Wish("C1", RevealReason.CUSTOMER_ASKED, "客户来电要求回电")


def boss(at: datetime = NOON) -> By:
    return a_by("S1", Role.SUPERVISOR, at=at)


def upper(at: datetime = NOON) -> By:
    return a_by("U1", Role.UPPER_SUPERVISOR, at=at)


def approved(record: TeamRecord, request: str = "R1", wish: Wish = WISH) -> TeamRecord:
    record.reveal_exceptions.ask(request, wish, by=boss())
    record.reveal_exceptions.approve(request, by=upper())
    return record


def see(record: TeamRecord, kind: GrantKind, ticket: str, at: datetime = NOON) -> str | None:
    return record.confidentiality.reveal(kind, ticket, by=boss(at)).phone


def test_nothing_is_seen_before_the_approval(team: TeamRecord) -> None:
    team.reveal_exceptions.ask("R1", WISH, by=boss())

    with pytest.raises(NotApproved):
        see(team, GrantKind.APPROVAL, "R1")


def test_an_approval_opens_one_number_to_the_one_who_asked(team: TeamRecord) -> None:
    approved(team)

    assert see(team, GrantKind.APPROVAL, "R1") == "13812341234"
    with pytest.raises(NotYours):
        team.confidentiality.reveal(GrantKind.APPROVAL, "R1", by=a_by("S2", Role.SUPERVISOR))


def test_an_approval_is_good_for_a_day_and_three_looks(team: TeamRecord) -> None:
    approved(team)
    with pytest.raises(GrantExpired):
        see(team, GrantKind.APPROVAL, "R1", NOON + 24 * HOUR)
    for _ in range(3):
        see(team, GrantKind.APPROVAL, "R1")

    with pytest.raises(ViewsUsedUp):
        see(team, GrantKind.APPROVAL, "R1")


def test_an_approval_stands_above_the_quota(team: TeamRecord) -> None:
    for no in range(DAY_QUOTA):
        look(team, call_about(team, no))
    approved(team)

    assert see(team, GrantKind.APPROVAL, "R1")


def test_a_refused_request_opens_nothing(team: TeamRecord, events: Events) -> None:
    team.reveal_exceptions.ask("R1", WISH, by=boss())
    team.reveal_exceptions.refuse("R1", "请走回访流程", by=upper())

    assert isinstance(events()[-1], RevealRequest.Refused)
    with pytest.raises(NotApproved):
        see(team, GrantKind.APPROVAL, "R1")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.AGENT])
def test_only_the_upper_supervisor_approves(team: TeamRecord, role: Role) -> None:
    team.reveal_exceptions.ask("R1", WISH, by=boss())

    with pytest.raises(NotYours):
        team.reveal_exceptions.approve("R1", by=a_by("P9", role))


def test_nobody_approves_a_wish_of_their_own(team: TeamRecord) -> None:
    team.reveal_exceptions.ask("R1", WISH, by=upper())

    with pytest.raises(NotYours):
        team.reveal_exceptions.approve("R1", by=upper())


def test_a_request_is_decided_once(team: TeamRecord) -> None:
    approved(team)

    with pytest.raises(AlreadyDecided):
        team.reveal_exceptions.refuse("R1", "改了主意", by=upper())


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (Wish("C9", RevealReason.LEGAL, "法院来函"), UnknownCustomer),
        (Wish("C1", RevealReason.CALLBACK, "想回访"), BadValue),
        (Wish("C1", RevealReason.LEGAL, "  "), EmptyText),
        (Wish("C1", RevealReason.LEGAL, "电话13812341234"), HoldsNumbers),
        (Wish("C1", RevealReason.LEGAL, "字" * 501), BadValue),
    ],
)
def test_a_wish_says_whose_number_and_why(
    team: TeamRecord, wish: Wish, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        team.reveal_exceptions.ask("R1", wish, by=boss())


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR, Role.SYSTEM])
def test_other_roles_ask_for_no_number(team: TeamRecord, role: Role) -> None:
    with pytest.raises(NotYours):
        team.reveal_exceptions.ask("R1", WISH, by=a_by("P9", role))
    with pytest.raises(NotYours):
        team.reveal_exceptions.break_glass("G1", WISH, NOON, by=a_by("P9", role))


def test_broken_glass_opens_a_number_for_an_hour(team: TeamRecord, events: Events) -> None:
    team.reveal_exceptions.break_glass("G1", WISH, NOON, by=boss())
    broken = events()[-1]

    assert (broken.until, broken.review_by) == (NOON + HOUR, NOON + 72 * HOUR)
    assert see(team, GrantKind.BREAK_GLASS, "G1", NOON + timedelta(minutes=59))
    with pytest.raises(GrantExpired):
        see(team, GrantKind.BREAK_GLASS, "G1", NOON + HOUR)


@pytest.mark.parametrize("minutes", [-6, 1])
def test_the_glass_is_broken_with_a_fresh_password(team: TeamRecord, minutes: int) -> None:
    given = NOON + timedelta(minutes=minutes)

    with pytest.raises(PasswordTooOld):
        team.reveal_exceptions.break_glass("G1", WISH, given, by=boss())


def test_no_more_than_ten_customers_a_day_without_approval(team: TeamRecord) -> None:
    for no in range(DAY_QUOTA):
        look(team, call_about(team, no))
    for no in range(DAY_QUOTA, DAY_CAP):
        call_about(team, no)
        wish = Wish(f"C-{no}", RevealReason.SAFETY, "急")
        team.reveal_exceptions.break_glass(f"G{no}", wish, NOON, by=boss())
        see(team, GrantKind.BREAK_GLASS, f"G{no}")
    team.reveal_exceptions.break_glass("G-last", WISH, NOON, by=boss())

    with pytest.raises(QuotaReached) as refused:
        see(team, GrantKind.BREAK_GLASS, "G-last")

    assert refused.value.facts == {"limit": 10, "period": "day"}


def test_a_broken_glass_is_reviewed_once_and_by_somebody_else(
    team: TeamRecord, events: Events
) -> None:
    exceptions = team.reveal_exceptions
    exceptions.break_glass("G1", WISH, NOON, by=upper())
    with pytest.raises(NotYours):
        exceptions.review("G1", "没问题", justified=True, by=upper())
    with pytest.raises(NotYours):
        exceptions.review("G1", "没问题", justified=True, by=boss())

    exceptions.review("G1", "客户急病住院", justified=True, by=a_by("X1", Role.AUDITOR))

    assert isinstance(events()[-1], BrokenGlass.Reviewed)
    with pytest.raises(AlreadyDecided):
        exceptions.review("G1", "再看", justified=False, by=a_by("X1", Role.AUDITOR))


def test_what_nobody_opened_is_unknown(team: TeamRecord) -> None:
    for command in (
        lambda: team.reveal_exceptions.approve("R9", by=upper()),
        lambda: team.reveal_exceptions.review("G9", "没问题", justified=True, by=upper()),
        lambda: see(team, GrantKind.APPROVAL, "R9"),
        lambda: see(team, GrantKind.BREAK_GLASS, "G9"),
    ):
        with pytest.raises(UnknownGrant):
            command()


def test_an_alert_is_raised_once_and_settled_once(team: TeamRecord, events: Events) -> None:
    alerts, kind = team.reveal_alerts, AlertKind.UNUSUAL_HOUR
    alert = Alert(kind, "7", "S1", "C1", "A1", "T1", "K1", {"hour": 23})
    system = a_by("system", Role.SYSTEM)
    team.recording.answer(system, lambda: alerts.raised(alert, system))
    alert_id = alert_id_of(kind, "7")

    assert alerts.raised(alert, system) == []
    with pytest.raises(NotYours):
        alerts.settle(alert_id, "知道了", founded=False, by=boss())
    alerts.settle(alert_id, "夜里客户出险", founded=False, by=upper())
    assert isinstance(events()[-1], RevealAlert.Settled)
    with pytest.raises(AlreadyDecided):
        alerts.settle(alert_id, "再看", founded=True, by=upper())
    with pytest.raises(UnknownAlert):
        alerts.settle("W-9", "没有", founded=True, by=upper())


def test_only_the_auditor_plants_a_canary_and_once(team: TeamRecord) -> None:
    auditor = a_by("X1", Role.AUDITOR)
    with pytest.raises(NotYours):
        team.reveal_alerts.plant("C2", "T1", by=upper())

    team.reveal_alerts.plant("C2", "T1", by=auditor)

    assert team.reveal_alerts.canary("C2") is not None
    assert team.reveal_alerts.canary("C1") is None
    with pytest.raises(AlreadyExists):
        team.reveal_alerts.plant("C2", "T1", by=a_by("X1", Role.AUDITOR))


@pytest.mark.parametrize(
    ("hour", "unusual"), [(7, True), (8, False), (20, False), (21, True), (0, True)]
)
def test_which_hours_are_unusual(hour: int, unusual: bool) -> None:
    assert is_unusual_hour(datetime(2026, 11, 20, hour, 59, tzinfo=UTC)) is unusual


@pytest.mark.parametrize(
    ("today", "before", "unusual"),
    [
        (5, [1] * 22 + [0] * 8, True),
        (3, [1] * 22 + [0] * 8, False),
        (5, [5] * 30, False),
        (2, [0] * 30, False),
        (3, [0] * 30, True),
        (9, [], False),
    ],
)
def test_what_stands_out_from_ones_own_days(today: int, before: list[int], unusual: bool) -> None:
    assert is_unusually_many(today, before) is unusual
