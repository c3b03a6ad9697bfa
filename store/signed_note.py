"""Signed texts that anybody can check: C2SP signed-note, tlog-checkpoint, tlog-cosignature.

A note is a text that ends with a newline, an empty line, and signature lines
``— <key name> <base64(key id, signature)>``. Three texts are signed in this house, which can never
be taken for one another, for they differ in their first line: checkpoints, receipts, manifests.
Loads nothing but ``cryptography``: the signer has to be small.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = 0x01, 0x04  # kinds of keys (C2SP signed-note, tlog-cosignature)
KEY_BYTES, KEY_ID_BYTES, SIGNATURE_BYTES = 32, 4, 64
TIME_BYTES = 8  # before a cosignature stands when it was made
DASH = "\N{EM DASH} "
MAX_NOTE, MAX_SIGNATURES = 16 * 1024, 32
KEY_NAME = re.compile(r"[^\s+]+")
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
CHECKPOINT_LINES = 3
RECEIPT_TITLE, MANIFEST_TITLE = "shilu receipt v1", "shilu manifest v1"


class NoteError(ValueError):
    """A text is not the note, key, checkpoint or receipt that it should be."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name and the kind under which it signs."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand before a signature."""
        given = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(given).digest()[:KEY_ID_BYTES]

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key of a line ``name+id+base64``. Raises NoteError."""
        name, _, rest = text.strip().partition("+")
        given_id, _, encoded = rest.partition("+")
        data = unbase64(encoded)
        if not KEY_NAME.fullmatch(name) or len(data) != 1 + KEY_BYTES:
            raise NoteError("a verifier key is name+id+base64 of a kind and 32 bytes")
        key = cls(name, data[0], data[1:])
        if key.kind not in (ED25519, COSIGNATURE) or key.key_id.hex() != given_id.lower():
            raise NoteError("a verifier key is of an unknown kind, or its id is another key's")
        return key

    def __str__(self) -> str:
        """Return the key as a line."""
        return f"{self.name}+{self.key_id.hex()}+{base64ed(bytes([self.kind]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> bool:
        """Tell whether these bytes, without their key id, sign the text with this key."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            message = cosigned(int.from_bytes(signature[:TIME_BYTES]), text)
            signature = signature[TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        """Return the line, with its newline."""
        return f"{DASH}{self.name} {base64ed(self.key_id + self.data)}\n"

    @property
    def made_at(self) -> int:
        """Return when a cosignature says that it was made, in seconds since 1970."""
        return int.from_bytes(self.data[:TIME_BYTES])


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures, whoever made them."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, given: bytes) -> Note:
        """Return the note that these bytes are. Raises NoteError."""
        if len(given) > MAX_NOTE:
            raise NoteError("the note is too long")
        try:
            whole = given.decode()
        except UnicodeDecodeError as problem:
            raise NoteError("a note is UTF-8") from problem
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not lines.endswith("\n") or any(c < " " for c in whole if c != "\n"):
            raise NoteError("a note is a text, an empty line and signature lines")
        signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MAX_SIGNATURES:
            raise NoteError("the note has too many signatures")
        return cls(text + "\n", signatures)

    def __str__(self) -> str:
        """Return the note as it is sent."""
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def by(self, key: VerifierKey) -> Signature | None:
        """Return the signature of this key if there is one and it is right."""
        for signature in self.signatures:
            mine = signature.name == key.name and signature.key_id == key.key_id
            if mine and key.verify(self.text, signature.data):
                return signature
        return None

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """Return the note with further signatures."""
        return Note(self.text, (*self.signatures, *more))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name under which it signs."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def of_seed(cls, name: str, seed: bytes) -> SigningKey:
        """Return the key of 32 secret bytes."""
        if not KEY_NAME.fullmatch(name):
            raise NoteError("a key's name has no spaces and no plus sign")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def verifier(self, kind: int = ED25519) -> VerifierKey:
        """Return the public half."""
        return VerifierKey(self.name, kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """Return the text, signed."""
        return Note(text, (Signature(self.name, self.verifier().key_id, self.signature(text)),))

    def signature(self, text: str) -> bytes:
        """Return the 64 bytes that sign the text, for texts that travel without their lines."""
        return self.private.sign(text.encode())

    def cosign(self, text: str, seconds: int) -> Signature:
        """Return the cosignature of a witness over a checkpoint, made at this time."""
        signed = self.private.sign(cosigned(seconds, text))
        key_id = self.verifier(COSIGNATURE).key_id
        return Signature(self.name, key_id, struct.pack(">Q", seconds) + signed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits itself to: so many events, with this root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{base64ed(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return the checkpoint of a note's text; further lines are ignored. Raises NoteError."""
        lines = text.split("\n")
        if len(lines) <= CHECKPOINT_LINES or not lines[0] or not NUMBER.fullmatch(lines[1]):
            raise NoteError("a checkpoint is origin, size and root, a line each")
        root = unbase64(lines[2])
        if len(root) != sha256().digest_size:
            raise NoteError("the root of a checkpoint is 32 bytes")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """What a receipt says: this log took in an event with this hash, at this position and time."""

    origin: str
    position: int
    leaf_hash: bytes
    at: str

    @property
    def text(self) -> str:
        """Return what is signed."""
        facts = self.origin, str(self.position), base64ed(self.leaf_hash), self.at
        return "\n".join((RECEIPT_TITLE, *facts, ""))


def manifest_text(origin: str, digest: bytes) -> str:
    """Return what is signed of an export: the SHA-256 of its manifest."""
    return f"{MANIFEST_TITLE}\n{origin}\n{base64ed(digest)}\n"


def cosigned(seconds: int, text: str) -> bytes:
    """Return the bytes that a witness signs."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def read_keys(path: Path) -> tuple[VerifierKey, ...]:
    """Return the keys of a file, one a line, ``#`` before comments; none if there is no file."""
    if not path.is_file():
        return ()
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(VerifierKey.parse(line) for line in lines if line and not line.startswith("#"))


def base64ed(data: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(data).decode()


def unbase64(text: str) -> bytes:
    """Return the bytes of canonical standard base64. Raises NoteError on anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise NoteError("this is not base64") from problem
    if base64ed(data) != text:
        raise NoteError("this is not canonical base64")
    return data


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    data = unbase64(encoded)
    if not line.startswith(DASH) or not KEY_NAME.fullmatch(name) or len(data) <= KEY_ID_BYTES:
        raise NoteError("a signature line is a dash, a name and base64")
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
