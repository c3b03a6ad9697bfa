"""Files between two pages of an import: sealed, for an hour, for nobody but who brought them.

The key travels in the page and is not kept here, so what lies in the database can be read by
nobody; a second file of the same kind takes the place of the first.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Engine,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
)

UPLOADS_METADATA = MetaData()
UPLOAD = Table(
    "upload",
    UPLOADS_METADATA,
    Column("upload_id", String(32), primary_key=True),
    Column("owner", String(128), nullable=False, index=True),
    Column("made_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
KEPT = timedelta(hours=1)
NONCE_BYTES = 12


class UploadGone(Exception):
    """The file is not there: too old, replaced, or somebody else's."""


class Uploads:
    """Uploaded files for a short while. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)

    def put(self, owner: str, content: bytes) -> str:
        """Keep a file for its owner; return the ticket that opens it again."""
        upload_id, key, nonce = secrets.token_hex(16), AESGCM.generate_key(256), _nonce()
        sealed = nonce + AESGCM(key).encrypt(nonce, content, f"{upload_id}/{owner}".encode())
        now = _now()
        row = {"upload_id": upload_id, "owner": owner, "made_at": now, "sealed": sealed}
        with self._writer.begin() as connection:
            old = UPLOAD.c.made_at < now - KEPT.total_seconds()
            connection.execute(delete(UPLOAD).where(old | (UPLOAD.c.owner == owner)))
            connection.execute(insert(UPLOAD).values(**row))
        return f"{upload_id}.{base64.urlsafe_b64encode(key).decode()}"

    def get(self, owner: str, ticket: str) -> bytes:
        """Return the file of a ticket. Raises UploadGone."""
        upload_id, _, key = ticket.partition(".")
        query = select(UPLOAD.c.sealed).where(
            UPLOAD.c.upload_id == upload_id,
            UPLOAD.c.owner == owner,
            UPLOAD.c.made_at >= _now() - KEPT.total_seconds(),
        )
        with self._engine.connect() as connection:
            sealed = connection.execute(query).scalar()
        if sealed is None:
            raise UploadGone
        bound = f"{upload_id}/{owner}".encode()
        try:
            cipher = AESGCM(base64.urlsafe_b64decode(key))
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (ValueError, InvalidTag) as wrong:
            raise UploadGone from wrong

    def drop(self, owner: str) -> None:
        """Forget a file."""
        with self._writer.begin() as connection:
            connection.execute(delete(UPLOAD).where(UPLOAD.c.owner == owner))


def _nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


def _now() -> float:
    return datetime.now(UTC).timestamp()
