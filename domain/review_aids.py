"""What helps a reviewer, as data of the branch: the checklist's wording and the phrases (R-03, R-14).

The handbook's rows of R-01 and R-02, and this project's proposals beside them, stand in
``domain.log_checklist``. Here a branch says which rows apply to it, and in its own words. Each
definition replaces the one before and is an event of the rulebook, so an auditor sees which held when.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.log_checklist import ChecklistRow, Finding, Phrase
from domain.recording import Aggregate, Recording
from domain.refusals import BadValue, EmptyText, RulebookMissing
from domain.rulebook import RULEBOOK_STREAM, Rulebook
from domain.words import By, Receipt

MOST_PHRASES = 20
LONGEST = 200
WORDS = ("symptom", "problem", "coach")


@dataclass(frozen=True, slots=True)
class Aids:
    """The branch's checklist and phrases; None while nobody has defined them."""

    checklist: tuple[ChecklistRow, ...] | None = None
    phrases: tuple[Phrase, ...] | None = None

    def row(self, finding: Finding) -> ChecklistRow:
        """Return the branch's row for a finding: the handbook's wording unless there is another."""
        rows = {row.finding: row for row in self.checklist or ()}
        return rows.get(finding, ChecklistRow(finding))

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
        return Aids(book.review_checklist, book.phrases) if book else Aids()

    def define_checklist(self, rows: Sequence[ChecklistRow], *, by: By) -> Receipt:
        """Say which rows apply, and how they read; an empty wording is the handbook's own.

        Raises BadValue (a row twice, a text too long, none applies), RulebookMissing.
        """
        shown = [_worded(row) for row in rows]
        if len({row.finding for row in shown}) != len(shown) or not any(r.applies for r in shown):
            raise BadValue(field="rows", value=len(shown))
        return self._change(
            lambda book: book.trigger_event(
                Rulebook.ReviewChecklistDefined, rows=tuple(shown), by=by
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


def _worded(row: ChecklistRow) -> ChecklistRow:
    words = {name: getattr(row, name).strip() for name in WORDS}
    for name, text in words.items():
        if len(text) > LONGEST:
            raise BadValue(field=name, value=len(text))
    return replace(row, **words)
