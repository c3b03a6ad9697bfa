"""Erasing a customer from the command line: the same command as the page's, and the files scrubbed."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from domain.application import TeamRecord
from domain.refusals import Refusal
from domain.words import By, ErasureGround, Role
from store.branch import BranchStore


class Refused(Exception):
    """A rule does not allow the erasure; the message says which."""


def erase(
    store: BranchStore, customer_id: str, ground: str, request_ref: str | None, actor: str
) -> int:
    """Erase a customer; return the position of the event. Raises Refused."""
    record, now = TeamRecord(store.log_env(), store.index_phone), datetime.now(UTC)
    by = By(actor, Role.ADMINISTRATOR, now, now, uuid4(), "cli")
    try:
        receipt = record.privacy.erase(customer_id, ErasureGround(ground), request_ref, by=by)
    except Refusal as refusal:
        raise Refused(_in_words(refusal)) from refusal
    # The worker scrubs too, and puts it on record; here for who runs no worker.
    store.vault().scrub()
    return receipt.position


def _in_words(refusal: Refusal) -> str:
    said = (type(refusal).__doc__ or "").split(";")[0].strip()
    facts = ", ".join(f"{name}: {value}" for name, value in refusal.facts.items())
    return f"{said} ({facts})" if facts else said
