"""One loop for many branches: who gets a turn, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from projections.turns import Loop, Pace, Turns, ring, wake_file
from store.branch import BranchStore

PACE = Pace(active=0.02, longest=0.5, a_second=200)


class Pieces:
    """Work of so many pieces; notes in a list whose turn it was."""

    def __init__(self, name: str, turns: list[str], pieces: int = 0) -> None:
        self.name, self.turns, self.pieces = name, turns, pieces
        self.broken = False

    def turn(self, now: float) -> bool:
        del now
        self.turns.append(self.name)
        if self.broken:
            raise OSError
        self.pieces -= 1
        return self.pieces >= 0


def store(folder: Path, name: str, url: str = "postgresql://there") -> BranchStore:
    return BranchStore(name, folder, url)


def loop_of(folder: Path, turns: list[str], **pieces: int) -> tuple[Loop, dict[str, Pieces]]:
    loop, works = Loop(PACE), {}
    for name, count in pieces.items():
        works[name] = Pieces(name, turns, count)
        loop.add(name, store(folder, name), works[name])
    return loop, works


def test_a_busy_branch_gets_one_turn_and_then_the_others_have_theirs(tmp_path: Path) -> None:
    turns: list[str] = []
    loop, _works = loop_of(tmp_path, turns, busy=1000, second=5, third=5)

    for moment in range(5):
        loop.once(float(moment))

    assert turns == ["busy", "second", "third"] * 5


def test_a_quiet_branch_is_left_alone_until_its_pause_is_over(tmp_path: Path) -> None:
    turns: list[str] = []
    loop, _works = loop_of(tmp_path, turns, quiet=0)
    loop.once(100.0)

    loop.once(100.01)
    assert turns == ["quiet"]
    loop.once(100.02)
    assert turns == ["quiet"] * 2


@pytest.mark.parametrize(
    ("branches", "pause"), [(1, 0.02), (4, 0.02), (50, 0.25), (100, 0.5), (999, 0.5)]
)
def test_the_more_branches_are_quiet_the_less_often_each_is_looked_at(
    branches: int, pause: float
) -> None:
    assert PACE.quiet(branches) == pytest.approx(pause)


def test_a_branch_that_is_woken_has_its_turn_at_once(tmp_path: Path) -> None:
    turns: list[str] = []
    loop, _works = loop_of(tmp_path, turns, **{f"b{n}": 0 for n in range(100)})
    loop.once(0.0)
    turns.clear()

    ring(store(tmp_path, "b42"))
    loop.once(0.01)

    assert turns == ["b42"]


def test_on_sqlite_the_log_itself_wakes(tmp_path: Path) -> None:
    assert wake_file(store(tmp_path, "north", "")).name == "log.db-wal"


def test_a_branch_that_is_away_keeps_no_other_waiting(tmp_path: Path) -> None:
    turns: list[str] = []
    loop, works = loop_of(tmp_path, turns, away=5, there=5)
    works["away"].broken = True

    for moment in (0.0, 0.1):
        loop.once(moment)
    assert turns == ["away", "there", "there"]

    works["away"].broken = False
    loop.once(0.3)
    assert turns[-2:] == ["away", "there"]


def test_new_branches_are_taken_in_and_moved_ones_begin_anew(tmp_path: Path) -> None:
    begun: list[tuple[str, str]] = []
    stores = {"main": store(tmp_path, "main")}

    def begin(one: BranchStore) -> Pieces:
        begun.append((one.name, one.database_url))
        return Pieces(one.name, [])

    turns = Turns(lambda: stores, begin, PACE)
    assert len(turns.look()) == 1
    stores["north"] = store(tmp_path, "north")
    assert turns.look() == []  # in the same database: no further loop
    stores["north"] = store(tmp_path, "north", "postgresql://elsewhere")
    assert len(turns.look()) == 1

    assert begun == [
        ("main", "postgresql://there"),
        ("north", "postgresql://there"),
        ("north", "postgresql://elsewhere"),
    ]
