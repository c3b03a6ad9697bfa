"""What helps a reviewer, as data of the branch: the checklists' wording and the phrases (R-03, R-14).

The handbook's rows of R-01 and R-02, and this project's proposals beside them, stand in
``domain.log_checklist``, those of weeks and months in ``domain.sheet_checklist``. Here a branch says which rows apply to it, and in its own words. Each
definition replaces the one before and is an event of the rulebook, so an auditor sees which held when.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from domain.log_checklist import ChecklistRow, Finding, Phrase
from domain.recording import Aggregate, Recording
from domain.refusals import BadValue, EmptyText, RulebookMissing
from domain.rulebook import RULEBOOK_STREAM, Rulebook
from domain.sheet_checklist import CHECKLISTS, SheetFinding, SheetRow
from domain.words import By, Receipt, SheetKind

MOST_PHRASES = 20
LONGEST = 200
WORDS = ("symptom", "problem", "coach")
R = TypeVar("R", ChecklistRow, SheetRow)


@dataclass(frozen=True, slots=True)
class Aids:
    """The branch's checklists and phrases; None or absent while nobody has defined them."""

    checklist: tuple[ChecklistRow, ...] | None = None
    phrases: tuple[Phrase, ...] | None = None
    sheets: Mapping[SheetKind, tuple[SheetRow, ...]] = field(default_factory=dict)

    def row(self, finding: Finding) -> ChecklistRow:
        """Return the branch's row for a finding: the handbook's wording unless there is another."""
        rows = {row.finding: row for row in self.checklist or ()}
        return rows.get(finding, ChecklistRow(finding))

    def sheet_row(self, sheet: SheetKind, finding: SheetFinding) -> SheetRow:
        """Return the branch's row for a finding of a week or a month."""
        rows = {row.finding: row for row in self.sheets.get(sheet, ())}
        return rows.get(finding, SheetRow(finding))

    def applies(self, finding: Finding) -> bool:
        """Tell whether the branch looks at this row at all."""
        return self.row(finding).applies


class ReviewAids:
    """The commands about what helps a reviewer."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self) -> Aids:
        """Return what the branch has defined."""
        book = self._recording.find(Rulebook, RULEBOOK_STREAM)
        if book is None:
            return Aids()
        return Aids(book.review_checklist, book.phrases, dict(book.sheet_checklists))

    def define_checklist(self, rows: Sequence[ChecklistRow], *, by: By) -> Receipt:
        """Say which rows apply, and how they read; an empty wording is the handbook's own.

        Raises BadValue (a row twice, a text too long, none applies), RulebookMissing.
        """
        shown = _checked(rows)
        return self._change(
            lambda book: book.trigger_event(Rulebook.ReviewChecklistDefined, rows=shown, by=by), by
        )

    def define_sheet_checklist(
        self, sheet: SheetKind, rows: Sequence[SheetRow], *, by: By
    ) -> Receipt:
        """Say the same for weeks or for months.

        Raises BadValue (also on a row that this checklist has not), RulebookMissing.
        """
        shown = _checked(rows)
        known = {item.finding for item in CHECKLISTS[sheet]}
        for row in shown:
            if row.finding not in known:
                raise BadValue(field="rows", value=str(row.finding))
        return self._change(
            lambda book: book.trigger_event(
                Rulebook.SheetChecklistDefined, sheet=sheet, rows=shown, by=by
            ),
            by,
        )

    def define_phrases(self, phrases: Sequence[Phrase], *, by: By) -> Receipt:
        """Set the phrases that are offered to reviewers. Raises EmptyText, BadValue."""
        if len(phrases) > MOST_PHRASES:
            raise BadValue(field="phrases", value=len(phrases))
        for phrase in phrases:
            if not phrase.text.strip():
                raise EmptyText(field="text")
            if len(phrase.text) > LONGEST:
                raise BadValue(field="text", value=len(phrase.text))
        kept = tuple(replace(phrase, text=phrase.text.strip()) for phrase in phrases)
        return self._change(
            lambda book: book.trigger_event(Rulebook.PhrasesDefined, phrases=kept, by=by), by
        )

    def _change(self, change: Callable[[Rulebook], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            book = self._recording.find(Rulebook, RULEBOOK_STREAM)
            if book is None:
                raise RulebookMissing()
            change(book)
            return [book]

        return self._recording.answer(by, decide)


def _checked(rows: Sequence[R]) -> tuple[R, ...]:
    shown = tuple(map(_worded, rows))
    if len({row.finding for row in shown}) != len(shown) or not any(r.applies for r in shown):
        raise BadValue(field="rows", value=len(shown))
    return shown


def _worded(row: R) -> R:
    words = {name: getattr(row, name).strip() for name in WORDS}
    for name, text in words.items():
        if len(text) > LONGEST:
            raise BadValue(field=name, value=len(text))
    return replace(row, **words)
