"""A whole week of a team, played through the browser in Chinese and in English.

One supervisor and three agents, Monday to Sunday with a month's end in it: plan, log (one day without
signal), hand in, review, 1-1-1, weekly sheet, month, a filling problem on its ladder, a complaint, a
contest; workers run morning and evening; then the auditor replays it. The clock of the branch is moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from shilu import rebuild
from tests.journeys.week import agents, auditor, past, supervisor, troubles
from tests.journeys.week.agents import CALL, CLOSING, MEETING
from tests.journeys.week.past import FOUNDED, MONDAY, customer_id
from tests.journeys.week.player import Player, Theatre
from tests.journeys.week.stage import CUSTOMERS, PEOPLE, Stage, instant
from tests.journeys.week.words import Words

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (
    MONDAY + timedelta(days=n) for n in range(1, 7)
)
NEXT_MONDAY = MONDAY + timedelta(weeks=1)
COUNTED = {  # events of the week, by the auditor's filter
    "批阅": 14 + 3 + 3 + 1,  # logs, months, weeks; one was read
    "查看客户号码": 4,
    "核实与案件": 2,  # one denial is noted, for the first time, and there is no case
    "投诉": 6,
}
ONE, TWO, THREE = CUSTOMERS["A1"], CUSTOMERS["A2"], CUSTOMERS["A3"]


@dataclass
class Team:
    """Those who play, each at their own browser."""

    stage: Stage
    theatre: Theatre
    boss: Player
    one: Player
    two: Player
    three: Player
    above: Player


@pytest.fixture(params=["zh", "en"])
def theatre(
    request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, pictures: Path
) -> Iterator[Theatre]:
    """A stage of this language's own, with browsers for its people."""
    stage = Stage(tmp_path, instant(FOUNDED, "08:00"))
    made = Theatre(stage, browser, Words(request.param), pictures)
    yield made
    made.close()
    stage.stop()
    assert made.wrong == []


def test_a_team_plays_its_week_and_the_auditor_replays_it(theatre: Theatre) -> None:
    team = the_weeks_before(theatre)

    monday(team)
    tuesday(team)
    wednesday(team)
    thursday(team)
    friday(team)
    the_weekend(team)

    the_auditor_replays_the_week(theatre)
    assert not any(rebuild.check(theatre.stage.store, []).values())


def the_weeks_before(theatre: Theatre) -> Team:
    stage, words = theatre.stage, theatre.words
    past.found(stage)
    stage.go(FOUNDED, "08:30")
    boss = theatre.enter("S1")
    troubles.open_contest(boss, FOUNDED)
    past.live_until_monday(stage, words)
    phones = (theatre.enter(one, phone=True, offline=one == "A2") for one in past.AGENTS)
    return Team(stage, theatre, boss, *phones, theatre.enter("U1"))


def monday(team: Team) -> None:
    stage, boss = team.stage, team.boss
    stage.go(MONDAY, "08:05")
    stage.let_workers_run()
    boss.open("/board")
    boss.take_picture("board-desk")
    troubles.take_up_what_is_suggested(boss, "A3", "faded")
    supervisor.set_goals(boss, "2026-07", 100)
    agents.plan(team.one, MONDAY, MEETING, ONE[0], "14:00")
    troubles.see_the_own_place(team.one)
    stage.go(MONDAY, "14:40")
    agents.settle(team.one, ONE[0], "interested")
    agents.log(team.one, CALL, ONE[1], "follow_up", "call_note")
    team.one.take_picture("today-phone")
    agents.log_somebody_new(team.two, team.two.words.line("prospect"), "prospect_note")
    stage.go(MONDAY, "16:00")
    troubles.open_case(boss, "A3")
    troubles.take_step(boss, 1)
    troubles.answer_the_ladder(team.three)
    supervisor.track(boss, "A1")
    the_evening(team, MONDAY, [team.one, team.two])
    supervisor.file_journal(boss, met=1)
    boss.open(f"/board?day={MONDAY}")
    boss.part("section[aria-labelledby=a]").shows(PEOPLE["A3"][0])


def tuesday(team: Team) -> None:
    stage, boss = team.stage, team.boss
    stage.go(TUESDAY, "08:05")
    stage.let_workers_run()
    troubles.see_the_final_table(team.one)
    stage.go(TUESDAY, "10:00")
    supervisor.call_back(boss, "A1", MONDAY, "confirmed")
    stage.go(TUESDAY, "14:00")
    agents.see_who_looked(team.one, boss.name)
    troubles.open_case(boss, "A3")
    troubles.take_step(boss, 2)
    agents.log_in_full(team.one, MEETING, ONE[2], "interested", "meeting_note")
    agents.log(team.two, MEETING, TWO[1], "follow_up", "meeting_note")
    agents.log(team.three, MEETING, THREE[1], "interested", "meeting_note")
    the_evening(team, TUESDAY, [team.one, team.two, team.three])
    supervisor.file_journal(boss, met=1, facts=4)


def wednesday(team: Team) -> None:
    stage, boss = team.stage, team.boss
    stage.go(WEDNESDAY, "08:05")
    stage.let_workers_run()
    agents.lose_the_signal(team.two, WEDNESDAY, "10:10")
    agents.write_without_signal(team.two, CALL, TWO[2], "follow_up", "offline_call")
    agents.waits(team.two, 1)
    agents.set_clock(team.two.page, WEDNESDAY, "15:20")
    agents.write_without_signal(team.two, MEETING, TWO[0], "interested", "offline_visit")
    agents.waits(team.two, 2)
    stage.go(WEDNESDAY, "10:30")
    supervisor.call_back(boss, "A3", TUESDAY, "confirmed")
    supervisor.open_coaching(boss, "A3", "negative")
    supervisor.find_the_wrong_moment(boss, THURSDAY)
    stage.go(WEDNESDAY, "16:00")
    supervisor.track(boss, "A2")
    agents.log(team.one, CALL, ONE[0], "interested", "call_note")
    agents.log(team.three, CALL, THREE[2], "declined", "call_note")
    troubles.complain(team.one, "S1", customer_id("A1", 1))
    stage.go(WEDNESDAY, "20:00")
    for agent in (team.one, team.three):
        agents.begin_the_month(agent, "2026-07")
    agents.set_clock(team.two.page, WEDNESDAY, "20:40")
    agents.hand_in_without_signal(team.two)
    agents.waits(team.two, 3)
    team.two.take_picture("offline-phone")
    the_evening(team, WEDNESDAY, [team.one, team.three])
    supervisor.file_journal(boss, met=2)


def thursday(team: Team) -> None:
    stage, boss = team.stage, team.boss
    stage.go(THURSDAY, "07:30")
    agents.find_the_signal(team.two, THURSDAY, "07:30")
    agents.begin_the_month(team.two, "2026-07")
    stage.go(THURSDAY, "08:05")
    stage.let_workers_run()
    troubles.take_up_the_complaint(team.above, "S1")
    stage.go(THURSDAY, "10:00")
    supervisor.call_back(boss, "A2", TUESDAY, "denied")
    troubles.answer_the_mediator(boss)
    stage.go(THURSDAY, "14:30")
    supervisor.open_coaching(boss, "A3", "negative")
    supervisor.coach(boss)
    supervisor.track(boss, "A3")
    troubles.ask_for_a_model(boss, "A1")
    troubles.agree_to_be_a_model(team.one)
    troubles.open_case(boss, "A3")
    troubles.take_step(boss, 3)
    agents.log(team.one, MEETING, ONE[1], "interested", "meeting_note")
    agents.log(team.two, CALL, TWO[1], "follow_up", "call_note")
    agents.log(team.three, MEETING, THREE[1], "interested", "meeting_note")
    the_evening(team, THURSDAY, [team.one, team.two, team.three], waiting=4)
    supervisor.file_journal(boss, met=3, facts=7)


def friday(team: Team) -> None:
    stage, boss = team.stage, team.boss
    stage.go(FRIDAY, "08:05")
    stage.let_workers_run()
    supervisor.review_sheets(boss, 3, "month")
    stage.go(FRIDAY, "10:00")
    supervisor.call_back(boss, "A3", THURSDAY, "confirmed")
    stage.go(FRIDAY, "15:00")
    supervisor.track(boss, "A2")
    troubles.hold_a_sharing(boss, "A1")
    troubles.mediate(team.above)
    troubles.read_the_terms(team.one)
    agents.log(team.one, CLOSING, ONE[0], "signed", "closing_note")
    agents.log(team.two, MEETING, TWO[2], "interested", "meeting_note")
    agents.log(team.three, CALL, THREE[1], "interested", "call_note")
    troubles.open_case(boss, "A3")
    troubles.take_step(boss, 4)
    troubles.praise_and_close(boss)
    agents.plan(team.one, NEXT_MONDAY, MEETING, ONE[1], "10:00")
    stage.go(FRIDAY, "20:00")
    agents.fill_the_week(team.one, ["2", "4", "1", "0", "1"])
    agents.fill_the_week(team.two, ["2", "4", "0", "1", "0"])
    agents.fill_the_week(team.three, ["2", "2", "0", "0", "0"])
    the_evening(team, FRIDAY, [team.one, team.two, team.three])
    supervisor.file_journal(boss, met=2)


def the_evening(team: Team, day: date, writers: list[Player], *, waiting: int = 0) -> None:
    """Let the logs be handed in and reviewed, and the workers look at what is missing."""
    team.stage.go(day, "20:30")
    for agent in writers:
        agents.hand_in(agent)
    team.stage.go(day, "21:00")
    supervisor.review_logs(team.boss, waiting or len(writers))
    team.stage.go(day, "21:40")
    team.stage.let_workers_run()


def the_weekend(team: Team) -> None:
    team.stage.go(SATURDAY, "10:00")
    supervisor.review_sheets(team.boss, 3, "week")
    agents.read_the_care(team.one, MONDAY)
    team.stage.go(SUNDAY, "21:40")
    team.stage.let_workers_run()


def the_auditor_replays_the_week(theatre: Theatre) -> None:
    theatre.stage.go(SUNDAY, "22:00")
    reader = theatre.enter("X1", switches=True)
    for family, n in COUNTED.items():
        auditor.count_events(reader, family, MONDAY, SUNDAY, n)
    auditor.look_back(reader, at=f"{MONDAY}T12:00", vs=f"{MONDAY}T22:00")
    assert auditor.numbers(reader, "A1", 0) == ["—", "—", "—", "—"]
    assert auditor.numbers(reader, "A1", 1) == ["1", "1", "0", "0"]
    auditor.look_back(reader, at=f"{WEDNESDAY}T22:00", reading="both")
    assert auditor.numbers(reader, "A2", 0) == ["—", "—", "—", "—"]
    assert auditor.numbers(reader, "A2", 1) == ["1", "1", "0", "0"]
    reader.take_picture("time-machine-desk")
    auditor.verify_the_log(reader)
