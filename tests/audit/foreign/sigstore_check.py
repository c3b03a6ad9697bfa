"""Have sigstore's own verifier look at proofs: run by the Python of .venv-scan, without our code.

    python sigstore_check.py FILE.tlog-proof FILE.event

The checkpoint is read by sigstore's reader of notes, the path by its verifier of inclusion; the
signature is the Go verifier's part, for sigstore looks up keys in a registry of its own. Ends with
0 when sigstore is content, else with 1 and what it said.
"""

import base64
import struct
import sys
from pathlib import Path
from types import SimpleNamespace

from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import (
    SignedCheckpoint,
)
from sigstore.errors import VerificationError


def check(proof: str, event: bytes) -> None:
    """Raise VerificationError unless the proof shows the event under its checkpoint."""
    head, _, note = proof.partition("\n\n")
    _title, _extra, index, *path = head.split("\n")
    signed = SignedCheckpoint.from_text(note).checkpoint
    inclusion = SimpleNamespace(
        log_index=int(index.removeprefix("index ")),
        tree_size=signed.log_size,
        root_hash=bytes.fromhex(signed.log_hash),
        hashes=[base64.b64decode(line) for line in path],
    )
    length = struct.unpack_from(">QII", event)[1]
    envelope = event[16 : 16 + length]
    inner = SimpleNamespace(inclusion_proof=inclusion, canonicalized_body=envelope)
    verify_merkle_inclusion(SimpleNamespace(_inner=inner))


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]).read_text("utf-8"), Path(sys.argv[2]).read_bytes())
    except VerificationError as refusal:
        sys.exit(f"sigstore: {refusal}")
