"""Terms of keeping: restricted when over, erased after a grace, the key's end on record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import projections
from domain.privacy import GRACE, PROSPECT_MONTHS
from domain.words import By, Check, ErasureGround, PolicyTerm, Receipt, Role
from projections import retention as views
from projections.follower import Follower
from tests.workers.branch import SUSPECT, Branch, anew, at, by
from workers import retention
from workers.actors import declare_actors, still_due
from workers.scheduler import task_of
from workers.tasks import NotYet

from .conftest import Place
from .support import until, working

MET = date(2024, 3, 4)
FORGOTTEN = date(2026, 3, 5)  # two years and a day later
ADMIN = by("M1", Role.ADMINISTRATOR, at(FORGOTTEN, 9))


class Office:
    """A branch with one customer, met on MET, and its views."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=1, when=at(MET - timedelta(days=30), 8))
        self.branch.visit(SUSPECT, "C1", at(MET, 10), note="家里三口人，想等年终奖")
        self.record, self.views = self.branch.record, self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()

    def steps(self, day: date) -> list[tuple[str, str]]:
        """What is due on a day."""
        self.follower.catch_up()
        with self.views.connect() as connection:
            return [(d.check, d.subject) for d in views.steps_due(connection, at(day, 12))]

    def enforce(self, day: date) -> Receipt | None:
        """Let the worker do its step on a day."""
        self.follower.catch_up()
        due = lambda *asked: still_due(self.views, *asked)  # noqa: E731
        return retention.enforce(self.record, due, "C1", lambda: at(day, 12))

    def topics(self) -> list[str]:
        """The newest events about the customer."""
        return [e.topic for e in self.branch.store.reader().all() if e.topic.startswith("cust")]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def admin() -> By:
    return anew(ADMIN)


def test_who_was_forgotten_for_two_years_is_restricted_and_not_a_day_earlier(
    office: Office,
) -> None:
    assert PROSPECT_MONTHS == 24
    assert office.steps(FORGOTTEN - timedelta(days=1)) == []
    assert office.enforce(FORGOTTEN - timedelta(days=1)) is None
    assert office.steps(FORGOTTEN) == [(Check.RETENTION, "C1")]

    office.enforce(FORGOTTEN)

    customer = office.record.customers.find("C1")
    assert customer is not None
    assert (customer.restricted, customer.erase_on) == (True, FORGOTTEN + GRACE)
    assert office.steps(FORGOTTEN) == []


def test_after_the_grace_the_customer_is_erased_and_the_key_is_next(office: Office) -> None:
    office.enforce(FORGOTTEN)
    assert office.enforce(FORGOTTEN + GRACE - timedelta(days=1)) is None

    office.enforce(FORGOTTEN + GRACE)

    assert office.topics()[-1] == "customer.subject_erased.v1"
    assert office.branch.store.vault().is_destroyed("C1")
    assert office.steps(FORGOTTEN + GRACE) == [(Check.KEY_DESTROYED, "C1")]


def test_doing_it_twice_is_doing_it_once(office: Office) -> None:
    for day in (FORGOTTEN, FORGOTTEN, FORGOTTEN + GRACE, FORGOTTEN + GRACE):
        office.enforce(day)

    assert office.topics()[-2:] == [
        "customer.processing_restricted.v1",
        "customer.subject_erased.v1",
    ]


def test_a_new_contact_begins_the_term_again(office: Office) -> None:
    office.branch.visit(SUSPECT, "C1", at(date(2025, 6, 2), 10))

    assert office.steps(FORGOTTEN) == []
    assert office.steps(date(2027, 6, 3)) == [(Check.RETENTION, "C1")]


def test_a_hold_stops_everything_until_it_is_released(office: Office) -> None:
    office.record.privacy.place_hold("C1", "case-7", "诉讼", by=admin())

    assert office.steps(FORGOTTEN) == []
    assert office.enforce(FORGOTTEN) is None

    office.record.privacy.release_hold("C1", "case-7", "已结案", by=admin())
    assert office.steps(FORGOTTEN) == [(Check.RETENTION, "C1")]


def test_a_contract_keeps_a_customer_while_it_runs_and_for_its_term(office: Office) -> None:
    privacy = office.record.privacy
    privacy.start_clock("C1", "P-1", PolicyTerm.UP_TO_A_YEAR, by=admin())
    assert office.steps(date(2060, 1, 1)) == []

    ended = date(2026, 3, 1)
    privacy.start_clock("C1", "P-1", PolicyTerm.UP_TO_A_YEAR, ended, by=admin())
    assert office.steps(date(2031, 3, 1)) == []
    assert office.steps(date(2031, 3, 2)) == [(Check.RETENTION, "C1")]


def test_who_agrees_anew_is_kept_for_another_term(office: Office) -> None:
    office.enforce(FORGOTTEN)
    office.record.privacy.resume("C1", "本人重新同意", by=admin())

    assert office.enforce(FORGOTTEN + GRACE) is None
    assert office.steps(FORGOTTEN + GRACE) == []


def test_the_ground_of_a_restriction_is_the_ground_of_its_erasure(office: Office) -> None:
    asked = ErasureGround.CONSENT_WITHDRAWN
    office.record.privacy.restrict("C1", asked, FORGOTTEN, by=admin())

    office.enforce(FORGOTTEN)

    (erased,) = office.branch.events("customer.subject_erased")
    assert erased["ground"] == asked


def test_no_key_is_called_gone_while_somebody_reads_the_vault(office: Office) -> None:
    office.record.privacy.erase("C1", ErasureGround.CUSTOMER_REQUEST, by=admin())

    with pytest.raises(NotYet):
        retention.destroy_key(office.record, lambda: False, "C1", lambda: at(FORGOTTEN, 12))

    assert office.branch.events("scheduled_check.done") == []


def test_an_erasure_that_died_before_its_key_is_finished_by_the_worker(
    office: Office, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget = type(office.record.recording).forget
    monkeypatch.setattr(type(office.record.recording), "forget", _dies)
    with pytest.raises(KeyboardInterrupt):
        office.record.privacy.erase("C1", ErasureGround.CUSTOMER_REQUEST, by=admin())
    monkeypatch.setattr(type(office.record.recording), "forget", forget)
    assert not office.branch.store.vault().is_destroyed("C1")

    broker = place.open()
    declare_actors(broker, office.record, office.views, lambda: datetime.now(UTC))
    office.follower.catch_up()
    with office.views.connect() as connection:
        (due,) = views.steps_due(connection, at(FORGOTTEN, 12))
    with working(broker):
        broker.enqueue(task_of(due).message())
        until(lambda: bool(office.branch.events("scheduled_check.done")))

    assert office.branch.store.vault().is_destroyed("C1")
    assert office.steps(FORGOTTEN) == []


def _dies(*_: object) -> None:
    raise KeyboardInterrupt
