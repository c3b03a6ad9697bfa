"""Checkpoints: every ten seconds when there is something new, the log's root is signed.

The signer decides whether it signs; this only asks, with the proof that the log goes on from what
was signed last. Once a day the newest checkpoint is also written into a file to be sent to those
who shall hold the operator to it (the auditor, the upper supervisor).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import structlog
from eventsourcing.persistence import PersistenceError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from projections.proof_tree import Tree, tree
from store.branch import BranchStore
from store.checkpoints import Checkpoints
from store.daily_message import CHINA, message
from store.signed_note import VerifierKey, base64ed
from store.signer_client import SignerAway, SignerClient, SignerRefused

SECONDS = 10.0

log = structlog.get_logger(__name__)


class CheckpointMaker:
    """Asks for checkpoints of one log. Any number may run: the signer takes one after the other."""

    def __init__(
        self,
        views: Engine,
        kept: Checkpoints,
        signer: SignerClient,
        messages: Path,
        now: Callable[[], datetime],
    ) -> None:
        self._views = views
        self._kept = kept
        self._signer = signer
        self._messages = messages
        self._now = now
        self._problem = ""

    def try_step(self) -> None:
        """Make a checkpoint if it can be; what goes wrong is told once, and tried again."""
        try:
            self.step()
            self._tell("")
        except SignerAway:
            self._tell("the signer is away")
        except SignerRefused as refusal:
            self._tell(f"the signer refuses: {refusal}")
        except (DBAPIError, PersistenceError, OSError) as problem:
            self._tell(type(problem).__name__)

    def step(self) -> bool:
        """Have a checkpoint signed if there is something new; tell whether there was.

        Raises SignerAway, and SignerRefused when the log does not go on from what was signed.
        """
        last = self._signer.last()
        new = self._sign(last)
        self._write_message(VerifierKey.parse(last["key"]))
        return new

    def _sign(self, last: dict[str, Any]) -> bool:
        signed: int = last["size"]
        with self._views.connect() as connection:
            grown = tree(connection)
            if grown.size == 0 or (grown.size == signed and self._kept.of_size(signed)):
                return False
            root, proof = grown.root(), _proof(grown, signed)
        self._kept.keep(self._signer.checkpoint(grown.size, root, proof), self._now())
        log.debug("checkpoint", size=grown.size, root=base64ed(root))
        return True

    def _write_message(self, key: VerifierKey) -> None:
        """Write the day's message, unless it is there."""
        day = self._now().astimezone(CHINA).date()
        file = self._messages / f"{day}.txt"
        newest = None if file.exists() else self._kept.newest()
        if newest is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.with_suffix(".new").write_text(message(newest, key, str(day)), encoding="utf-8")
            file.with_suffix(".new").replace(file)

    def _tell(self, problem: str) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        if problem:
            log.error("no checkpoint", log=self._kept.origin, problem=problem)
        else:
            log.info("checkpoints go on", log=self._kept.origin)


class CheckpointRounds:
    """Checkpoints of all branches, one after the other, each every SECONDS."""

    def __init__(
        self,
        stores: Callable[[], Mapping[str, BranchStore]],
        maker: Callable[[BranchStore], CheckpointMaker],
    ) -> None:
        self._stores, self._maker = stores, maker
        self._makers: dict[str, tuple[BranchStore, CheckpointMaker]] = {}

    def run(self, stop: Event) -> None:
        """Make checkpoints until told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            makers = self._look()
            for maker in makers:
                if stop.is_set():
                    return
                maker.try_step()
            stop.wait(max(SECONDS - (time.monotonic() - began), 0.1))

    def _look(self) -> list[CheckpointMaker]:
        try:
            stores = self._stores()
        except DBAPIError as problem:
            log.warning("directory.waits", problem=type(problem).__name__)
            return [maker for _, maker in self._makers.values()]
        for name, store in stores.items():
            known = self._makers.get(name)
            if known is None or known[0] != store:
                self._makers[name] = store, self._maker(store)
        return [self._makers[name][1] for name in stores]


def message_of_day(kept: Checkpoints, key_file: Path, day: date) -> str | None:
    """Return the daily message of the newest checkpoint; None before there is one, or its key."""
    newest = kept.newest()
    if newest is None or not key_file.is_file():
        return None
    key = VerifierKey.parse(key_file.read_text(encoding="utf-8").strip())
    return message(newest, key, str(day))


def _proof(grown: Tree, signed: int) -> list[bytes]:
    """Return the proof from the signed size; none where the log is shorter: that is refused."""
    return grown.consistency(signed, grown.size) if signed <= grown.size else []
