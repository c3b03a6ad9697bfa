"""Every item in one plain sentence, Chinese or English, with its innocent explanation."""

from collections.abc import Mapping

from domain.detection.signals import BY_NAME

Facts = Mapping[str, str | int | float]

_PLAIN: Mapping[str, tuple[str, str]] = {
    "starting_point": (
        "起点：每 100 人中约有 {percent} 人编造过拜访。",
        "Starting point: about {percent} of 100 agents make up visits.",
    ),
    "branch_without": (
        "按对同事的回访，本营业部可能没有人编造拜访（可能性 {percent}%）。",
        "By the calls about colleagues, nobody in this branch may be making visits up "
        "({percent}% likely).",
    ),
    "beside_colleagues": (
        "记录的其余部分，与同事的平常情况相比。",
        "The rest of the log, beside what is usual among colleagues.",
    ),
    "calls_confirm": (
        "回访 {total} 次，{count} 次客户确认。",
        "{count} of {total} customers called confirm the visit.",
    ),
    "calls_deny": (
        "回访 {total} 次，{count} 次客户否认有过拜访。",
        "{count} of {total} customers called say that no visit took place.",
    ),
    "calls_no_such_person": (
        "回访 {total} 次，{count} 次机主不认识该客户和营销员。",
        "In {count} of {total} calls the owner of the number knows neither customer nor agent.",
    ),
    "calls_wrong_number": (
        "回访 {total} 次，{count} 次是空号；约一半是填写错误，请先更正。",
        "In {count} of {total} calls the number is not in use; about half of these are typing "
        "errors: ask for a correction first.",
    ),
    "calls_unreachable": (
        "回访 {total} 次，{count} 次未接通；这不说明问题。",
        "{count} of {total} calls were not answered; that proves nothing.",
    ),
    "calls_refused": (
        "回访 {total} 次，{count} 次客户不愿作答；这几乎不说明问题。",
        "{count} of {total} customers would not answer; that proves next to nothing.",
    ),
    "policies_signed": (
        "期间签单 {count} 件，说明确有拜访。",
        "{count} policies were signed: real visits took place.",
    ),
    "wrong_numbers_are_typos": (
        "{count} 个空号不算作矛盾。",
        "{count} wrong numbers are not counted as contradictions.",
    ),
}


def sentence(name: str, facts: Facts, language: str) -> str:
    """Return the sentence of an item; ``language`` is 'zh' or 'en' (zh-CN, en-GB … too).

    An unknown name (an item of a later model) is told by its name, so that old pages still work.
    """
    chinese = language.lower().startswith("zh")
    if (signal := BY_NAME.get(name)) is not None:
        return (signal.zh if chinese else signal.en).format(**facts)
    if name in _PLAIN:
        return _PLAIN[name][0 if chinese else 1].format(**facts)
    told = "，".join(f"{key}={value}" for key, value in facts.items())
    return f"{name}：{told}" if chinese else f"{name}: {told.replace('，', ', ')}"


def innocent_explanation(name: str, language: str) -> str | None:
    """Return the usual innocent reason for a log signal, or None where there is none to tell."""
    signal = BY_NAME.get(name)
    if signal is None:
        return None
    return signal.innocent_zh if language.lower().startswith("zh") else signal.innocent_en
