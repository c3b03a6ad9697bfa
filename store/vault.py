"""Keys per person, in a database of their own (trust.md, section 2.2).

Every person whose data is sealed has a data key; it is wrapped (RFC 3394) by the master key,
which lives outside every database. Destroying a key empties its row, which stays as a tombstone:
every sealed field of that person is unreadable for good, no byte of the log changes, and no new
key can be made for the same person by mistake.

``vault_state`` has one row a tenant: a stamp that every destruction moves on, the id of the master
key that wraps everything of the tenant, and two keys that must outlive it (blind index, pseudonyms).
"""

from __future__ import annotations

import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.master_key import KEY_BYTES, MasterKeySource, VaultError, key_id

VAULT_METADATA = MetaData()
PERSON_KEY = Table(
    "person_key",
    VAULT_METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("subject", String(128), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),  # empty: destroyed
    Column("commitment", LargeBinary, nullable=False),
    # which master key wraps this row; empty: made before there were ids
    Column("wrapped_by", String(16), nullable=False, server_default=""),
)
STATE = Table(
    "vault_state",
    VAULT_METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("stamp", BigInteger, nullable=False),
    Column("master", String(16), nullable=False),
    Column("index_wrapped", LargeBinary, nullable=False),
    Column("pseudonym_wrapped", LargeBinary, nullable=False),
)
_KEY = ("tenant", "subject", "version")
_LIVING = func.length(PERSON_KEY.c.wrapped) > 0
STAMP_SECONDS = 0.05  # how old a look at the stamp may be: the bound on opening an erased field
CACHE_SIZE = 20_000
NONCE_BYTES = 12
DESTROYED = b""
INSERT_ATTEMPTS = 3
T = TypeVar("T")


class KeyDestroyed(VaultError):
    """The person's key was destroyed: nothing can be sealed for them any more."""

    def __init__(self, subjects: Iterable[str]) -> None:
        self.subjects = tuple(subjects)
        super().__init__(f"the key of {', '.join(self.subjects)} was destroyed")


@dataclass(frozen=True, slots=True)
class PersonKey:
    """An unwrapped key of one person, ready for use."""

    subject: str
    version: int
    cipher: AESGCM


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to: how many keys were wrapped anew, under which master key."""

    keys: int
    master: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """What the master key in force opens."""

    master_key: bytes
    master: str
    index_key: bytes
    pseudonym_key: bytes


class Vault:
    """The keys of one tenant's people. Thread-safe.

    ``engine`` is the vault's own database; ``source`` gives the master key.
    """

    def __init__(self, engine: Engine, tenant: str, source: MasterKeySource) -> None:
        self._engine = engine
        self._tenant = tenant
        self._source = source
        self._opened_by: _Opened | None = None
        self._cache: dict[str, PersonKey | None] = {}
        self._stamp = -1
        self._stamp_until = 0.0
        self._lock = threading.Lock()

    # --- using keys ---

    def ensure_keys(self, subjects: Iterable[str]) -> None:
        """Make a key for each person who has none, durable before this returns.

        Raises KeyDestroyed if a person's key was destroyed.
        """
        self._look_at_stamp()
        wanted = set(subjects)
        known = self._keys(wanted)
        new = sorted(wanted - known.keys())
        if new:
            self._insert(new)
            known |= self._load(set(new))
        gone = sorted(subject for subject, key in known.items() if key is None)
        if gone:
            raise KeyDestroyed(gone)

    def seal(self, subject: str, aad: bytes, plain: str) -> tuple[int, bytes]:
        """Return the key version and nonce + ciphertext of ``plain``, bound to ``aad``.

        Raises KeyDestroyed if the person's key was destroyed.
        """
        self._look_at_stamp()
        key = self._cache.get(subject) or self._made(subject)
        nonce = os.urandom(NONCE_BYTES)
        bound = aad.replace(b"{version}", str(key.version).encode())
        return key.version, nonce + key.cipher.encrypt(nonce, plain.encode(), bound)

    def _made(self, subject: str) -> PersonKey:
        self.ensure_keys([subject])
        key = self._keys({subject}).get(subject)
        if key is None:
            raise KeyDestroyed([subject])
        return key

    def unseal(self, subject: str, version: int, aad: bytes, sealed: bytes) -> str | None:
        """Return the text, or None when the person's key was destroyed.

        Raises VaultError when the ciphertext is not what was sealed here.
        """
        self._look_at_stamp()
        key = self._cache.get(subject) or self._keys({subject}).get(subject)
        if key is None or key.version != version:
            return None
        bound = aad.replace(b"{version}", str(version).encode())
        try:
            return key.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound).decode()
        except InvalidTag as problem:
            raise VaultError(f"a sealed field of {subject} does not open: altered or moved") from (
                problem
            )

    def load_keys(self, subjects: Iterable[str]) -> None:
        """Read many keys at once, for those who are about to open many fields."""
        self._look_at_stamp()
        self._keys(set(subjects))

    def blind_index(self, phone: str) -> str:
        """Return the keyed index of a phone number: equal numbers, equal index, no way back."""
        digits = "".join(c for c in phone if c.isdigit())
        digits = digits[-11:] if len(digits) > 11 else digits
        message = f"{self._tenant}\x00{digits or phone}".encode()
        return hmac.digest(self._opened().index_key, message, "sha256").hex()

    def pseudonym(self, plain: str) -> str:
        """Return the keyed digest of any text, as hex; for ids made of personal data."""
        message = f"{self._tenant}\x00{plain}".encode()
        return hmac.digest(self._opened().pseudonym_key, message, "sha256").hex()

    # --- destroying keys ---

    def versions(self, subject: str) -> tuple[int, ...]:
        """Return the versions of the keys that the person has or had."""
        query = select(PERSON_KEY.c.version).where(*self._of(subject))
        with self._engine.connect() as connection:
            return tuple(connection.execute(query.order_by(PERSON_KEY.c.version)).scalars())

    def is_destroyed(self, subject: str) -> bool:
        """Tell whether the person has a tombstone and no living key."""
        query = select(PERSON_KEY.c.wrapped).where(*self._of(subject))
        with self._engine.connect() as connection:
            found = connection.execute(query).scalars().all()
        return bool(found) and all(wrapped == DESTROYED for wrapped in found)

    def destroy(self, subject: str) -> None:
        """Destroy the person's keys for good; a repeat changes nothing.

        When this returns, no process opens a field of the person any more: every process looks
        at the stamp at least each STAMP_SECONDS while it opens fields, and this waits as long.
        """
        with self._engine.execution_options(write=True).begin() as connection:
            # first the row that everybody who makes keys reads: they wait or see the tombstone
            mine = STATE.c.tenant == self._tenant
            connection.execute(update(STATE).where(mine).values(stamp=STATE.c.stamp + 1))
            connection.execute(
                _insert_if_absent(self._engine, PERSON_KEY), [self._row(subject, DESTROYED, b"")]
            )
            connection.execute(
                update(PERSON_KEY)
                .where(*self._of(subject))
                .values(wrapped=DESTROYED, commitment=b"")
            )
        with self._lock:
            self._stamp_until = 0.0
        time.sleep(STAMP_SECONDS)

    def scrub(self) -> bool:
        """Rewrite the vault's files without what was overwritten; tell whether that is done.

        False when somebody was reading: the old bytes may still stand in a file; ask again.
        """
        with closing(self._engine.raw_connection()) as pooled:
            connection: Any = pooled.driver_connection
            if self._engine.dialect.name == "sqlite":
                connection.execute("PRAGMA temp_store=MEMORY")
                connection.execute("VACUUM")
                busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.execute(text(f"VACUUM FULL {self._named(PERSON_KEY)}"))  # nosemgrep: raw-sql
        return True

    # --- the master key ---

    def rotate(self, progress: Callable[[int, int], None] = lambda *_: None) -> Rotated:
        """Wrap every living key of every tenant under the next master key, all or nothing.

        Interrupted at any point, everything still opens, and a repeat finishes it: the vault says
        by its id which master key wraps it, and both lie in the source until the last step.
        """
        self._source.prepare_next()
        with self._engine.execution_options(write=True).begin() as connection:
            state = _state(connection, self._tenant, lock=True)
            keys = self._source.read()
            if len(keys) < 2:
                raise VaultError("there is no next master key to rotate to")
            now, following = _matching(keys, state.master), keys[1]
            count = 0 if now == following else _wrap_anew(connection, now, following, progress)
        with self._engine.execution_options(write=True).begin() as connection:
            # Two rotations at once must not both put the key file in place.
            if _state(connection, self._tenant, lock=True).master == key_id(following):
                self._source.finish(following)
        self._opened_by = None
        self.scrub()
        return Rotated(count, key_id(following))

    # --- inside ---

    def _of(self, subject: str) -> tuple[Any, Any]:
        return PERSON_KEY.c.tenant == self._tenant, PERSON_KEY.c.subject == subject

    def _look_at_stamp(self) -> None:
        """Forget all cached keys if any was destroyed since the last look."""
        began = time.monotonic()
        if began < self._stamp_until:
            return
        stamp = self._read_stamp()
        with self._lock:
            if stamp != self._stamp:
                self._cache.clear()
                self._stamp = stamp
            self._stamp_until = began + STAMP_SECONDS

    def _read_stamp(self) -> int:
        # In nearly every request: asked past SQLAlchemy, whose own work is ten times the query's.
        mark = "?" if self._engine.dialect.name == "sqlite" else "%s"
        query = f"SELECT stamp FROM {self._named(STATE)} WHERE tenant = {mark}"  # noqa: S608  # nosec B608
        with closing(self._engine.raw_connection()) as pooled:
            connection: Any = pooled.driver_connection
            row = connection.execute(query, (self._tenant,)).fetchone()  # nosemgrep: raw-sql
        if row is None:
            raise VaultError("the vault is not set up: run `shilu migrate` first")
        return int(row[0])

    def _named(self, table: Table) -> str:
        schema = self._engine.get_execution_options().get("schema_translate_map", {}).get(None)
        return f'"{schema}".{table.name}' if schema else table.name

    def _keys(self, subjects: set[str]) -> dict[str, PersonKey | None]:
        """Return the keys of these people, None of those destroyed, nothing of those unknown."""
        cache = self._cache
        found = {s: cache[s] for s in subjects if s in cache}
        missing = subjects - found.keys()
        return found | self._load(missing) if missing else found

    def _load(self, subjects: set[str]) -> dict[str, PersonKey | None]:
        stamp = self._stamp
        found: dict[str, PersonKey | None] = {}
        for part in _parts(sorted(subjects), 500):
            found |= self._read(part)
        with self._lock:
            # A key may have been destroyed since it was read here: then it is not kept.
            if stamp == self._stamp:
                if len(self._cache) > CACHE_SIZE:
                    self._cache.clear()
                self._cache.update(found)
        return found

    def _read(self, subjects: list[str]) -> dict[str, PersonKey | None]:
        query = (
            select(PERSON_KEY)
            .where(PERSON_KEY.c.tenant == self._tenant, PERSON_KEY.c.subject.in_(subjects))
            .order_by(PERSON_KEY.c.version)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.subject: self._unwrapped(row) for row in rows}

    def _insert(self, subjects: list[str]) -> None:
        for _ in range(INSERT_ATTEMPTS):
            opened = self._opened()
            with self._engine.execution_options(write=True).begin() as connection:
                # A rotation must not pass by a row that is wrapped by the old master key.
                if _state(connection, self._tenant, share=True).master == opened.master:
                    rows = [self._new_row(opened, subject) for subject in subjects]
                    connection.execute(_insert_if_absent(self._engine, PERSON_KEY), rows)
                    return
            self._opened_by = None
        raise VaultError("the master key was rotated again and again")

    def _new_row(self, opened: _Opened, subject: str) -> dict[str, object]:
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = aes_key_wrap(opened.master_key, key)
        return self._row(subject, wrapped, _commitment(key), opened.master)

    def _row(
        self, subject: str, wrapped: bytes, commitment: bytes, master: str = ""
    ) -> dict[str, object]:
        return {
            "tenant": self._tenant,
            "subject": subject,
            "version": 1,
            "wrapped": wrapped,
            "commitment": commitment,
            "wrapped_by": master,
        }

    def _unwrapped(self, row: Row[Any]) -> PersonKey | None:
        if row.wrapped == DESTROYED:
            return None
        opened = self._opened()
        if row.wrapped_by not in ("", opened.master):
            self._opened_by = None  # rotated since
            opened = self._opened()
        key = _unwrap(opened.master_key, row.wrapped)
        if not hmac.compare_digest(_commitment(key), row.commitment):
            raise VaultError(f"the key of {row.subject} is not the one that was committed to")
        return PersonKey(row.subject, row.version, AESGCM(key))

    def _opened(self) -> _Opened:
        """Return the master key in force and what it opens."""
        opened = self._opened_by
        if opened is None:
            with self._engine.connect() as connection:
                state = _state(connection, self._tenant)
            master_key = _matching(self._source.read(), state.master)
            opened = self._opened_by = _Opened(
                master_key,
                state.master,
                _unwrap(master_key, state.index_wrapped),
                _unwrap(master_key, state.pseudonym_wrapped),
            )
        return opened


def set_up_state(engine: Engine, tenant: str, source: MasterKeySource) -> None:
    """Write the tenant's row if it is not there: the first master key is the one in force."""
    master_key = source.read()[0]
    # Derived, not drawn: logs made before this row existed hold indexes made with these.
    row = {
        "tenant": tenant,
        "stamp": 0,
        "master": key_id(master_key),
        "index_wrapped": aes_key_wrap(master_key, _derived(master_key, b"shilu blind index v1")),
        "pseudonym_wrapped": aes_key_wrap(master_key, _derived(master_key, b"shilu pseudonym v1")),
    }
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(_insert_if_absent(engine, STATE), [row])


def _state(
    connection: Connection, tenant: str, *, lock: bool = False, share: bool = False
) -> Row[Any]:
    query = select(STATE).where(STATE.c.tenant == tenant)
    if lock or share:
        query = query.with_for_update(read=share)
    state = connection.execute(query).first()
    if state is None:
        raise VaultError("the vault is not set up: run `shilu migrate` first")
    return state


def _matching(keys: list[bytes], master: str) -> bytes:
    for key in keys:
        if key_id(key) == master:
            return key
    raise VaultError("the master key is not the one that wraps the keys of this vault")


def _wrap_anew(
    connection: Connection, now: bytes, following: bytes, progress: Callable[[int, int], None]
) -> int:
    """Move everything that one master key wraps to another; return how many person keys."""
    states = connection.execute(select(STATE).where(STATE.c.master == key_id(now))).all()
    of_these = PERSON_KEY.c.tenant.in_([state.tenant for state in states])
    rows = list(connection.execute(select(PERSON_KEY).where(of_these, _LIVING)).all())
    change = (
        update(PERSON_KEY)
        .where(*(PERSON_KEY.c[name] == bindparam(f"of_{name}") for name in _KEY))
        .values(wrapped=bindparam("new_wrapped"), wrapped_by=key_id(following))
    )
    done = 0
    for part in _parts(rows, 1000):
        connection.execute(change, [_rewrapped(row, now, following) for row in part])
        done += len(part)
        progress(done, len(rows))
    for state in states:
        connection.execute(
            update(STATE)
            .where(STATE.c.tenant == state.tenant)
            .values(
                stamp=STATE.c.stamp + 1,
                master=key_id(following),
                index_wrapped=_moved(now, following, state.index_wrapped),
                pseudonym_wrapped=_moved(now, following, state.pseudonym_wrapped),
            )
        )
    return done


def _rewrapped(row: Row[Any], now: bytes, following: bytes) -> dict[str, object]:
    of = {f"of_{name}": getattr(row, name) for name in _KEY}
    return {**of, "new_wrapped": _moved(now, following, row.wrapped)}


def _moved(now: bytes, following: bytes, wrapped: bytes) -> bytes:
    return aes_key_wrap(following, _unwrap(now, wrapped))


def _unwrap(master_key: bytes, wrapped: bytes) -> bytes:
    try:
        return aes_key_unwrap(master_key, wrapped)
    except InvalidUnwrap as problem:
        raise VaultError("a key does not open under the master key") from problem


def _derived(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(master_key)


def _commitment(key: bytes) -> bytes:
    # GCM does not commit to its key: an insider could find another that "opens" to another text.
    return hmac.new(key, b"commit", sha256).digest()[:16]


def _insert_if_absent(engine: Engine, table: Table) -> Insert:
    if engine.dialect.name == "sqlite":
        return sqlite_insert(table).on_conflict_do_nothing()
    return postgres_insert(table).on_conflict_do_nothing()


def _parts(items: list[T], size: int) -> Iterable[list[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))
