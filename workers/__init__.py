"""What happens by itself: scheduled checks, detection, notifications.

This file is the composition root: it reads the settings and puts the parts together. Imports
stand inside the functions, so that the scheduler does not load what only the worker needs. Every
process works for all branches of the directory.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shilu.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from dramatiq import Broker
    from sqlalchemy import Engine

    from domain.application import TeamRecord
    from projections.due import DueCheck
    from store.branch import BranchStore
    from store.branches import Directory
    from store.import_jobs import ImportJobs
    from store.signer_client import SignerClient
    from store.webhooks import WebhookStore
    from workers.broker import Tasks
    from workers.checkpoints import CheckpointMaker
    from workers.notify import Outgoing
    from workers.scheduler import BranchRounds


def run_worker() -> int:
    """Do tasks until SIGTERM; return the exit code (75: start me anew)."""
    from workers.everywhere import BranchActors
    from workers.logs import configure_logs
    from workers.process import work
    from workers.stopping import stop_on_signal

    stop = stop_on_signal()
    settings = Settings.read()
    configure_logs(settings.log_level)
    broker = _broker(settings)

    def declare(actors: Broker, store: BranchStore) -> None:
        _declare(actors, settings, store)

    directory = _directory(settings)
    actors = BranchActors(directory.stores, settings.branch, declare, directory.is_moving)
    actors.declare_all(broker)
    return work(broker, stop)


def run_follower() -> int:
    """Keep every branch's projections up to date until SIGTERM; return the exit code."""
    import projections
    from projections.followers import Followers
    from workers.logs import configure_logs
    from workers.stopping import stop_on_signal

    stop = stop_on_signal()
    settings = Settings.read()
    configure_logs(settings.log_level)
    Followers(_directory(settings).open_stores, projections.ALL).run(stop)
    return 0


def run_scheduler() -> int:
    """Queue what is due and what events call for until SIGTERM; return the exit code."""
    from threading import Thread

    from projections.turns import Turns
    from store.signer_client import SignerClient
    from workers.checkpoints import CheckpointRounds
    from workers.logs import configure_logs
    from workers.scheduler import PACE
    from workers.stopping import stop_on_signal

    stop = stop_on_signal()
    settings = Settings.read()
    configure_logs(settings.log_level)
    directory, broker = _directory(settings), _broker(settings)

    def begin(store: BranchStore) -> BranchRounds:
        return _rounds(settings, store, broker, directory)

    signer = SignerClient(settings.signer_socket)  # of all branches: one connection

    def maker(store: BranchStore) -> CheckpointMaker:
        return _checkpoints(settings, store, signer.of(settings.origin_of(store.name)))

    signing = CheckpointRounds(directory.open_stores, maker)
    checkpoints = Thread(target=signing.run, args=(stop,), name="checkpoints")
    checkpoints.start()
    Turns(directory.open_stores, begin, PACE).run(stop)
    checkpoints.join()
    broker.close()
    return 0


def _rounds(
    settings: Settings, store: BranchStore, broker: Tasks, directory: Directory
) -> BranchRounds:
    from workers.bookmark import Bookmark
    from workers.dispatcher import Dispatcher
    from workers.scheduler import BranchRounds, Scheduler, sender
    from workers.webhooks import Feeder

    views, send = store.views_engine(), sender(broker, store.name)
    return BranchRounds(
        Dispatcher(store.reader(), Bookmark(views), send),
        Scheduler(_due(settings, store), send, broker),
        Feeder(store.reader(), _hooks(settings, store), send).once,
        lambda: len(directory.entries()),
    )


def _due(settings: Settings, store: BranchStore) -> Callable[[datetime], list[DueCheck]]:
    from projections.due import checks_due
    from projections.notices import notices_due
    from projections.retention import steps_due
    from projections.season import contests_due
    from projections.supervision_due import supervision_due
    from workers.imports import imports_due
    from workers.scheduler import SometimesDue

    views = store.views_engine()
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

    return due


def _declare(actors: Broker, settings: Settings, store: BranchStore) -> None:
    """Make the actors of one branch."""
    from functools import partial

    from domain.application import TeamRecord
    from workers.actors import declare_actors, declare_imports, declare_notify, declare_webhooks
    from workers.outside import Allowed, post

    record, views = TeamRecord(store.log_env(), store.index_phone), store.views_engine()
    declare_actors(actors, record, views, _now)
    declare_notify(actors, record, views, _outgoing(settings, store, record), _now)
    send = partial(post, allowed=Allowed.parse(settings.webhook_allow))
    declare_webhooks(actors, _hooks(settings, store), store.reader(), send, _now)
    declare_imports(actors, record, _imports(settings, store), _now)


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
    kept = Checkpoints(checkpoints_engine(store), settings.origin_of(store.name))
    return Outgoing(
        branch=store.name,
        channels=Channels(engine, record.mapper.vault),  # type: ignore[attr-defined]
        send=partial(send, mail_url=settings.mail_url),
        language_of=partial(Accounts(engine).language_of, store.name),
        checkpoint=partial(message_of_day, kept, settings.verifier_key_of(store.name)),
    )


def _checkpoints(settings: Settings, store: BranchStore, signer: SignerClient) -> CheckpointMaker:
    from store.checkpoints import Checkpoints, checkpoints_engine
    from workers.checkpoints import CheckpointMaker

    return CheckpointMaker(
        store.views_engine(),
        Checkpoints(checkpoints_engine(store), settings.origin_of(store.name)),
        signer,
        store.folder / "checkpoints",
        _now,
    )


def _directory(settings: Settings) -> Directory:
    from store.branch import BranchStore
    from store.branches import Directory

    first = BranchStore(
        settings.branch,
        settings.data_dir,
        settings.database_url,
        settings.vault_url,
        settings.master_key_file,
        settings.master_key_command,
    )
    return Directory(_accounts_engine(settings), first, settings.with_password)


def _broker(settings: Settings) -> Tasks:
    from workers.broker import build_broker

    return build_broker(settings.redis_url, settings.data_dir / "queue.db", settings.branch)


def _now() -> datetime:
    return datetime.now(UTC)
