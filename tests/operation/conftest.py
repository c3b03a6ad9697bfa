"""The terminal in an installation of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shilu.cli import main
from shilu.settings import VARIABLES

Terminal = Callable[..., Result]


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the data lies; nothing else of ours is set."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHILU_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def shilu(data: Path) -> Terminal:
    """Run a command as at the terminal."""
    return lambda *words: CliRunner().invoke(main, [*map(str, words)], catch_exceptions=False)


@pytest.fixture
def migrated(shilu: Terminal, data: Path) -> Path:
    """The folder of an installation with its tables."""
    assert shilu("migrate").exit_code == 0
    return data
