"""Signed receipts: the answer to an accepted POST holds what convicts a log that loses the event.

A checkpoint proves what was kept; only a receipt in the writer's hands proves what was taken in
(trust.md 1.3). When the signer is away the POST is accepted all the same: the header says
``unsigned``, and the receipt can be had later from ``/api/v1/receipts/<position>``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
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
    base64ed,
    unbase64,
)
from store.signer_client import Answering, SignerAway, SignerRefused

HEADER, UNSIGNED = "Shilu-Receipt", "unsigned"


def set_up(app: Flask) -> None:
    """Put the receipt of what the record answered in a request into the answer.

    The signer works while the answer is made: what puts the receipt in has to be the last to work
    on an answer, which in Flask is what was set up first.
    """
    app.jinja_env.globals["written"] = after
    app.after_request(_add)


def listen(context: Context) -> None:
    """Remember, for the request that it answers, what the record answers; wake the follower."""

    def told(receipt: Receipt) -> None:
        context.rang()
        _remember(receipt)

    context.record.recording.told = told


def signed_receipt(position: int) -> dict[str, Any] | None:
    """Return the receipt of the event at this position, None while it cannot be signed.

    The same position has the same receipt, whenever it is asked for.
    """
    if g.get("receipt_for") != position:
        g.receipt_for, g.receipt = position, _asked(position)()
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
    text = msgspec.json.encode(receipt, order="sorted")
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _remember(receipt: Receipt) -> None:
    """Ask for the signature at once: it is made while the rest of the answer is."""
    position = receipt.position
    if has_request_context() and position > g.get("told_position", 0):
        if "told_position" in g:
            signed_receipt(g.told_position)  # an earlier one of the same request: taken in, dropped
        g.told_position, g.told_asked = position, _ask(position)


def _add(response: Response) -> Response:
    position: int = g.get("told_position", 0)
    receipt = signed_receipt(position) if position else None
    if position and request.method not in SAFE_METHODS and response.status_code < 400:
        response.headers[HEADER] = encoded(receipt)
    return response


def _asked(position: int) -> Callable[[], dict[str, Any] | None]:
    if g.get("told_position") == position:
        return g.told_asked  # type: ignore[no-any-return]
    return _ask(position)


def _ask(position: int) -> Callable[[], dict[str, Any] | None]:
    """Ask for the receipt of a position; what is returned waits for it, None while it can't be."""
    proofs, envelope = shilu().proofs, _envelope(position)
    if proofs is None or envelope is None:
        return lambda: None
    leaf, at = leaf_hash(envelope), str(msgspec.json.decode(envelope)["at"])
    answering = proofs.signer.receipt_soon(position, leaf, at)
    return partial(_receipt, position, leaf, at, answering)


def _receipt(position: int, leaf: bytes, at: str, answering: Answering) -> dict[str, Any] | None:
    try:
        said = answering()
        name, key_id, _public = said["key"].split("+", 2)
    except (SignerAway, SignerRefused, ValueError):
        return None
    return {
        "log": name,
        "position": position,
        "leaf_hash": base64ed(leaf),
        "at": at,
        "key": f"{name}+{key_id}",
        "signature": said["signature"],
    }


def _envelope(position: int) -> bytes | None:
    recorder: Any = shilu().record.recorder
    envelope: bytes | None = recorder.envelope_at(position)
    return envelope
