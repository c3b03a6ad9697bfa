"""What an auditor asks of a branch: is it intact, prove this event, give me evidence to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from projections.proof_tree import Tree, tree
from store.audit import Promised, verify_log
from store.branch import BranchStore
from store.bundle import Wanted, record_of, write_bundle
from store.checkpoints import Checkpoints, Kept, checkpoints_engine
from store.signed_note import base64ed
from store.signer_client import SignerClient
from store.verifier.shilu_verify import BLOCK, INTACT, PROOF, WORDS, Verdict

Progress = Callable[[int, int], None]


class NoCheckpoint(LookupError):
    """No checkpoint of this log has been signed yet, or not one so large."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a bundle holds: events ``first`` to ``last`` under the checkpoint of ``size`` events."""

    first: int
    last: int
    size: int
    manifest_sha256: str


@dataclass(frozen=True)
class Evidence:
    """The evidence of one branch. ``origin`` is the name under which its log is signed."""

    store: BranchStore
    origin: str
    vkey_file: Path
    signer_socket: Path

    def newest(self) -> Kept:
        """Return the newest checkpoint, with every cosignature. Raises NoCheckpoint."""
        kept = Checkpoints(checkpoints_engine(self.store), self.origin).newest()
        if kept is None:
            raise NoCheckpoint(
                f"{self.origin}: no checkpoint was signed yet; is the signer running?"
            )
        return kept

    def verify(
        self,
        vkey: str,
        witnesses: Sequence[str],
        since: Sequence[bytes],
        kept: bytes,
        progress: Progress,
    ) -> tuple[int, dict[str, Any]]:
        """Check the log where it lies; return the exit code and the answer, as the verifier does."""
        log, kept_newest = self.store.name, self.newest()
        size, newest = kept_newest.checkpoint.size, str(kept_newest.note).encode()
        promised = Promised(log, vkey or str(self.vkey_file), newest, since, witnesses, kept)
        with self._tree() as grown:
            stored = partial(_leaves, grown)
            reader = self.store.reader()
            rows, again = reader.audit_source, reader.elsewhere()
            try:
                found = verify_log(
                    rows, promised, stored=stored, progress=progress, elsewhere=again
                )
            except Verdict as verdict:
                at = verdict.position
                block = None if at is None else (at - 1) // BLOCK
                where = {"block": block, "event": at, "told": verdict.reason}
                return verdict.code, {"verdict": WORDS[verdict.code], **where, "size": size}
        told = f"events 1 to {found.signed} of log {log} are signed; {found.newer} are newer"
        where = {"block": None, "event": None, "told": told}
        counted = {"size": found.signed, "newer": found.newer}
        return INTACT, {"verdict": WORDS[INTACT], **where, **counted}

    def prove(self, position: int, target: Path) -> tuple[Path, Path]:
        """Write a C2SP tlog-proof of an event into ``target``, and the event beside it.

        Raises NoCheckpoint when no checkpoint covers the event yet.
        """
        newest = self.newest()
        size = newest.checkpoint.size
        rows = self.store.reader().audit_source.audit_rows(position - 1, 1)
        if not 1 <= position <= size or not rows:
            raise NoCheckpoint(f"event {position} is not among the {size} that are signed")
        with self._tree() as grown:
            path = [base64ed(item) for item in grown.inclusion(position - 1, size)]
            leaf = base64ed(grown.leaf(position - 1))
        lines = [PROOF, f"extra {leaf}", f"index {position - 1}", *path, "", str(newest.note)]
        event = target.with_suffix(".event")
        target.write_text("\n".join(lines), encoding="utf-8")
        event.write_bytes(record_of(position, rows[0].envelope, rows[0].state))
        return target, event

    def export(
        self,
        target: Path,
        first: int,
        last: int | None,
        since: Sequence[int],
        *,
        contents: bool,
        progress: Progress,
        more: Mapping[str, bytes] | None = None,
    ) -> Exported:
        """Write a bundle; raises NoCheckpoint, ValueError, SignerAway, FileExistsError."""
        newest = self.newest()
        size = newest.checkpoint.size
        log, note = self.store.name, str(newest.note)
        wanted = Wanted(self.origin, log, first, last or size, note, size, tuple(since), contents)
        source, signer = (
            self.store.reader().audit_source,
            SignerClient(self.signer_socket, self.origin),
        )
        with self._tree() as grown:
            nodes = grown.nodes
            seal = signer.manifest
            digest = write_bundle(target, wanted, source, nodes, seal, more=more, progress=progress)
        signer.close()
        return Exported(wanted.first, wanted.last, wanted.size, digest.hex())

    def hashes(self, size: int) -> bytes:
        """Return the first leaf hashes, for somebody to keep outside: they name what is altered."""
        with self._tree() as grown:
            return _leaves(grown, size)

    @contextmanager
    def _tree(self) -> Iterator[Tree]:
        with self.store.views_engine().connect() as connection:
            yield tree(connection)


def _leaves(grown: Tree, size: int) -> bytes:
    tiles = (grown.read(0, no) for no in range(-(-size // BLOCK)))
    return b"".join(tiles)[: 32 * size]
