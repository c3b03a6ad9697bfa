"""`dev.py`: what it says when something is missing, and when it installs anew."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).parents[2]


def run_dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with locks, and a .venv that looks complete."""
    for name in ("pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(name)
    for name, value in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "STAMP": tmp_path / ".venv/shilu-installed.json",
        "RUN_LOCK": tmp_path / "requirements.txt",
        "TEST_LOCK": tmp_path / "requirements-dev.txt",
    }.items():
        monkeypatch.setattr(dev, name, value)
    dev.tool("shilu").parent.mkdir(parents=True)
    dev.tool("shilu").touch()
    return tmp_path


def stamp(**changes: str) -> None:
    """Write what a finished installation of the test lock writes."""
    done = {
        "python": sys.version.split()[0],
        "project": dev.digest(dev.ROOT / "pyproject.toml"),
        dev.RUN_LOCK.name: dev.digest(dev.RUN_LOCK),
        dev.TEST_LOCK.name: dev.digest(dev.TEST_LOCK),
    }
    dev.STAMP.write_text(json.dumps({**done, **changes}))


def test_lighthouse_is_installed_once_for_each_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []

    def note(command: list[str]) -> int:
        called.append(command)
        return 0

    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    monkeypatch.setattr(dev, "LIGHTHOUSE", tmp_path)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev, "call", note)

    dev.bring_lighthouse()
    dev.bring_lighthouse()
    (tmp_path / "package-lock.json").write_text("{ }")
    dev.bring_lighthouse()

    assert [command[:4] for command in called] == [["npm", "--prefix", str(tmp_path), "ci"]] * 2


def test_npm_is_not_told_to_wait_longer_than_its_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    told: list[str] = []

    def fail(command: list[str]) -> int:
        told.extend(command)
        return 1

    monkeypatch.setattr(dev, "LIGHTHOUSE", tmp_path)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev, "call", fail)

    dev.bring_lighthouse()

    options = dict(option.partition("=")[::2] for option in told if option.startswith("--fetch"))
    shortest = int(options.get("--fetch-retry-mintimeout", 10_000))  # npm's own default
    assert shortest <= int(options["--fetch-retry-maxtimeout"])


def test_without_npm_the_tests_go_on_and_say_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setattr(dev, "LIGHTHOUSE", tmp_path)
    monkeypatch.setattr(dev.shutil, "which", lambda _name: None)

    dev.bring_lighthouse()

    assert "sudo apt-get install nodejs npm" in capsys.readouterr().out


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would be run, instead of running them."""
    called: list[list[str]] = []

    def note(command: list[str], otherwise: str) -> None:
        called.append(command)
        dev.VENV.mkdir(exist_ok=True)  # what venv would have made

    monkeypatch.setattr(dev, "must", note)
    return called


def test_without_a_command_it_explains_itself_and_fails() -> None:
    said = run_dev()

    assert said.returncode == 2
    assert "python3 dev.py run" in said.stdout


def test_asked_for_help_it_explains_itself() -> None:
    assert run_dev("--help").returncode == 0


@pytest.mark.usefixtures("project")
def test_an_installation_of_the_same_lock_is_left_alone(commands: list[list[str]]) -> None:
    stamp()

    dev.install(dev.TEST_LOCK)
    dev.install(dev.RUN_LOCK)

    assert commands == []


def test_a_changed_lock_is_installed_with_its_hashes_into_the_same_environment(
    project: Path, commands: list[list[str]]
) -> None:
    stamp()
    (project / "requirements.txt").write_text("changed")

    dev.install(dev.RUN_LOCK)

    assert any("--require-hashes" in command for command in commands)
    assert not any("venv" in command for command in commands)


@pytest.mark.usefixtures("project")
def test_another_python_gets_a_new_environment(commands: list[list[str]]) -> None:
    stamp(python="3.9.0")

    dev.install(dev.RUN_LOCK)

    assert [sys.executable, "-m", "venv", str(dev.VENV)] in commands


@pytest.mark.usefixtures("project")
def test_a_python_that_cannot_make_environments_is_told_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(dev.Missing, match="python3-venv"):
        dev.make_venv(fresh=True)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("complete", "made"), [(True, []), (False, ["migrate", "demo"])])
def test_a_demo_that_was_made_to_its_end_is_not_asked_for_again(
    complete: bool,
    made: list[str],
    tmp_path: Path,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stamp()
    (tmp_path / "demo-logins.json").write_text(json.dumps({"complete": complete, "accounts": []}))
    monkeypatch.setenv("SHILU_DATA", str(tmp_path))
    monkeypatch.setattr(dev, "say_if_port_is_taken", lambda: None)
    monkeypatch.setattr(dev.os, "execv", lambda *_: None)
    monkeypatch.chdir(tmp_path)

    dev.run([])

    assert [command[1] for command in commands] == made


def test_a_port_that_is_taken_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("SHILU_PORT", str(port))

        with pytest.raises(dev.Missing, match=f"Port {port} is in use.*SHILU_PORT"):
            dev.say_if_port_is_taken()


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(dev.Missing, match=r"nothing\.txt"):
        dev.digest(Path("nothing.txt"))
