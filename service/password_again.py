"""The password once more, for what must not happen on a forgotten screen (ASVS 7.5.3)."""

from __future__ import annotations

from datetime import datetime

from domain.account_record import DoorRefusal
from service.account_events import tell_turned_away
from service.context import shilu
from service.forms import Form
from service.language import _
from service.sessions import reader, visit
from store.accounts import TooManyAttempts, WrongCredentials


def signed_in_again(form: Form, password: str, field: str = "password") -> datetime | None:
    """Return when the reader gave the right password: now; None, with the form's problem, if not.

    The same limit on attempts holds as at the door, and a wrong one is on record as there.
    ``field`` is where the form has the password.
    """
    came, accounts = visit(), shilu().accounts
    try:
        account = accounts.verify(reader().login, password, came.address, came.known_as)
    except TooManyAttempts as refusal:
        tell_turned_away(accounts.find(reader().login), DoorRefusal.TOO_MANY)
        minutes = max(-(-refusal.retry_after // 60), 1)
        form.problem = _("试错的次数太多了，请 {minutes} 分钟后再试。", minutes=minutes)
        form.status = 429
        return None
    except WrongCredentials as refusal:
        tell_turned_away(refusal.account, DoorRefusal.WRONG_PASSWORD)
        form.fail(field, _("密码不对，请再试一次。"))
        return None
    return shilu().now() if account.person_id == reader().person_id else None
