"""Compares each answered callback with its visit (虚假填写, R-33; detection.md, section 3).

A denial becomes a contradiction on record, quietly. A case is opened only when every entry
condition of the ladder holds; it is a question to a human and never a verdict. Announced
(coaching) and unannounced (audit) calls both count; ``cannot_recall`` never does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import log as ln
from uuid import UUID

import structlog

from domain.application import TeamRecord
from domain.callback import Callback, callback_stream
from domain.detection.evidence import Item, bayes_factor, six_way
from domain.detection.judgement import Judgement, judge_agent
from domain.detection.ladder import Thresholds
from domain.rhythm import Rules
from domain.scheduled_check import CheckKey
from domain.verification_case import (
    Contradiction,
    Evidence,
    EvidenceItem,
)
from domain.words import CONTRADICTIONS, By, Check, Receipt, Role
from workers.branch_facts import BranchFile

log = structlog.get_logger(__name__)

Files = Callable[[int], BranchFile]
"""Gives what was on record of the branch at a position of the log."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one comparison came to, for the log and for tests."""

    contradicted: bool
    case_asked_for: bool
    receipt: Receipt


def compare(
    record: TeamRecord, files: Files, callback_id: str, now: Callable[[], datetime]
) -> Compared | None:
    """Compare a callback with its visit and put the outcome on record; a repeat changes nothing.

    None if there is no such callback or no outcome yet.
    """
    answered = _outcome_of(record, callback_id)
    if answered is None:
        log.info("compare.no_outcome", callback=callback_id)
        return None
    rules = record.rulebook.rules()
    day = rules.day_of(answered.by.occurred_at)
    key = CheckKey(Check.FAKE_ENTRIES, callback_id, day)
    earlier = record.recording.receipt_of(key.command_id)
    if earlier is not None:
        return Compared(answered.outcome in CONTRADICTIONS, False, earlier)
    position = _position_of(record, answered.by.command_id)
    judgement = judge(answered.agent_id, files(position), rules)
    contradiction = _contradiction(answered)
    evidence = _evidence(judgement) if judgement.alert else None
    moment = now()
    by = By(
        actor="system",
        role=Role.SYSTEM,
        occurred_at=moment,
        recorded_at=moment,
        command_id=key.command_id,
        source="worker",
        cause=str(position),
    )
    receipt = record.scheduled_checks.finish(
        key,
        answered.team_id,
        answered.by.recorded_at,
        [answered.activity_id] if contradiction else [],
        by=by,
        effects=lambda: record.verification_cases.detected(
            contradiction, answered.agent_id, evidence, by
        ),
    )
    return Compared(contradiction is not None, evidence is not None, receipt)


def _outcome_of(record: TeamRecord, callback_id: str) -> Callback.OutcomeRecorded | None:
    """Return the newest outcome: it may have been recorded anew."""
    found = None
    for event in record.events.get(callback_stream(callback_id)):
        if isinstance(event, Callback.OutcomeRecorded):
            found = event
    return found


def _position_of(record: TeamRecord, command_id: UUID) -> int:
    receipt = record.recording.receipt_of(command_id)
    return receipt.position if receipt else 0


def judge(agent_id: str, file: BranchFile, rules: Rules) -> Judgement:
    """Judge an agent; contradictions that a human has judged already accuse nobody twice."""
    thresholds = Thresholds(
        alert=rules.alert_probability,
        watch=rules.watch_probability,
        contradictions=rules.contradictions,
    )
    return judge_agent(
        agent_id,
        file.seen.get(agent_id),
        [call for call in file.calls.get(agent_id, ()) if call.callback_id not in file.settled],
        policies=file.policies.get(agent_id, 0),
        open_correction=agent_id in file.open_corrections,
        thresholds=thresholds,
        fit=file.fit,
    )


def _contradiction(answered: Callback.OutcomeRecorded) -> Contradiction | None:
    if answered.outcome not in CONTRADICTIONS:
        return None
    told = six_way(answered.outcome)
    return Contradiction(
        agent_id=answered.agent_id,
        team_id=answered.team_id,
        activity_id=answered.activity_id,
        callback_id=answered.callback_id,
        customer_id=answered.customer_id,
        outcome=answered.outcome,
        weight=ln(bayes_factor([told] if told else [])),
    )


def _evidence(judgement: Judgement) -> Evidence:
    return Evidence(
        posterior=judgement.posterior,
        threshold=judgement.line,
        model_version=judgement.model_version,
        items=tuple(map(_item, judgement.items)),
        counter_items=tuple(map(_item, judgement.counter_items)),
    )


def _item(item: Item) -> EvidenceItem:
    return EvidenceItem(item.name, item.weight, dict(item.facts))
