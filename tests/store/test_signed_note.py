"""Notes, keys, checkpoints: C2SP's own example, and whatever else may come in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.signed_note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    ReceiptText,
    SigningKey,
    VerifierKey,
    manifest_text,
    read_keys,
)

# The example of Go's golang.org/x/mod/sumdb/note, from which the format comes
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ORIGIN = "shilu.test/main"
CHECKPOINT = Checkpoint(ORIGIN, 5, bytes(range(32)))


def a_key(name: str = ORIGIN, seed: int = 7) -> SigningKey:
    return SigningKey.of_seed(name, bytes([seed]) * 32)


def test_the_note_of_the_formats_authors_verifies() -> None:
    note, key = Note.parse(PETERS_NOTE.encode()), VerifierKey.parse(PETER)

    assert str(key) == PETER
    assert str(note) == PETERS_NOTE
    assert note.by(key) is not None


def test_a_changed_text_does_not_verify() -> None:
    changed = PETERS_NOTE.replace("is the answer", "is no answer")

    assert Note.parse(changed.encode()).by(VerifierKey.parse(PETER)) is None


def test_a_signed_checkpoint_comes_back_and_is_of_its_key_only() -> None:
    note = Note.parse(str(a_key().sign(CHECKPOINT.text)).encode())

    assert Checkpoint.parse(note.text) == CHECKPOINT
    assert note.by(a_key().verifier()) is not None
    assert note.by(a_key(seed=8).verifier()) is None
    assert note.by(a_key(name="another.log").verifier()) is None


def test_a_cosignature_holds_its_time_and_signs_nothing_else() -> None:
    witness = a_key("witness.example", seed=9)
    signed = a_key().sign(CHECKPOINT.text)
    note = signed.with_signatures([witness.cosign(CHECKPOINT.text, 1_763_900_000)])

    found = Note.parse(str(note).encode()).by(witness.verifier(COSIGNATURE))

    assert found is not None
    assert found.made_at == 1_763_900_000
    assert note.by(witness.verifier()) is None  # the same key as a log's
    later = found.data[:7] + bytes([found.data[7] ^ 1]) + found.data[8:]
    assert not witness.verifier(COSIGNATURE).verify(note.text, later)


def test_the_three_kinds_of_text_differ_in_their_first_line() -> None:
    receipt = ReceiptText(ORIGIN, 5, bytes(32), "2026-11-20T04:00:00.000000Z").text
    texts = CHECKPOINT.text, receipt, manifest_text(ORIGIN, bytes(32))

    assert len({text.split("\n")[0] for text in texts}) == 3
    assert all(text.endswith("\n") and "\n\n" not in text for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+AAAA",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("+ARpc", "+CRpc"),
        PETER + "=",
    ],
)
def test_what_is_not_a_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"no signatures\n",
        PETERS_NOTE.encode()[:-1],
        PETERS_NOTE.replace("—", "-").encode(),
        PETERS_NOTE.replace("x08go", "x08g").encode(),
        PETERS_NOTE.replace("problem,", "problem,\t").encode(),
        b"\xff" + PETERS_NOTE.encode(),
        PETERS_NOTE.encode() + b"x" * 20_000,
        (PETERS_NOTE + PETERS_NOTE.split("\n\n")[1] * 40).encode(),
    ],
)
def test_what_is_not_a_note_is_refused(given: bytes) -> None:
    with pytest.raises(NoteError):
        Note.parse(given)


@pytest.mark.parametrize("size", ["", "-1", "01", "1.0", "+1", " 1", "1_0", "٣", "1" * 30])
def test_a_size_is_written_in_one_way(size: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(CHECKPOINT.text.replace("\n5\n", f"\n{size}\n"))


@given(st.binary(max_size=200), st.text(max_size=100))
def test_whatever_comes_in_is_read_or_refused(data: bytes, text: str) -> None:
    for read in (
        lambda: Note.parse(data),
        lambda: Note.parse(text.encode()),
        lambda: Note.parse(b"text\n\n" + data + b"\n"),
        lambda: VerifierKey.parse(text),
        lambda: Checkpoint.parse(text),
    ):
        try:
            read()
        except NoteError:
            continue


def test_keys_are_read_from_a_file_with_comments(tmp_path: Path) -> None:
    file = tmp_path / "witnesses"
    file.write_text(f"# the auditor's laptop\n{PETER}\n\n", encoding="utf-8")

    assert [key.name for key in read_keys(file)] == ["PeterNeumann"]
    assert read_keys(tmp_path / "none") == ()
