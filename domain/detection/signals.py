"""What in a log does not fit: one small pure function a signal (detection.md, section 2).

A signal says nothing about guilt: each has an innocent explanation, told beside it. Benford and
terminal digits are not built (visit logs hold no amounts). Odd hours and a single unreachable
customer are no evidence and not here; denials and wrong numbers are weighed in `evidence`.

Weights follow the strength of the published evidence in the page's table (+++ 3, ++ 2, + 1, half
of it where the page names habit or chance as the usual cause), not any one branch. ``log_lr`` is
the page's kind of likelihood ratio for a single visit, in nats.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from domain.detection.visit_log import (
    AGENT_STEP,
    CLOSING,
    DAY,
    FACE,
    NEW,
    OTHER,
    UNKNOWN,
    Flags,
    Real,
    VisitLog,
    Whole,
)

SLACK = 15  # minutes; times are rounded to half hours
LONG_DAY = 10 * 60  # minutes of visits in one day
SITTING = 45  # minutes without typing end a sitting
ENOUGH_VISITS = 10  # below, a rate says nothing about the agent


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of a signal each agent shows: ``count`` of ``total``, and the ``value`` compared.

    A larger ``value`` is more surprising; a value of 0 or less is never surprising.
    """

    value: Real
    count: Whole
    total: Whole


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of thing that does not fit, with its weight and its sentences.

    Sentences are filled with ``count``, ``total`` and ``peers`` (the share of colleagues who show
    as much or more, in per cent).
    """

    name: str
    weight: float
    measure: Callable[[VisitLog], Measure]
    zh: str
    en: str
    innocent_zh: str
    innocent_en: str
    flag: Callable[[VisitLog], Flags] | None = None
    log_lr: float = 0.0


def visits_on_leave(log: VisitLog) -> Flags:
    """Flag visits on a day of absence (signal 3, +++).

    A single entry of such a day is taken for a mistyped date and left alone.
    """
    away = np.isin(log.agent_day, log.absent)
    _, inverse, count = np.unique(log.agent_day, return_inverse=True, return_counts=True)
    return np.asarray(away & (count[inverse] >= 2))


def shared_phones(log: VisitLog) -> Flags:
    """Flag phones already used for somebody of another surname or by another agent (signal 5, ++).

    Only the later user is flagged. Same agent and same surname, or the same customer handed over
    to a colleague (surname equal), are innocent.
    """
    known = (log.phone != UNKNOWN) & (log.surname != UNKNOWN)
    first = _first_row(log.phone)
    other_agent = log.agent != log.agent[first]
    return np.asarray(known & other_agent & (log.surname != log.surname[first]))


def renamed_phones(log: VisitLog) -> Flags:
    """Flag phones that the same agent used before under another surname (signal 5)."""
    key = log.agent * AGENT_STEP + log.phone
    first = _first_row(key)
    known = (log.phone != UNKNOWN) & (log.surname != UNKNOWN)
    return np.asarray(known & (log.surname != log.surname[first]))


def impossible_times(log: VisitLog) -> Flags:
    """Flag visits that overlap another customer's by more than 15 minutes (signal 6, ++).

    end_i > start_(i+1) + 15 min; also entries typed before the visit began, and days with more
    than 10 hours of visits.
    """
    flags = np.zeros(len(log.day), dtype=np.bool_)
    order = np.lexsort((log.start, log.agent_day))
    day, start, customer = log.agent_day[order], log.start[order], log.customer[order]
    end = start + np.maximum(log.minutes[order], 0)
    for step in (1, 2, 3):
        overlaps = (day[:-step] == day[step:]) & (customer[:-step] != customer[step:])
        overlaps &= end[:-step] > start[step:] + SLACK
        flags[order[:-step][overlaps]] = True
        flags[order[step:][overlaps]] = True
    return flags | (log.recorded + SLACK < log.start) | _too_long_days(log)


def near_copies(log: VisitLog) -> Flags:
    """Flag remarks that nearly copy one of the own last 60 (signal 7, ++).

    Jaccard of character bigrams >= 0.85, remarks of 8 characters and more.
    """
    return log.near_copy


def typed_in_batches(log: VisitLog) -> Flags:
    """Flag visits typed 2 days late or more in a sitting that covers 3 dates or more (signal 8)."""
    late = log.recorded // DAY - log.day >= 2
    order = np.lexsort((log.recorded, log.agent))
    gap = np.diff(log.recorded[order], prepend=log.recorded[order][:1]) > SITTING
    gap |= np.diff(log.agent[order], prepend=log.agent[order][:1]) != 0
    sitting = np.empty(len(order), dtype=np.int64)
    sitting[order] = np.cumsum(gap)
    dates = np.unique(np.stack((sitting, log.day)), axis=1)[0] if len(order) else sitting
    return np.asarray(late & (np.bincount(dates, minlength=1)[sitting] >= 3))


def new_again(log: VisitLog) -> Flags:
    """Flag 'new prospect' visits to somebody the agent had met on an earlier day (signal 9).

    Nobody is new twice: the log contradicts itself, as in 5-3-1 reached with old names.
    """
    key = log.agent * AGENT_STEP + log.customer
    order = np.lexsort((log.start, key))
    first = np.empty(len(order), dtype=np.int64)
    _, starts, inverse = np.unique(key[order], return_index=True, return_inverse=True)
    first[order] = log.day[order][starts][inverse]
    return np.asarray((log.kind == NEW) & (log.day > first))


def met_only_once(log: VisitLog) -> Flags:
    """Flag meetings and closings with somebody never new, never seen before and never again.

    Signal 9 turned round: an invented customer leaves no trace. Customers from before the log
    began look alike, for every colleague in the same measure.
    """
    key = log.agent * AGENT_STEP + log.customer
    _, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray((count[inverse] == 1) & (log.kind != NEW) & (log.kind != OTHER))


def malformed_phones(log: VisitLog) -> Flags:
    """Flag numbers that cannot exist (not 11 digits): signal 4 without a call; ask to correct."""
    return log.malformed_phone


def incomplete_names(log: VisitLog) -> Flags:
    """Flag names without a given name, 王先生 (signal 10, R-83): train first."""
    return log.incomplete_name


def even_times(log: VisitLog) -> Flags:
    """Flag visits that start on the half hour and last 30, 45 or 60 minutes (signal 11)."""
    return np.asarray((log.start % 30 == 0) & np.isin(log.minutes, (30, 45, 60)))


def little_variation(log: VisitLog) -> Measure:
    """Measure how alike all durations are: 1 / (CV + 0.05), CV = deviation / mean (signal 11)."""
    told = log.minutes >= 0
    agent, minutes, size = log.agent[told], log.minutes[told], len(log.agents)
    n = np.maximum(np.bincount(agent, minlength=size), 1)
    mean = np.bincount(agent, minutes, size) / n
    spread = np.sqrt(np.maximum(np.bincount(agent, minutes * minutes, size) / n - mean * mean, 0.0))
    variation = spread / np.maximum(mean, 1.0)
    value = np.where(log.visits_of >= ENOUGH_VISITS, 1.0 / (variation + 0.05), 0.0)
    return Measure(value, np.rint(100 * variation).astype(np.int64), log.visits_of)


def no_results(log: VisitLog) -> Measure:
    """Measure (expected - policies) / sqrt(expected + 1), expected = closings x team rate (13)."""
    closings = np.bincount(log.agent[log.kind == CLOSING], minlength=len(log.agents))
    rate = log.policies.sum() / max(int(closings.sum()), 1)
    expected = closings * rate
    value = (expected - log.policies) / np.sqrt(expected + 1.0)
    return Measure(np.where(log.policies.sum() > 0, value, 0.0), log.policies, closings)


def exactly_on_target(log: VisitLog) -> Measure:
    """Measure the share of days with exactly 3 meetings, 1 closing and 1 new visit (signal 12).

    The target itself causes it, so it only counts beside colleagues and weighs little.
    """
    size = len(log.agents)
    days, inverse = np.unique(log.agent_day, return_inverse=True)
    exact = np.ones(len(days), dtype=np.bool_)
    for kind, wanted in ((FACE, 3), (CLOSING, 1), (NEW, 1)):
        exact &= np.bincount(inverse, log.kind == kind, len(days)) == wanted
    agent = days // AGENT_STEP
    count = np.bincount(agent[exact], minlength=size)
    total = np.bincount(agent, minlength=size)
    return Measure(count / (total + 10.0), count, total)


def _share(
    flag: Callable[[VisitLog], Flags], steady: float = 20.0
) -> Callable[[VisitLog], Measure]:
    """Return the measure of a flag: flagged / (visits + steady), so that few visits say little."""

    def measure(log: VisitLog) -> Measure:
        count = np.bincount(log.agent[flag(log)], minlength=len(log.agents))
        return Measure(count / (log.visits_of + steady), count, log.visits_of)

    return measure


def _first_row(key: Whole) -> Whole:
    """Return for each row the first row with the same key."""
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])


def _too_long_days(log: VisitLog) -> Flags:
    days, inverse = np.unique(log.agent_day, return_inverse=True)
    minutes = np.bincount(inverse, np.maximum(log.minutes, 0), len(days))
    return np.asarray(minutes[inverse] > LONG_DAY)


def _of_visits(
    name: str,
    weight: float,
    flag: Callable[[VisitLog], Flags],
    log_lr: float,
    says: tuple[str, str],
    innocent: tuple[str, str],
) -> Signal:
    return Signal(name, weight, _share(flag), *says, *innocent, flag=flag, log_lr=log_lr)


SIGNALS: tuple[Signal, ...] = (
    _of_visits(
        "visits_on_leave",
        3.0,
        visits_on_leave,
        3.0,
        ("请假当天记了 {count} 次拜访。", "{count} visits are logged on days of leave."),
        ("日期可能填错。", "The date may be mistyped."),
    ),
    _of_visits(
        "shared_phones",
        2.0,
        shared_phones,
        2.5,
        (
            "{count} 次拜访的电话属于同事的另一位客户。",
            "{count} visits carry the phone of a colleague's customer of another name.",
        ),
        ("可能是夫妻或公司总机。", "A couple or a switchboard may share a number."),
    ),
    _of_visits(
        "impossible_times",
        2.0,
        impossible_times,
        1.6,
        (
            "{total} 次拜访中有 {count} 次时间上不可能（重叠超过 15 分钟等）；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits are impossible in time (overlaps over 15 minutes and the like); "
            "{peers}% of colleagues show as many.",
        ),
        ("时间可能凭记忆估填。", "Times may be filled in from memory."),
    ),
    _of_visits(
        "new_again",
        2.0,
        new_again,
        2.3,
        (
            "{count} 次“新增拜访”的客户早已拜访过；同事中达到此数的占 {peers}%。",
            "{count} 'new prospect' visits are to people met before; {peers}% of colleagues show as many.",
        ),
        ("可能选错了类别。", "The kind may be mistaken."),
    ),
    _of_visits(
        "near_copies",
        2.0,
        near_copies,
        1.0,
        (
            "{total} 条备注中有 {count} 条几乎照抄以前的；同事中达到此数的占 {peers}%。",
            "{count} of {total} remarks repeat an earlier one almost word for word; "
            "{peers}% of colleagues show as many.",
        ),
        ("有人习惯用固定说法。", "Some people always use the same words."),
    ),
    _of_visits(
        "typed_in_batches",
        1.5,
        typed_in_batches,
        1.0,
        (
            "{total} 次拜访中有 {count} 次是几天后一并补记的；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits were typed in days later, several days at one sitting; "
            "{peers}% of colleagues show as many.",
        ),
        ("有人习惯每周补记一次。", "Some people type the week up on Friday."),
    ),
    _of_visits(
        "renamed_phones",
        0.5,
        renamed_phones,
        0.3,
        (
            "{count} 次拜访用了同一电话、不同姓氏；同事中达到此数的占 {peers}%。",
            "{count} visits use one phone under different surnames; {peers}% of colleagues show as many.",
        ),
        ("可能是一家人共用电话。", "A family may share a phone."),
    ),
    _of_visits(
        "met_only_once",
        0.5,
        met_only_once,
        0.4,
        (
            "{total} 次拜访中有 {count} 次的客户只出现过一次；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits are to people who appear only once; "
            "{peers}% of colleagues show as many.",
        ),
        ("可能是早先的老客户。", "They may be customers from before."),
    ),
    _of_visits(
        "malformed_phones",
        1.0,
        malformed_phones,
        1.0,
        (
            "{count} 次拜访的电话位数不对，请先更正。",
            "{count} visits carry a phone number that cannot exist; ask for a correction first.",
        ),
        ("可能是输入错误。", "It may be a typing error."),
    ),
    _of_visits(
        "incomplete_names",
        0.0,
        incomplete_names,
        0.0,
        (
            "{total} 次拜访中有 {count} 次姓名不全，先辅导填写。",
            "{count} of {total} names are incomplete; coach the filling-in first.",
        ),
        ("初次接触常常只知道姓。", "At first contact often only the surname is known."),
    ),
    _of_visits(
        "even_times",
        0.5,
        even_times,
        0.3,
        (
            "{total} 次拜访中有 {count} 次整点半点开始、时长整齐；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits start on the half hour and last 30, 45 or 60 minutes; "
            "{peers}% of colleagues show as many.",
        ),
        ("自律的人也会这样安排。", "Disciplined people plan like this."),
    ),
    Signal(
        "little_variation",
        1.0,
        little_variation,
        "{total} 次拜访的时长几乎一样（变异 {count}%）；同事中达到此程度的占 {peers}%。",
        "The {total} visits last nearly the same time (variation {count}%); "
        "{peers}% of colleagues vary as little.",
        "自律的人也会这样安排。",
        "Disciplined people plan like this.",
    ),
    Signal(
        "no_results",
        1.0,
        no_results,
        "促成拜访 {total} 次，签单 {count} 件；同事中成效同样少的占 {peers}%。",
        "{total} closing visits, {count} policies; {peers}% of colleagues have as little to show.",
        "可能是运气或新人，先辅导。",
        "It may be bad luck or a new agent; coach first.",
    ),
    Signal(
        "exactly_on_target",
        0.0,
        exactly_on_target,
        "{total} 天中有 {count} 天恰好 3-1-1；同事中达到此数的占 {peers}%。",
        "{count} of {total} days are exactly 3-1-1; {peers}% of colleagues show as many.",
        "达标即止也是常情。",
        "Honest people stop at the target too.",
    ),
)
BY_NAME = {signal.name: signal for signal in SIGNALS}
