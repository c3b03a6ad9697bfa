"""What the demo's supervisors do with their people: reviews, tracking calls, coaching, journals.

They write about what the invented days were like, so that a reader of the demo finds pages that
agree with each other. The last two days wait for the visitor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from domain.application import TeamRecord
from domain.coaching import Proposal, Session
from domain.coaching_words import Moment, Origin, Skill
from domain.log_checklist import Finding
from domain.review import Remark
from domain.supervisor_journal import NoteKind
from domain.tracking_call import Opening, Preparation, Talk, tracking_call_id_of
from domain.words import By, RemarkKind, ReviewVerdict
from shilu.bulk import Step
from shilu.demo.days import CALL, Day
from shilu.demo.facts import DayFacts
from shilu.demo.people import Branch, Habit, Person, Team
from shilu.demo.supervision_words import (
    ANSWERS,
    COACHED,
    JOURNALS,
    REMARKS,
    REMARKS_ON_THIN,
    TRACKED,
    WORKPLACE,
    Coached,
)

REVIEWED_AT = time(10, 40)  # also after what was typed in the morning after
JOURNAL_AT = time(21, 40)
JOURNAL_DAYS = 10  # of each supervisor, that are filed
WAITING = 2  # last days whose logs nobody has reviewed yet
WISH = "客户总说再考虑，不知道怎样接下去"


@dataclass(frozen=True)
class Supervision:
    """What supervisors did on each day, from what their agents did."""

    record: TeamRecord
    branch: Branch
    written: Mapping[str, Sequence[Day]]
    days: Sequence[date]
    seed: int
    tell: Callable[..., Step]
    facts: DayFacts

    def steps(self) -> Iterator[Step]:
        """Return every command, in no order."""
        for team in self.branch.teams:
            yield from self._reviews(team)
            yield from self._tracking(team)
            yield from self._coaching(team)
            yield from self._journals(team)
        yield self._wish(self.branch.teams[0])

    # --- reviews of daily logs (批阅) ---

    def _reviews(self, team: Team) -> Iterator[Step]:
        draw = Random(f"{self.seed}/{team.team_id}/reviews")
        for agent in team.agents:
            for day, following in zip(self.days, self.days[1:-WAITING], strict=False):
                written = self._day(agent, day)
                if written is not None and written.submitted and draw.random() < 0.9:
                    at = datetime.combine(following, REVIEWED_AT)
                    at += timedelta(minutes=draw.randrange(70))
                    yield from self._review(team, agent, written, at, draw)

    def _review(
        self, team: Team, agent: Person, written: Day, at: datetime, draw: Random
    ) -> Iterator[Step]:
        key = (agent.person_id, written.day.isoformat())
        remark = _remark(written, draw)
        complete = partial(self.record.reviews.complete, agent.person_id, written.day, remark)
        yield self.tell(team.supervisor, at, complete, "review", *key)
        if draw.random() < 0.7:
            reply = draw.choice(ANSWERS) if draw.random() < 0.3 else None
            read = partial(self.record.reviews.read, agent.person_id, written.day, reply=reply)
            yield self.tell(agent, at + timedelta(hours=2), read, "review-read", *key)

    def _day(self, agent: Person, day: date) -> Day | None:
        return next((one for one in self.written[agent.person_id] if one.day == day), None)

    # --- tracking calls (电话追踪) ---

    def _tracking(self, team: Team) -> Iterator[Step]:
        draw = Random(f"{self.seed}/{team.team_id}/tracking")
        for no, day in enumerate(self.days[1:-1]):
            if draw.random() < 0.85:
                agent = team.agents[no % len(team.agents)]
                yield from self._call(team, agent, day, draw, held=True)
        yield from self._call(team, team.agents[1], self.days[-1], draw, held=False)

    def _call(
        self, team: Team, agent: Person, day: date, draw: Random, *, held: bool
    ) -> Iterator[Step]:
        tracked, key = draw.choice(TRACKED), (agent.person_id, day.isoformat())
        sheet = Preparation(tracked.point, tracked.requirement, tracked.problem)
        calls, who = self.record.tracking_calls, (agent.person_id, agent.team_id or "", day)
        at = datetime.combine(day, time(8, 45) if not held else time(15, 20))
        prepare = partial(calls.prepare, *who, sheet)
        prepared = self.tell(team.supervisor, at, prepare, "tracking", *key)
        yield prepared
        if held:
            talk = Talk(
                draw.choice(list(Opening)),
                tracked.learnt,
                tracked.affirmation,
                tracked.requirement,
                tracked.goal,
                listened=draw.choice((3, 4, 4, 5)),
                goal_on=day + timedelta(days=3),
            )
            hold = partial(calls.hold, tracking_call_id_of(prepared.by.command_id), talk)
            later = at + timedelta(minutes=35)
            yield self.tell(team.supervisor, later, hold, "tracking-held", *key)

    # --- one-on-one coaching (个别辅导) ---

    def _coaching(self, team: Team) -> Iterator[Step]:
        draw = Random(f"{self.seed}/{team.team_id}/coaching")
        agents = sorted(team.agents, key=lambda a: a.habit is Habit.STEADY)
        for no, (day, story) in enumerate(zip(self.days[3:-2:4], COACHED, strict=False)):
            agent = agents[no % len(agents)]
            yield from self._session(team, agent, day, story, draw)

    def _session(
        self, team: Team, agent: Person, day: date, story: Coached, draw: Random
    ) -> Iterator[Step]:
        boss, coachings = team.supervisor, self.record.coachings
        coaching_id = f"demo-{agent.person_id}-{day.isoformat()}"
        about = (coaching_id, agent.person_id, team.team_id, boss.person_id, story.moment)
        proposal = Proposal(*about, Origin.SUPERVISOR, day, {})
        skills = (Skill.LISTENED, Skill.OPEN_QUESTIONS, Skill.PRAISED)
        session = Session((story.method,), story.summary, story.commitments, skills)
        at = datetime.combine(day, time(17, 5))
        told = partial(self._told, boss, at, agent, day)
        yield told(0, partial(coachings.propose, proposal), "open")
        yield told(2, partial(coachings.check_gate, coaching_id, ()), "gate")
        yield told(30, partial(coachings.hold, coaching_id, session), "held")
        following = day + timedelta(days=7)
        effect = (story.behaviour, draw.choice((3, 4, 4, 5)), following)
        yield told(34, partial(coachings.evaluate, coaching_id, *effect), "evaluated")
        if story.comment:
            comment = partial(coachings.comment, coaching_id, story.comment)
            evening = at + timedelta(hours=3)
            key = ("coaching", agent.person_id, day.isoformat(), "comment")
            yield self.tell(agent, evening, comment, *key)

    def _told(
        self,
        boss: Person,
        at: datetime,
        agent: Person,
        day: date,
        minutes: int,
        command: Callable[..., object],
        verb: str,
    ) -> Step:
        key = ("coaching", agent.person_id, day.isoformat(), verb)
        return self.tell(boss, at + timedelta(minutes=minutes), command, *key)

    def _wish(self, team: Team) -> Step:
        """Let somebody ask for help on the evening before; it waits for the visitor."""
        agent, day = team.agents[1], self.days[-2]
        about = (f"demo-wish-{agent.person_id}", agent.person_id, team.team_id)
        boss = team.supervisor.person_id
        wish = Proposal(*about, boss, Moment.ASKED, Origin.AGENT, day, {}, wish=WISH)
        ask = partial(self.record.coachings.propose, wish)
        return self.tell(agent, datetime.combine(day, time(20, 30)), ask, "wish", agent.person_id)

    # --- the supervisor's own journal (主管经营日志) ---

    def _journals(self, team: Team) -> Iterator[Step]:
        draw, boss = Random(f"{self.seed}/{team.team_id}/journal"), team.supervisor
        for day in self.days[-1 - JOURNAL_DAYS : -1]:
            key = (boss.person_id, day.isoformat())
            if draw.random() < 0.5:
                kind, text = draw.choice(WORKPLACE)
                note = partial(self.record.journals.add_note, day, NoteKind(kind), text)
                yield self.tell(boss, datetime.combine(day, time(18)), note, "note", *key)
            at = datetime.combine(day, JOURNAL_AT) + timedelta(minutes=int(boss.person_id[1:]))
            submit = partial(self._file, boss.person_id, day, draw.choice(JOURNALS))
            yield self.tell(boss, at, submit, "journal", *key, settled=True)

    def _file(self, boss: str, day: date, summary: str, *, by: By) -> object:
        facts = self.facts.of(boss, day)
        return self.record.journals.submit(day, summary, facts, by=by)


def _remark(written: Day, draw: Random) -> Remark:
    """Return what a supervisor says about a day: thin notes are met with advice."""
    met = [entry for entry in written.entries if entry.kind is not CALL]
    thin = [entry for entry in met if len(entry.note or "") < 6]
    if met and 2 * len(thin) >= len(met):
        text, advice = draw.choice(REMARKS_ON_THIN)
        told = RemarkKind.CORRECT, ReviewVerdict.IMPROVE, text, advice
        return Remark(*told, (Finding.THIN_NOTES,))
    kind, text = draw.choice(REMARKS)
    verdict = ReviewVerdict.GOOD if len(met) > 2 else ReviewVerdict.FAIR
    return Remark(RemarkKind(kind), verdict, text)
