"""What people and programs touch: pages, API, access rules. ``create_app`` puts it together."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import service.api
from domain.application import TeamRecord
from projections.evidence import Evidence
from projections.turns import ring
from service import (
    assets,
    health,
    language,
    navigation,
    problems,
    proof_log,
    rate_limit,
    receipts,
    refused,
    requests_in,
    security,
    sessions,
    shedding,
)
from service.branches import Branches, begin
from service.context import Context, DemoLogin, Proofs
from service.pages import ALL_PAGES
from shilu.settings import Settings
from store.accounts import Accounts
from store.branch import BranchStore
from store.branches import Directory
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.signed_note import read_keys
from store.signer_client import SignerClient

DEMO_LOGINS = "demo-logins.json"


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application of all branches, over the stores that the settings name."""
    settings = settings or Settings.read()
    directory = make_directory(settings)
    accounts = make_accounts(settings, directory)

    def open_branch(store: BranchStore) -> Context:
        context = make_context(settings, store, accounts)
        receipts.listen(context)
        return context

    first = make_context(settings, directory.first, accounts)
    app = bound(assembled(), first, Branches(first, directory, open_branch))
    rate_limit.set_up(app, settings.rate_limit)
    if settings.proxies:  # what they say of the client counts, what the client says does not
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def make_directory(settings: Settings) -> Directory:
    """Return the directory of branches."""
    first = BranchStore(
        settings.branch,
        settings.data_dir,
        settings.database_url,
        settings.vault_url,
        settings.master_key_file,
        settings.master_key_command,
    )
    accounts_url = settings.accounts_url or f"sqlite:///{settings.data_dir / 'accounts.db'}"
    return Directory(engine_of(accounts_url, schema="accounts"), first, settings.with_password)


def make_accounts(settings: Settings, directory: Directory) -> Accounts:
    """Return the accounts of all branches; the first one's vault seals their second factors."""
    return Accounts(directory.engine, directory.first.vault(), settings.words_of_ours)


def make_context(settings: Settings, store: BranchStore, accounts: Accounts) -> Context:
    """Return the record and views of a branch, with the accounts of all."""
    first, origin = store.name == settings.branch, settings.origin_of(store.name)
    key_file = settings.verifier_key_of(store.name)
    return Context(
        record=TeamRecord(env=store.log_env(), index_phone=store.index_phone),
        views=store.views_engine(),
        accounts=accounts,
        branch=store.name,
        head=store.reader().head,
        second_factor=settings.second_factor_roles,
        demo=read_demo_logins(settings.data_dir / DEMO_LOGINS) if first else (),
        proofs=Proofs(
            SignerClient(settings.signer_socket, origin),
            Checkpoints(checkpoints_engine(store), origin),
            key_file,
            read_keys(settings.witnesses_file),
            Evidence(store, origin, key_file, settings.signer_socket),
        ),
        rang=partial(ring, store),
    )


def build_app(context: Context) -> Flask:
    """Return the application over a context; tests bring their own."""
    return bound(assembled(), context)


def assembled() -> Flask:
    """Return the application without a branch: routes, templates, all that does not depend on one."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = requests_in.MAX_BODY
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    receipts.set_up(app)  # first, so that its work on an answer is the last: see there
    shedding.set_up(app)
    language.set_up(app)
    assets.set_up(app)
    health.set_up(app)
    navigation.set_up(app)
    problems.set_up(app)
    refused.set_up(app)
    app.before_request(begin)
    app.before_request(requests_in.check)
    app.before_request(sessions.guard)
    app.after_request(security.add_headers)
    for pages in ALL_PAGES:
        app.register_blueprint(pages)
    app.register_blueprint(proof_log.pages)
    app.register_blueprint(proof_log.pages, name="proof_log_of", url_prefix="/log/of/<branch>")
    service.api.register(app)
    return app


def bound(app: Flask, context: Context, all_branches: Branches | None = None) -> Flask:
    """Let an assembled application answer for the branch of a context, and return it.

    It answers for other branches, too, where ``all_branches`` knows them.
    """
    app.extensions["shilu"] = context
    app.extensions["shilu.branches"] = all_branches or Branches(context)
    refused.open_book(app, context)
    receipts.listen(context)
    return app


def read_demo_logins(path: Path) -> tuple[DemoLogin, ...]:
    """Return the logins of the demo branch; none where no demo was made."""
    if not path.is_file():
        return ()
    accounts = json.loads(path.read_text(encoding="utf-8"))["accounts"]
    fields = DemoLogin.__dataclass_fields__
    return tuple(DemoLogin(**{name: str(a.get(name) or "") for name in fields}) for a in accounts)
