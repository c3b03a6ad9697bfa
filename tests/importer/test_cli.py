"""The commands of the terminal: what they print, and exit codes that mean something."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shilu.cli import main
from shilu.settings import VARIABLES
from shilu.terminal import NO, NOT_READY, WRONG_USE
from store.accounts import Accounts
from store.engines import engine_of
from tests.importer.conftest import Rows
from tests.importer.test_importer import Folder


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of ours is set but the folder for the data."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHILU_DATA", str(tmp_path / "data"))


@pytest.fixture
def migrated() -> None:
    """The tables are there."""
    assert shilu("migrate").exit_code == 0


def shilu(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_migrate_may_be_repeated(migrated: None) -> None:
    assert shilu("migrate").exit_code == 0


def test_before_migrate_every_command_says_what_to_do(rows: Rows, folder: Folder) -> None:
    said = shilu("import", str(folder(rows)))

    assert said.exit_code == NOT_READY
    assert "shilu migrate" in said.output


@pytest.mark.usefixtures("migrated")
def test_import_reports_as_json(rows: Rows, folder: Folder) -> None:
    said = shilu("import", str(folder(rows)), "--json")

    report = json.loads(said.output)
    assert said.exit_code == 0
    assert (report["rows"]["visits"], report["errors"]) == (3, [])


@pytest.mark.usefixtures("migrated")
def test_import_of_a_broken_file_names_file_and_line(rows: Rows, folder: Folder) -> None:
    place = folder(rows)
    (place / "sales.jsonl").write_text('{"agent_id": "A1", "date": "yesterday", "policies": 1}\n')

    said = shilu("import", str(place))

    assert said.exit_code == NO
    assert "sales.jsonl:1: date:" in said.output


def test_import_of_a_folder_that_is_not_there_is_wrong_use() -> None:
    assert shilu("import", "nowhere").exit_code == WRONG_USE


@pytest.mark.usefixtures("migrated")
def test_a_login_is_added_once() -> None:
    add = ("user", "add", "boss", "--person", "U1", "--role", "auditor", "--password", "a-long-one")

    first, second = shilu(*add), shilu(*add)

    assert (first.exit_code, second.exit_code) == (0, NO)
    assert "Somebody has this login" in second.output


@pytest.mark.usefixtures("migrated")
def test_a_password_of_three_letters_is_refused() -> None:
    said = shilu("user", "add", "boss", "--person", "U1", "--role", "auditor", "--password", "abc")

    assert said.exit_code == NO


def test_an_instant_needs_its_zone() -> None:
    said = shilu("replay", "--as-of", "2025-03-20T18:00", "--team", "S1")

    assert said.exit_code == WRONG_USE
    assert "zone" in said.output


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHILU_PORT", "eighty")

    said = shilu("migrate")

    assert said.exit_code == WRONG_USE
    assert "SHILU_PORT" in said.output


def test_detect_wants_a_folder_and_a_place_for_its_scores() -> None:
    assert shilu("detect").exit_code == WRONG_USE


def test_detect_scores_every_agent_and_visit(rows: Rows, folder: Folder, tmp_path: Path) -> None:
    said = shilu("detect", str(folder(rows)), "--out", str(tmp_path / "out"))

    scores = [json.loads(x) for x in (tmp_path / "out/scores.jsonl").read_text().splitlines()]
    assert said.exit_code == 0
    assert {s["agent_id"] for s in scores if "agent_id" in s} == {"A1", "A2"}
    assert {s["visit_id"] for s in scores if "visit_id" in s} == {"V1", "V2", "V3"}


def test_a_database_that_does_not_answer_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")

    assert shilu("migrate").exit_code == NOT_READY


@pytest.mark.usefixtures("migrated")
def test_a_login_that_is_added_must_change_its_password_unless_its_owner_chose_it(
    tmp_path: Path,
) -> None:
    given = ("--person", "A1", "--role", "agent", "--password", "kettle-lamp-river")
    assert shilu("user", "add", "first", *given).exit_code == 0
    assert shilu("user", "add", "own", *given, "--own").exit_code == 0
    weak = shilu("user", "add", "weak", *given[:4], "--password", "iloveyou")

    accounts = Accounts(engine_of(f"sqlite:///{tmp_path}/data/accounts.db"))
    must = {a.login: a.must_change for a in accounts.all_of("main")}
    assert must == {"first": True, "own": False}
    assert (weak.exit_code, "common" in weak.output) == (NO, True)
