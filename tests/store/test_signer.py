"""The signer signs one history: not after a restart, a crash or a restored database another one."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.proof import TileNodes, consistency_proof, leaf_hash, root_of
from store.signed_note import (
    Checkpoint,
    Note,
    ReceiptText,
    SigningKey,
    VerifierKey,
    base64ed,
    unbase64,
)
from store.signer import Files, Log, Refused, Signer, SignerError, answer
from store.signer_client import PATIENCE, PAUSE, SignerAway, SignerClient, SignerRefused

ORIGIN = "shilu.test/main"
AT = "2026-11-20T04:00:00.000000Z"
LEAVES = [leaf_hash(b"%d" % number) for number in range(250)]
FORGED = [leaf_hash(b"forged"), *LEAVES[1:]]


def proof_of(leaves: list[bytes], old: int, new: int) -> list[bytes]:
    return consistency_proof(old, new, TileNodes(lambda _level, _index: b"".join(leaves)))


def sign(signer: Signer | SignerClient, leaves: list[bytes], size: int, since: int) -> Checkpoint:
    proof = proof_of(leaves, since, size)
    log = signer.log(signer.origin) if isinstance(signer, Signer) else signer
    note = Note.parse(log.checkpoint(size, root_of(leaves[:size]), proof).encode())
    return Checkpoint.parse(note.text)


def a_signer(folder: Path, origin: str = ORIGIN) -> Signer:
    return Signer(Files(folder / "signer.key"), origin)


@pytest.fixture
def signer(tmp_path: Path) -> Iterator[Signer]:
    """A new signer."""
    made = a_signer(tmp_path)
    yield made
    made.close()


def test_checkpoints_that_go_on_are_signed(signer: Signer) -> None:
    for old, new in ((0, 3), (3, 3), (3, 4), (4, 57)):
        assert sign(signer, LEAVES, new, old) == Checkpoint(ORIGIN, new, root_of(LEAVES[:new]))

    assert signer.last(ORIGIN) == (57, root_of(LEAVES[:57]))


def test_its_signature_verifies_with_its_public_key(signer: Signer) -> None:
    note = Note.parse(signer.log(ORIGIN).checkpoint(3, root_of(LEAVES[:3]), []).encode())

    assert note.by(VerifierKey.parse(signer.verifier_key)) is not None


@pytest.mark.parametrize(
    ("leaves", "size", "since"),
    [
        (LEAVES, 9, 9),  # a rollback
        (LEAVES, 0, 0),
        (FORGED, 10, 10),  # another history of the same length
        (FORGED, 20, 10),  # and of a greater one
        (LEAVES, 20, 11),  # a proof from elsewhere
    ],
)
def test_a_rollback_and_a_fork_are_refused(
    signer: Signer, leaves: list[bytes], size: int, since: int
) -> None:
    sign(signer, LEAVES, 10, 0)

    with pytest.raises(Refused):
        sign(signer, leaves, size, since)

    assert signer.last(ORIGIN) == (10, root_of(LEAVES[:10]))
    assert sign(signer, LEAVES, 11, 10).size == 11


def test_it_refuses_the_same_after_a_restart(tmp_path: Path) -> None:
    first = a_signer(tmp_path)
    sign(first, LEAVES, 10, 0)
    first.close()
    second = a_signer(tmp_path)

    assert second.verifier_key == first.verifier_key
    for size in (9, 10, 20):
        with pytest.raises(Refused):
            sign(second, FORGED, size, min(size, 10))
    second.close()


def test_each_log_has_a_memory_of_its_own(tmp_path: Path) -> None:
    one = a_signer(tmp_path)
    sign(one, LEAVES, 10, 0)
    one.close()
    other = a_signer(tmp_path, "shilu.test/other")
    sign(other, FORGED, 5, 0)
    other.close()
    again = a_signer(tmp_path)

    assert again.last(ORIGIN) == (10, root_of(LEAVES[:10]))
    again.close()


def test_two_signers_on_the_same_files_would_not_know_of_each_other(
    signer: Signer, tmp_path: Path
) -> None:
    with pytest.raises(SignerError, match="another signer"):
        a_signer(tmp_path)


@pytest.mark.parametrize(("lost", "said"), [("state", "what was signed"), ("key", "missing")])
def test_it_does_not_start_without_its_memory_or_its_key(
    tmp_path: Path, lost: str, said: str
) -> None:
    first = a_signer(tmp_path)
    sign(first, LEAVES, 10, 0)
    first.close()
    (tmp_path / f"signer.{lost}").unlink()

    with pytest.raises(SignerError, match=said):
        a_signer(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"signed": {"a": [1]}}', '{"signed": 3}', "\xff"]
)
def test_it_does_not_start_with_a_damaged_memory(tmp_path: Path, text: str) -> None:
    a_signer(tmp_path).close()
    (tmp_path / "signer.state").write_text(text, encoding="latin-1")

    with pytest.raises(SignerError):
        a_signer(tmp_path)


def test_a_memory_that_cannot_be_written_means_no_signature(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"do": "checkpoint", "size": 3, "root": base64ed(root_of(LEAVES[:3])), "proof": []}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused = answer(signer, json.dumps(request).encode())
    monkeypatch.undo()

    assert refused == {"refused": "not remembered: OSError"}
    assert signer.last(ORIGIN)[0] == 0
    assert "note" in answer(signer, json.dumps(request).encode())


def test_only_its_owner_reads_the_key(signer: Signer, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "signer.key").stat().st_mode) == 0o600


def test_an_origin_is_a_name() -> None:
    with pytest.raises(SignerError):
        Signer(Files(Path("/nowhere/signer.key")), "with space")


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["do", "size", "root", "proof", "position", "leaf_hash", "at"]),
                inner | st.sampled_from(["last", "checkpoint", "receipt", "manifest"]),
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_is_asked_is_answered(request: bytes) -> None:
    reply = answer(_SHARED, request)

    assert "refused" in reply or set(reply) == {"size", "root", "key"}


class _Known(Signer):
    """A signer without files, for requests that are to be refused."""

    def __init__(self) -> None:
        """Has no files."""

        self._origin = ORIGIN
        self._logs = {ORIGIN: Log(self, SigningKey.of_seed(ORIGIN, bytes(32)))}
        self._signed = {}
        self._lock = threading.Lock()
        self._public = None


_SHARED = _Known()


# --- the process ---


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A signer process; ended at the end if it has not ended by then."""
    arguments = [ORIGIN, *(str(folder / f"signer.{end}") for end in ("key", "sock", "vkey"))]
    command = [sys.executable, "-m", "store.signer", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        assert b"started" in process.stderr.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def client_of(folder: Path) -> SignerClient:
    return SignerClient(folder / "signer.sock")


def test_the_process_answers_and_ends_when_told(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        client = client_of(tmp_path)
        key = VerifierKey.parse((tmp_path / "signer.vkey").read_text())
        sign(client, LEAVES, 5, 0)
        receipt = client.receipt(5, LEAVES[4], "2026-11-20T04:00:00.000000Z")
        text = ReceiptText(ORIGIN, 5, LEAVES[4], "2026-11-20T04:00:00.000000Z").text

        assert key.verify(text, unbase64(receipt["signature"]))
        assert client.last() == {
            "size": 5,
            "root": base64ed(root_of(LEAVES[:5])),
            "key": str(key),
        }
        assert Note.parse(client.manifest(bytes(32)).encode()).by(key) is not None
        with pytest.raises(SignerRefused, match="rollback"):
            sign(client, LEAVES, 4, 4)
        process.terminate()
        assert process.wait(10) == 0
        client.close()


def test_a_second_process_does_not_start(tmp_path: Path) -> None:
    with running(tmp_path):
        arguments = [ORIGIN, *(str(tmp_path / f"signer.{end}") for end in ("key", "s2", "v2"))]
        command = [sys.executable, "-m", "store.signer", *arguments]
        second = subprocess.run(command, capture_output=True, timeout=30)

        assert second.returncode == 1
        assert b"another signer" in second.stderr


def test_a_client_goes_on_with_a_signer_that_was_started_anew(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    with running(tmp_path):
        client.last()
    with running(tmp_path):
        assert client.last()["size"] == 0
        client.close()


def test_receipts_that_were_asked_for_one_after_the_other_are_not_mixed_up(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    with running(tmp_path):
        answers = [client.receipt_soon(position, bytes(32), AT) for position in range(1, 12)]
        said = [answer()["signature"] for answer in reversed(answers)][::-1]
        alone = [client.receipt(position, bytes(32), AT)["signature"] for position in range(1, 12)]
        client.close()

    assert said == alone


def test_a_receipt_that_was_asked_of_a_signer_that_died_is_had_from_the_next(
    tmp_path: Path,
) -> None:
    client = client_of(tmp_path)
    with running(tmp_path) as process:
        client.last()
        process.send_signal(signal.SIGSTOP)
        answer = client.receipt_soon(1, bytes(32), AT)
        process.kill()
        process.wait()
    with running(tmp_path):
        assert answer() == client.receipt(1, bytes(32), AT)
        client.close()


def test_without_a_signer_the_client_says_so_at_once(tmp_path: Path) -> None:
    began = time.monotonic()

    for _ in range(50):
        with pytest.raises(SignerAway):
            client_of(tmp_path).last()

    assert time.monotonic() - began < 1.0


def test_a_signer_that_hangs_is_waited_for_once_and_not_at_every_call(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    with running(tmp_path) as process:
        client.last()
        process.send_signal(signal.SIGSTOP)
        wait_until_stopped(process.pid)
        began = time.monotonic()
        calls = 0
        while time.monotonic() - began < PAUSE:
            with pytest.raises(SignerAway):
                client.last()
            calls += 1
        process.send_signal(signal.SIGCONT)
        client.close()

    assert calls > PAUSE / PATIENCE + 1  # more than if each of them had waited


def wait_until_stopped(pid: int) -> None:
    """Wait until the kernel has stopped a process: a signal is not there at once."""
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.001)


def test_a_socket_may_lie_deep_down(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / ("deeper" * 15)
    folder.mkdir(parents=True)
    with running(folder):
        client = client_of(folder)
        assert client.last()["size"] == 0
        client.close()


def test_kill_9_at_any_moment_never_lets_it_sign_a_second_history(tmp_path: Path) -> None:
    """What it signed before it was killed it still holds to, and it still goes on from there."""
    chance, signed = random.Random(531), 0
    for _ in range(8):
        with running(tmp_path) as process:
            client = client_of(tmp_path)
            last = client.last()["size"]
            assert last >= signed
            for size in (last, last + 1) if last else ():
                with pytest.raises(SignerRefused, match="fork"):
                    sign(client, FORGED, size, last)
            killer = threading.Timer(chance.uniform(0, 0.03), process.kill)
            killer.start()
            with suppress(SignerAway):
                while last < len(LEAVES):
                    last = signed = sign(client, LEAVES, last + 1, last).size
            killer.join()
            client.close()

    assert signed > 0
