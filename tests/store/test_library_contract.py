"""The cases that eventsourcing ships for application recorders, over both stores.

There is no recorder without positions here (no snapshots), so its cases do not apply.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)
from eventsourcing.utils import Environment

from store.postgres import PostgresFactory
from store.sqlite import SQLiteFactory

from .conftest import a_branch


class OnSQLite:
    """Opens a new branch on SQLite for each case."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def create_recorder(self) -> ApplicationRecorder:
        env = a_branch(self.folder, "").log_env()
        return SQLiteFactory(Environment("", env)).application_recorder()


class OnPostgres:
    """Opens a new branch on PostgreSQL for each case."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path, postgres_url: str) -> None:
        self.folder, self.url = tmp_path, postgres_url

    def create_recorder(self) -> ApplicationRecorder:
        env = a_branch(self.folder, self.url).log_env()
        return PostgresFactory(Environment("", env)).application_recorder()


class Untimed:
    """Leaves out what only measures time: speed lives in benchmarks."""

    test_performance = None
    test_concurrent_throughput = None


class TestApplicationRecorderOnSQLite(Untimed, OnSQLite, ApplicationRecorderTestCase):  # type: ignore[type-arg]
    pass


class TestApplicationRecorderOnPostgres(Untimed, OnPostgres, ApplicationRecorderTestCase):  # type: ignore[type-arg]
    pass


class TestInterleavingOnSQLite(OnSQLite, NonInterleavingNotificationIDsBaseCase):
    insert_num = 200


class TestInterleavingOnPostgres(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    insert_num = 200


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
