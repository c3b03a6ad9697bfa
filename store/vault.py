"""Keys per person, in a database of their own (trust.md, section 2.2).

Every person whose data is sealed has a data key; it is wrapped (RFC 3394) by the master key,
which lives in a file outside every database. Destroying the row makes every sealed field of that
person unreadable for good, and changes no byte of the log.
"""

from __future__ import annotations

import hmac
import os
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    Column,
    Engine,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

VAULT_METADATA = MetaData()
PERSON_KEY = Table(
    "person_key",
    VAULT_METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("subject", String(128), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
)
CACHE_SECONDS = 2.0  # how long an erasure may go unnoticed by another process
CACHE_SIZE = 20_000
KEY_BYTES, NONCE_BYTES = 32, 12


class VaultError(Exception):
    """The vault cannot do what was asked; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """An unwrapped key of one person, ready for use."""

    subject: str
    version: int
    cipher: AESGCM


class Vault:
    """The keys of one tenant's people. Thread-safe.

    ``engine`` is the vault's own database; ``master_key`` has 32 bytes.
    """

    def __init__(self, engine: Engine, tenant: str, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise VaultError("the master key must have 32 bytes")
        self._engine = engine
        self._tenant = tenant
        self._master_key = master_key
        self._index_key = _derived(master_key, b"shilu blind index v1")
        self._pseudonym_key = _derived(master_key, b"shilu pseudonym v1")
        self._cache: dict[str, tuple[float, PersonKey | None]] = {}
        self._lock = threading.Lock()

    def ensure_keys(self, subjects: Iterable[str]) -> None:
        """Make a key for each person who has none, durable before this returns."""
        wanted = {s for s in subjects if self._cached(s) is None}
        if not wanted:
            return
        known = {key.subject for key in self._load(wanted)}
        rows = [self._new_row(subject) for subject in sorted(wanted - known)]
        if rows:
            with self._engine.execution_options(write=True).begin() as connection:
                connection.execute(_insert_if_absent(self._engine), rows)
            self._load(wanted - known)

    def seal(self, subject: str, aad: bytes, text: str) -> tuple[int, bytes]:
        """Return the key version and nonce + ciphertext of ``text``, bound to ``aad``.

        Raises VaultError if the person's key was destroyed.
        """
        self.ensure_keys([subject])
        key = self._key(subject)
        if key is None:
            raise VaultError(f"the key of {subject} was destroyed")
        nonce = os.urandom(NONCE_BYTES)
        bound = aad.replace(b"{version}", str(key.version).encode())
        return key.version, nonce + key.cipher.encrypt(nonce, text.encode(), bound)

    def unseal(self, subject: str, version: int, aad: bytes, sealed: bytes) -> str | None:
        """Return the text, or None when the person's key was destroyed.

        Raises VaultError when the ciphertext is not what was sealed here.
        """
        key = self._key(subject)
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
        self._load({s for s in subjects if self._cached(s) is None})

    def blind_index(self, phone: str) -> str:
        """Return the keyed index of a phone number: equal numbers, equal index, no way back."""
        digits = "".join(c for c in phone if c.isdigit())
        digits = digits[-11:] if len(digits) > 11 else digits
        text = f"{self._tenant}\x00{digits or phone}".encode()
        return hmac.digest(self._index_key, text, "sha256").hex()

    def pseudonym(self, text: str) -> str:
        """Return the keyed digest of any text, as hex; for ids made of personal data."""
        message = f"{self._tenant}\x00{text}".encode()
        return hmac.digest(self._pseudonym_key, message, "sha256").hex()

    def _key(self, subject: str) -> PersonKey | None:
        cached = self._cached(subject)
        if cached is None:
            self._load({subject})
            cached = self._cached(subject)
        return cached[1] if cached else None

    def _cached(self, subject: str) -> tuple[float, PersonKey | None] | None:
        found = self._cache.get(subject)
        return found if found and found[0] > time.monotonic() else None

    def _load(self, subjects: set[str]) -> list[PersonKey]:
        found = [key for part in _parts(sorted(subjects), 500) for key in self._read(part)]
        until = time.monotonic() + CACHE_SECONDS
        with self._lock:
            if len(self._cache) > CACHE_SIZE:
                self._cache.clear()
            for subject in subjects - {key.subject for key in found}:
                self._cache.pop(subject, None)
            self._cache.update({key.subject: (until, key) for key in found})
        return found

    def _read(self, subjects: list[str]) -> list[PersonKey]:
        query = (
            select(PERSON_KEY)
            .where(PERSON_KEY.c.tenant == self._tenant, PERSON_KEY.c.subject.in_(subjects))
            .order_by(PERSON_KEY.c.version)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [self._unwrapped(r.subject, r.version, r.wrapped, r.commitment) for r in rows]

    def _new_row(self, subject: str) -> dict[str, object]:
        key = secrets.token_bytes(KEY_BYTES)
        return {
            "tenant": self._tenant,
            "subject": subject,
            "version": 1,
            "wrapped": aes_key_wrap(self._master_key, key),
            "commitment": _commitment(key),
        }

    def _unwrapped(
        self, subject: str, version: int, wrapped: bytes, commitment: bytes
    ) -> PersonKey:
        key = aes_key_unwrap(self._master_key, wrapped)
        if not hmac.compare_digest(_commitment(key), commitment):
            raise VaultError(f"the key of {subject} is not the one that was committed to")
        return PersonKey(subject, version, AESGCM(key))


def read_master_key(path: Path, *, create: bool = False) -> bytes:
    """Return the master key of a file with 64 hex digits; make the file (0600) if asked to.

    Raises VaultError when the file is missing or is not a key.
    """
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass  # somebody else was first: theirs is the key
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as problem:
        raise VaultError(f"no master key at {path}: run `shilu migrate` first") from problem
    except ValueError as problem:
        raise VaultError(f"{path} does not hold a key of 64 hex digits") from problem


def _derived(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(master_key)


def _commitment(key: bytes) -> bytes:
    # GCM does not commit to its key: an insider could find another that "opens" to another text.
    return hmac.new(key, b"commit", sha256).digest()[:16]


def _insert_if_absent(engine: Engine) -> Insert:
    if engine.dialect.name == "sqlite":
        return sqlite_insert(PERSON_KEY).on_conflict_do_nothing()
    return postgres_insert(PERSON_KEY).on_conflict_do_nothing()


def _parts(items: list[str], size: int) -> Iterable[list[str]]:
    return (items[at : at + size] for at in range(0, len(items), size))
