"""Between the right password and the first page: a code, a password of one's own, a second factor.

A session lets nobody in before every step is done; until then its token opens these steps alone,
and those for a quarter of an hour.
"""

from __future__ import annotations

from enum import StrEnum

from domain.account_record import Proof
from service.branches import enter
from service.context import shilu
from store.accounts import Account, Session

ARRIVAL_SECONDS = 15 * 60.0


class Step(StrEnum):
    """What is still to be done before somebody is in; the words stand in the steps' addresses."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "second-factor"


def missing(session: Session) -> Step | None:
    """Return the next step that a session still asks for, or None: its owner is in."""
    account = session.account
    if account.second_factor and session.proof == Proof.PASSWORD:
        return Step.CODE
    if account.must_change:
        return Step.PASSWORD
    if must_have_second_factor(account) and not account.second_factor:
        return Step.SECOND_FACTOR
    return None


def must_have_second_factor(account: Account) -> bool:
    """Tell whether the installation wants a second factor of this account."""
    return account.role in shilu().second_factor and not account.exempt


def arriving_session(token: str) -> Session | None:
    """Return a session that is not yet in, while it may still go on; the request is about its branch."""
    session = shilu().accounts.session(token) if token else None
    if session is None or missing(session) is None or not enter(session.account.branch):
        return None
    fresh = shilu().accounts.clock() - session.created_at < ARRIVAL_SECONDS
    return session if fresh else None
