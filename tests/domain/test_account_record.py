"""What happened to the ways in is on record, and a guesser cannot fill the record."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.account_record import (
    TOLD_ONE_BY_ONE,
    AccountDay,
    DoorRefusal,
    IdentityCheck,
    Owner,
    Proof,
    account_stream,
)
from domain.application import TeamRecord
from domain.words import By, Role

from .conftest import DAY, NOON

OWNER = Owner("A1", "T1")


def by(actor: str = "A1") -> By:
    role = Role.AGENT if actor == "A1" else Role.ADMINISTRATOR
    return By(actor, role, NOON, NOON, uuid4(), "web")


def told(record: TeamRecord) -> list[AccountDay.Event]:
    return list(record.events.get(account_stream("A1", DAY)))


def test_a_sign_in_says_with_what_the_person_came_in(record: TeamRecord) -> None:
    record.accounts.signed_in(OWNER, DAY, Proof.PASSWORD_AND_CODE, by=by())

    _opened, signed_in = told(record)
    assert isinstance(signed_in, AccountDay.SignedIn)
    assert (signed_in.person_id, signed_in.team_id) == ("A1", "T1")
    assert signed_in.proof == Proof.PASSWORD_AND_CODE


def test_a_guesser_is_told_one_by_one_and_then_by_doublings(record: TeamRecord) -> None:
    receipts = [
        record.accounts.turned_away(OWNER, DAY, DoorRefusal.WRONG_PASSWORD, by=by())
        for _ in range(TOLD_ONE_BY_ONE)
    ]
    swallowed = record.accounts.turned_away(OWNER, DAY, DoorRefusal.WRONG_PASSWORD, by=by())

    assert all(receipts)
    assert swallowed is None
    doubled = record.accounts.turned_away(OWNER, DAY, DoorRefusal.TOO_MANY, by=by(), unsaid=19)
    assert doubled is not None
    last = told(record)[-1]
    assert isinstance(last, AccountDay.TurnedAway)
    assert last.count == 2 * TOLD_ONE_BY_ONE


@pytest.mark.parametrize(
    ("actor", "event"),
    [("A1", AccountDay.PasswordChanged), ("M1", AccountDay.PasswordReset)],
)
def test_whose_choice_a_password_was_is_told_apart(
    record: TeamRecord, actor: str, event: type[AccountDay.Event]
) -> None:
    record.accounts.password_changed(OWNER, DAY, by=by(actor))

    assert isinstance(told(record)[-1], event)


def test_a_repeated_command_is_told_once(record: TeamRecord) -> None:
    same = by()

    first = record.accounts.sessions_ended(OWNER, DAY, 2, by=same)
    again = record.accounts.sessions_ended(OWNER, DAY, 2, by=same)

    assert again.position == first.position
    assert again.repeated
    assert len(told(record)) == 2


def test_taking_a_lost_factor_away_says_how_the_person_was_recognised(record: TeamRecord) -> None:
    record.accounts.second_factor_removed(OWNER, DAY, by=by("M1"), checked=IdentityCheck.IN_PERSON)

    removed = told(record)[-1]
    assert isinstance(removed, AccountDay.SecondFactorRemoved)
    assert removed.checked == IdentityCheck.IN_PERSON
