"""What detection may know of the branch, read from the log itself and kept up to date in memory.

The worker reads the log instead of a view for two reasons: a judgement must know every event up
to the callback that asked for it, and one signal (near-copies) needs remarks, which are sealed and
stand in no view. They live in this process only as long as it does.

A judgement is the same live and replayed, bit for bit: `file` answers as of a position of the log,
and all logs are looked at as of an earlier position that follows from it alone (`looked_at`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from domain.application import TeamRecord
from domain.detection import records
from domain.detection.judgement import MODEL_VERSION, judge_agent
from domain.words import RepeatReason
from workers import call_facts
from workers.branch_facts import (
    HANDLERS,
    BranchFile,
    Facts,
    Look,
    absences,
    file_at,
    look_at,
    sales,
    with_contact,
)
from workers.call_facts import Listed
from workers.call_frame import (
    FRAME_DAYS,
    Frame,
    Recovery,
    frame_of,
    recoveries,
    second_calls,
)

BATCH = 2_000
FINE = 8  # bits: all logs are looked at anew when the log has grown by 1/256 to 1/128
LOOKS_KEPT = 4  # for judgements that come late


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a call plan draws from, as it stood on record at ``position``."""

    position: int
    frame: Frame
    again: tuple[tuple[Listed, RepeatReason], ...]
    recoveries: tuple[Recovery, ...]
    uppers: tuple[str, ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class RateFacts:
    """What an estimate of the fake rate needs: all drawn calls, and visits by agent."""

    file: BranchFile
    drawn: tuple[Listed, ...]
    visits: Mapping[str, int]


def looked_at(position: int) -> int:
    """Return the position as of which all logs are looked at for a judgement at ``position``.

    It lags by less than 1/128 of the log, about half a day of half a year. A small branch has
    no lag. It follows from the position alone, so that a replay looks at the same places.
    """
    step = 1 << max(0, position.bit_length() - FINE)
    return position - position % step


class BranchBook:
    """Follows the log and answers with the branch's file. Thread-safe."""

    def __init__(self, record: TeamRecord) -> None:
        self._record = record
        self._lock = Lock()
        self._facts = Facts()
        self._position = 0  # how far the log was read
        self._newest = 0  # the newest event that told something
        self._file: BranchFile | None = None
        self._looks: dict[int, Look] = {}
        self._morning: tuple[date, Look] | None = None

    def file(self, until: int | None = None) -> BranchFile:
        """Return the branch's file as of a position of the log, the newest where none is told."""
        with self._lock:
            wanted = self._head() if until is None else until
            self._catch_up(wanted)
            look = self._looks.get(looked_at(wanted))
            if look is not None:
                return self._file_at(min(wanted, self._newest), look)
        return BranchBook(self._record).file(until)  # so long ago that it was not looked at

    def outlook(self, team_id: str, day: date) -> Outlook:
        """Return what a team's call plan draws from, up to the newest event.

        Logs are looked at once for all teams of a morning.
        """
        with self._lock:
            head = self._head()
            self._catch_up(head)
            look = self._look_of_morning(day)
            file, facts = self._file_at(self._newest, look), self._facts
            oldest = day - timedelta(days=FRAME_DAYS)
            visits = [with_contact(v, facts) for v in facts.visits.recent(team_id, oldest)]
            return Outlook(
                position=file.position,
                frame=frame_of(team_id, day, visits, facts.calling, _posterior(file), look.risks),
                again=tuple(
                    (replace(c), why) for c, why in second_calls(team_id, day, facts.calling)
                ),
                recoveries=tuple(recoveries(team_id, day, facts.calling)),
                uppers=tuple(sorted(facts.calling.uppers)),
                model_version=f"{MODEL_VERSION}/{file.fit.weights.version}",
            )

    def rate_facts(self) -> RateFacts:
        """Return what an estimate of the fake rate needs, up to the newest event."""
        file = self.file()
        with self._lock:
            calls = self._facts.calling.listed.values()
            drawn = tuple(replace(call) for call in calls if call.weight is not None)
            visits = self._facts.visits.count_by_agent()
        return RateFacts(file, drawn, visits)

    def everything(self) -> records.BranchRecords:
        """Return everything on record of the branch, as detection's plain facts."""
        with self._lock:
            self._catch_up(self._head())
            facts = self._facts
            calls = {call.callback_id: call for _, call in facts.calls}
            return records.BranchRecords(
                agents=tuple(facts.agents),
                visits=tuple(with_contact(v, facts) for v in facts.visits.all()),
                callbacks=tuple(calls.values()),
                absences=tuple(absences(facts)),
                sales=tuple(sales(facts)),
                open_corrections=facts.open_corrections_at(self._position),
            )

    def _file_at(self, position: int, look: Look) -> BranchFile:
        known = self._file
        if known is None or known.position != position or known.seen is not look.seen:
            self._file = known = file_at(self._facts, position, look)
        return known

    def _head(self) -> int:
        return self._record.recorder.max_notification_id() or 0

    def _catch_up(self, until: int) -> None:
        """Read the log up to a position, with a look at all logs on the way."""
        place = looked_at(until)
        if self._position <= place and place not in self._looks:
            self._read(place)
            self._looks[place] = look_at(self._facts)
            self._looks = dict(list(self._looks.items())[-LOOKS_KEPT:])
        self._read(until)

    def _read(self, until: int) -> None:
        zone = ZoneInfo(self._record.rulebook.rules().time_zone)
        for position, event in self._news(until):
            self._facts.position = position
            if handler := HANDLERS.get(type(event)):
                handler(self._facts, event, zone)
            if of_calls := call_facts.HANDLERS.get(type(event)):
                of_calls(self._facts.calling, event, zone)
            self._position = self._newest = position
        self._position = max(self._position, until)

    def _news(self, until: int) -> Iterator[tuple[int, Any]]:
        topics = tuple(kind.TOPIC for kind in {**HANDLERS, **call_facts.HANDLERS})
        while self._position < until and (
            rows := self._record.recorder.select_notifications(
                self._position + 1, BATCH, stop=until, topics=topics
            )
        ):
            for row in rows:
                yield row.id, self._record.mapper.to_domain_event(row)

    def _look_of_morning(self, day: date) -> Look:
        if self._morning is None or self._morning[0] != day:
            self._morning = day, look_at(self._facts)
        return self._morning[1]


def _posterior(file: BranchFile) -> Callable[[str], float]:
    def posterior(agent: str) -> float:
        return judge_agent(
            agent,
            file.seen.get(agent),
            file.calls.get(agent, ()),
            fit=file.fit,
        ).posterior

    return posterior
