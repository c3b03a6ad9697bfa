"""The signals: what does not fit in a log, what it weighs, how it is said (detection.md, section 2).

A signal says nothing about guilt: each has an innocent explanation, told beside it. Benford and
terminal digits are not built (visit logs hold no amounts). A single unreachable customer is no
evidence and not here; denials and wrong numbers are weighed in `evidence`.

Weights start from the strength of the published evidence in the page's table (+++ 3, ++ 2, + 1,
half of it where the page names habit or chance as the usual cause) and were re-fitted, shrunk to
those values, on simulated branches of five kinds (docs/simulator.md); other seeds and the sample
branch judged the result. ``log_lr`` is the page's kind
of likelihood ratio for a single visit, in nats. `flags` and `measures` hold the formulas.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.detection.flags import (
    even_times,
    holes_in_the_day,
    impossible_times,
    incomplete_names,
    malformed_phones,
    met_only_once,
    near_copies,
    new_again,
    no_travel_time,
    odd_hours,
    renamed_phones,
    same_subject_again,
    shared_phones,
    typed_in_batches,
    visits_on_leave,
)
from domain.detection.measures import (
    Measure,
    exactly_on_target,
    little_variation,
    no_results,
    share_of_visits,
)
from domain.detection.visit_log import Flags, VisitLog


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


def _of_visits(
    name: str,
    weight: float,
    flag: Callable[[VisitLog], Flags],
    log_lr: float,
    says: tuple[str, str],
    innocent: tuple[str, str],
) -> Signal:
    return Signal(name, weight, share_of_visits(flag), *says, *innocent, flag=flag, log_lr=log_lr)


SIGNALS: tuple[Signal, ...] = (
    _of_visits(
        "visits_on_leave",
        3.0,
        visits_on_leave,
        2.5,
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
        1.2,
        impossible_times,
        0.8,
        (
            "{total} 次拜访中有 {count} 次时间上不可能（重叠超过 15 分钟等）；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits are impossible in time (overlaps over 15 minutes and the like); "
            "{peers}% of colleagues show as many.",
        ),
        ("时间可能凭记忆估填。", "Times may be filled in from memory."),
    ),
    _of_visits(
        "new_again",
        3.0,
        new_again,
        2.8,
        (
            "{count} 次“新增拜访”的客户早已拜访过；同事中达到此数的占 {peers}%。",
            "{count} 'new prospect' visits are to people met before; {peers}% of colleagues show as many.",
        ),
        ("可能选错了类别。", "The kind may be mistaken."),
    ),
    _of_visits(
        "near_copies",
        1.2,
        near_copies,
        0.7,
        (
            "{total} 条备注中有 {count} 条几乎照抄以前的；同事中达到此数的占 {peers}%。",
            "{count} of {total} remarks repeat an earlier one almost word for word; "
            "{peers}% of colleagues show as many.",
        ),
        ("有人习惯用固定说法。", "Some people always use the same words."),
    ),
    _of_visits(
        "typed_in_batches",
        0.8,
        typed_in_batches,
        0.4,
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
        0.9,
        met_only_once,
        0.6,
        (
            "{total} 次拜访中有 {count} 次的客户只出现过一次；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits are to people who appear only once; "
            "{peers}% of colleagues show as many.",
        ),
        ("可能是早先的老客户。", "They may be customers from before."),
    ),
    _of_visits(
        "malformed_phones",
        1.5,
        malformed_phones,
        1.5,
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
        0.2,
        even_times,
        0.55,
        (
            "{total} 次拜访中有 {count} 次整点半点开始、时长整齐；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits start on the half hour and last 30, 45 or 60 minutes; "
            "{peers}% of colleagues show as many.",
        ),
        ("自律的人也会这样安排。", "Disciplined people plan like this."),
    ),
    _of_visits(
        "no_travel_time",
        1.4,
        no_travel_time,
        0.9,
        (
            "{total} 次拜访中有 {count} 次与上一位客户之间没有路程时间；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits leave no time for the way from the customer before; "
            "{peers}% of colleagues show as many.",
        ),
        ("两位客户可能在同一处。", "Both customers may be at one place."),
    ),
    _of_visits(
        "holes_in_the_day",
        0.9,
        holes_in_the_day,
        0.7,
        (
            "{total} 次拜访中有 {count} 次与前一次相隔两小时以上；同事中达到此数的占 {peers}%。",
            "{count} of {total} visits come two hours or more after the one before; "
            "{peers}% of colleagues show as many.",
        ),
        ("可能是用餐、培训或路远。", "A meal, a training or a long way may lie between."),
    ),
    _of_visits(
        "same_subject_again",
        0.2,
        same_subject_again,
        0.3,
        (
            "{count} 次在七天内再访同一客户，备注几乎没有新内容；同事中达到此数的占 {peers}%。",
            "{count} visits see a customer again within 7 days with no new content; "
            "{peers}% of colleagues show as many.",
        ),
        ("认真跟进也会这样。", "Good follow-up looks alike."),
    ),
    _of_visits(
        "odd_hours",
        0.0,
        odd_hours,
        0.0,
        (
            "{total} 次拜访中有 {count} 次在早八点前或晚九点后；仅供参考。",
            "{count} of {total} visits are before 08:00 or after 21:00; context only.",
        ),
        ("店主常常只有这时有空。", "Shop owners are often free only then."),
    ),
    Signal(
        "little_variation",
        0.6,
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
