"""What happens by itself: scheduled checks, detection, notifications.

This file is the composition root: it reads the settings and puts the parts together. Imports
stand inside the functions, so that the scheduler does not load what only the worker needs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shilu.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from domain.application import TeamRecord
    from projections.due import DueCheck
    from store.branch import BranchStore
    from store.import_jobs import ImportJobs
    from store.webhooks import WebhookStore
    from workers.broker import Tasks
    from workers.checkpoints import CheckpointMaker
    from workers.notify import Outgoing


def run_worker() -> int:
    """Do tasks until SIGTERM; return the exit code (75: start me anew)."""
    from domain.application import TeamRecord
    from workers.actors import declare_actors, declare_imports, declare_notify
    from workers.logs import configure_logs
    from workers.process import work
    from workers.stopping import stop_on_signal

    stop = stop_on_signal()
    settings = Settings.read()
    configure_logs(settings.log_level)
    store = _store(settings)
    record = TeamRecord(store.log_env(), store.index_phone)
    broker = _broker(settings)
    declare_actors(broker, record, store.views_engine(), _now)
    declare_notify(broker, record, store.views_engine(), _outgoing(settings, store, record), _now)
    _declare_webhooks(broker, settings, store)
    declare_imports(broker, record, _imports(settings, store), _now)
    return work(broker, stop)


def run_scheduler() -> int:
    """Queue what is due and what events call for until SIGTERM; return the exit code."""
    from threading import Thread

    from projections.due import checks_due
    from projections.notices import notices_due
    from projections.retention import steps_due
    from projections.season import contests_due
    from projections.supervision_due import supervision_due
    from workers.bookmark import Bookmark
    from workers.dispatcher import Dispatcher
    from workers.imports import imports_due
    from workers.logs import configure_logs
    from workers.scheduler import Rounds, Scheduler, SometimesDue, sender
    from workers.stopping import stop_on_signal
    from workers.webhooks import Feeder

    stop = stop_on_signal()
    settings = Settings.read()
    configure_logs(settings.log_level)
    store = _store(settings)
    views, broker = store.views_engine(), _broker(settings)
    send = sender(broker)

    tell, imports = SometimesDue(views, notices_due), _imports(settings, store)

    def due(now: datetime) -> list[DueCheck]:
        with views.connect() as connection:
            return [
                *checks_due(connection, now),
                *steps_due(connection, now),
                *supervision_due(connection, now),
                *contests_due(connection, now),
                *tell(now),
                *imports_due(imports, now.date()),
            ]

    dispatcher = Dispatcher(store.reader(), Bookmark(views), send)
    checkpoints = Thread(target=_checkpoints(settings, store).run, args=(stop,), name="checkpoints")
    checkpoints.start()
    feeder = Feeder(store.reader(), _hooks(settings, store), send)
    feeding = Thread(target=feeder.run, args=(stop,), name="webhooks")
    feeding.start()
    Rounds(dispatcher, Scheduler(due, send, broker)).run(stop)
    checkpoints.join()
    feeding.join()
    broker.close()
    return 0


def _declare_webhooks(broker: Tasks, settings: Settings, store: BranchStore) -> None:
    from functools import partial

    from workers.actors import declare_webhooks
    from workers.outside import Allowed, post

    allowed = Allowed.parse(settings.webhook_allow)
    hooks = _hooks(settings, store)
    declare_webhooks(broker, hooks, store.reader(), partial(post, allowed=allowed), _now)


def _imports(settings: Settings, store: BranchStore) -> ImportJobs:
    from store.import_jobs import ImportJobs

    return ImportJobs(_accounts_engine(settings), store.name, store.vault())


def _hooks(settings: Settings, store: BranchStore) -> WebhookStore:
    from store.webhooks import WebhookStore

    return WebhookStore(_accounts_engine(settings), store.name, store.vault())


def _accounts_engine(settings: Settings) -> Engine:
    from store.engines import engine_of

    url = settings.accounts_url or f"sqlite:///{settings.data_dir / 'accounts.db'}"
    return engine_of(url, schema="accounts")


def _outgoing(settings: Settings, store: BranchStore, record: TeamRecord) -> Outgoing:
    from functools import partial

    from store.accounts import Accounts
    from store.channels import Channels
    from store.checkpoints import Checkpoints, checkpoints_engine
    from workers.checkpoints import message_of_day
    from workers.notify import Outgoing
    from workers.sending import send

    engine = _accounts_engine(settings)
    kept = Checkpoints(checkpoints_engine(store), settings.log_origin)
    return Outgoing(
        branch=store.name,
        channels=Channels(engine, record.mapper.vault),  # type: ignore[attr-defined]
        send=partial(send, mail_url=settings.mail_url),
        language_of=partial(Accounts(engine).language_of, store.name),
        checkpoint=partial(message_of_day, kept, settings.verifier_key_file),
    )


def _checkpoints(settings: Settings, store: BranchStore) -> CheckpointMaker:
    from store.checkpoints import Checkpoints, checkpoints_engine
    from store.signer_client import SignerClient
    from workers.checkpoints import CheckpointMaker

    return CheckpointMaker(
        store.views_engine(),
        Checkpoints(checkpoints_engine(store), settings.log_origin),
        SignerClient(settings.signer_socket),
        store.folder / "checkpoints",
        _now,
    )


def _store(settings: Settings) -> BranchStore:
    from store.branch import BranchStore

    return BranchStore(
        settings.branch,
        settings.data_dir,
        settings.database_url,
        settings.vault_url,
        settings.master_key_file,
        settings.master_key_command,
    )


def _broker(settings: Settings) -> Tasks:
    from workers.broker import build_broker

    return build_broker(settings.redis_url, settings.data_dir / "queue.db", settings.branch)


def _now() -> datetime:
    return datetime.now(UTC)
