"""How fast detection is on a large branch, and how small: the figures of issue and design page.

Night, morning and `shilu detect` run in processes of their own, for each must tell its memory.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar

from shilu.backtest.play import play
from shilu.conversation import Conversation
from shilu.json_fields import Fields
from shilu.simulation.branch import Branch, Row, simulate
from shilu.simulation.kinds import KINDS, Kind

T = TypeVar("T")
TEAMS, TEAM_SIZE, WEEKS = 40, (12, 13), 26
TALKING_TEAMS, TALKING_WEEKS = 20, 8  # of the interactive protocol: 250 agents


@dataclass(frozen=True, slots=True)
class Speed:
    """One figure: what was done, how long it took or how much it needed, and the goal."""

    name: str
    value: float
    goal: float
    unit: str

    def text(self) -> str:
        """Return one line of the table."""
        met = "met" if self.value <= self.goal else "MISSED"
        return f"{self.name:<52} {self.value:>9.3f} {self.unit:<3} ≤ {self.goal:g} {met}"


def speeds(
    weeks: int = WEEKS,
    teams: int = TEAMS,
    talking: tuple[int, int] = (TALKING_TEAMS, TALKING_WEEKS),
) -> list[Speed]:
    """Measure night, callback, morning, `shilu detect` and a day of the protocol.

    ``talking``: teams and weeks of the branch that the protocol is talked about.
    """
    with TemporaryDirectory() as place:
        folder = Path(place)
        agents, visits = _written(teams, weeks, folder)
        night = _night(folder)
        seconds, megabytes = _detect(folder)
    size = f"{agents} agents, {visits} visits"
    return [
        Speed(f"nightly run, {size}", night["nightly"], 10.0, "s"),
        Speed("one new callback judged", night["callback"], 0.05, "s"),
        Speed(f"morning draw for {teams} supervisors", night["morning"], 1.0, "s"),
        Speed("memory of the worker, at most", night["megabytes"], 300.0, "MB"),
        Speed(f"shilu detect, {size}", seconds, 30.0, "s"),
        Speed("memory of shilu detect, at most", megabytes, 300.0, "MB"),
        *_talk(*talking),
    ]


def _written(teams: int, weeks: int, folder: Path) -> tuple[int, int]:
    """Write a simulated branch with one call a team and day; return how large it is."""
    branch = simulate(_kind(teams, weeks), 1)
    branch.write(folder)
    rows = (json.dumps(row) + "\n" for row in _calls(branch))
    (folder / "callbacks.jsonl").write_text("".join(rows), encoding="utf-8")
    return len(branch.agents), len(branch.visits)


def _calls(branch: Branch) -> list[Row]:
    found: dict[tuple[object, object], Row] = {}
    for visit in branch.visits:
        visit_id, day = str(visit["visit_id"]), visit["date"]
        call = {"callback_id": f"K{visit_id}", "visit_id": visit_id, "date": day}
        call |= {"supervisor_id": visit["supervisor_id"], "outcome": branch.answers[visit_id]}
        call |= {"design": "random", "inclusion_prob": 0.02}
        found.setdefault((visit["supervisor_id"], day), call)
    return list(found.values())


def _night(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "shilu.backtest.nightly", str(folder)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603  our own module
    figures: dict[str, float] = json.loads(told.stdout)
    return figures


def _detect(folder: Path) -> tuple[float, float]:
    """Return processor seconds and the most resident megabytes of `shilu detect`."""
    command = [sys.executable, "-m", "shilu", "detect", str(folder), "--out", str(folder / "out")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own module
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


class _Timed(Conversation):
    """A conversation that knows how long each day took it, and its end."""

    def __init__(self) -> None:
        super().__init__()
        self.days: list[float] = []
        self.end = 0.0

    def hear(self, told: Fields) -> Mapping[str, object] | None:
        kind = told.choice("type", ("world", "day", "call", "callback", "finish"))
        answer, seconds = _timed(lambda: super(_Timed, self).hear(told))
        if kind == "day":
            self.days.append(0.0)
        if kind == "finish":
            self.end = seconds
        elif self.days:
            self.days[-1] += seconds
        return answer


def _talk(teams: int, weeks: int) -> list[Speed]:
    branch = simulate(_kind(teams, weeks), 2)
    told = _Timed()
    play(branch, conversation=told)
    size = f"{len(branch.agents)} agents"
    return [
        Speed(f"interactive, the longest day of {weeks} weeks, {size}", max(told.days), 1.0, "s"),
        Speed(f"interactive, the final scores, {size}", told.end, 10.0, "s"),
    ]


def _kind(teams: int, weeks: int) -> Kind:
    return replace(KINDS["ordinary"], teams=teams, team_size=TEAM_SIZE, weeks=weeks)


def _timed(what: Callable[[], T]) -> tuple[T, float]:
    began = process_time()  # other programs on the machine shall not count
    result = what()
    return result, process_time() - began
