"""Asking the signer, from the processes that may: over its socket, never waiting for long."""

from __future__ import annotations

import copy
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from store.signed_note import base64ed
from store.unix_sockets import address_of

PATIENCE = 0.5  # seconds for one answer
PAUSE = 1.0  # seconds without asking after a signer that was away
MAX_ANSWER = 64 * 1024
MAX_IDLE = 8  # connections kept open
Answering = Callable[[], dict[str, Any]]


class SignerAway(Exception):
    """The signer does not answer."""


class SignerRefused(Exception):
    """The signer does not sign this. Has what it signed last, where it said so."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(str(answer["refused"]))
        self.answer = answer


class SignerClient:
    """Asks one signer, for one log of its installation: the first branch's where none is named.

    Thread-safe; connections are kept and used again.
    """

    def __init__(self, path: Path, log: str = "") -> None:
        self._path = path
        self._log = log
        self._idle: list[_Line] = []
        self._lock = threading.Lock()
        self._away_until = 0.0

    def of(self, log: str) -> SignerClient:
        """Return a client for another log, which shares the connections."""
        other = copy.copy(self)
        other._log = log
        return other

    def last(self) -> dict[str, Any]:
        """Return size and root of the last checkpoint, and the public key."""
        return self._ask({"do": "last"})

    def checkpoint(self, size: int, root: bytes, proof: list[bytes]) -> str:
        """Return a signed checkpoint that goes on from the last one."""
        items = [base64ed(item) for item in proof]
        request = {"do": "checkpoint", "size": size, "root": base64ed(root), "proof": items}
        return str(self._ask(request)["note"])

    def receipt(self, position: int, leaf_hash: bytes, at: str) -> dict[str, str]:
        """Return key and signature of a receipt."""
        return self.receipt_soon(position, leaf_hash, at)()

    def receipt_soon(self, position: int, leaf_hash: bytes, at: str) -> Answering:
        """Ask for a receipt and go on; what is returned waits for its key and signature.

        It must be called once: the connection is in use until then.
        """
        leaf = base64ed(leaf_hash)
        return self._asked({"do": "receipt", "position": position, "leaf_hash": leaf, "at": at})

    def manifest(self, digest: bytes) -> str:
        """Return a signed note over the digest of an export's manifest."""
        return str(self._ask({"do": "manifest", "digest": base64ed(digest)})["note"])

    def close(self) -> None:
        """Close every connection that nobody uses."""
        with self._lock:
            lines = self._idle[:]
            self._idle.clear()
        for line in lines:
            line.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the signer's answer. Raises SignerAway, SignerRefused."""
        return self._asked(request)()

    def _asked(self, request: dict[str, Any]) -> Answering:
        """Send the request; what is returned raises SignerAway or SignerRefused, or answers."""
        of = {"log": self._log} if self._log else {}
        sent = msgspec.json.encode({**request, **of}) + b"\n"
        if time.monotonic() < self._away_until:
            return _away
        return partial(self._answered, sent, self._begin(sent))

    def _answered(self, request: bytes, line: _Line | None) -> dict[str, Any]:
        try:
            answer = self._answer(request, line)
        except (OSError, ValueError) as problem:
            self._away_until = time.monotonic() + PAUSE
            raise SignerAway from problem
        if "refused" in answer:
            raise SignerRefused(answer)
        return answer

    def _begin(self, request: bytes) -> _Line | None:
        """Return the kept connection that took the request, None where there is none."""
        with self._lock:
            line = self._idle.pop() if self._idle else None
        if line is None:
            return None
        try:
            line.send(request)
        except OSError:
            line.close()
            self.close()  # the signer was started anew: so are all the connections to it
            return None
        return line

    def _answer(self, request: bytes, line: _Line | None) -> dict[str, Any]:
        if line is not None:
            try:
                return self._said(line)
            except TimeoutError:
                raise
            except (OSError, ValueError):
                self.close()
        line = _Line(self._path)
        try:
            line.send(request)
        except BaseException:
            line.close()
            raise
        return self._said(line)

    def _said(self, line: _Line) -> dict[str, Any]:
        try:
            answer = line.answer()
        except BaseException:
            line.close()  # whatever comes in on it later would be the answer to this
            raise
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append(line)
                return answer
        line.close()
        return answer


def _away() -> dict[str, Any]:
    raise SignerAway


class _Line:
    """One connection: a line there, a line back."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(PATIENCE)
            with address_of(path) as address:
                self._socket.connect(address)
        except BaseException:
            self._socket.close()
            raise

    def send(self, request: bytes) -> None:
        """Send a request. Raises OSError."""
        self._socket.sendall(request)

    def answer(self) -> dict[str, Any]:
        """Return the answer to it. Raises OSError, and ValueError when it is not an answer."""
        said = b""
        while not said.endswith(b"\n"):
            part = self._socket.recv(MAX_ANSWER)
            if not part or len(said) > MAX_ANSWER:
                raise ConnectionResetError
            said += part
        answer = msgspec.json.decode(said)
        if not isinstance(answer, dict):
            raise ValueError("not an answer")
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
