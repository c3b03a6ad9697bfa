"""`shilu erase` and `shilu keys rotate`: what they do, refuse and say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from domain.application import TeamRecord
from domain.words import By, ContactSource, Role
from shilu.cli import main
from shilu.settings import VARIABLES
from shilu.terminal import NO, WRONG_USE
from store.branch import BranchStore


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> BranchStore:
    """A migrated branch with the customer C-1."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHILU_DATA", str(tmp_path / "data"))
    assert shilu("migrate").exit_code == 0
    return BranchStore("main", tmp_path / "data")


@pytest.fixture
def record(store: BranchStore) -> Iterator[TeamRecord]:
    made = TeamRecord(store.log_env(), store.index_phone)
    contact = "陈小明", "13812341234", ContactSource.OWN
    made.customers.register("C-1", "A1", *contact, by=a_by("A1", Role.AGENT))
    yield made
    made.close()


def a_by(actor: str, role: Role) -> By:
    now = datetime.now(UTC)
    return By(actor, role, now, now, uuid4(), "cli")


def shilu(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)


def test_erase_destroys_the_key_and_says_where_it_is_on_record(
    store: BranchStore, record: TeamRecord
) -> None:
    said = shilu("erase", "C-1", "--yes", "--request", "2026-17", "--actor", "M1")

    assert said.exit_code == 0, said.output
    assert store.vault().is_destroyed("C-1")
    newest = store.reader().at(store.reader().head())
    assert newest is not None
    assert newest.topic == "customer.subject_erased.v1"
    assert (newest.actor, newest.data["request_ref"]) == ("M1", "2026-17")
    assert f"position {newest.position}" in said.output


def test_erase_asks_first_and_a_no_changes_nothing(store: BranchStore, record: TeamRecord) -> None:
    said = shilu("erase", "C-1", typed="n\n")

    assert said.exit_code != 0
    assert not store.vault().is_destroyed("C-1")


def test_erase_says_which_rule_refuses(store: BranchStore, record: TeamRecord) -> None:
    record.privacy.place_hold("C-1", "case-7", "诉讼", by=a_by("M1", Role.ADMINISTRATOR))

    said = shilu("erase", "C-1", "--yes")

    assert said.exit_code == NO
    assert "case-7" in said.output
    assert not store.vault().is_destroyed("C-1")


def test_erase_of_nobody_and_with_no_ground_are_wrong(record: TeamRecord) -> None:
    assert shilu("erase", "C-99", "--yes").exit_code == NO
    assert shilu("erase", "C-1", "--yes", "--ground", "tidiness").exit_code == WRONG_USE


def test_rotate_gives_a_new_master_key_and_all_opens(
    store: BranchStore, record: TeamRecord
) -> None:
    before = store.key_file.read_text()

    said = shilu("keys", "rotate")

    assert said.exit_code == 0, said.output
    assert said.output.startswith("1 keys")
    assert store.key_file.read_text() != before
    again = TeamRecord(store.log_env(), store.index_phone)
    customer = again.customers.find("C-1")
    assert customer is not None
    assert customer.name == "陈小明"
    again.close()
