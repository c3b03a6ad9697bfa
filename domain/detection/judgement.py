"""The judgement of a branch: log beside colleagues, calls as evidence, the ladder's conditions.

`judge_branch` is what the service, the workers and `shilu detect` all run. For one new callback,
keep the nightly `branch_suspicions` and run `judge_agent` alone: it costs well under 1 ms.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.detection.evidence import (
    OUTCOME_TABLE,
    PUBLISHED,
    Evidence,
    Item,
    Outcome,
    Table,
    Weights,
    counted,
    log_bayes_factor,
    weigh,
)
from domain.detection.ladder import (
    Missing,
    Rung,
    Thresholds,
    clear_signals,
    contradicted_customers,
    missing_for_alert,
    rung,
    settled_outcomes,
)
from domain.detection.pooling import (
    ORDINARY_Z,
    AgentCalls,
    Doubts,
    doubts,
    fitted_weights,
    lenient_table,
    pooled_table,
    prior_of_agent,
)
from domain.detection.records import BranchRecords, Callback
from domain.detection.suspicion import SignalFound, Suspicion, suspicions
from domain.detection.visit_log import log_of

MODEL_VERSION = "detection-5"
KEPT = timedelta(days=183)  # older answers have left the score
DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class BranchFit:
    """What the branch's own calls teach for judging its people."""

    table: Table
    weights: Weights
    doubts: Doubts


AS_PUBLISHED = BranchFit(OUTCOME_TABLE, PUBLISHED, Doubts(0.0, {}))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known against and for one agent, and whether a human should look (``alert``).

    ``items`` add up to ``log_odds`` within 1e-6. ``counter_items`` are what speaks for the agent:
    items of negative weight once more, and facts that weigh nothing but belong on the card.
    ``posterior`` is P(fabricator); ``share`` and ``interval`` (90 %) are the made-up share of
    visits. ``missing`` names the conditions that keep this from being an alert.
    """

    agent_id: str
    log_odds: float
    posterior: float
    share: float
    interval: tuple[float, float]
    alert: bool
    rung: Rung
    missing: tuple[Missing, ...]
    contradictions: int
    items: tuple[Item, ...]
    counter_items: tuple[Item, ...]
    signals: tuple[SignalFound, ...]
    line: float  # the alert line in force: higher where the branch may have no fabricator
    model_version: str = MODEL_VERSION


def branch_suspicions(records: BranchRecords) -> dict[str, Suspicion]:
    """Return how every agent's log looks beside the colleagues'."""
    return suspicions(log_of(records))


def judge_agent(
    agent_id: str,
    suspicion: Suspicion | None,
    callbacks: Iterable[Callback],
    *,
    policies: int = 0,
    open_correction: bool = False,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    fit: BranchFit = AS_PUBLISHED,
) -> Judgement:
    """Judge one agent from the log's suspicion and the callbacks about the agent's own visits.

    ``fit`` is the branch's own (`branch_fit`), or the published one.
    """
    doubt = fit.doubts.of(agent_id)
    settled = list(settled_outcomes(fresh(callbacks)).values())
    outcomes = [outcome for outcome, _ in settled]
    evidence = weigh(suspicion, outcomes, fit.table, fit.weights, doubt)
    contradictions = contradicted_customers(settled)
    missing = missing_for_alert(
        evidence.posterior,
        contradictions,
        clear_signals(suspicion, thresholds.watch_z),
        open_correction,
        thresholds,
        doubt,
    )
    return Judgement(
        agent_id=agent_id,
        log_odds=evidence.log_odds,
        posterior=evidence.posterior,
        share=evidence.share,
        interval=evidence.interval,
        alert=not missing,
        rung=rung(evidence.posterior, suspicion, outcomes, missing, thresholds),
        missing=missing,
        contradictions=contradictions,
        items=evidence.items,
        counter_items=_counter_items(evidence, outcomes, policies),
        signals=() if suspicion is None else suspicion.signals,
        line=thresholds.line(doubt),
        model_version=f"{MODEL_VERSION}/{fit.weights.version}",
    )


def fresh(callbacks: Iterable[Callback]) -> list[Callback]:
    """Return the calls of the half year before the newest one of them: older ones have decayed."""
    calls = list(callbacks)
    newest = max((call.day for call in calls), default=None)
    return [call for call in calls if newest is not None and newest - call.day < KEPT]


def judge_branch(
    records: BranchRecords,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    suspicions_by_agent: Mapping[str, Suspicion] | None = None,
    calls: Mapping[str, Iterable[Callback]] | None = None,
) -> dict[str, Judgement]:
    """Judge every agent of the roster; a callback about a visit nobody logged counts for nobody.

    Who has looked at the log already hands over what was seen, and the ``calls`` by agent;
    ``records`` needs no visits then.
    """
    seen = branch_suspicions(records) if suspicions_by_agent is None else suspicions_by_agent
    calls = calls_by_agent(records) if calls is None else calls
    fit = branch_fit(seen, calls)
    policies: dict[str, int] = defaultdict(int)
    for sale in records.sales:
        policies[sale.agent_id] += sale.policies
    return {
        agent: judge_agent(
            agent,
            seen.get(agent),
            calls.get(agent, ()),
            policies=policies[agent],
            open_correction=agent in records.open_corrections,
            thresholds=thresholds,
            fit=fit,
        )
        for agent in records.agents
    }


def branch_fit(seen: Mapping[str, Suspicion], calls: Mapping[str, Iterable[Callback]]) -> BranchFit:
    """Return outcome table, weights and doubts to judge people of this branch with."""
    table = judging_table(seen, calls)
    found = {
        agent: (seen[agent].z, log_bayes_factor((o for o, _ in settled), table))
        for agent, settled in _settled_by_agent(seen, calls)
    }
    return BranchFit(table, fitted_weights(found.values()), doubts(found))


def _settled_by_agent(
    seen: Mapping[str, Suspicion], calls: Mapping[str, Iterable[Callback]]
) -> Iterator[tuple[str, list[tuple[Outcome, str]]]]:
    for agent in sorted(set(calls) & set(seen)):
        if settled := list(settled_outcomes(calls[agent]).values()):
            yield agent, settled


def judging_table(seen: Mapping[str, Suspicion], calls: Mapping[str, Iterable[Callback]]) -> Table:
    """Return the table to judge people of this branch with: `judge_agent(..., table=...)`."""
    return lenient_table(branch_table(seen, calls))


def branch_table(seen: Mapping[str, Suspicion], calls: Mapping[str, Iterable[Callback]]) -> Table:
    """Return the outcome table of the branch's own calls, for `fake_rate`; not to judge people."""
    told = [
        AgentCalls(counted(o for o, _ in settled), prior_of_agent(seen[agent].z))
        for agent, settled in _settled_by_agent(seen, calls)
        if seen[agent].z <= ORDINARY_Z
    ]
    return pooled_table(told)


def calls_by_agent(records: BranchRecords) -> dict[str, list[Callback]]:
    """Return the callbacks by the agent whose visit they are about."""
    called = {call.visit_id for call in records.callbacks}
    agent_of = {v.visit_id: v.agent_id for v in records.visits if v.visit_id in called}
    calls: dict[str, list[Callback]] = defaultdict(list)
    for call in records.callbacks:
        if agent_of.get(call.visit_id) == call.agent_id:
            calls[call.agent_id].append(call)
    return calls


def _counter_items(evidence: Evidence, outcomes: list[Outcome], policies: int) -> tuple[Item, ...]:
    """Return what speaks for the agent; the prior is nobody's merit and stays out."""
    spoken = [i for i in evidence.items if i.weight < 0 and i.name != "starting_point"]
    if policies:
        spoken.append(Item("policies_signed", 0.0, {"count": policies}))
    wrong = outcomes.count(Outcome.WRONG_NUMBER)
    if wrong:
        spoken.append(Item("wrong_numbers_are_typos", 0.0, {"count": wrong}))
    return tuple(spoken)
