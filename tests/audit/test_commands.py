"""`shilu audit`: what it writes, the verifier accepts; what is missing, it says."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from store.branch import BranchStore
from store.sqlite import connect
from store.verifier.shilu_verify import ALTERED, INTACT, OLDER

from .branch import add, shilu, sign

NOT_READY, WRONG_USE = 3, 2


def test_without_a_checkpoint_nothing_can_be_shown(branch: BranchStore, tmp_path: Path) -> None:
    for words in (["verify"], ["checkpoint"], ["prove", "1"], ["export", str(tmp_path / "b")]):
        assert shilu(*words).exit_code == NOT_READY


def test_the_log_is_verified_where_it_lies(signed: BranchStore) -> None:
    said = shilu("verify", "--json")

    assert said.exit_code == INTACT
    assert json.loads(said.output)["told"] == "events 1 to 40 of log main are signed; 0 are newer"


def test_what_is_newer_than_the_checkpoint_is_told(signed: BranchStore) -> None:
    add(signed, 41, 43)

    assert "40 of log main are signed; 3 are newer" in shilu("verify").output


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events SET state = state || 'x' WHERE position = 21",
        "UPDATE events SET topic = 'x' WHERE position = 21",
        "UPDATE events SET command_id = NULL WHERE position = 21",
        "DELETE FROM events WHERE position = 21",
    ],
)
def test_an_altered_row_is_named(signed: BranchStore, sql: str) -> None:
    with closing(connect(signed.folder / "log.db")) as writer:
        writer.execute(sql)

    said = shilu("verify")

    assert said.exit_code == ALTERED
    assert "block 0, event 21" in said.output


def test_a_log_that_was_cut_is_shorter_than_promised(signed: BranchStore, tmp_path: Path) -> None:
    with closing(connect(signed.folder / "log.db")) as writer:
        writer.execute("DELETE FROM events WHERE position > 30")

    assert "event 31" in shilu("verify").output


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_an_export_is_accepted_by_the_verifier(
    signed: BranchStore, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name

    assert shilu("export", target, "--from", "5", "--to", "33", "--since", "7").exit_code == 0
    assert shilu("verify", target).exit_code == INTACT


def test_an_export_goes_into_no_place_that_is_taken(signed: BranchStore, tmp_path: Path) -> None:
    assert shilu("export", tmp_path).exit_code == WRONG_USE
    assert shilu("export", tmp_path / "b", "--to", "41").exit_code == WRONG_USE


def test_a_proof_of_an_event_is_accepted_and_small(signed: BranchStore, tmp_path: Path) -> None:
    proof = tmp_path / "x.tlog-proof"

    assert shilu("prove", "17", "--out", proof).exit_code == 0
    assert shilu("verify", proof, "--event", tmp_path / "x.event").exit_code == INTACT
    assert shilu("prove", "41", "--out", proof).exit_code == NOT_READY


def test_a_checkpoint_that_was_taken_away_holds_the_log_to_it(
    signed: BranchStore, tmp_path: Path
) -> None:
    old, hashes = tmp_path / "old", tmp_path / "hashes"
    old.write_text(shilu("checkpoint", "--hashes", hashes).output, "utf-8")
    bundle = tmp_path / "bundle"
    assert shilu("export", bundle).exit_code == 0

    add(signed, 42, 50)  # the export itself is event 41
    sign(signed)

    assert shilu("verify", "--since", old, "--hashes", hashes).exit_code == INTACT
    new = tmp_path / "new"
    new.write_text(shilu("checkpoint").output, "utf-8")
    assert shilu("verify", bundle, "--since", new).exit_code == OLDER
