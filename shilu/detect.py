"""`shilu detect`: the service's own detection, run over a folder or over a conversation.

Both ways only translate; what is judged, and how, is in `domain.detection`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domain.detection.judgement import judge_branch
from domain.detection.records import Visit
from domain.detection.suspicion import suspicions
from domain.detection.visit_log import AT_ONCE, VisitTable
from shilu.conversation import Conversation
from shilu.detection_rows import calls_about, records_of, score_lines, visit_of
from shilu.interchange import LineError, VisitRow, read_agents, read_branch
from shilu.json_fields import BadField, fields_of

SCORES = "scores.jsonl"
MAX_MESSAGE_BYTES = 64 * 1024 * 1024  # the first day may bring months of visits


class BranchHasErrors(ValueError):
    """The folder holds lines that do not fit; a lost line could turn a judgement, so none is made."""

    def __init__(self, errors: tuple[LineError, ...]) -> None:
        super().__init__(f"{len(errors)} errors, the first: {errors[0].message_en}")
        self.errors = errors


class ProtocolError(ValueError):
    """A line of the conversation does not fit; ``line`` counts from 1, ``field`` may be None."""

    def __init__(self, line: int, bad: BadField) -> None:
        super().__init__(f"line {line}: {bad.field or 'message'} {bad.message_en}")
        self.line, self.field = line, bad.field
        self.message_zh, self.message_en = bad.message_zh, bad.message_en


@dataclass(frozen=True, slots=True)
class DetectReport:
    """What was done: how many lines were written, and whom a human should look at."""

    agents: int
    visits: int
    alerts: tuple[str, ...]
    scores_file: Path


def detect_folder(folder: Path, out: Path) -> DetectReport:
    """Score the branch in ``folder`` and write ``out``/scores.jsonl; ``out`` is made if missing.

    Raises `BranchHasErrors` when the folder does not read cleanly, and writes nothing then.
    """
    table = VisitTable(tuple(row.agent_id for row in read_agents(folder)))
    portion: list[Visit] = []

    def take(row: VisitRow) -> None:
        portion.append(visit_of(row))
        if len(portion) == AT_ONCE:
            table.add_visits(portion)
            portion.clear()

    files = read_branch(folder, take)
    if files.errors:
        raise BranchHasErrors(files.errors)
    table.add_visits(portion)
    records = records_of(files)
    table.add_absences(records.absences)
    table.add_sales(records.sales)
    log = table.log()
    seen, calls = suspicions(log), calls_about(files.callbacks, log)
    judgements = judge_branch(records, suspicions_by_agent=seen, calls=calls)
    told = [call for own in calls.values() for call in own]
    out.mkdir(parents=True, exist_ok=True)
    with (out / SCORES).open("w", encoding="utf-8", newline="\n") as lines:
        for score in score_lines(log, seen, judgements, told):
            lines.write(json.dumps(score, ensure_ascii=False) + "\n")
    alerts = tuple(agent for agent, judged in judgements.items() if judged.alert)
    return DetectReport(len(judgements), len(log.visit_ids), alerts, out / SCORES)


def detect_interactive(stdin: Iterable[str], stdout: IO[str]) -> None:
    """Talk the protocol of detection.md, section 7, until 'finish' or the end of ``stdin``.

    Every answer is flushed. Raises `ProtocolError` at the first line that does not fit: a message
    left out would turn every later answer.
    """
    conversation = Conversation()
    for number, line in enumerate(stdin, start=1):
        if not line.strip():
            continue
        try:
            message = fields_of(line.encode("utf-8", "surrogatepass"), MAX_MESSAGE_BYTES)
            answer = conversation.hear(message)
        except BadField as bad:
            raise ProtocolError(number, bad) from bad
        if answer is not None:
            stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            stdout.flush()
        if conversation.finished:
            return
