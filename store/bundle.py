"""Writing evidence that stands alone: a range of the log, its proof, and the means to check it.

A bundle is a folder or a zip file; docs/audit.md specifies it byte for byte. What is checked here
is nothing: that is for `shilu_verify.py`, which goes along and imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from store.log_reader import AuditSource
from store.proof import Nodes, leaf_hash
from store.verifier import shilu_verify
from store.verifier.shilu_verify import FORMAT, PART, RECORD, WITHHELD, cover

VERIFIER = Path(shilu_verify.__file__)
BATCH = 4096  # rows read at once
Progress = Callable[[int, int], None]
Seal = Callable[[bytes], str]
"""Returns a signed note over the digest of a manifest."""


@dataclass(frozen=True)
class Wanted:
    """Which events a bundle holds, under which checkpoint.

    ``since`` are sizes of older checkpoints that the bundle is to lead back to; ``contents`` says
    whether it holds the events' states or their envelopes alone.
    """

    origin: str
    log: str
    first: int
    last: int
    checkpoint: str
    size: int
    since: tuple[int, ...] = ()
    contents: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= self.size:
            raise ValueError(f"events {self.first} to {self.last} are not among {self.size}")
        if any(not 0 < old <= self.size for old in self.since):
            raise ValueError(f"a checkpoint of {self.since} events is not older")

    @property
    def starts(self) -> list[int]:
        """Return the indexes at which the parts begin that are hashed in one go."""
        start = self.first - 1
        return [start, *range(start - start % PART + PART, self.last, PART)]

    def proof(self, nodes: Nodes) -> bytes:
        """Return the roots of the subtrees beside the range, as the verifier will ask for them."""
        start, at, found = self.first - 1, 0, []
        for mark in sorted({0, start, self.last, self.size, *self.since}):
            for size in cover(at, mark):
                if not start <= at < self.last:
                    level = size.bit_length() - 1
                    found.append(nodes(level, at >> level))
                at += size
        return b"".join(found)


class Sink(Protocol):
    """Where a bundle's files go, one after the other."""

    def open(self, name: str) -> IO[bytes]:
        """Begin a file."""


@dataclass(frozen=True)
class Folder:
    """A bundle as a folder."""

    path: Path

    def open(self, name: str) -> IO[bytes]:
        """Begin a file."""
        return (self.path / name).open("wb", buffering=1 << 20)


@dataclass(frozen=True)
class Zip:
    """A bundle as a zip file, its files stored as they are: ciphertext does not shrink."""

    file: zipfile.ZipFile

    def open(self, name: str) -> IO[bytes]:
        """Begin a file."""
        return self.file.open(name, "w", force_zip64=True)


@dataclass
class Bundle:
    """A bundle in the making."""

    sink: Sink
    files: dict[str, str] = field(default_factory=dict)
    offsets: list[int] = field(default_factory=list)

    def add(self, name: str, data: bytes) -> None:
        """Add a file whose digest the manifest tells."""
        self.put(name, data)
        self.files[name] = sha256(data).hexdigest()

    def put(self, name: str, data: bytes) -> None:
        """Add a file that is checked in another way."""
        with self.sink.open(name) as file:
            file.write(data)

    def add_events(self, wanted: Wanted, source: AuditSource, progress: Progress) -> bytes:
        """Write the events and return their leaf hashes."""
        leaves, length, starts = [], 0, set(wanted.starts)
        with self.sink.open("events.bin") as file:
            for position, record, leaf in _records(wanted, source):
                if position - 1 in starts:
                    self.offsets.append(length)
                leaves.append(leaf)
                length += file.write(record)
                if position % BATCH == 0:
                    progress(position - wanted.first, wanted.last - wanted.first + 1)
        self.offsets.append(length)
        return b"".join(leaves)


def write_bundle(
    target: Path,
    wanted: Wanted,
    source: AuditSource,
    nodes: Nodes,
    seal: Seal,
    *,
    more: Mapping[str, bytes] | None = None,
    progress: Progress = lambda _done, _all: None,
) -> bytes:
    """Write a bundle: a zip file if ``target`` ends so, else a folder. All of it or nothing.

    ``more`` are further files, such as a cover page. Returns the SHA-256 of the manifest, which
    the log's key signed. Raises FileExistsError.
    """
    with _made(target) as sink:
        bundle = Bundle(sink)
        bundle.add("hashes", bundle.add_events(wanted, source, progress))
        bundle.add("proof", wanted.proof(nodes))
        bundle.add("checkpoint", wanted.checkpoint.encode())
        bundle.add(VERIFIER.name, VERIFIER.read_bytes())
        for name, data in (more or {}).items():
            bundle.add(name, data)
        manifest = _manifest(wanted, bundle)
        bundle.put("manifest.json", manifest)
        digest = sha256(manifest).digest()
        bundle.put("manifest.sig", seal(digest).encode())
    return digest


def record_of(position: int, envelope: bytes, state: bytes | None) -> bytes:
    """Return an event as one record of events.bin."""
    length = WITHHELD if state is None else len(state)
    return RECORD.pack(position, len(envelope), length) + envelope + (state or b"")


def _records(wanted: Wanted, source: AuditSource) -> Iterator[tuple[int, bytes, bytes]]:
    done = wanted.first - 1
    while done < wanted.last:
        rows = source.audit_rows(done, min(BATCH, wanted.last - done))
        if not rows:
            raise LookupError(f"the log ends at {done}, before {wanted.last}")
        for row in rows:
            state = row.state if wanted.contents else None
            yield (
                row.position,
                record_of(row.position, row.envelope, state),
                leaf_hash(row.envelope),
            )
        done = rows[-1].position


def _manifest(wanted: Wanted, bundle: Bundle) -> bytes:
    told = {
        "format": FORMAT,
        "origin": wanted.origin,
        "log": wanted.log,
        "from": wanted.first,
        "to": wanted.last,
        "checkpoint_size": wanted.size,
        "states": wanted.contents,
        "cuts": list(wanted.since),
        "offsets": bundle.offsets,
        "files": bundle.files,
    }
    return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"


@contextmanager
def _made(target: Path) -> Iterator[Sink]:
    """Yield where to write; what was written takes its name only when all went well."""
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    part = target.with_name(f"{target.name}.part{os.getpid()}")
    try:
        if target.suffix == ".zip":
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as file:
                yield Zip(file)
        else:
            part.mkdir(parents=True)
            yield Folder(part)
        part.rename(target)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
