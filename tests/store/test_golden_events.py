"""Stored bytes are for ever: each event version ever released can still be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import get_topic

import domain.application  # noqa: F401  knows every aggregate
from domain.recording import Aggregate
from store.mapper import SealingMapper

from .golden import LOG, a_golden_branch, rows, stream_of

ROWS = list(rows())


def event_classes() -> dict[str, type[Any]]:
    """Return every event class by its topic."""
    found: dict[str, type[Any]] = {}
    waiting: list[type[Any]] = [Aggregate.Event]
    while waiting:
        cls = waiting.pop()
        waiting.extend(cls.__subclasses__())
        topic = getattr(cls, "TOPIC", "")
        if topic and cls.__module__.startswith("domain."):
            found[topic] = cls
    return found


@pytest.fixture(scope="module")
def mapper(tmp_path_factory: pytest.TempPathFactory) -> SealingMapper:
    branch = a_golden_branch(tmp_path_factory.mktemp("golden"))
    return SealingMapper(vault=branch.vault(), log=LOG)


def test_every_event_has_a_golden_row() -> None:
    assert {row["topic"] for row in ROWS} == set(event_classes())


@pytest.mark.parametrize("row", ROWS, ids=[row["topic"] for row in ROWS])
def test_a_golden_row_reads_as_its_event(row: dict[str, Any], mapper: SealingMapper) -> None:
    stored = StoredEvent(stream_of(row), row["version"], row["topic"], row["state"].encode())

    event = mapper.to_domain_event(stored)

    assert get_topic(type(event)) == row["topic"]
    for name in getattr(type(event), "SEALED", {}):
        assert getattr(event, name) is None or isinstance(getattr(event, name), str)


def test_a_golden_customer_opens_with_its_key(mapper: SealingMapper, tmp_path: Path) -> None:
    row = next(r for r in ROWS if r["topic"] == "customer.registered.v1")

    event: Any = mapper.to_domain_event(
        StoredEvent(stream_of(row), row["version"], row["topic"], row["state"].encode())
    )

    assert (event.name, event.phone) == ("陈小明", "13812341234")
