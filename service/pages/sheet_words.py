"""Targets and results as people read them: shared by weeks and months, agents and reviewers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from domain.sheet_figures import HISTORY, Column, Feasibility, Figures, feasibility
from domain.summary_claims import is_reached, says_reached, unsupported
from service.forms import Form, whole
from service.language import N_, _
from service.words import COLUMNS, label

NUMBER = N_("请填写 0 到 9999 的数")


@dataclass(frozen=True, slots=True)
class Judged:
    """A target beside what was done; ``text`` says what to think of it, ``cls`` how loudly."""

    column: str
    name: str
    target: int | None
    done: int
    reached: bool
    text: str = ""
    cls: str = ""


def columns(targets: Figures | None, done: Figures, history: Sequence[Figures]) -> list[Judged]:
    """Return the five columns of a sheet, each target judged by the weeks before."""
    verdicts = feasibility(targets, history) if targets is not None else {}
    return [_judged(column, targets, done, verdicts, history) for column in Column]


def _judged(
    column: Column,
    targets: Figures | None,
    done: Figures,
    verdicts: Mapping[Column, Feasibility],
    history: Sequence[Figures],
) -> Judged:
    target = targets.of(column) if targets is not None else None
    return Judged(
        str(column),
        label(COLUMNS, column),
        target,
        done.of(column),
        target is not None and done.of(column) >= target,
        verdict_text(verdicts.get(column), [week.of(column) for week in history]),
        {Feasibility.TOO_HIGH: "warn", Feasibility.TOO_LOW: "info"}.get(
            verdicts.get(column, Feasibility.UNKNOWN), ""
        ),
    )


def verdict_text(verdict: Feasibility | None, weeks: Sequence[int]) -> str:
    """Return what is to be thought of a target, or nothing."""
    if verdict is Feasibility.TOO_HIGH:
        return _(
            "比近 {weeks} 周最好的一周（{best}）高出三成以上，怎样做到？",
            weeks=HISTORY,
            best=max(weeks),
        )
    if verdict is Feasibility.TOO_LOW:
        return _("比你平时一周少三成以上，留了余地？")
    return ""


def warnings(targets: Figures | None, history: Sequence[Figures]) -> list[str]:
    """Return what is to be thought of targets, column by column, where there is something (R-11)."""
    found = columns(targets, Figures(), history)
    return [f"{one.name}{_('：')}{one.text}" for one in found if one.text]


def claims_told(text: str, targets: Figures | None, done: Figures) -> list[str]:
    """Return what a summary says that the log does not show (R-12)."""
    told = [
        _(
            "总结里说「{words}」，日志里{column}是 {n}。",
            words=claim.words,
            column=label(COLUMNS, claim.column),
            n=done.of(claim.column),
        )
        for claim in unsupported(text, done)
    ]
    if targets is not None and says_reached(text) and not is_reached(targets, done):
        told.append(_("总结里说完成了目标，日志里还没有全部达到。"))
    return told


def target_fields(prefix: str = "") -> dict[str, Any]:
    """Return the five number fields of a form."""
    return {f"{prefix}{column}": whole(0, 9999, missing=NUMBER) for column in Column}


def typed_targets(data: Mapping[str, Any], prefix: str = "") -> Figures | None:
    """Return the typed numbers as figures; None where none was typed, the rest count as 0."""
    typed = {str(column): data.get(f"{prefix}{column}") for column in Column}
    if all(n is None for n in typed.values()):
        return None
    return Figures(**{name: n or 0 for name, n in typed.items()})


def number_fields(form: Form, offered: Figures | None, prefix: str = "") -> list[SimpleNamespace]:
    """Return the five fields as the template draws them, with what is offered in them."""
    return [
        SimpleNamespace(
            name=f"{prefix}{column}",
            label=label(COLUMNS, column),
            value=form.value(f"{prefix}{column}", offered.of(column) if offered else ""),
        )
        for column in Column
    ]
