"""A worker's night on the branch in a folder, in a process of its own so that its memory is told.

`python -m shilu.backtest.nightly FOLDER` prints one JSON object: seconds of processor time for the
nightly run (all logs looked at, everybody judged), for one more callback, and for the morning's
draw of all supervisors; and how much memory was resident at most, reading the folder included.
"""

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from time import process_time

from domain.detection import records
from domain.detection.call_choice import draw, seed_of
from domain.detection.judgement import Judgement, judge_agent
from domain.words import is_full_name
from shilu.detection_rows import OUTCOMES, PHONE, visit_of
from shilu.interchange import BranchFiles, VisitRow, read_branch
from workers import actors  # noqa: F401 - what a worker holds in memory as well
from workers.branch_facts import BranchFile, Facts, file_at, look_at, with_contact
from workers.call_frame import FRAME_DAYS, frame_of
from workers.visit_book import Contact


def night(folder: Path) -> dict[str, float]:
    """Return the figures: ``nightly``, ``callback``, ``morning`` in seconds, ``megabytes``."""
    facts, newest = Facts(), dict[str, str]()

    def take(row: VisitRow) -> None:
        facts.visits.put(visit_of(row))
        newest[row.supervisor_id] = row.visit_id
        _meet(facts, row)

    _take_rest(facts, read_branch(folder, take))
    began = process_time()
    look = look_at(facts)
    file = file_at(facts, facts.position, look)
    judged = {agent: _judge(file, agent) for agent in facts.agents}
    slept = process_time()
    facts.position += 1
    facts.calls.append((facts.position, facts.calls[-1][1]))
    _judge(file_at(facts, facts.position, look), facts.calls[-1][1].agent_id)
    called = process_time()
    _morning(facts, list(newest), look.risks, judged)
    drawn = process_time()
    return {
        "nightly": slept - began,
        "callback": called - slept,
        "morning": drawn - called,
        "megabytes": _most_resident(),
    }


def _meet(facts: Facts, row: VisitRow) -> None:
    name, phone = row.customer_name or "", row.customer_phone
    complete = bool(PHONE.fullmatch(phone)) if phone else None
    contact = Contact(sys.intern(name[:1]), is_full_name(name), phone, complete)
    facts.contacts[visit_of(row).customer] = contact


def _take_rest(facts: Facts, files: BranchFiles) -> None:
    facts.agents |= dict.fromkeys(row.agent_id for row in files.agents)
    away = [row for row in files.attendance if not row.present]
    facts.absences |= dict.fromkeys((row.agent_id, row.date, row.date) for row in away)
    for row in files.sales:
        facts.position += 1
        facts.policies.append((facts.position, row.agent_id, row.date, row.policies))
    for call in files.callbacks:
        facts.position += 1
        visit = facts.visits.find(call.visit_id)
        if visit is not None:
            told = records.Callback(
                call.callback_id,
                call.visit_id,
                visit.agent_id,
                visit.customer,
                call.date,
                OUTCOMES[call.outcome],
            )
            facts.calls.append((facts.position, told))


def _judge(file: BranchFile, agent: str) -> Judgement:
    return judge_agent(
        agent,
        file.seen.get(agent),
        file.calls.get(agent, ()),
        policies=file.policies.get(agent, 0),
        fit=file.fit,
    )


def _morning(
    facts: Facts, teams: list[str], risks: Mapping[str, float], judged: dict[str, Judgement]
) -> None:
    day = max(call.day for _, call in facts.calls)
    for team in teams:
        recent = facts.visits.recent(team, day - timedelta(days=FRAME_DAYS))
        visits = [with_contact(visit, facts) for visit in recent]
        frame = frame_of(team, day, visits, facts.calling, lambda a: judged[a].posterior, risks)
        draw(frame.candidates, seed_of(team, day.isoformat()))


def _most_resident() -> float:
    with Path("/proc/self/status").open() as status:
        told = next(line for line in status if line.startswith("VmHWM"))
    return int(told.split()[1]) / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(night(Path(sys.argv[1]))) + "\n")
