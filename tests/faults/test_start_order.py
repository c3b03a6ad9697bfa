"""People wait for the pages first: `shilu up` starts what they need before the rest."""

from __future__ import annotations

from typing import NoReturn

import pytest

from shilu import supervisor
from shilu.supervisor import START_ORDER, Process, Readiness, Supervisor


def _nobody() -> NoReturn:
    raise AssertionError("nothing is started here")


class Tended(Process):
    """A process that only notes when it was tended."""

    def __init__(self, name: str, tended: list[str]) -> None:
        super().__init__(name, _nobody)
        self.tended = tended

    def tend(self, now: float) -> None:
        """Note it."""
        self.tended.append(self.name)


def first_round(monkeypatch: pytest.MonkeyPatch, readiness: Readiness) -> list[str]:
    """Return whom the supervisor tends before it is told to stop for the first time."""
    tended: list[str] = []
    running = Supervisor([Tended(name, tended) for name in START_ORDER], readiness)
    monkeypatch.setattr(supervisor, "_answer", lambda _host, _port: None)
    monkeypatch.setattr(supervisor.time, "sleep", lambda _: running._on_signal())
    monkeypatch.setattr(running, "stop", lambda: None)
    running.run()
    return tended


def test_until_the_pages_answer_only_what_they_need_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert first_round(monkeypatch, Readiness("127.0.0.1", 1)) == ["signer", "web"]


def test_once_the_pages_answer_everything_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    readiness = Readiness("127.0.0.1", 1, heard=True)

    assert first_round(monkeypatch, readiness) == list(START_ORDER)


def test_pages_that_never_answer_hold_nothing_up_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_ALONE", -1.0)

    assert first_round(monkeypatch, Readiness("127.0.0.1", 1)) == list(START_ORDER)
