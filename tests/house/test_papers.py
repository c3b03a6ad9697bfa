"""What the papers promise exists: commands, options, files, settings; and the lock is a lock."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from shilu.cli import main
from shilu.settings import VARIABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LOCKS = ("requirements.txt", "requirements-dev.txt")
PAPERS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/design.md")


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


# --- commands ---


@pytest.mark.parametrize("paper", PAPERS)
def test_every_dev_command_in_a_paper_exists(paper: str) -> None:
    source = (ROOT / "dev.py").read_text(encoding="utf-8")
    named = set(re.findall(r"python3 dev\.py (\w+)", (ROOT / paper).read_text(encoding="utf-8")))

    for command in named:
        assert f"def {command}(" in source


def test_every_shilu_command_in_the_readme_exists_and_none_is_left_out() -> None:
    named = set(re.findall(r"`shilu (\w+)", README))

    assert named == set(main.commands)


def test_every_option_in_the_readme_exists() -> None:
    for line in re.findall(r"^\| `shilu .*$", README, re.MULTILINE):
        for name in re.findall(r"`shilu (\w+)", line):
            known = {o for p in _parameters(main.commands[name]) for o in p.opts}
            assert set(re.findall(r"--[a-z-]+", line)) <= known


def _parameters(command: click.Command) -> list[click.Parameter]:
    nested = command.commands.values() if isinstance(command, click.Group) else ()
    return [*command.params, *(p for inner in nested for p in inner.params)]


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself(name: str) -> None:
    said = CliRunner().invoke(main, [name, "--help"])

    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 3


def test_the_readme_lists_every_setting() -> None:
    assert set(re.findall(r"`((?:SHILU|DATABASE|REDIS)_[A-Z_]+)`", README)) >= set(VARIABLES)


def test_ci_calls_the_readmes_test_command() -> None:
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")

    for command in (
        "python3 dev.py test",
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
    ):
        assert re.search(rf"^[^#]*{re.escape(command)}", ci, re.MULTILINE)


@pytest.mark.parametrize("paper", [*PAPERS, "docs/handbook.md"])
def test_every_link_to_a_file_of_ours_leads_somewhere(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")

    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / paper).parent / target).exists(), target


# --- the lock ---


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))

    for entry in entries:
        if re.match(r"[a-z0-9]", entry):
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_host(lock: str) -> None:
    assert not re.search(r"://|--index|--find-links|file:", (ROOT / lock).read_text())


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    locked = _pinned("requirements.txt")

    names = {re.split(r"[^a-z0-9-]", requirement)[0] for requirement in wanted}

    assert names <= set(locked)


def test_the_test_lock_holds_the_same_versions() -> None:
    running, testing = _pinned("requirements.txt"), _pinned("requirements-dev.txt")

    assert {name: testing.get(name) for name in running} == running


def _pinned(lock: str) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE
    ):
        pins.setdefault(name, set()).add(version)
    return pins


# --- the changelog and the rest ---


def test_the_changelog_keeps_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    groups = re.findall(r"^### (.+)$", text, re.MULTILINE)

    assert text.startswith("# Changelog\n")
    assert versions[0][0] == "Unreleased"
    assert all(day for _, day in versions[1:])
    assert len(re.findall(r"^## ", text, re.MULTILINE)) == len(versions)
    assert set(groups) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_an_old_python_can_read_dev_py_as_far_as_its_message() -> None:
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_dev_py_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    froms = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    names = {alias.name.split(".")[0] for node in imports for alias in node.names} | set(froms)

    assert names <= sys.stdlib_module_names


def test_no_file_holds_a_path_of_somebodys_machine_or_an_unkept_promise() -> None:
    unkept = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error")
    machine = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w")
    for path in tracked_files():
        if path.suffix in {".py", ".md", ".toml", ".yml", ".html", ".css", ".js"}:
            text = path.read_text(encoding="utf-8")
            if "/static/vendor/" not in path.as_posix():
                assert not unkept.search(text), path
            assert not machine.search(text), path
