"""Which visits of a team may be called about today, and which calls are due a second time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.detection import records
from domain.detection.call_choice import SPENT, Candidate, seed_of
from domain.words import CONTRADICTIONS, CallbackOutcome, RepeatReason
from workers.call_facts import CallFacts, Listed

FRAME_DAYS = 7  # visits older than that are not called about
CUSTOMER_REST = timedelta(days=90)  # at most one call a customer
QUARTER = timedelta(days=90)  # nobody goes longer without a call
SECOND_AFTER, SECOND_UNTIL = timedelta(days=14), timedelta(days=28)
ONE_IN = 20  # confirmed and denied calls that are made again by somebody else
RECOVERED_CALLS, RECOVERED_AFTER = 10, timedelta(weeks=8)
SPOKEN = frozenset({CallbackOutcome.CONFIRMED, *CONTRADICTIONS})
CASE_CALLS = 2  # second calls about the contradictions of an unwilling agent
REPEATED = (CallbackOutcome.CONFIRMED, CallbackOutcome.DENIED)


@dataclass(frozen=True, slots=True)
class Frame:
    """The visits that may be drawn, and how many could not be, by reason."""

    candidates: tuple[Candidate, ...]
    visits: Mapping[str, records.Visit]
    left_out: Mapping[str, int]


def frame_of(
    team_id: str,
    day: date,
    visits: Iterable[records.Visit],
    facts: CallFacts,
    posterior: Callable[[str], float],
    risks: Mapping[str, float],
) -> Frame:
    """Return whom the team's supervisor may call about on ``day``.

    ``posterior`` gives P(fabricates) of an agent. An agent with an open case costs no more calls;
    one about whom nobody called for a quarter weighs as much as the most suspected of the frame.
    """
    oldest = day - timedelta(days=FRAME_DAYS)
    recent = [v for v in visits if v.team_id == team_id and oldest <= v.day < day]
    listed = {call.activity_id for call in facts.listed.values()}
    resting = _resting(day, facts)
    why = {v.visit_id: _barred(v, day, facts, listed, resting) for v in recent}
    free = {v.visit_id: v for v in recent if why[v.visit_id] is None}
    suspicion = _suspicions({v.agent_id for v in free.values()}, day, facts, posterior)
    return Frame(
        tuple(
            Candidate(v.visit_id, v.agent_id, suspicion[v.agent_id], risks.get(v.visit_id, 1.0))
            for v in free.values()
        ),
        free,
        dict(Counter(reason for reason in why.values() if reason)),
    )


def second_calls(team_id: str, day: date, facts: CallFacts) -> list[tuple[Listed, RepeatReason]]:
    """Return the calls that are due a second time, by somebody else, with the reason.

    One in twenty of the confirmed and denied ones after two weeks, chosen by the id alone; and
    after a decision 'unwilling' the newest contradictions of that agent.
    """
    repeated = {call.repeats for call in facts.listed.values() if call.repeats}
    mine = [
        call
        for call in facts.listed.values()
        if call.team_id == team_id and call.callback_id not in repeated and call.repeats is None
    ]
    sample = [call for call in mine if _sampled(call, day)]
    of_case = {
        callback_id
        for agent, since in facts.unwilling_since.items()
        if timedelta(0) <= day - since <= SECOND_AFTER
        for callback_id in facts.contradicted.get(agent, ())[-CASE_CALLS:]
    }
    cases = [call for call in mine if call.callback_id in of_case]
    chosen = {call.callback_id: (call, RepeatReason.SAMPLE) for call in sample}
    chosen |= {call.callback_id: (call, RepeatReason.CASE) for call in cases}
    return [
        (call, why) for call, why in chosen.values() if facts.may_be_called(call.customer_id, day)
    ]


@dataclass(frozen=True, slots=True)
class Recovery:
    """An agent about whom ``calls`` customers answered since ``since``, none against the log."""

    agent_id: str
    calls: int
    since: date


def recoveries(team_id: str, day: date, facts: CallFacts) -> list[Recovery]:
    """Return who has put it right since a decision: ten answers, or eight weeks, all matching."""
    found = []
    for agent, (team, since) in facts.found.items():
        told = [
            call.outcome
            for call in facts.listed.values()
            if call.agent_id == agent and call.answered_on and call.answered_on > since
        ]
        spoken = [outcome for outcome in told if outcome in SPOKEN]
        enough = len(spoken) >= RECOVERED_CALLS or (spoken and day - since >= RECOVERED_AFTER)
        if team == team_id and enough and not CONTRADICTIONS & set(spoken):
            found.append(Recovery(agent, len(spoken), since))
    return found


def _sampled(call: Listed, day: date) -> bool:
    if call.outcome not in REPEATED or call.answered_on is None:
        return False
    due = SECOND_AFTER <= day - call.answered_on <= SECOND_UNTIL
    return due and seed_of("second_call", call.callback_id) % ONE_IN == 0


def _resting(day: date, facts: CallFacts) -> frozenset[str]:
    return frozenset(
        call.customer_id
        for call in facts.listed.values()
        if not call.set_aside and day - call.on_day < CUSTOMER_REST
    )


def _barred(
    visit: records.Visit,
    day: date,
    facts: CallFacts,
    listed: set[str],
    resting: frozenset[str],
) -> str | None:
    """Return why a visit cannot be drawn, or None."""
    if visit.visit_id in listed:
        return "listed"
    if visit.customer in resting:
        return "called_lately"
    if not facts.may_be_called(visit.customer, day):
        return "opted_out"
    return "no_number" if visit.phone is None else None


def _suspicions(
    agents: set[str], day: date, facts: CallFacts, posterior: Callable[[str], float]
) -> dict[str, float]:
    found = {a: SPENT if a in facts.open_cases else posterior(a) for a in agents}
    highest = max(found.values(), default=SPENT)
    newest: dict[str, date] = {}
    for call in facts.listed.values():
        newest[call.agent_id] = max(call.on_day, newest.get(call.agent_id, date.min))
    for agent in agents - facts.open_cases:
        since = newest.get(agent, facts.joined.get(agent, day))
        if day - since > QUARTER:
            found[agent] = highest
    return found
