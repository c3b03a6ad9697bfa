"""Each import contract is seen to fail on a planted violation, and to hold without it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "projections", "workers", "service", "store", "shilu")
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
RUFF = str(Path(sys.executable).with_name("ruff"))

PLANTED = [
    ("layers", "workers/planted.py", "import service\n"),
    ("layers", "service/planted.py", "import workers\n"),
    ("layers", "projections/planted.py", "def later():\n    import workers\n"),
    ("store-below", "store/planted.py", "import domain\n"),
    ("domain-alone", "domain/planted.py", "def later():\n    import store\n"),
    ("domain-pure", "domain/planted.py", "import sqlite3\n"),
    ("domain-pure", "domain/planted.py", "import flask\n"),
    ("domain-pure", "domain/planted.py", "import dramatiq\n"),
    ("numpy-in-detection", "domain/planted.py", "import numpy\n"),
    ("settings-leaf", "shilu/settings.py", "import domain.words\n"),
    ("settings-at-the-door", "projections/planted.py", "import shilu.settings\n"),
    ("settings-at-the-door", "workers/planted.py", "import shilu.settings\n"),
    (
        "aggregates-apart",
        "domain/customer.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import domain.callback\n",
    ),
    ("no-circles", "domain/planted.py", "import domain.words\n"),
]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of our packages, to plant violations in."""
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("static", "templates", "translations", "__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(house: Path, contract: str) -> str:
    command = [LINT_IMPORTS, "--no-cache", "--no-logo", "--contract", contract]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def contract_ids() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"] for contract in project["tool"]["importlinter"]["contracts"]}


def test_a_violation_is_planted_for_every_contract() -> None:
    assert {contract for contract, _, _ in PLANTED} == contract_ids()


@pytest.mark.parametrize(("contract", "path", "code"), PLANTED)
def test_a_planted_violation_breaks_its_contract(
    house: Path, contract: str, path: str, code: str
) -> None:
    if contract == "no-circles":
        with (house / "domain/words.py").open("a") as words:
            words.write("\n\ndef later() -> None:\n    import domain.planted\n")
    with (house / path).open("a") as planted:
        planted.write(code)

    said = lint_imports(house, contract)

    assert re.search(r"BROKEN", said), said


def test_every_contract_holds_in_the_house_as_it_is() -> None:
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "from uuid import uuid4\n\nID = uuid4()\n",
        "import random\n\nDRAWN = random.random()\n",
        "import time\n\nNOW = time.time()\n",
    ],
)
def test_the_domain_may_not_look_at_the_clock_or_draw(house: Path, code: str) -> None:
    (house / "domain/planted.py").write_text(code)
    (house / "workers/planted.py").write_text(code)

    command = [RUFF, "check", "--no-cache", "--select", "TID251", "--output-format", "concise", "."]
    said = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False).stdout

    assert "domain/planted.py" in said
    assert "workers/planted.py" not in said
