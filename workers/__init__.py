"""What happens by itself: scheduled checks, detection, notifications.

This file is the composition root: it reads the settings and puts the parts together. Imports
stand inside the functions, so that the scheduler does not load what only the worker needs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shilu.settings import Settings

if TYPE_CHECKING:
    from projections.due import DueCheck
    from store.branch import BranchStore
    from workers.broker import Tasks
    from workers.checkpoints import CheckpointMaker


def run_worker() -> int:
    """Do tasks until SIGTERM; return the exit code (75: start me anew)."""
    from domain.application import TeamRecord
    from workers.actors import declare_actors
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
    return work(broker, stop)


def run_scheduler() -> int:
    """Queue what is due and what events call for until SIGTERM; return the exit code."""
    from threading import Thread

    from projections.due import checks_due
    from projections.retention import steps_due
    from projections.season import contests_due
    from projections.supervision_due import supervision_due
    from workers.bookmark import Bookmark
    from workers.dispatcher import Dispatcher
    from workers.logs import configure_logs
    from workers.scheduler import Rounds, Scheduler, sender
    from workers.stopping import stop_on_signal

    stop = stop_on_signal()
    settings = Settings.read()
    configure_logs(settings.log_level)
    store = _store(settings)
    views, broker = store.views_engine(), _broker(settings)
    send = sender(broker)

    def due(now: datetime) -> list[DueCheck]:
        with views.connect() as connection:
            return [
                *checks_due(connection, now),
                *steps_due(connection, now),
                *supervision_due(connection, now),
                *contests_due(connection, now),
            ]

    dispatcher = Dispatcher(store.reader(), Bookmark(views), send)
    checkpoints = Thread(target=_checkpoints(settings, store).run, args=(stop,), name="checkpoints")
    checkpoints.start()
    Rounds(dispatcher, Scheduler(due, send, broker)).run(stop)
    checkpoints.join()
    broker.close()
    return 0


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
