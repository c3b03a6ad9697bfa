"""What people and programs touch: pages, API, access rules. ``create_app`` puts it together."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import service.api
from domain.application import TeamRecord
from projections.evidence import Evidence
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
from service.context import Context, DemoLogin, Proofs
from service.pages import ALL_PAGES
from shilu.settings import Settings
from store.accounts import Accounts
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.signed_note import read_keys
from store.signer_client import SignerClient

DEMO_LOGINS = "demo-logins.json"


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application of one branch, over the stores that the settings name."""
    settings = settings or Settings.read()
    app = build_app(make_context(settings))
    rate_limit.set_up(app, settings.rate_limit)
    if settings.proxies:  # what they say of the client counts, what the client says does not
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def make_context(settings: Settings) -> Context:
    """Return the record, views and accounts of the branch that the settings name."""
    store = BranchStore(
        settings.branch,
        settings.data_dir,
        settings.database_url,
        settings.vault_url,
        settings.master_key_file,
        settings.master_key_command,
    )
    accounts_url = settings.accounts_url or f"sqlite:///{settings.data_dir / 'accounts.db'}"
    return Context(
        record=TeamRecord(env=store.log_env(), index_phone=store.index_phone),
        views=store.views_engine(),
        accounts=Accounts(
            engine_of(accounts_url, schema="accounts"), store.vault(), settings.words_of_ours
        ),
        branch=settings.branch,
        head=store.reader().head,
        second_factor=settings.second_factor_roles,
        demo=read_demo_logins(settings.data_dir / DEMO_LOGINS),
        proofs=Proofs(
            SignerClient(settings.signer_socket),
            Checkpoints(checkpoints_engine(store), settings.log_origin),
            settings.verifier_key_file,
            read_keys(settings.witnesses_file),
            Evidence(
                store, settings.log_origin, settings.verifier_key_file, settings.signer_socket
            ),
        ),
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
    app.before_request(requests_in.check)
    app.before_request(sessions.guard)
    app.after_request(security.add_headers)
    for pages in ALL_PAGES:
        app.register_blueprint(pages)
    app.register_blueprint(proof_log.pages)
    service.api.register(app)
    return app


def bound(app: Flask, context: Context) -> Flask:
    """Let an assembled application answer for the branch of a context, and return it."""
    app.extensions["shilu"] = context
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
