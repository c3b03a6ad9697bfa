"""`shilu branch` and `shilu --branch`: making branches, listing them, and being about one of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shilu.cli import main


class Door:
    """The command line of an installation on SQLite."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str) -> Result:
        """Run a command."""
        environment = {"SHILU_DATA": str(self.folder), "DATABASE_URL": "", "SHILU_BRANCH": "main"}
        return CliRunner(env=environment).invoke(main, list(words))


@pytest.fixture
def shilu(tmp_path: Path) -> Door:
    """A migrated installation of one branch."""
    door = Door(tmp_path)
    assert door("migrate").exit_code == 0
    return door


def listed(shilu: Door) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(shilu("branch", "list", "--json").stdout)}


def test_an_installation_of_one_branch_has_it_in_its_directory(shilu: Door) -> None:
    assert list(listed(shilu)) == ["main"]


def test_a_branch_is_added_once_and_keeps_its_title(shilu: Door) -> None:
    first = shilu("branch", "add", "north", "--title", "朝阳营业部")
    again = shilu("branch", "add", "north")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "created" in first.output
    assert "is there" in again.output
    north = listed(shilu)["north"]
    assert (north["title"], north["events"], north["problem"]) == ("朝阳营业部", 0, "")


@pytest.mark.parametrize("name", ["North", "1st", "all", "a-b", "x" * 40])
def test_a_name_that_is_none_is_refused(shilu: Door, name: str) -> None:
    assert shilu("branch", "add", name).exit_code == 2


def test_a_command_is_about_the_branch_that_is_named(shilu: Door) -> None:
    shilu("branch", "add", "north")
    words = ("user", "add", "x1", "--person", "X1", "--role", "auditor")
    told = shilu(
        "--branch", "north", *words, "--password", "correct horse battery", "--branches", "main"
    )

    assert "branch north" in told.output
    assert "sees main too" in told.output
    assert shilu("--branch", "west", "rebuild").exit_code == 2


def test_what_is_no_branch_is_not_granted_nor_anything_to_an_agent(shilu: Door) -> None:
    shilu("branch", "add", "north")
    for role, branches in (("auditor", "west"), ("agent", "north")):
        words = ("user", "add", "a1", "--person", "A1", "--role", role, "--branches", branches)
        assert shilu(*words, "--password", "correct horse battery").exit_code == 2


def test_the_doctor_looks_at_every_branch(shilu: Door) -> None:
    shilu("branch", "add", "north")
    (shilu.folder / "branches" / "north" / "log.db").unlink()

    found = json.loads(shilu("doctor", "--json").stdout)

    assert {f["branch"] for f in found if f["state"] == "wrong"} >= {"north"}
