"""The demo's weeks and months: team goals, weekly sheets, their reviews, the shown agent's plan.

Results are what the invented days came to; nothing is typed that the log would not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from domain.application import TeamRecord
from domain.monthly_record import MonthWords
from domain.plan import Intention
from domain.sheet_figures import Figures, monday_of, month_of
from domain.sheet_review import Care
from domain.weekly_sheet import WeekWords
from domain.words import ActivityKind, By, PlanKind, RemarkKind, SheetKind
from domain.work_weeks import suggested
from shilu.bulk import Step
from shilu.demo.days import Day
from shilu.demo.people import Branch, Habit, Person, Team

FRIDAY_EVENING = time(19, 20)
MONDAY_MORNING = time(9, 10)
GOALS = Figures(calls=700, meetings=420, closings=110, new_visits=120, policies=14)
FOCUS = "先把老客户见一遍，每周至少两次陪访"
HABITS_LATE = (Habit.CARELESS, Habit.NEWCOMER)  # who often forgets the sheet
LEARNT = (
    "老客户更愿意听保障缺口，下周先约他们。",
    "缴费期说不清的时候客户就退了，要练熟。",
    "约在上午的面谈更容易成行。",
    "促成前没有先确认家人的意见，吃了亏。",
)
PRAISED = ("面谈的记录很具体，看得出用心", "约访的节奏稳，每天都有见到人", "新增做得扎实，没有落下")
SHARE = Figures(calls=90, meetings=54, closings=14, new_visits=15, policies=2)
LOOKED_BACK = (
    "上月老客户见得多，新增不够，月底赶了几次促成。",
    "上月约访稳，促成卡在缴费期的说明。",
    "上月转介绍开始有了，陪访两次收获很大。",
)
LOOKED_AHEAD = (
    "本月每周见三位老客户，要到两个转介绍，促成提前一周准备。",
    "本月先把新增补上来，每天一位，周五和主管对一次。",
)
CARED_FOR_MONTHS = (  # evaluation, advice, guidance
    ("上月的总结说到了点子上", "新增每天一位，不要攒到周末", "下个月行事历先排老客户的生日和续期"),
    ("目标定得实在，和团队对得上", "促成的准备提前一周做", "下个月把陪访日先写进行事历"),
)
ADVISED = ("下周先把促成的准备做在前一天", "周二之前把三位老客户约好", "缴费期的说明我们一起练一次")


Tell = Callable[..., Step]
"""Makes a step of the story: who, when, the command, its key."""


@dataclass(frozen=True)
class Weeks:
    """What people wrote about weeks, from what they did on the days."""

    record: TeamRecord
    branch: Branch
    written: Mapping[str, Sequence[Day]]
    days: Sequence[date]
    seed: int
    tell: Tell

    def steps(self) -> Iterator[Step]:
        """Return every command, in no order."""
        for team in self.branch.teams:
            yield from self._goals(team)
            for agent in team.agents:
                yield from self._sheets(team, agent)
        for agent in self.branch.teams[0].agents:
            yield from self._month(self.branch.teams[0], agent)
        yield from self._plan(self.branch.shown_agent)

    def _goals(self, team: Team) -> Iterator[Step]:
        first = datetime.combine(self.days[0], time(8, 30))
        for month in sorted({month_of(day) for day in self.days}):
            goals = partial(self.record.team_goals.set, team.team_id, month, GOALS, focus=FOCUS)
            key = ("team-goals", team.team_id, month.isoformat())
            yield self.tell(team.supervisor, first, goals, *key)

    def _sheets(self, team: Team, agent: Person) -> Iterator[Step]:
        draw = Random(f"{self.seed}/{agent.person_id}/weeks")
        for monday in sorted({monday_of(day) for day in self.days})[:-1]:
            forgets = 0.5 if agent.habit in HABITS_LATE else 0.08
            evening = datetime.combine(monday + timedelta(days=4), FRIDAY_EVENING)
            evening += timedelta(minutes=draw.randrange(90))
            done, skip = self._done(agent, monday, evening), draw.random() < forgets
            words = WeekWords(_summary(done, draw), _aims(done, draw))
            if skip or done == Figures():
                continue
            submit = partial(self.record.weekly_sheets.submit, agent.person_id, monday, words)
            key = (agent.person_id, monday.isoformat())
            yield self.tell(agent, evening, submit, "week", *key)
            if draw.random() < 0.8:
                yield self._review(team, agent, monday, draw)

    def _review(self, team: Team, agent: Person, monday: date, draw: Random) -> Step:
        care = Care(RemarkKind.GUIDE, draw.choice(PRAISED), draw.choice(ADVISED))
        review = partial(
            self.record.sheet_reviews.complete,
            agent.person_id,
            SheetKind.WEEK,
            monday,
            care,
        )
        at = datetime.combine(monday + timedelta(days=7), MONDAY_MORNING)
        at += timedelta(minutes=draw.randrange(120))
        key = ("week-review", agent.person_id, monday.isoformat())
        return self.tell(team.supervisor, at, review, *key)

    def _month(self, team: Team, agent: Person) -> Iterator[Step]:
        """Draw the month up on its first day in the story, and have some of it reviewed."""
        draw, month = Random(f"{self.seed}/{agent.person_id}/month"), month_of(self.days[-4])
        first = next(day for day in self.days if month_of(day) == month)
        evening = datetime.combine(first, time(18, 10)) + timedelta(minutes=draw.randrange(60))
        key = (agent.person_id, month.isoformat())
        yield self.tell(agent, evening, partial(self._divide, agent, month), "weeks-of", *key)
        words = MonthWords(draw.choice(LOOKED_BACK), draw.choice(LOOKED_AHEAD), SHARE)
        submit = partial(self.record.monthly_records.submit, agent.person_id, month, words)
        yield self.tell(agent, evening + timedelta(minutes=20), submit, "month", *key)
        if draw.random() < 0.7:
            care = Care(RemarkKind.GUIDE, *draw.choice(CARED_FOR_MONTHS))
            about = (agent.person_id, SheetKind.MONTH, month, care)
            at = evening + timedelta(days=1)
            review = partial(self.record.sheet_reviews.complete, *about)
            yield self.tell(team.supervisor, at, review, "month-review", *key)

    def _divide(self, agent: Person, month: date, *, by: By) -> object:
        weeks = suggested(month, self.record.rulebook.rules().is_working_day)
        return self.record.monthly_records.divide(agent.person_id, month, weeks, by=by)

    def _plan(self, agent: Person) -> Iterator[Step]:
        """Plan the shown agent's last day on the evening before it."""
        evening = datetime.combine(self.days[-2], time(20, 40))
        for no, (kind, at) in enumerate(
            ((PlanKind.TRAINING, time(9)), (PlanKind.NEW_PROSPECT_VISIT, time(15, 30)))
        ):
            item_id = f"demo-{no}"
            meant = Intention(self.days[-1], kind, at)
            plan = partial(self.record.plans.plan, agent.person_id, item_id, meant)
            yield self.tell(agent, evening, plan, "plan", agent.person_id, item_id)

    def _done(self, agent: Person, monday: date, told: datetime) -> Figures:
        """Return what the week's log shows at the instant of the sheet."""
        sunday = monday + timedelta(days=6)
        week = [d for d in self.written[agent.person_id] if monday <= d.day <= sunday]
        kinds = [entry.kind for day in week for entry in day.entries if entry.written <= told]
        return Figures(
            calls=kinds.count(ActivityKind.APPOINTMENT_CALL),
            meetings=kinds.count(ActivityKind.FACE_MEETING),
            closings=kinds.count(ActivityKind.CLOSING_VISIT),
            new_visits=kinds.count(ActivityKind.NEW_PROSPECT_VISIT)
            + kinds.count(ActivityKind.RECRUITING_VISIT),
            policies=sum(day.policies for day in week),
        )


def _summary(done: Figures, draw: Random) -> str:
    return f"打了{done.calls}通电话，面谈{done.meetings}位客户。{draw.choice(LEARNT)}"


def _aims(done: Figures, draw: Random) -> Figures:
    """Return next week's targets: about what this week came to, sometimes a little more."""
    more = draw.choice((1.0, 1.05, 1.1))
    return Figures(
        round(done.calls * more),
        round(done.meetings * more),
        max(done.closings, 1),
        max(done.new_visits, 1),
        max(done.policies, 1),
    )
