"""The state of a team at an instant: what was known then, and what had happened by then."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.daily_log import Changes
from domain.refusals import Refusal
from domain.rhythm import WorkMode
from domain.scheduled_check import CheckKey
from domain.words import ActivityKind, By, CallbackOutcome, Check, LeaveKind, Role
from projections import team_day, timeline
from projections.team_day import TeamState
from projections.team_difference import differences
from shilu.replay import as_json, replay
from store.log_reader import LogReader

from .conftest import DAY, NOON, Office, an_office

ZONE = ZoneInfo("Asia/Shanghai")
ADMIN = Role.ADMINISTRATOR
EVENING = NOON + timedelta(hours=9)  # 21:00 in Shanghai, before the deadline
LOGGED, CORRECTED, WITHDRAWN = (f"daily_log.activity_{e}.v1" for e in ("logged", "corrected", "withdrawn"))  # fmt: skip


def known(office: Office, at: datetime, day: date = DAY) -> TeamState:
    """Return what the branch knew at ``at``."""
    office.follower.catch_up()
    with office.views.connect() as connection:
        position = timeline.position_at(connection, at)
        state = team_day.team_state(connection, "T1", day, position)
    assert state is not None
    return state


def happened(office: Office, at: datetime, day: date = DAY) -> TeamState:
    """Return what had happened by ``at``, as known now."""
    state = office.read(team_day.team_state, "T1", day, office.store.reader().head(), at)
    assert isinstance(state, TeamState)
    return state


def meetings(state: TeamState) -> int:
    """Return A1's meetings."""
    return state.members[0].kinds["face_meeting"]


# --- the two readings ---


def test_a_late_entry_had_happened_before_it_was_known(lite: Office) -> None:
    evening, met_at = NOON + timedelta(hours=11), NOON + timedelta(hours=2)
    lite.log(at=evening, started_at=met_at)

    between = met_at + timedelta(minutes=1)

    assert (meetings(known(lite, between)), meetings(happened(lite, between))) == (0, 1)
    assert happened(lite, between).members[0].late == 1
    assert meetings(happened(lite, met_at - timedelta(seconds=1))) == 0


def test_what_was_taken_back_was_known_once_but_never_happened(lite: Office) -> None:
    entry = lite.log()
    later = lite.by(at=NOON + timedelta(hours=1))
    lite.record.daily_logs.withdraw_activity("A1", DAY, entry, "点错", by=later)

    assert (meetings(known(lite, NOON)), meetings(happened(lite, NOON))) == (1, 0)


def test_a_corrected_kind_happened_as_corrected(lite: Office) -> None:
    entry = lite.log()
    changes, later = Changes(kind=ActivityKind.CLOSING_VISIT), lite.by(at=NOON + timedelta(hours=1))
    lite.record.daily_logs.correct_activity("A1", DAY, entry, changes, "选错", by=later)

    assert known(lite, NOON).members[0].kinds["face_meeting"] == 1
    assert happened(lite, NOON).members[0].kinds["closing_visit"] == 1


def test_a_corrected_time_moves_the_entry(lite: Office) -> None:
    entry = lite.log(at=EVENING, started_at=EVENING - timedelta(hours=1))
    changes = Changes(started_at=EVENING - timedelta(hours=3))
    later = lite.by(at=EVENING)
    lite.record.daily_logs.correct_activity("A1", DAY, entry, changes, "记错", by=later)

    assert meetings(happened(lite, EVENING - timedelta(hours=2))) == 1
    assert meetings(happened(lite, EVENING - timedelta(hours=4))) == 0


def test_an_entry_taken_back_after_its_time_was_corrected_leaves_nothing(lite: Office) -> None:
    logs, night = lite.record.daily_logs, EVENING + timedelta(hours=2)
    entry = lite.log(at=night, started_at=EVENING)
    changes = Changes(started_at=EVENING - timedelta(hours=3))
    logs.correct_activity("A1", DAY, entry, changes, "记错", by=lite.by(at=night))
    logs.withdraw_activity("A1", DAY, entry, "点错", by=lite.by(at=night))

    for hours in (-4, -2, 1, 3):
        member = happened(lite, EVENING + timedelta(hours=hours)).members[0]
        assert (member.kinds["face_meeting"], member.late) == (0, 0)


def test_a_submission_happened_when_it_was_made(lite: Office) -> None:
    lite.log()
    lite.record.daily_logs.submit("A1", DAY, by=lite.by(at=EVENING))

    before = happened(lite, EVENING - timedelta(seconds=1)).members[0]

    assert (before.submitted, happened(lite, EVENING).members[0].submitted) == (False, True)


def test_leave_noted_late_holds_for_its_day(lite: Office) -> None:
    later = lite.by("M1", ADMIN, NOON + timedelta(days=3))
    lite.record.organisation.register_leave("A2", DAY, DAY, LeaveKind.SICK, by=later)

    assert [m.on_leave for m in known(lite, NOON).members] == [False, False]
    assert [m.on_leave for m in happened(lite, NOON).members] == [False, True]


def test_a_team_that_was_not_formed_yet_is_in_neither_reading(lite: Office) -> None:
    before = NOON - timedelta(seconds=1)
    head = lite.store.reader().head()

    assert lite.read(team_day.team_state, "T1", DAY, head, before) is None
    assert lite.read(team_day.team_state, "T1", DAY, head, NOON) is not None


def test_what_had_happened_may_be_asked_as_it_was_known_once(lite: Office) -> None:
    met_at = NOON + timedelta(hours=2)
    head = lite.store.reader().head()
    lite.log(at=NOON + timedelta(hours=11), started_at=met_at)

    then = lite.read(team_day.team_state, "T1", DAY, head, met_at)

    assert (meetings(then), meetings(happened(lite, met_at))) == (0, 1)


# --- equal to a replay ---


class Life:
    """A branch at work: every step is a command some minutes or hours after the one before."""

    def __init__(self, office: Office, rng: random.Random) -> None:
        self.office, self.rng, self.at = office, rng, NOON
        self.entries: list[tuple[str, date]] = []

    def go_on(self, steps: list[str]) -> None:
        """Take these steps; one that the domain refuses is none."""
        for step in steps:
            self.at += timedelta(minutes=self.rng.randrange(1, 400))
            with suppress(Refusal):
                STEPS[step](self)

    @property
    def day(self) -> date:
        """The local day."""
        return self.at.astimezone(ZONE).date()

    @property
    def mine(self) -> By:
        """By agent A1, now."""
        return self.office.by(at=self.at)

    @property
    def admin(self) -> By:
        """By the administrator, now."""
        return self.office.by("M1", ADMIN, self.at)

    def log(self, hours_ago: int = 0) -> None:
        """Log an entry of a random kind."""
        started, kind = self.at - timedelta(hours=hours_ago, minutes=5), self.kind()
        entry = self.office.log(at=self.at, started_at=started, kind=kind)
        self.entries.append((entry, started.astimezone(ZONE).date()))

    def log_late(self) -> None:
        """Log an entry of one or two days ago."""
        self.log(self.rng.randrange(20, 60))

    def withdraw(self) -> None:
        """Take any entry back."""
        if self.entries:
            entry, day = self.entries.pop(self.rng.randrange(len(self.entries)))
            logs = self.office.record.daily_logs
            logs.withdraw_activity("A1", day, entry, "x", by=self.mine)

    def correct(self) -> None:
        """Give any entry another kind."""
        self._correct(lambda _day: Changes(kind=self.kind()))

    def move_time(self) -> None:
        """Give any entry another time of its day, sometimes another kind as well."""

        def moved(day: date) -> Changes:
            midnight = datetime.combine(day, time(0), ZONE).astimezone(UTC)
            at = min(midnight + timedelta(minutes=self.rng.randrange(1400)), self.at)
            return Changes(started_at=at, kind=self.rng.choice((None, self.kind())))

        self._correct(moved)

    def _correct(self, changes: Callable[[date], Changes]) -> None:
        if self.entries:
            entry, day = self.rng.choice(self.entries)
            logs = self.office.record.daily_logs
            logs.correct_activity("A1", day, entry, changes(day), "x", by=self.mine)

    def kind(self) -> ActivityKind:
        """Return any kind."""
        return self.rng.choice(list(ActivityKind))

    def submit(self) -> None:
        """Hand the day in."""
        self.office.record.daily_logs.submit("A1", self.day, short_reason="x", by=self.mine)

    def leave(self) -> None:
        """Note A2's leave of today."""
        day, organisation = self.day, self.office.record.organisation
        organisation.register_leave("A2", day, day, LeaveKind.SICK, by=self.admin)

    def deny(self) -> None:
        """Let a customer of A2 deny a visit."""
        self.office.call_back(self.office.log("A2", self.at), CallbackOutcome.DENIED, "A2")

    def quota(self) -> None:
        """Change the quota from today on."""
        mode = WorkMode(calls=self.rng.randrange(1, 9), since=self.day)
        self.office.record.rulebook.define_work_mode(mode, by=self.admin)

    def miss(self) -> None:
        """Note that A2 wrote nothing."""
        key = CheckKey(Check.MISSING_LOGS, "T1", self.day)
        system = self.office.by("missing_logs", Role.SYSTEM, self.at)
        by = replace(system, command_id=key.command_id)
        self.office.record.scheduled_checks.finish(key, "T1", self.at, ["A2"], by=by)

    def join(self) -> None:
        """Take somebody into the team."""
        name = f"N{self.rng.randrange(100)}"
        organisation = self.office.record.organisation
        organisation.join(name, name, Role.AGENT, "T1", self.day, by=self.admin)


STEPS: dict[str, Callable[[Life], None]] = {
    name: getattr(Life, name)
    for name in (
        *("log", "log_late", "withdraw", "correct", "move_time"),
        *("submit", "leave", "deny", "quota", "miss", "join"),
    )
}
MANY = [*STEPS, "log", "log", "log_late"]


def live_a_while(office: Office, steps: list[str], rng: random.Random) -> None:
    """Let the branch work."""
    Life(office, rng).go_on(steps)


def instants(office: Office, rng: random.Random, count: int) -> list[datetime]:
    """Return random instants between a day before the first event and one after the last."""
    first, last = NOON - timedelta(hours=3), NOON + timedelta(days=6)
    events = [e.recorded_at for e in office.store.reader().all()]
    drawn = [first + rng.random() * (last - first) for _ in range(count // 2)]
    # half of them exactly at an event or a microsecond before it: there the bounds are tested
    return drawn + [
        max(rng.choice(events) - timedelta(microseconds=rng.randrange(2)), NOON)
        for _ in range(count - len(drawn))
    ]


def assert_equal_to_a_replay(office: Office, at: datetime, day: date) -> None:
    """Both readings give the same bytes as a replay into empty tables."""
    reader = office.store.reader()
    with office.views.connect() as connection:
        position = timeline.position_at(connection, at)
        recorded = team_day.team_state(connection, "T1", day, position)
        occurred = team_day.team_state(connection, "T1", day, reader.head(), at)
    for reading, live in (("recorded", recorded), ("occurred", occurred)):
        try:
            again = as_json(replay(reader, at, "T1", day, reading=reading))
        except LookupError:
            again = None
        assert (as_json(live) if live else None) == again, (reading, at)


@pytest.mark.parametrize("seed", range(2))
def test_at_twenty_random_instants_the_state_is_byte_equal_to_a_replay(
    office: Office, seed: int
) -> None:
    rng = random.Random(seed)
    live_a_while(office, [rng.choice(MANY) for _ in range(60)], rng)
    office.follower.catch_up()

    for at in instants(office, rng, 20):
        day = (at + timedelta(days=rng.choice((0, 0, 0, -1, -2, 1)))).astimezone(ZONE).date()
        assert_equal_to_a_replay(office, at, day)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(list(STEPS)), max_size=15), st.randoms(use_true_random=False))
def test_whatever_happened_the_state_is_byte_equal_to_a_replay(
    steps: list[str], rng: random.Random
) -> None:
    with TemporaryDirectory() as folder:
        office = an_office(Path(folder), "")
        live_a_while(office, steps, rng)
        office.follower.catch_up()

        for at in instants(office, rng, 3):
            assert_equal_to_a_replay(office, at, at.astimezone(ZONE).date())


# --- and to a count by hand, which shares no code with either ---


@pytest.mark.parametrize("reading", ["recorded", "occurred"])
@pytest.mark.parametrize("seed", range(4))
def test_entries_are_those_that_a_count_by_hand_finds(
    lite: Office, reading: str, seed: int
) -> None:
    rng = random.Random(seed)
    live_a_while(lite, [rng.choice(MANY) for _ in range(40)], rng)

    for at in (at for at in instants(lite, rng, 12) if at >= NOON):
        day = at.astimezone(ZONE).date()
        state = known(lite, at, day) if reading == "recorded" else happened(lite, at, day)
        by_hand = count_by_hand(lite.store.reader(), reading, at, day)
        assert {k: n for k, n in state.members[0].kinds.items() if n} == by_hand, at


def count_by_hand(reader: LogReader, reading: str, at: datetime, day: date) -> dict[str, int]:
    """Return A1's entries by kind: play them through in order, then look who stands."""
    entries: dict[str, dict[str, str]] = {}
    for event in reader.all():
        mine = event.data.get("agent_id") == "A1" and event.data.get("day") == day.isoformat()
        if not mine or (reading == "recorded" and event.recorded_at > at):
            continue
        if event.topic == LOGGED:
            entries[event.data["activity_id"]] = dict(event.data)
        elif event.topic == CORRECTED:
            new = {name: values[1] for name, values in event.data["changes"].items()}
            entries[event.data["activity_id"]].update(new)
        elif event.topic == WITHDRAWN:
            del entries[event.data["activity_id"]]
    standing = (
        e
        for e in entries.values()
        if reading == "recorded" or datetime.fromisoformat(e["started_at"]) <= at
    )
    return dict(Counter(e["kind"] for e in standing))


# --- differences ---


def test_two_states_differ_by_what_happened_between(lite: Office) -> None:
    before = lite.read(team_day.team_state, "T1", DAY)
    lite.log()

    found = differences(before, lite.read(team_day.team_state, "T1", DAY))

    assert [(d.agent_id, d.what, d.before, d.after) for d in found] == [
        ("A1", "face_meeting", 0, 1)
    ]


def test_who_came_differs_by_being_there_and_by_what_they_did(lite: Office) -> None:
    before = lite.read(team_day.team_state, "T1", DAY)
    admin = lite.by("M1", ADMIN)
    lite.record.organisation.join("A3", "某A3", Role.AGENT, "T1", DAY, by=admin)
    lite.record.daily_logs.submit("A3", DAY, short_reason="x", by=lite.by("A3"))

    found = differences(before, lite.read(team_day.team_state, "T1", DAY))

    assert [(d.agent_id, d.what, d.before, d.after) for d in found] == [
        ("A3", "member", False, True),
        ("A3", "submitted", False, True),
    ]


def test_another_quota_is_a_difference_of_the_team(lite: Office) -> None:
    before = lite.read(team_day.team_state, "T1", DAY)
    admin = lite.by("M1", ADMIN)
    lite.record.rulebook.define_work_mode(WorkMode(calls=6, since=DAY), by=admin)

    found = differences(before, lite.read(team_day.team_state, "T1", DAY))

    assert [(d.what, d.before, d.after) for d in found] == [("quota", "5-3-1-1", "6-3-1-1")]


def test_a_state_does_not_differ_from_itself(lite: Office) -> None:
    lite.log()
    state = lite.read(team_day.team_state, "T1", DAY)

    assert differences(state, state) == ()
