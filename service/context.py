"""What every page and route works with: the record, the views, the accounts, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from flask import current_app, g
from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.rhythm import Rules
from projections.evidence import Evidence
from store.accounts import Accounts
from store.checkpoints import Checkpoints
from store.signed_note import VerifierKey
from store.signer_client import SignerClient


def utc_now() -> datetime:
    """Return the present instant, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A login of the demo branch, offered on the sign-in page."""

    login: str
    password: str
    role: str
    name: str
    note: str
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the log can be held to: who signs for it, what was signed, and who witnesses that."""

    signer: SignerClient
    kept: Checkpoints
    key_file: Path
    witnesses: tuple[VerifierKey, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Context:
    """One branch as the service sees it. ``demo`` is empty outside the demo."""

    record: TeamRecord
    views: Engine
    accounts: Accounts
    branch: str
    head: Callable[[], int]
    clock: Callable[[], datetime] = utc_now
    demo: tuple[DemoLogin, ...] = ()
    proofs: Proofs | None = None
    second_factor: frozenset[str] = frozenset()  # roles of which a second factor is asked
    rang: Callable[[], None] = lambda: None  # tells the follower that the log has grown

    def now(self) -> datetime:
        """Return the present instant, aware."""
        return self.clock()

    def pseudonym(self, text: str) -> str:
        """Return a keyed digest of personal data, for ids made of it: nobody can try it out."""
        return str(self.record.mapper.vault.pseudonym(text))  # type: ignore[attr-defined]

    def rules(self) -> Rules:
        """Return the branch's rules; the handbook's own before a rulebook is adopted."""
        book = self.record.rulebook.find()
        return book.rules if book else Rules()

    def today(self) -> date:
        """Return the date on the branch's wall clock."""
        return self.rules().day_of(self.now())


def shilu() -> Context:
    """Return the context of the branch that the request is about; the first one's until it is known."""
    return cast(Context, g.get("shilu") or current_app.extensions["shilu"])
