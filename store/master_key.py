"""Where the master key comes from: a file, or a command that prints it (a key manager's client).

A source may hold two keys, the one in force first and the next one behind it: so that a rotation
may be interrupted at any point. Which of them is in force is written in the vault, by its id.
"""

from __future__ import annotations

import hmac
import os
import secrets
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KEY_BYTES = 32
COMMAND_SECONDS = 30.0


class VaultError(Exception):
    """The vault cannot do what was asked; the message says what is wrong."""


class MasterKeySource(Protocol):
    """Gives the master key, and takes part in its rotation."""

    def read(self) -> list[bytes]:
        """Return the key in force and, if there is one, the next. Raises VaultError."""

    def create(self) -> None:
        """Make the first key where none is yet."""

    def prepare_next(self) -> None:
        """Make sure that a next key is there, durable."""

    def finish(self, key: bytes) -> None:
        """Make ``key`` the only one, now that nothing needs the other."""


@dataclass(frozen=True)
class KeyFile:
    """A file with 64 hex digits; the next key stands beside it in ``<name>.new``."""

    path: Path

    @property
    def next_path(self) -> Path:
        """Where the next key stands."""
        return self.path.with_name(f"{self.path.name}.new")

    def read(self) -> list[bytes]:
        """Return the key of the file and of the file beside it, if there is one."""
        try:
            found = [self.path.read_text()]
        except FileNotFoundError as problem:
            raise VaultError(f"no master key at {self.path}: run `shilu migrate` first") from (
                problem
            )
        try:
            found.append(self.next_path.read_text())
        except FileNotFoundError:
            # Swapped between the two looks: what is in force now is in the first file.
            found = [self.path.read_text()]
        return [_key(text, str(self.path)) for text in found]

    def create(self) -> None:
        """Make the file (0600) with a new key unless it is there."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _write_new(self.path)

    def prepare_next(self) -> None:
        """Make the file of the next key unless an interrupted rotation left one."""
        if not self.next_path.exists():
            _write_new(self.next_path)

    def finish(self, key: bytes) -> None:
        """Overwrite the old key, then put the new file in its place."""
        if not self.next_path.exists():
            return
        if _key(self.next_path.read_text(), str(self.next_path)) != key:
            raise VaultError(f"{self.next_path} is not the key that was rotated to")
        with self.path.open("r+") as file:
            file.write("0" * (2 * KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        self.next_path.replace(self.path)
        _sync_folder(self.path.parent)


@dataclass(frozen=True)
class KeyCommand:
    """A command that prints the key as 64 hex digits, and on a second line the next one.

    Whoever runs the key manager makes the next key and takes the old one away.
    """

    command: str

    def read(self) -> list[bytes]:
        """Return the keys that the command prints. Raises VaultError when it fails."""
        try:
            answer = subprocess.run(  # noqa: S603 - the operator's own setting, no shell
                shlex.split(self.command),
                capture_output=True,
                check=True,
                text=True,
                timeout=COMMAND_SECONDS,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as problem:
            # Not the problem's own text: it may hold what the command printed.
            raise VaultError(
                f"SHILU_MASTER_KEY_COMMAND gave no key: {type(problem).__name__}"
            ) from None
        lines = answer.stdout.split()
        if not 1 <= len(lines) <= 2:
            raise VaultError("SHILU_MASTER_KEY_COMMAND must print one key, or two to rotate")
        return [_key(line, "what SHILU_MASTER_KEY_COMMAND prints") for line in lines]

    def create(self) -> None:
        """Check that there is a key: the key manager makes it."""
        self.read()

    def prepare_next(self) -> None:
        """Check that the command prints the next key too."""
        if len(self.read()) < 2:
            raise VaultError(
                "to rotate, let SHILU_MASTER_KEY_COMMAND print the new key on a second line"
            )

    def finish(self, key: bytes) -> None:
        """Nothing to do: the first line may now be taken away."""


def source_of(path: str | Path, command: str = "") -> MasterKeySource:
    """Return the command's keys if there is a command, else the file's."""
    return KeyCommand(command) if command else KeyFile(Path(path))


def key_id(key: bytes) -> str:
    """Return the id of a master key: 16 hex digits that say nothing else about it."""
    return hmac.digest(key, b"shilu master key id v1", "sha256").hex()[:16]


def _key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultError(f"{where} does not hold a key of 64 hex digits")
    return key


def _write_new(path: Path) -> None:
    """Make a file with a new key, whole or not at all; if somebody was first, theirs stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
