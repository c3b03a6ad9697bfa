"""Bring a branch in the interchange format (detection.md, section 7) into the log.

Harmless to repeat: an import that was cut short is finished by running it again, and a second run
appends nothing (`shilu/import_plan.py` derives the ids).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from domain.application import TeamRecord
from domain.refusals import Refusal
from shilu.bulk import Progress, Step, carry_out
from shilu.import_plan import Plan, RowKey
from shilu.interchange import BranchFiles, LineError, read_branch

if TYPE_CHECKING:
    from store.branch import BranchStore

SHOWN_ERRORS = 20


@dataclass(slots=True)
class ImportReport:
    """What an import did, or with ``dry_run`` would do."""

    folder: str
    dry_run: bool
    rows: dict[str, int] = field(default_factory=dict)
    commands: int = 0
    known_before: int = 0
    events: int = 0
    seconds: float = 0.0
    errors: list[LineError] = field(default_factory=list)

    def text(self) -> str:
        """Return the report for a terminal: the first errors, then the figures."""
        lines = [error_lines(self.errors)] if self.errors else []
        lines.append("read " + ", ".join(f"{n} {name}" for name, n in self.rows.items()))
        verb = "would append" if self.dry_run else "appended"
        lines.append(
            f"{self.commands} commands, of which {self.known_before} were on record before; "
            f"{verb} {self.events} events in {self.seconds:.1f} s"
        )
        return "\n".join(lines)


def error_lines(errors: Sequence[LineError]) -> str:
    """Return one line for each of the first errors, and how many more there are."""
    shown = [f"{e.file}:{e.line}: {e.field or '-'}: {e.message_en}" for e in errors[:SHOWN_ERRORS]]
    more = len(errors) - len(shown)
    return "\n".join([*shown, f"… and {more} more errors"] if more else shown)


def import_branch(
    store: BranchStore, folder: Path, *, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Import the branch in ``folder``; ``progress(done, total)`` counts commands.

    Nothing is written when a line cannot be read. A row that a rule refuses is reported with its
    line and left out; the others go in. Raises what the store raises when it does not answer.
    """
    started = time.monotonic()
    report = ImportReport(str(folder), dry_run)
    files = read_branch(folder)
    report.rows = _row_counts(files)
    report.errors.extend(files.errors)
    if files.agents and not files.errors:
        vault = store.vault()
        record = TeamRecord(env=store.log_env(), index_phone=vault.blind_index)
        steps = Plan(record, store.name, vault.pseudonym, files).steps()
        done = carry_out(
            record,
            steps,
            _refused(report),
            progress,
            ensure_keys=vault.ensure_keys,
            dry_run=dry_run,
        )
        report.commands, report.known_before = done.commands, done.known_before
        report.events = done.events
    report.seconds = round(time.monotonic() - started, 2)
    return report


def _refused(report: ImportReport) -> Callable[[Step, Refusal], None]:
    """Return what turns a refusal into an error that names file and line."""

    def note(step: Step, refusal: Refusal) -> None:
        row: RowKey = step.origin
        facts = ", ".join(f"{name}={value}" for name, value in refusal.facts.items())
        rule, line = type(refusal).__name__, _line_of(Path(report.folder), row)
        name = row.fields[0][0] if row.fields else None
        zh, en = f"规则不允许：{rule}（{facts}）。", f"refused by a rule: {rule} ({facts})."
        report.errors.append(LineError(row.file, line, name, zh, en))

    return note


def _line_of(folder: Path, row: RowKey) -> int:
    """Return the line of the row, counted from 1; 0 stands for the whole file."""
    wanted = dict(row.fields)
    for number, line in enumerate((folder / row.file).read_bytes().splitlines(), start=1):
        if wanted and wanted.items() <= _text_fields(line).items():
            return number
    return 0


def _text_fields(line: bytes) -> dict[str, str]:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except ValueError:
        return {}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _row_counts(files: BranchFiles) -> dict[str, int]:
    names = ("agents", "visits", "attendance", "sales", "callbacks")
    return {name: len(getattr(files, name)) for name in names}
