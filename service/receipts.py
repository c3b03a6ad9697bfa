"""Signed receipts: the answer to an accepted POST holds what convicts a log that loses the event.

A checkpoint proves what was kept; only a receipt in the writer's hands proves what was taken in
(trust.md 1.3). When the signer is away the POST is accepted all the same: the header says
``unsigned``, and the receipt can be had later from ``/api/v1/receipts/<position>``.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from domain.words import Receipt
from service.context import Context, shilu
from service.reading import after
from service.sessions import SAFE_METHODS
from store.proof import leaf_hash
from store.signed_note import (
    Note,
    ReceiptText,
    Signature,
    VerifierKey,
    base64ed,
    unbase64,
)
from store.signer_client import SignerAway, SignerRefused

HEADER, UNSIGNED = "Shilu-Receipt", "unsigned"


def set_up(app: Flask, context: Context) -> None:
    """Remember what the record answers in a request, and put its receipt into the answer."""
    context.record.recording.told = _remember
    app.jinja_env.globals["written"] = after
    app.after_request(_add)


def signed_receipt(position: int) -> dict[str, Any] | None:
    """Return the receipt of the event at this position, None while it cannot be signed.

    The same position has the same receipt, whenever it is asked for.
    """
    if g.get("receipt_for") != position:
        g.receipt_for, g.receipt = position, _signed(position, _envelope(position))
    receipt: dict[str, Any] | None = g.receipt
    return receipt


def receipt_note(position: int) -> str | None:
    """Return the receipt as a signed note, None while it cannot be signed."""
    receipt = signed_receipt(position)
    if receipt is None:
        return None
    name, key_id = receipt["key"].split("+")
    said = ReceiptText(name, position, unbase64(receipt["leaf_hash"]), receipt["at"])
    line = Signature(name, bytes.fromhex(key_id), unbase64(receipt["signature"]))
    return str(Note(said.text, (line,)))


def actor_of(position: int) -> str | None:
    """Return who did what stands at this position, or None where nothing stands."""
    envelope = _envelope(position)
    return None if envelope is None else str(json.loads(envelope)["actor"])


def encoded(receipt: dict[str, Any] | None) -> str:
    """Return a receipt as the header's value: base64url of its JSON, without padding."""
    if receipt is None:
        return UNSIGNED
    text = json.dumps(receipt, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _remember(receipt: Receipt) -> None:
    if has_request_context() and receipt.position > g.get("told_position", 0):
        g.told_position = receipt.position


def _add(response: Response) -> Response:
    position: int = g.get("told_position", 0)
    if position and request.method not in SAFE_METHODS and response.status_code < 400:
        response.headers[HEADER] = encoded(signed_receipt(position))
    return response


def _signed(position: int, envelope: bytes | None) -> dict[str, Any] | None:
    proofs = shilu().proofs
    if proofs is None or envelope is None:
        return None
    leaf, at = leaf_hash(envelope), str(json.loads(envelope)["at"])
    try:
        said = proofs.signer.receipt(position, leaf, at)
        key = _key(said["key"])
    except (SignerAway, SignerRefused, ValueError):
        return None
    return {
        "log": key.name,
        "position": position,
        "leaf_hash": base64ed(leaf),
        "at": at,
        "key": f"{key.name}+{key.key_id.hex()}",
        "signature": said["signature"],
    }


_key = lru_cache(maxsize=4)(VerifierKey.parse)  # the same key signs one receipt after the other


def _envelope(position: int) -> bytes | None:
    recorder: Any = shilu().record.recorder
    rows = recorder.rows_after(position - 1, 1) if position > 0 else ()
    return bytes(rows[0].envelope) if rows and rows[0].position == position else None
