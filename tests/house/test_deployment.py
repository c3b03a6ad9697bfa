"""What an installation consists of: no source control, no test, no secret, no default password."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def test_the_image_holds_no_source_control_no_test_and_no_key() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )

    assert {".git", "tests", "**/*.key", "shilu-data"} <= set(ignored)
    assert not {".", "./", "tests"} & {name for line in copied for name in line.split()}


def test_a_package_holds_no_test_and_no_tool_of_development() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r"\[tool\.setuptools\.packages\.find\]\ninclude = (\[.*\])", text)

    assert found is not None
    assert not [name for name in json.loads(found[1]) if re.search("test|dev", name)]


def test_no_service_has_a_password_that_everybody_knows() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    text = json.dumps(compose)

    for value in re.findall(r"(?i)password\"?: ?\"([^\"]*)\"", text):
        assert re.search(r"\$\{\w+:\?", value), value
    for user, secret in re.findall(r"://(\w*):([^@\"]+)@", text):
        assert secret.startswith("${"), user


def test_no_secret_lies_in_the_source() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not [name for name in listed if re.search(r"\.(key|pem|p12|env)$|(^|/)\.env", name)]
    for name in listed:
        if name.endswith((".py", ".yml", ".toml")) and not name.startswith("tests/"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert "BEGIN PRIVATE KEY" not in text, name
            assert not re.search(r"(?i)(secret|api)_?key\s*=\s*[\"'][\w+/=-]{16,}[\"']", text), name


LINE_LOGGED = """
import structlog, logging
from workers.logs import configure_logs
configure_logs("info")
structlog.get_logger().warning("told", note="first\\n{\\"level\\": \\"error\\"}")
logging.getLogger("gunicorn.error").info("from a library\\r\\nforged")
"""


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """What a process writes of two messages with line breaks in them."""
    said = subprocess.run(
        [sys.executable, "-c", LINE_LOGGED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return said.stderr.strip().split("\n")


def test_every_line_of_a_log_is_one_json_object_so_nobody_forges_one(lines: list[str]) -> None:
    told, foreign = (json.loads(line) for line in lines)

    assert told["note"] == 'first\n{"level": "error"}'
    assert (told["event"], told["level"]) == ("told", "warning")
    assert foreign["event"] == "from a library\r\nforged"


def test_the_instants_of_a_log_are_utc(lines: list[str]) -> None:
    for line in lines:
        at = datetime.fromisoformat(json.loads(line)["timestamp"])
        assert at.utcoffset() == timedelta(0)
