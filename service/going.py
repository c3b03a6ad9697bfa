"""Going from one of one's branches to another: the session is about that one from now on."""

from __future__ import annotations

from flask import g

from domain.account_record import Owner, Proof
from service.account_events import accounts_told, by_reader
from service.branches import enter
from service.context import shilu
from service.sessions import reader_of, session_token


def go(name: str) -> None:
    """Let the reader's session look at a branch, and put on its record who came there, and how.

    Forms of the branch before count no more: the same ids are other people there.
    """
    token = g.get("session_token") or session_token()
    accounts = shilu().accounts
    accounts.visit(token, name)
    session = accounts.session(token)
    if session is None or not enter(name):
        return
    g.reader = reader_of(token)
    visitor = Owner(g.reader.person_id, g.reader.team_id)
    accounts_told().signed_in(visitor, shilu().today(), Proof(session.proof), by=by_reader())
