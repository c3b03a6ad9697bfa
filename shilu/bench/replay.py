"""Rebuilding the projection with a row for every entry from an empty table, on both stores."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from projections import ALL, VIEW_METADATA
from projections.agent_day import AGENT_DAY
from projections.base import begin
from projections.rebuilding import rebuild
from shilu.bench.events import fill
from shilu.bench.figure import Figure
from store.branch import BranchStore
from store.migrate import migrate

EVENTS, AGENTS = 200_000, 500


def measure(folder: Path, url: str) -> Iterator[Figure]:
    """Yield the figures of SQLite, and of the PostgreSQL at ``url`` if one is given."""
    yield _figure("sqlite", BranchStore("replay", folder))
    if url:
        store = BranchStore(f"replay_{uuid4().hex[:8]}", folder / "postgres", url)
        yield _figure("postgresql", store)


def _figure(name: str, store: BranchStore) -> Figure:
    store.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(store, f"sqlite:///{store.data_dir / 'accounts.db'}", None, VIEW_METADATA)
    head = fill(store, EVENTS, AGENTS, seed=531, progress=lambda _done, _all: None)
    engine, reader = store.views_engine(), store.reader()
    begin(engine, ALL)
    began = time.perf_counter()
    for _ in reader.all():
        pass
    reading = time.perf_counter() - began
    began = time.perf_counter()
    rebuild(reader, engine, AGENT_DAY)
    took = time.perf_counter() - began
    beside = f"{head:,} events into {AGENT_DAY.name}; reading them alone {head / reading:,.0f}/s"
    return Figure(
        f"replay_{name}", round(head / took), 100_000, "events/s", at_least=True, beside=beside
    )
