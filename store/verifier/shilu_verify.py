#!/usr/bin/env python3
"""Check a Shilu record without Shilu, and without trusting who runs it. docs/audit.md specifies.

Exit codes: 0 intact, 1 altered (block and event named), 2 unreadable or wrong use, 3 older than
promised. Needs Python 3.11 and `cryptography`, no network; nothing read here is ever executed.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import struct
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from io import BufferedReader, BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

INTACT, ALTERED, UNREADABLE, OLDER = range(4)
WORDS = ("intact", "altered", "unreadable", "older than promised")
FORMAT, SEAL, PROOF = "shilu-bundle/1", "shilu manifest v1", "c2sp.org/tlog-proof@v1"
RECORD = struct.Struct(">QII")  # position, bytes of the envelope, bytes of the state
WITHHELD = 0xFFFFFFFF  # instead of the state's length: this bundle shows envelopes alone
BLOCK, PART = 256, 1 << 16  # events of a tile (C2SP tlog-tiles), and events hashed in one go
SMALL, LARGE = 1 << 20, 1 << 36  # bytes of a small file, and of the leaf hashes
LONGEST = 1 << 28  # bytes of an envelope or a state
ED25519, COSIGNATURE = 1, 4  # signature types of C2SP signed-note and tlog-cosignature

TEXT = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
MAYBE = rb"(?:null|" + TEXT + rb")"
ENVELOPE = re.compile(
    rb'\{"actor":%b,"at":"([0-9T:.-]{26}Z)","cause":%b,"cmd":%b,"corr":%b,"data_sha256":"([0-9a-f]'
    rb'{64})","log":%b,"on_behalf":%b,"stream":%b,"type":%b,"v":1,"version":([0-9]+)\}'
    % (MAYBE, MAYBE, MAYBE, MAYBE, TEXT, MAYBE, TEXT, TEXT)
)
PLAIN = re.compile(ENVELOPE.pattern.replace(TEXT, rb'"([^"]*)"'))  # the same without backslashes
NOTE = re.compile(r"(.*\n)\n((?:\u2014 \S+ \S+\n)+)", re.DOTALL)
CMD, DIGEST, LOG, STREAM, TYPE, VERSION = 4, 6, 7, 9, 10, 11  # groups of ENVELOPE


class Verdict(Exception):
    """An answer other than "intact"; ``position`` is the event's, if one is to blame."""

    def __init__(self, code: int, reason: str, position: int | None = None) -> None:
        super().__init__(code, reason, position)
        self.code, self.reason, self.position = code, reason, position


# --- the tree (RFC 6962, section 2.1) ---


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node; that of a leaf is over 0x00 and the envelope."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """Return the root over 1, 2, 4, 8, ... hashes that lie side by side."""
    sha = sha256
    while len(hashes) > 32:
        starts = range(0, len(hashes), 64)
        hashes = b"".join([sha(b"\x01" + hashes[at : at + 64]).digest() for at in starts])
    return hashes


def cover(start: int, end: int) -> Iterator[int]:
    """Yield the sizes of the largest aligned perfect subtrees that fill [start, end), in order."""
    while start < end:
        size = min(start & -start or LARGE, 1 << (end - start).bit_length() - 1)
        yield size
        start += size


def push(edge: list[tuple[int, bytes]], size: int, root: bytes) -> bytes:
    """Add the next subtree to the right edge of a tree; return the root of the whole tree."""
    while edge and edge[-1][0] == size:
        root, size = node_hash(edge.pop()[1], root), size * 2
    edge.append((size, root))
    for _, left in edge[-2::-1]:
        root = node_hash(left, root)
    return root


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root an inclusion path leads to, None if it has a wrong length (RFC 9162, 2.1.3)."""
    inner = (index ^ (size - 1)).bit_length()  # below this level there may be right siblings
    if not 0 <= index < size or len(path) != inner + (index >> inner).bit_count():
        return None
    for level, other in enumerate(path):
        on_the_left = level >= inner or index >> level & 1
        leaf = node_hash(other, leaf) if on_the_left else node_hash(leaf, other)
    return leaf


# --- notes and keys (C2SP signed-note, tlog-checkpoint, tlog-cosignature) ---


def unb64(text: str, length: int | None = None) -> bytes:
    """Decode strict base64. Raises ValueError."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text or length not in (None, len(data)):
        raise ValueError(text)
    return data


class Key(NamedTuple):
    """A public key; ``id`` stands before its signatures."""

    name: str
    id: bytes
    kind: int
    public: Ed25519PublicKey

    @classmethod
    def parse(cls, given: str) -> Key:
        """Read NAME+ID+BASE64, or the file that holds it."""
        try:
            text = given if "+" in given else Path(given).read_text("utf-8")
            name, key_id, encoded = text.strip().split("+", 2)
            data = unb64(encoded)
            known = sha256(name.encode() + b"\n" + data).digest()[:4]
            if known.hex() != key_id or data[0] not in (ED25519, COSIGNATURE):
                raise ValueError(key_id)
            return cls(name, known, data[0], Ed25519PublicKey.from_public_bytes(data[1:]))
        except (ValueError, IndexError, OSError) as problem:
            raise Verdict(UNREADABLE, f"no public key: {given[:120]}") from problem

    def signed(self, text: bytes, name: str, data: bytes) -> bool:
        """Tell whether a note's signature is by this key, and right."""
        signature = data[4:]
        if self.kind == COSIGNATURE:
            moment, signature = int.from_bytes(data[4:12], "big"), data[12:]
            text = b"cosignature/v1\ntime %d\n%b" % (moment, text)
        try:
            self.public.verify(signature, text)
        except InvalidSignature:
            return False
        return name == self.name and data[:4] == self.id


def read_note(data: bytes, keys: Sequence[Key], what: str) -> list[str]:
    """Return the lines of a signed note that bears the signatures of all ``keys``."""
    try:
        if not (found := NOTE.fullmatch(data.decode())):
            raise ValueError(what)
        lines = re.findall(r"\S+ (\S+) (\S+)\n", found[2])
        text, signatures = found[1], [(name, unb64(mark)) for name, mark in lines]
    except ValueError as problem:
        raise Verdict(UNREADABLE, f"{what} is not a signed note") from problem
    for key in keys:
        if not any(key.signed(text.encode(), *signature) for signature in signatures):
            raise Verdict(ALTERED, f"{what} bears no signature of {key.name}")
    return text.split("\n")[:-1]


class Checkpoint(NamedTuple):
    """What the log promised: so many events, and their root."""

    size: int
    root: bytes

    @classmethod
    def parse(cls, data: bytes, keys: Sequence[Key], what: str = "the checkpoint") -> Checkpoint:
        """Read a checkpoint that all ``keys`` signed; the first is the log's."""
        try:
            origin, size, root = read_note(data, keys, what)[:3]
            if origin != keys[0].name or not re.fullmatch("0|[1-9][0-9]{0,15}", size, re.ASCII):
                raise ValueError(what)
            return cls(int(size), unb64(root, 32))
        except ValueError as problem:
            raise Verdict(UNREADABLE, f"{what} is no checkpoint of {keys[0].name}") from problem


# --- events, ranges, promises ---


def check_events(
    file: IO[bytes], log: str, start: int, count: int, *, withheld: bool = False
) -> bytes:
    """Return the leaf hashes of the next ``count`` records of an events.bin, from index ``start`` on."""
    leaves, name, sha, read, unpack = [], log.encode(), sha256, file.read, RECORD.unpack
    for expected in range(start + 1, start + count + 1):
        if len(header := read(RECORD.size)) < RECORD.size:
            if not header:
                raise Verdict(ALTERED, f"events {expected} to {start + count} are gone", expected)
            header = header.ljust(RECORD.size, b"\xfe")  # of lengths that nothing has
        position, length, other = unpack(header)
        envelope = read(length) if length <= LONGEST else b""
        state = read(other) if other <= LONGEST else b""
        if len(envelope) != length or (len(state) != other and other != WITHHELD):
            raise Verdict(ALTERED, f"the record of event {expected} is damaged", expected)
        if position != expected:
            raise Verdict(ALTERED, f"event {expected} is gone, {position} stands there", expected)
        fields = (ENVELOPE if b"\\" in envelope else PLAIN).fullmatch(envelope)  # PLAIN: faster
        if fields is None or fields[LOG] != name or (other == WITHHELD) is not withheld:
            raise Verdict(ALTERED, f"event {expected} is not of log {log}, or not whole", expected)
        if not withheld and sha(state).hexdigest().encode() != fields[DIGEST]:
            kind, stream, version = (fields[part].decode() for part in (TYPE, STREAM, VERSION))
            what = f"event {expected} ({kind}, version {version} of {stream})"
            raise Verdict(ALTERED, f"the contents of {what} were altered", expected)
        leaves.append(sha(b"\x00" + envelope).digest())
    return b"".join(leaves)


def check_part(
    bundle: Path, log: str, withheld: bool, offset: int, start: int, count: int
) -> tuple[bytes, bytes]:
    """Return leaf hashes of a bundle from byte ``offset`` on, and their root if they are a PART."""
    with open_file(bundle, "events.bin") as file:
        file.seek(offset)
        leaves = check_events(file, log, start, count, withheld=withheld)
    return leaves, perfect_root(leaves) if count == PART else b""


class Span(NamedTuple):
    """The leaves behind ``start`` up to ``end``, and the subtrees beside them, cut at ``cuts``."""

    start: int
    end: int
    size: int
    proof: bytes = b""
    cuts: Sequence[int] = ()

    def roots(
        self, leaves: bytes, sizes: Iterable[int] = (), known: Mapping[int, bytes] = {}
    ) -> dict[int, bytes]:
        """Return the roots of all trees that can be told; ``known`` are roots of whole PARTs."""
        edge, done, at, root, found = list[tuple[int, bytes]](), 0, 0, sha256().digest(), {}
        marks = {0, self.start, self.end, self.size, *self.cuts}
        marks |= {size for size in sizes if self.start <= size <= self.end}
        marks |= {*range(self.start - self.start % PART + PART, self.end, PART)}
        for mark in sorted(marks):
            for size in cover(at, mark):
                if not self.start <= at < self.end:
                    node, done = self.proof[done : done + 32], done + 32
                elif size == PART and at in known:
                    node = known[at]
                else:
                    first = at - self.start
                    node = perfect_root(leaves[32 * first : 32 * (first + size)])
                root, at = push(edge, size, node), at + size
            found[mark] = root
        return found


def judge(
    span: Span,
    leaves: bytes,
    promises: Sequence[Checkpoint],
    kept: Sequence[tuple[Span, bytes]] = (),
    known: Mapping[int, bytes] = {},
) -> None:
    """Raise a Verdict unless the leaves keep all promises; ``kept`` leaves name the altered event."""
    if (newest := max(promise.size for promise in promises)) > span.size:
        raise Verdict(OLDER, f"{newest} events were promised, the record has {span.size}")
    found = span.roots(leaves, [promise.size for promise in promises], known)
    broken = {size for size, root in promises if size in found and found[size] != root}
    for other, hashes in kept if broken else ():
        if any(other.roots(hashes).get(size) == root for size, root in promises):
            for index in range(max(span.start, other.start), min(span.end, other.end)):
                here, there = 32 * (index - span.start), 32 * (index - other.start)
                if leaves[here : here + 32] != hashes[there : there + 32]:
                    raise Verdict(ALTERED, f"event {index + 1} is not what was hashed", index + 1)
    if broken:
        good = max((size for size, _ in promises if size < min(broken)), default=0)
        raise Verdict(ALTERED, f"events {good + 1} to {min(broken)} do not make the signed root")
    for size in {promise.size for promise in promises} - found.keys():
        raise Verdict(UNREADABLE, f"nothing here leads to size {size}: export with --since")


# --- bundles and proofs ---


def open_file(bundle: Path, name: str) -> IO[bytes]:
    """Open a file of a bundle, which is a folder or a zip file."""
    if bundle.is_dir():
        return (bundle / name).open("rb", buffering=SMALL)
    return BufferedReader(zipfile.ZipFile(bundle).open(name), SMALL)  # type: ignore[type-var]


def read_file(bundle: Path, name: str, limit: int = SMALL) -> bytes:
    """Return a file of a bundle, if it is not longer than ``limit``."""
    with open_file(bundle, name) as file:
        data = b"".join(islice(iter(lambda: file.read(SMALL), b""), limit // SMALL + 1))
    if len(data) > limit:
        raise Verdict(UNREADABLE, f"{name} is longer than {limit} bytes")
    return data


def read_manifest(bundle: Path, key: Key) -> dict[str, Any]:
    """Return a bundle's signed table of contents, once all files in it are as it says."""
    data = read_file(bundle, "manifest.json")
    digest = base64.b64encode(sha256(data).digest()).decode()
    seal = read_note(read_file(bundle, "manifest.sig"), [key], "manifest.sig")
    if seal != [SEAL, key.name, digest]:
        raise Verdict(ALTERED, "manifest.json is not the one that was signed")
    manifest: dict[str, Any] = json.loads(data)
    if manifest["format"] != FORMAT:
        raise Verdict(UNREADABLE, f"this verifier reads {FORMAT}, not {manifest['format']}")
    for name, told in manifest["files"].items():
        if sha256(read_file(bundle, name, LARGE)).hexdigest() != told:
            raise Verdict(ALTERED, f"{name} is not the file that was signed")
    return manifest


def check_bundle(bundle: Path, keys: Sequence[Key], since: Sequence[Path], kept: bytes) -> str:
    """Return what is intact; ``keys`` are the log's and its witnesses'."""
    manifest = read_manifest(bundle, keys[0])
    promises = [Checkpoint.parse(read_file(bundle, "checkpoint"), keys)]
    promises += [Checkpoint.parse(path.read_bytes(), keys[:1], str(path)) for path in since]
    start, end, log = manifest["from"] - 1, manifest["to"], manifest["log"]
    span = Span(start, end, promises[0].size, read_file(bundle, "proof"), manifest["cuts"])
    leaves, known = bytearray(), dict[int, bytes]()
    starts = [start, *range(start - start % PART + PART, end, PART)]
    counts = [after - at for at, after in zip(starts, [*starts[1:], end], strict=True)]
    same = ([value] * len(starts) for value in (bundle, log, not manifest["states"]))
    with open_file(bundle, "events.bin") as file:
        if file.seek(manifest["offsets"][-1]) and file.read(1):
            raise Verdict(ALTERED, f"something stands behind event {end}", end + 1)
    with ProcessPoolExecutor(min(len(starts), os.cpu_count() or 1)) as pool:
        parts = pool.map(check_part, *same, manifest["offsets"], starts, counts)
        for at, (hashes, root) in zip(starts, parts, strict=True):
            leaves += hashes
            known[at] = root
    own = span, read_file(bundle, "hashes", LARGE)
    older = Span(0, len(kept) // 32, len(kept) // 32), kept
    judge(span, bytes(leaves), promises, [own, older], known)
    return f"events {start + 1} to {end} of log {log}; {span.size} are signed by {keys[0].name}"


def check_proof(data: bytes, keys: Sequence[Key], event: Path | None) -> str:
    """Return what a tlog-proof shows: of an event (one record), or of the leaf hash that it tells."""
    proof, note = data.decode().split("\n\n", 1)
    title, extra, index, *path = proof.split("\n")
    size, root = Checkpoint.parse(note.encode(), keys)
    leaf, at = unb64(extra.removeprefix("extra "), 32), int(index.removeprefix("index "))
    if event is not None:
        leaf = check_events(BytesIO(event.read_bytes()), keys[0].name.rsplit("/")[-1], at, 1)
    if title != PROOF or root_of_path(leaf, at, size, [unb64(item, 32) for item in path]) != root:
        raise Verdict(ALTERED, f"event {at + 1} is not in the signed record like this", at + 1)
    return f"event {at + 1} (leaf {leaf.hex()}) of {size} that are signed by {keys[0].name}"


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    add = parser.add_argument
    add("bundle", type=Path, help="a bundle (folder or .zip) or a .tlog-proof")
    add("--vkey", required=True, help="the log's public key, or a file with it")
    add("--witness", action="append", default=[], help="a witness's key: it must have cosigned")
    add("--since", action="append", default=[], type=Path, help="a checkpoint that was kept")
    add("--hashes", type=Path, help="the leaf hashes that were kept: they name an altered event")
    add("--event", type=Path, help="the event that a .tlog-proof is about")
    add("--json", action="store_true", help="answer in JSON")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Check what the command line names, say the verdict, return the exit code."""
    given, code, position = arguments(words), INTACT, None
    try:
        keys = [Key.parse(text) for text in [given.vkey, *given.witness]]
        if given.bundle.suffix == ".tlog-proof" and not given.since:
            told = check_proof(given.bundle.read_bytes(), keys, given.event)
        else:
            kept = given.hashes.read_bytes() if given.hashes else b""
            told = check_bundle(given.bundle, keys, given.since, kept)
    except Verdict as verdict:
        code, told, position = verdict.code, verdict.reason, verdict.position
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as problem:
        code, told = UNREADABLE, f"{type(problem).__name__}: {problem}"
    block = None if position is None else (position - 1) // BLOCK
    answer = {"verdict": WORDS[code], "block": block, "event": position, "told": told}
    where = "" if block is None else f"block {block}, event {position}: "
    sys.stdout.write(f"{json.dumps(answer) if given.json else f'{WORDS[code]}: {where}{told}'}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
