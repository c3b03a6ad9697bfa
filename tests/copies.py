"""What many tests begin with is made once in a process; each gets a copy of its own."""

from __future__ import annotations

import atexit
import copy
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from unittest import mock

from flask import Flask

from service import assembled, bound
from service.branches import Branches
from service.context import Context
from store.accounts import Account, Accounts
from store.engines import dispose_all
from store.passwords import hashed


def copy_of(make: Callable[[Path], None], folder: Path) -> None:
    """Fill a folder with what ``make`` leaves in an empty one. ``make`` closes what it opened."""
    shutil.copytree(_original(make), folder, dirs_exist_ok=True)


def app_over(context: Context, branches: Branches | None = None) -> Flask:
    """Return ``build_app`` of a context, in a thousandth of its time.

    Routes and templates are those of all tests of the process, and closed to additions; what a
    test may set, configuration and extensions, is the application's own.
    """
    app = copy.copy(_assembled())
    app.config, app.extensions = copy.copy(app.config), dict(app.extensions)
    return bound(app, context, branches)


def create_account(
    accounts: Accounts, login: str, password: str, person_id: str, branch: str, role: str
) -> Account:
    """Return a new account whose password was hashed before, at full strength, in this process."""
    with mock.patch("store.accounts.hashed", _hash_of):
        return accounts.create(login, password, person_id, branch, role)


@cache
def _original(make: Callable[[Path], None]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="shilu-original-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make(folder)
    dispose_all()
    return folder


@cache
def _assembled() -> Flask:
    app = assembled()
    app._got_first_request = True  # from here on Flask refuses what would change it for all
    return app


@cache
def _hash_of(password: str) -> str:
    return hashed(password)
