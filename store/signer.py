"""The signer: a process of its own with the only copy of the log's key (trust.md 1.3).

It signs for the logs of one installation: that of the first branch, whose origin it is started
with, and those beside it (``shilu.example/north`` beside ``shilu.example/main``), each remembered
apart. It signs a checkpoint only when it is proven to begin with everything that it signed before,
and remembers that on disk before the signature leaves. So whoever has the database and the service
still cannot have a second history signed, nor can a restart or a crash make the signer forget.
Started as ``python -m store.signer``; loads ``cryptography`` and the standard library only.

It answers one line of JSON for each line of JSON on a unix socket:
``{"do": "last"}``, ``{"do": "checkpoint", "size", "root", "proof"}``,
``{"do": "receipt", "position", "leaf_hash", "at"}``, ``{"do": "manifest", "digest"}``;
each may name its ``"log"``, else it is the first branch's. Bytes are in base64. What it refuses it
answers with ``{"refused": reason}``.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import signal
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.proof import EMPTY_ROOT, HASH_BYTES, verify_consistency
from store.signed_note import (
    KEY_BYTES,
    KEY_NAME,
    Checkpoint,
    NoteError,
    ReceiptText,
    SigningKey,
    base64ed,
    manifest_text,
    unbase64,
)
from store.unix_sockets import address_of

MAX_REQUEST = 16 * 1024
MAX_PROOF = 128
LONGEST_INSTANT = 40
MOST_LOGS = 10_000
BRANCH = re.compile(r"[a-z][a-z0-9_]{0,30}")
STARTED = "started"


class SignerError(Exception):
    """The signer's files do not allow it to start."""


class Refused(Exception):
    """The signer does not sign this; the text says why."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the signer's key and memory are: the memory and the lock stand beside the key."""

    key: Path

    @property
    def state(self) -> Path:
        """The file with what was signed last."""
        return self.key.with_suffix(".state")

    @property
    def lock(self) -> Path:
        """The file that one signer at a time holds."""
        return self.key.with_suffix(".lock")


class Signer:
    """Signs for the logs of one installation. Thread-safe; only one may live on the same files."""

    def __init__(self, files: Files, origin: str, public: Path | None = None) -> None:
        if not KEY_NAME.fullmatch(origin):
            raise SignerError(f"an origin has no spaces and no plus sign: {origin!r}")
        self._files = files
        self._origin = origin
        self._public = public
        self._guard = _locked(files.lock)
        _set_up(files)
        self._seed = _seed(files.key)
        self._signed = _signed(files.state)
        self._logs: dict[str, Log] = {}
        self._lock = threading.Lock()
        self.log(origin)

    def close(self) -> None:
        """Let another signer have the files."""
        os.close(self._guard)

    @property
    def origin(self) -> str:
        """The name of the first log, and of its key."""
        return self._origin

    @property
    def verifier_key(self) -> str:
        """The public key of the first log, for those who check."""
        return self.log(self._origin).verifier_key

    def log(self, origin: str) -> Log:
        """Return what signs for a log. Raises Refused for one of another installation."""
        with self._lock:
            known = self._logs.get(origin)
            if known is None:
                self._check(origin)
                known = self._logs[origin] = Log(self, SigningKey.of_seed(origin, self._seed))
                if self._public is not None:
                    text = known.verifier_key + "\n"
                    _write_synced(self._public_file(origin, self._public), text, mode=0o644)
            return known

    def last(self, origin: str) -> tuple[int, bytes]:
        """Return size and root of what was signed last for a log."""
        return self._signed.get(origin, (0, EMPTY_ROOT))

    def signed(self, origin: str, size: int, root: bytes, proof: list[bytes]) -> None:
        """Remember that a log is signed at this size. Raises Refused unless it goes on."""
        with self._lock:
            old, old_root = self.last(origin)
            if size < old:
                raise Refused(f"rollback: {size} events, {old} were signed")
            if not verify_consistency(old, old_root, size, root, proof):
                raise Refused(f"fork: not proven to begin with the {old} events that were signed")
            if (size, root) != (old, old_root):
                signed = {**self._signed, origin: (size, root)}
                _write_synced(self._files.state, _state_text(signed))
                self._signed = signed

    def _check(self, origin: str) -> None:
        installation, _, branch = origin.rpartition("/")
        ours = installation == self._origin.rpartition("/")[0] and BRANCH.fullmatch(branch)
        if origin != self._origin and not ours:
            raise Refused(f"not a log of this installation: {origin[:80]}")
        if len(self._logs) >= MOST_LOGS:
            raise Refused("too many logs")

    def _public_file(self, origin: str, first: Path) -> Path:
        branch = origin.rpartition("/")[2]
        return first if origin == self._origin else first.with_name(f"{first.stem}.{branch}.vkey")


class Log:
    """Signs for one log."""

    def __init__(self, signer: Signer, key: SigningKey) -> None:
        self._signer = signer
        self._key = key
        self.verifier_key = str(key.verifier())

    @property
    def origin(self) -> str:
        """The name of the log, and of the key."""
        return self._key.name

    def last(self) -> tuple[int, bytes]:
        """Return size and root of what was signed last; an empty tree before the first."""
        return self._signer.last(self.origin)

    def checkpoint(self, size: int, root: bytes, proof: list[bytes]) -> str:
        """Return a signed checkpoint. Raises Refused unless it goes on from the last one.

        ``proof`` leads from the last signed size to this one; it is empty for the same size.
        """
        self._signer.signed(self.origin, size, root, proof)
        return str(self._key.sign(Checkpoint(self.origin, size, root).text))

    def receipt(self, position: int, leaf_hash: bytes, at: str) -> str:
        """Return the signature of a receipt, in base64."""
        text = ReceiptText(self.origin, position, leaf_hash, at).text
        return base64ed(self._key.signature(text))

    def manifest(self, digest: bytes) -> str:
        """Return a signed note over the digest of an export's manifest."""
        return str(self._key.sign(manifest_text(self.origin, digest)))


def answer(signer: Signer, line: bytes) -> dict[str, Any]:
    """Return the answer to one request; whatever cannot be read is refused."""
    origin = signer.origin
    try:
        request = json.loads(line)
        origin = str(request.get("log") or origin)
        return ACTIONS[request["do"]](signer.log(origin), request)
    except Refused as refusal:
        size, root = signer.last(origin)
        return {"refused": str(refusal), "size": size, "root": base64ed(root)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"refused": "unreadable"}
    except OSError as problem:
        return {"refused": f"not remembered: {type(problem).__name__}"}


def _last(log: Log, _request: Mapping[str, Any]) -> dict[str, Any]:
    size, root = log.last()
    return {"size": size, "root": base64ed(root), "key": log.verifier_key}


def _checkpoint(log: Log, request: Mapping[str, Any]) -> dict[str, Any]:
    proof = [_hash(item) for item in request["proof"][:MAX_PROOF]]
    return {"note": log.checkpoint(_number(request["size"]), _hash(request["root"]), proof)}


def _receipt(log: Log, request: Mapping[str, Any]) -> dict[str, Any]:
    at = str(request["at"])
    if not at.isascii() or not at.isprintable() or len(at) > LONGEST_INSTANT:
        raise NoteError("an instant is short and plain")
    signature = log.receipt(_number(request["position"]), _hash(request["leaf_hash"]), at)
    return {"key": log.verifier_key, "signature": signature}


def _manifest(log: Log, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"note": log.manifest(_hash(request["digest"]))}


ACTIONS: Mapping[str, Callable[[Log, Mapping[str, Any]], dict[str, Any]]] = {
    "last": _last,
    "checkpoint": _checkpoint,
    "receipt": _receipt,
    "manifest": _manifest,
}


def serve(signer: Signer, socket_path: Path) -> None:
    """Answer on the socket until SIGTERM."""
    socket_path.unlink(missing_ok=True)  # we hold the lock: whoever listened there is dead
    handler = type("OfThisSigner", (_Conversation,), {"signer": signer})
    with address_of(socket_path) as address, _Server(address, handler) as server:
        socket_path.chmod(0o660)  # the service may be another user, of the same group
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _log(STARTED, origin=signer.origin, size=signer.last(signer.origin)[0])
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        stopped.wait()
        server.shutdown()
    socket_path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class _Conversation(socketserver.StreamRequestHandler):
    signer: Signer

    def handle(self) -> None:
        while line := self.rfile.readline(MAX_REQUEST):
            reply = answer(self.signer, line)
            if "refused" in reply:
                _log("refused", reason=reply["refused"])
            self.wfile.write(json.dumps(reply).encode() + b"\n")
            if not line.endswith(b"\n"):
                return


def _set_up(files: Files) -> None:
    """Make key and memory together, once: a key without its memory would sign anything."""
    if files.key.exists() and not files.state.exists():
        raise SignerError(f"{files.state} is missing: put it back, it says what was signed")
    if not files.state.exists():
        _write_synced(files.state, _state_text({}))
    if not files.key.exists():
        if _signed(files.state):
            raise SignerError(f"{files.key} is missing: put it back, its signatures are out there")
        _write_synced(files.key, base64ed(secrets.token_bytes(KEY_BYTES)) + "\n")


def _seed(path: Path) -> bytes:
    try:
        seed = unbase64(path.read_text(encoding="ascii").strip())
    except ValueError as problem:
        raise SignerError(f"{path} cannot be read") from problem
    if len(seed) != KEY_BYTES:
        raise SignerError(f"{path} is not a key")
    return seed


def _signed(path: Path) -> dict[str, tuple[int, bytes]]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["signed"]
        return {origin: (_number(s), _hash(root)) for origin, (s, root) in known.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise SignerError(
            f"{path} cannot be read: put it back, it says what was signed"
        ) from problem


def _state_text(signed: Mapping[str, tuple[int, bytes]]) -> str:
    known = {origin: [size, base64ed(root)] for origin, (size, root) in signed.items()}
    return json.dumps({"signed": known}) + "\n"


def _write_synced(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file, all or nothing, also through a power failure."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _locked(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(file)
        raise SignerError(f"another signer has {path}") from problem
    return file


def _hash(text: Any) -> bytes:
    data = unbase64(text)
    if len(data) != HASH_BYTES:
        raise NoteError("a hash is 32 bytes")
    return data


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise NoteError("a size or position is a whole number")
    return value


def _log(event: str, **facts: object) -> None:
    line = {"level": "info", "logger": "store.signer", "event": event} | facts
    print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201


def main(arguments: list[str]) -> int:
    """Run with origin, key file, socket and the file for the public key; return the exit code.

    The public key of another branch's log is written beside it when that log is first asked for.
    """
    origin, key, socket_path, public = arguments
    try:
        signer = Signer(Files(Path(key)), origin, Path(public))
    except SignerError as problem:
        print(f"shilu signer: {problem}", file=sys.stderr, flush=True)  # noqa: T201
        return 1
    serve(signer, Path(socket_path))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
