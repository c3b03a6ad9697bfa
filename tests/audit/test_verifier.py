"""The verifier on bundles and proofs: what is intact passes, and each verdict has its exit code."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.bundle import record_of
from store.proof import inclusion_proof, perfect_root
from store.signed_note import base64ed
from store.verifier import shilu_verify
from store.verifier.shilu_verify import ALTERED, ENVELOPE, INTACT, OLDER, PART, PLAIN, UNREADABLE

from .world import VKEY, WITNESS_VKEY, Rows, checkpoint, export, leaves_of, some_rows

VERIFIER = Path(shilu_verify.__file__)
ROWS = some_rows(700)


def run(*arguments: str | Path, program: Path = VERIFIER) -> tuple[int, dict[str, Any]]:
    """Run the verifier as a stranger would: alone, isolated from everything of ours."""
    command = [sys.executable, "-I", str(program), *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"told": done.stderr}


def verify(bundle: Path, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    return run(bundle, "--vkey", VKEY, *arguments)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return export(tmp_path / "bundle", ROWS)


def kept(folder: Path, rows: Sequence[Any], size: int | None = None) -> Path:
    path = folder / f"checkpoint-{size}"
    path.write_text(checkpoint(rows, size), "utf-8")
    return path


# --- the file itself ---


def test_it_is_one_file_of_at_most_400_lines() -> None:
    assert len(VERIFIER.read_text("utf-8").splitlines()) <= 400


@given(
    st.integers(0, len(ROWS) - 1), st.lists(st.tuples(st.integers(0), st.characters(codec="ascii")))
)
def test_the_faster_pattern_reads_what_the_full_one_reads(
    row: int, edits: list[tuple[int, str]]
) -> None:
    envelope = bytearray(ROWS[row].envelope)
    for at, character in edits:
        envelope[at % len(envelope)] = ord(character)
    plain = bytes(envelope).replace(b"\\", b"/")

    fast, full = PLAIN.fullmatch(plain), ENVELOPE.fullmatch(plain)

    assert (fast and fast.groups()) == (full and full.groups())


def test_it_imports_the_standard_library_and_cryptography_alone() -> None:
    tree = ast.parse(VERIFIER.read_text("utf-8"))

    plain = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    named = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    tops = {name.partition(".")[0] for name in plain | named}
    assert tops - set(sys.stdlib_module_names) == {"cryptography"}


def test_the_one_in_a_bundle_works_away_from_home(bundle: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    program = shutil.copy(bundle / VERIFIER.name, away)

    assert run(bundle, "--vkey", VKEY, program=Path(program))[0] == INTACT


# --- intact ---


def test_a_bundle_as_it_was_written_is_intact(bundle: Path) -> None:
    code, said = verify(bundle)

    assert (code, said["verdict"]) == (INTACT, "intact")
    assert "events 1 to 700 of log main" in said["told"]


def test_a_zip_file_is_as_good_as_a_folder(tmp_path: Path) -> None:
    assert verify(export(tmp_path / "bundle.zip", ROWS, 100, 400))[0] == INTACT


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 256), (257, 700), (700, 700), (33, 611)])
def test_a_part_of_the_log_is_proven_to_lie_in_the_whole(
    tmp_path: Path, first: int, last: int
) -> None:
    assert verify(export(tmp_path / "bundle", ROWS, first, last))[0] == INTACT


def test_envelopes_can_be_shown_without_their_contents(tmp_path: Path) -> None:
    bundle = export(tmp_path / "bundle", ROWS, contents=False)

    assert verify(bundle)[0] == INTACT
    assert ROWS[0].state not in (bundle / "events.bin").read_bytes()


def test_a_log_of_more_than_one_part_is_intact(tmp_path: Path) -> None:
    rows = some_rows(PART + 300)

    assert verify(export(tmp_path / "bundle", rows))[0] == INTACT
    assert verify(export(tmp_path / "part", rows, PART - 5, PART + 7))[0] == INTACT


def test_the_public_key_may_come_from_a_file(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "signer.vkey").write_text(VKEY + "\n", "utf-8")

    assert run(bundle, "--vkey", tmp_path / "signer.vkey")[0] == INTACT


# --- older checkpoints and witnesses ---


@pytest.mark.parametrize("size", [1, 256, 500, 699, 700])
def test_a_checkpoint_that_was_kept_is_found_again(bundle: Path, tmp_path: Path, size: int) -> None:
    assert verify(bundle, "--since", kept(tmp_path, ROWS, size))[0] == INTACT


@pytest.mark.parametrize("size", [3, 310, 650])
def test_a_part_leads_back_to_a_checkpoint_that_it_was_exported_for(
    tmp_path: Path, size: int
) -> None:
    bundle = export(tmp_path / "bundle", ROWS, 300, 320, since=(size,))

    assert verify(bundle, "--since", kept(tmp_path, ROWS, size))[0] == INTACT
    assert verify(bundle, "--since", kept(tmp_path, some_rows(700, seed=2), size))[0] == ALTERED


def test_a_part_says_when_it_leads_to_no_such_checkpoint(tmp_path: Path) -> None:
    bundle = export(tmp_path / "bundle", ROWS, 300, 320)

    code, said = verify(bundle, "--since", kept(tmp_path, ROWS, 40))

    assert code == UNREADABLE
    assert "export with --since" in said["told"]


def test_a_record_that_ends_before_a_promise_is_older_than_promised(tmp_path: Path) -> None:
    bundle = export(tmp_path / "bundle", ROWS[:600])

    code, said = verify(bundle, "--since", kept(tmp_path, ROWS))

    assert (code, said["verdict"]) == (OLDER, "older than promised")


def test_another_history_of_the_same_length_is_found(tmp_path: Path) -> None:
    other = export(tmp_path / "bundle", [*ROWS[:500], *some_rows(700, seed=2)[500:]])

    code, said = verify(other, "--since", kept(tmp_path, ROWS))

    assert code == ALTERED
    assert "do not make the signed root" in said["told"]


def test_checkpoints_that_were_kept_say_between_which_events_it_changed(tmp_path: Path) -> None:
    other = export(tmp_path / "bundle", [*ROWS[:500], *some_rows(700, seed=2)[500:]])
    since = [kept(tmp_path, ROWS, size) for size in (400, 480, 520, 650)]

    code, said = verify(other, *(word for path in since for word in ("--since", path)))

    assert code == ALTERED
    assert "events 481 to 520 " in said["told"]


def test_hashes_that_were_kept_name_the_event(tmp_path: Path) -> None:
    other = export(tmp_path / "bundle", [*ROWS[:500], *some_rows(700, seed=2)[500:]])
    hashes = tmp_path / "hashes"
    hashes.write_bytes(b"".join(leaves_of(ROWS[:600])))

    code, said = verify(other, "--since", kept(tmp_path, ROWS, 600), "--hashes", hashes)

    assert (code, said["block"], said["event"]) == (ALTERED, 1, 501)


def test_a_witness_must_have_cosigned(tmp_path: Path) -> None:
    alone, seen = (export(tmp_path / f"b{c}", ROWS[:9], cosigned=c) for c in (False, True))

    assert verify(seen, "--witness", WITNESS_VKEY)[0] == INTACT
    assert verify(alone, "--witness", WITNESS_VKEY)[0] == ALTERED


# --- what cannot be read ---


def test_another_key_did_not_sign_this(bundle: Path) -> None:
    assert run(bundle, "--vkey", WITNESS_VKEY)[0] == ALTERED


@pytest.mark.parametrize("vkey", ["nobody", "a+b+c", VKEY[:-4] + "AAA=", VKEY.replace("main", "m")])
def test_what_is_no_key_is_unreadable(bundle: Path, vkey: str) -> None:
    assert run(bundle, "--vkey", vkey)[0] == UNREADABLE


@pytest.mark.parametrize(
    "name", ["manifest.json", "manifest.sig", "checkpoint", "events.bin", "hashes", "proof"]
)
def test_a_bundle_without_one_of_its_files_is_unreadable(bundle: Path, name: str) -> None:
    (bundle / name).unlink()

    assert verify(bundle)[0] == UNREADABLE


def test_what_is_no_bundle_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK but not really")

    assert verify(tmp_path / "x.zip")[0] == UNREADABLE
    assert verify(tmp_path / "nothing")[0] == UNREADABLE
    assert verify(tmp_path)[0] == UNREADABLE


def test_wrong_use_is_said(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == UNREADABLE


# --- altered ---


def test_every_file_of_a_bundle_is_watched(bundle: Path) -> None:
    for path in sorted(bundle.iterdir()):
        before = path.read_bytes()
        path.write_bytes(before + b"\n")

        assert verify(bundle)[0] in (ALTERED, UNREADABLE), path.name
        path.write_bytes(before)
    assert verify(bundle)[0] == INTACT


def test_altered_contents_are_named_with_their_kind(bundle: Path) -> None:
    events = (bundle / "events.bin").read_bytes()
    state = ROWS[411].state
    (bundle / "events.bin").write_bytes(events.replace(state, state[:-3] + b'X"}'))

    code, said = verify(bundle)

    assert (code, said["block"], said["event"]) == (ALTERED, 1, 412)
    assert "daily_log.activity_logged.v1" in said["told"]


def test_an_altered_envelope_is_named(bundle: Path) -> None:
    events = (bundle / "events.bin").read_bytes()
    envelope = ROWS[299].envelope
    forged = envelope.replace(b"2026-11-20", b"2026-11-21")
    (bundle / "events.bin").write_bytes(events.replace(envelope, forged))

    code, said = verify(bundle)

    assert (code, said["block"], said["event"]) == (ALTERED, 1, 300)


# --- single proofs ---


def a_proof(folder: Path, index: int, rows: Sequence[Any] = ROWS) -> tuple[Path, Path]:
    leaves = leaves_of(rows)

    def nodes(level: int, at: int) -> bytes:
        return perfect_root(b"".join(leaves[at << level : (at + 1) << level]))

    path = map(base64ed, inclusion_proof(index, len(rows), nodes))
    lines = ["c2sp.org/tlog-proof@v1", f"extra {base64ed(leaves[index])}", f"index {index}", *path]
    proof, event = folder / "x.tlog-proof", folder / "x.event"
    proof.write_text("\n".join([*lines, "", checkpoint(rows)]), "utf-8")
    event.write_bytes(record_of(index + 1, rows[index].envelope, rows[index].state))
    return proof, event


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, 640, 699])
def test_a_proof_of_one_event_holds(tmp_path: Path, index: int) -> None:
    proof, event = a_proof(tmp_path, index)

    assert verify(proof)[0] == INTACT
    assert verify(proof, "--event", event)[0] == INTACT


def test_a_proof_of_the_only_event_holds(tmp_path: Path) -> None:
    proof, event = a_proof(tmp_path, 0, ROWS[:1])

    assert verify(proof, "--event", event)[0] == INTACT


def test_a_proof_does_not_hold_for_another_event(tmp_path: Path) -> None:
    proof, event = a_proof(tmp_path, 300)
    event.write_bytes(record_of(301, ROWS[301].envelope, ROWS[301].state))

    code, said = verify(proof, "--event", event)

    assert (code, said["event"]) == (ALTERED, 301)


@pytest.mark.parametrize("index", ["299", "700", "70000000000000000000"])
def test_a_proof_does_not_hold_at_another_place(tmp_path: Path, index: str) -> None:
    proof, _ = a_proof(tmp_path, 300)
    proof.write_text(proof.read_text("utf-8").replace("index 300", f"index {index}"), "utf-8")

    assert verify(proof)[0] == ALTERED


@pytest.mark.parametrize("junk", ["", "c2sp.org/tlog-proof@v1\n", "a\nb\nc\n\nd", "\x00" * 99])
def test_what_is_no_proof_is_unreadable(tmp_path: Path, junk: str) -> None:
    (tmp_path / "x.tlog-proof").write_text(junk, "utf-8")

    assert verify(tmp_path / "x.tlog-proof")[0] == UNREADABLE


def test_rows_serve_as_a_recorder_would() -> None:
    rows = Rows(ROWS)

    assert [row.position for row in rows.audit_rows(0, 3)] == [1, 2, 3]
    assert [row.position for row in rows.audit_rows(698, 9)] == [699, 700]
