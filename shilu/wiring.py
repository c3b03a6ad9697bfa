"""What every command is put together from: the settings, and the branch that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from environs import EnvError

from shilu.settings import Settings
from shilu.terminal import NotReady

if TYPE_CHECKING:
    from shilu.backing_up import BackingUp
    from shilu.doctor import Finding, Installation
    from store.accounts import Accounts
    from store.branch import BranchStore
    from store.branches import Directory


def read_settings() -> Settings:
    """Return the settings. Raises click.UsageError on one that can't be."""
    try:
        return Settings.read()
    except EnvError as error:
        raise click.UsageError(f"environment: {error}") from error


def safe_settings() -> Settings:
    """Return the settings unless their database would lose what it acknowledges."""
    from shilu.doctor import unsafe_database

    settings = read_settings()
    if reasons := unsafe_database(settings.database_url):
        raise NotReady("\n".join(reasons))
    return settings


def branch_of(settings: Settings) -> str:
    """Return the branch that the command is about: that of --branch, else the first one."""
    asked = click.get_current_context().find_root().params.get("branch")
    return str(asked or settings.branch)


def first_store(settings: Settings) -> BranchStore:
    """Return where the first branch lies, as the settings say."""
    from store.branch import BranchStore

    return BranchStore(
        settings.branch,
        settings.data_dir,
        settings.database_url,
        settings.vault_url,
        settings.master_key_file,
        settings.master_key_command,
    )


def directory_of(settings: Settings) -> Directory:
    """Return the directory of branches."""
    from store.branches import Directory
    from store.engines import engine_of

    engine = engine_of(accounts_url_of(settings), schema="accounts")
    return Directory(engine, first_store(settings), settings.with_password)


def store_of(settings: Settings) -> BranchStore:
    """Return where the command's branch lies. Raises click.UsageError where there is none such.

    Before `shilu migrate` there is no directory: the first branch then lies where it will.
    """
    from sqlalchemy.exc import DBAPIError

    name = branch_of(settings)
    try:
        found = directory_of(settings).store(name)
    except DBAPIError:
        if name != settings.branch:
            raise
        return first_store(settings)
    if found is None:
        raise click.UsageError(f"there is no branch {name}: see `shilu branch list`")
    return found


def granted_branches(settings: Settings, role: str, branches: str) -> str:
    """Return the branches that an account is to see, as they are kept.

    Raises click.UsageError where the role sees no other branch, or a branch does not exist.
    """
    from store.accounts import ALL_BRANCHES, VISITORS

    names = [name.strip() for name in branches.split(",") if name.strip()]
    if names and role not in VISITORS:
        raise click.UsageError(f"only {', '.join(sorted(VISITORS))} may see other branches")
    known = directory_of(settings).entries() if names else {}
    for name in names:
        if name not in known and name != ALL_BRANCHES:
            raise click.UsageError(f"there is no branch {name}: see `shilu branch list`")
    return ALL_BRANCHES if ALL_BRANCHES in names else ",".join(names)


def backing_up(settings: Settings) -> BackingUp:
    """Return what backs the command's branch up."""
    from shilu.backing_up import BackingUp

    name = branch_of(settings)
    files = settings.verifier_key_of(name), settings.signer_socket
    accounts_url = accounts_url_of(settings)
    return BackingUp(store_of(settings), accounts_url, settings.origin_of(name), *files)


def accounts_of(settings: Settings) -> Accounts:
    """Return the accounts of all branches."""
    from store.accounts import Accounts
    from store.engines import engine_of

    engine = engine_of(accounts_url_of(settings), schema="accounts")
    return Accounts(engine, own_words=settings.words_of_ours)


def accounts_url_of(settings: Settings) -> str:
    """Return the database of the accounts."""
    return settings.accounts_url or f"sqlite:///{settings.data_dir / 'accounts.db'}"


def installation_of(settings: Settings, store: BranchStore) -> Installation:
    """Return what `shilu doctor` examines of a branch."""
    from shilu.doctor import Installation

    return Installation(
        store,
        accounts_url_of(settings),
        settings.redis_url,
        settings.origin_of(store.name),
        settings.signer_socket,
        (settings.master_key_file, settings.signer_key_file),
    )


def examine_all(settings: Settings) -> list[Finding]:
    """Return what `shilu doctor` finds: the first branch with the installation, then the others."""
    from sqlalchemy.exc import DBAPIError

    from shilu.doctor import examine, examine_beside

    try:
        stores = dict(directory_of(settings).stores())
    except DBAPIError:  # not migrated: that will be found
        stores = {settings.branch: first_store(settings)}
    found = examine(installation_of(settings, stores.pop(settings.branch)))
    for store in stores.values():
        found += examine_beside(installation_of(settings, store))
    return found
