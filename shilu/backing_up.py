"""`shilu backup` and `shilu restore`: a branch into a file, and back only if nothing is missing.

The log and what cannot be built from it go into one file, the people's keys into another. Views
are not kept: the follower builds them. Before a restore writes anything, it is held to what was
kept outside: a checkpoint that somebody took away, and what the signer remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from store.accounts import ACCOUNTS_METADATA
from store.audit import Promised, verify_log
from store.backup import BATCH, Backup, BackupError, Kept, sealed_event, write_backup
from store.branch import BranchStore
from store.checkpoints import CHECKPOINT_METADATA, checkpoints_engine
from store.engines import engine_of
from store.factory import vault_engine
from store.signer_client import SignerAway, SignerClient
from store.vault import VAULT_METADATA
from store.verifier.shilu_verify import Verdict

Progress = Callable[[int, int], None]
PASSING = ("session", "sign_in_attempt")  # whoever was signed in signs in again


@dataclass(frozen=True)
class Restored:
    """What a restore came to."""

    events: int
    accounts: int
    keys: int
    held_to: int  # events of the greatest checkpoint from outside that it was held to


@dataclass(frozen=True)
class BackingUp:
    """Backup and restore of one branch; ``origin`` is the name under which its log is signed."""

    store: BranchStore
    accounts_url: str
    origin: str
    vkey_file: Path
    signer_socket: Path

    def back_up(self, target: Path, keys: Path | None, progress: Progress) -> int:
        """Write the log into ``target`` and, if wanted, the keys into ``keys``.

        Returns how many events there are. Raises BackupError.
        """
        now = datetime.now(UTC).isoformat()
        if keys is not None:
            write_backup(keys, self.store.name, now, None, self._keys())
        source = self.store.reader().audit_source
        return write_backup(target, self.store.name, now, source, self._tables(), progress)

    def restore(
        self,
        source: Path,
        keys: Path | None,
        promises: Sequence[bytes],
        progress: Progress,
        *,
        unverified: bool = False,
    ) -> Restored:
        """Put a backup into this empty branch, held to ``promises``: checkpoints from outside.

        Raises BackupError when the branch is not empty, the backup is damaged, of another log, or
        older than what was promised; nothing was written then.
        """
        if self.store.reader().head():
            raise BackupError("this branch has events: a restore goes into an empty one")
        with Backup(source) as backup:
            self._check_name(backup)
            backup.check()
            held_to = self._hold(backup, promises, unverified=unverified)
            self._append(backup, progress)
            accounts = self._put(backup, self._tables())
            key_rows = self._restore_keys(keys) if keys is not None else 0
        return Restored(self.store.reader().head(), accounts, key_rows, held_to)

    # --- inside ---

    def _tables(self) -> Mapping[str, Kept]:
        accounts = engine_of(self.accounts_url, schema="accounts")
        checkpoints = checkpoints_engine(self.store)
        return {
            "accounts": Kept(accounts, ACCOUNTS_METADATA, PASSING, {"branch": self.store.name}),
            "checkpoints": Kept(checkpoints, CHECKPOINT_METADATA, (), {"origin": self.origin}),
        }

    def _keys(self) -> Mapping[str, Kept]:
        engine = vault_engine(self.store.keys_url)
        return {"keys": Kept(engine, VAULT_METADATA, (), {"tenant": self.store.name})}

    def _check_name(self, backup: Backup) -> None:
        if backup.log != self.store.name:
            raise BackupError(
                f"this is a backup of branch {backup.log}, not of {self.store.name}: "
                f"set SHILU_BRANCH={backup.log}"
            )

    def _hold(self, backup: Backup, promises: Sequence[bytes], *, unverified: bool) -> int:
        """Hold a backup to its own newest checkpoint, to those from outside and to the signer."""
        signed, has = self._signed(), backup.max_notification_id() or 0
        if signed is not None and signed > has:
            raise BackupError(
                f"the signer has signed {signed} events and this backup has {has}: it is older "
                "than what was promised. Restore a newer one"
            )
        own = _newest_of(backup, self.origin)
        if not promises and signed is None and not unverified:
            raise BackupError(
                "nothing from outside says how much there must be: give --against a checkpoint "
                "that was kept elsewhere, start the signer, or say --unverified"
            )
        newest = own or next(iter(promises), None)
        if newest is None:
            return signed or 0
        return max(self._judged(backup, newest, promises), signed or 0)

    def _judged(self, backup: Backup, newest: bytes, promises: Sequence[bytes]) -> int:
        promised = Promised(self.store.name, str(self.vkey_file), newest, tuple(promises))
        try:
            checkpoints = promised.checkpoints()
            verify_log(backup, promised)
        except Verdict as verdict:
            raise BackupError(f"the backup is not what was promised: {verdict.reason}") from verdict
        return max(checkpoint.size for checkpoint in checkpoints)

    def _signed(self) -> int | None:
        client = SignerClient(self.signer_socket, self.origin)
        try:
            return int(client.last()["size"])
        except SignerAway:
            return None
        finally:
            client.close()

    def _append(self, backup: Backup, progress: Progress) -> None:
        recorder, done, head = self.store.recorder(), 0, backup.max_notification_id() or 0
        while done < head:
            rows = backup.audit_rows(done, BATCH)
            if not rows:
                raise BackupError(f"the backup ends at event {done}, before {head}")
            positions = recorder.insert_events([sealed_event(row) for row in rows])
            if list(positions) != [row.position for row in rows]:
                raise BackupError("somebody else wrote into this branch: stop everything first")
            done = rows[-1].position
            progress(done, head)

    def _restore_keys(self, keys: Path) -> int:
        with Backup(keys) as backup:
            self._check_name(backup)
            backup.check()
            return self._put(backup, self._keys())

    def _put(self, backup: Backup, kept: Mapping[str, Kept]) -> int:
        return sum(tables.put(backup.rows(name)) for name, tables in kept.items())


def _newest_of(backup: Backup, origin: str) -> bytes | None:
    """Return the newest checkpoint that a backup brings along, as a signed note."""
    rows: Iterable[tuple[str, dict[str, object]]] = backup.rows("checkpoints")
    mine = [r for table, r in rows if table == "checkpoint" and r["origin"] == origin]
    newest = max(mine, key=lambda row: int(str(row["size"])), default=None)
    return str(newest["note"]).encode() if newest else None
