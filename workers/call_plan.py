"""Draws each morning whom a supervisor is to call back today (今天该回访谁; detection.md, section 3).

One visit a team and working day, with a known probability; the draw can be made again from what is
on record with it. Second calls, by somebody above, and who has recovered since a decision (praise is due, R-33), are put on record in the same step. Nobody is told why
a visit was drawn: a list must not name suspects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from domain.application import TeamRecord
from domain.call_plan import DRAWN_REASON, SECOND_REASON, Drawing, SecondCall
from domain.callback import Listing, callback_id_of
from domain.detection import records
from domain.detection.call_choice import RANDOM_SHARE, Draw, draw, seed_of
from domain.recording import Aggregate
from domain.scheduled_check import CheckKey
from domain.words import By, CallbackDesign, CallbackMode, Check, Receipt, RepeatReason, Role
from workers.branch_book import BranchBook, Outlook
from workers.call_facts import Listed
from workers.call_frame import Frame


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan came to: the callbacks put on lists."""

    callbacks: tuple[str, ...]
    receipt: Receipt


def plan(
    record: TeamRecord,
    book: BranchBook,
    team_id: str,
    day: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Planned:
    """Put today's calls of a team on record; a repeat changes nothing."""
    key = CheckKey(Check.CALL_PLAN, team_id, day)
    done, earlier = record.scheduled_checks.find(key), record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Planned(done.findings, earlier)
    moment = now()
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    outlook = book.outlook(team_id, day)
    made = _calls(record, outlook, team_id, day)
    receipt = record.scheduled_checks.finish(
        key,
        team_id,
        due_at,
        [listing.callback_id for listing, _ in made],
        by=by,
        effects=lambda: _effects(record, made, outlook, by),
    )
    return Planned(tuple(listing.callback_id for listing, _ in made), receipt)


Made = tuple[Listing, Drawing | SecondCall]


def _effects(record: TeamRecord, made: list[Made], outlook: Outlook, by: By) -> list[Aggregate]:
    calls = [call for one in made for call in record.call_plans.planned(*one, by)]
    cases = record.verification_cases
    well = [
        f for r in outlook.recoveries for f in cases.recovered(r.agent_id, r.calls, r.since, by)
    ]
    return [*calls, *well]


def _calls(record: TeamRecord, outlook: Outlook, team_id: str, day: date) -> list[Made]:
    team = record.organisation.team(team_id)
    made: list[Made] = []
    if team is not None and team.supervisor_id is not None:
        seed = seed_of("call_plan", team_id, day.isoformat(), str(outlook.position))
        drawn = draw(outlook.frame.candidates, seed)
        if drawn is not None:
            made.append(
                _drawn(drawn, outlook.frame, outlook.model_version, team.supervisor_id, day)
            )
    for call, why in outlook.again:
        caller = _somebody_else(call, outlook.uppers)
        if caller is not None:
            made.append(_again(call, why, caller, day))
    return made


def _drawn(drawn: Draw, frame: Frame, model: str, caller: str, day: date) -> Made:
    visit = frame.visits[drawn.visit_id]
    drawing = Drawing(
        frame_size=drawn.frame_size,
        probability=drawn.probability,
        random_share=RANDOM_SHARE,
        frame_sha256=drawn.frame_sha256,
        seed=drawn.seed,
        model_version=model,
        left_out=frame.left_out,
    )
    return _listing(visit, caller, day, drawn.probability), drawing


def _listing(visit: records.Visit, caller: str, day: date, probability: float) -> Listing:
    return Listing(
        callback_id=callback_id_of(visit.visit_id, caller),
        activity_id=visit.visit_id,
        kind=visit.kind,
        visit_day=visit.day,
        agent_id=visit.agent_id,
        team_id=visit.team_id,
        supervisor_id=caller,
        customer_id=visit.customer,
        mode=CallbackMode.AUDIT,
        design=CallbackDesign.RISK,
        reason=DRAWN_REASON,
        on_day=day,
        probability=probability,
    )


def _again(call: Listed, why: RepeatReason, caller: str, day: date) -> Made:
    listing = Listing(
        callback_id=callback_id_of(call.activity_id, caller),
        activity_id=call.activity_id,
        kind=call.kind,
        visit_day=call.visit_day,
        agent_id=call.agent_id,
        team_id=call.team_id,
        supervisor_id=caller,
        customer_id=call.customer_id,
        mode=CallbackMode.AUDIT,
        design=CallbackDesign.CHOSEN,
        reason=SECOND_REASON,
        on_day=day,
    )
    return listing, SecondCall(call.callback_id, why)


def _somebody_else(call: Listed, uppers: tuple[str, ...]) -> str | None:
    """Return an upper supervisor other than who called before; None if there is none."""
    others = [person for person in uppers if person != call.supervisor_id]
    return others[seed_of("second_caller", call.callback_id) % len(others)] if others else None
