"""Each local rule of semgrep, and bandit, is seen to fire on a planted fault, and on nothing right."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev

ROOT = Path(__file__).parents[2]
RULES = ROOT / ".semgrep/shilu.yml"

PLANTED = [
    ("mass-assignment", "a.py", "class Meta:\n    unknown = ma.INCLUDE\n"),
    ("mass-assignment", "b.py", "Body(unknown=EXCLUDE)\n"),
    ("mass-assignment", "c.py", 'Body().load(given, unknown="include")\n'),
    ("raw-sql", "d.py", "connection.execute(f\"SELECT * FROM event WHERE actor = '{actor}'\")\n"),
    ("raw-sql", "e.py", 'import sqlalchemy\nsqlalchemy.text("SELECT " + given)\n'),
    ("raw-sql", "f.py", 'from sqlalchemy import text\ntext("SELECT %s" % given)\n'),
    ("raw-sql", "g.py", 'connection.exec_driver_sql("SELECT {}".format(given))\n'),
    ("unsafe-deserialisation", "h.py", "import pickle\n"),
    ("unsafe-deserialisation", "i.py", "import yaml\nyaml.load(body)\n"),
    ("unsafe-deserialisation", "j.py", "from marshal import loads\n"),
    ("unsafe-deserialisation", "k.py", "value = eval(body)\n"),
    (
        "topic-from-outside",
        "l.py",
        "from eventsourcing.utils import resolve_topic\nresolve_topic(row.topic)\n",
    ),
    ("who-and-when-from-the-request", "m.py", 'By(actor=body["actor"], role=role)\n'),
    ("who-and-when-from-the-request", "n.py", 'By(actor, role, recorded_at=body["at"])\n'),
    ("who-and-when-from-the-request", "o.py", 'By(request.form.get("actor"), role)\n'),
    ("markup-from-a-value", "p.py", "from markupsafe import Markup\nMarkup(note)\n"),
    ("markup-from-a-value", "q.py", 'from markupsafe import Markup\nMarkup(f"<b>{note}</b>")\n'),
    (
        "redirect-to-an-address-from-outside",
        "r.py",
        'from flask import redirect, request\nredirect(request.args.get("next"))\n',
    ),
    ("template-without-escaping", "s.html", "<p>{{ note|safe }}</p>\n"),
    ("template-without-escaping", "t.html", "<script>alert(1)</script>\n"),
    ("template-without-escaping", "u.html", '<a href="#" onclick="go()">x</a>\n'),
    ("template-without-escaping", "v.html", "{% autoescape false %}{{ note }}\n"),
]
RIGHT = {
    "right.py": """
import yaml
from markupsafe import Markup
from sqlalchemy import text

connection.execute(text("SELECT * FROM event WHERE actor = :actor"), {"actor": actor})
Body(unknown=RAISE)
By(reader.person_id, reader.role, at, at, command, "web")
Markup("<b>{}</b>").format(note)
yaml.safe_load(body)
""",
    "right.html": '<p>{{ note }}</p><script src="/static/app.js" defer></script>\n',
}
FAULTS_FOR_BANDIT = [
    ("B301", "import pickle\n\npickle.loads(body)\n"),
    ("B324", "import hashlib\n\nhashlib.md5(password)\n"),
    ("B501", "import requests\n\nrequests.get(url, verify=False)\n"),
    ("B602", "import subprocess\n\nsubprocess.run(given, shell=True)\n"),
    ("B701", "import jinja2\n\njinja2.Environment(autoescape=False)\n"),
]


@pytest.fixture(scope="module", autouse=True)
def scanners() -> None:
    """Bring bandit and semgrep, unless ``dev.py test`` did."""
    dev.install_scanners()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The rules that semgrep found broken, by file."""
    folder = tmp_path_factory.mktemp("planted")
    for _rule, name, code in PLANTED:
        (folder / name).write_text(code)
    for name, code in RIGHT.items():
        (folder / name).write_text(code)
    command = dev.scans((".",), folder)[1]
    said = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert said.returncode == 1, said.stderr
    answer: dict[str, Any] = json.loads(said.stdout)
    assert answer["errors"] == []
    rules: dict[str, set[str]] = {}
    for result in answer["results"]:
        rule = result["check_id"].rsplit(".", 1)[-1]
        rules.setdefault(Path(result["path"]).name, set()).add(rule)
    return rules


def test_a_fault_is_planted_for_every_rule() -> None:
    ids = {rule["id"] for rule in yaml.safe_load(RULES.read_text(encoding="utf-8"))["rules"]}

    assert {rule for rule, _name, _code in PLANTED} == ids


@pytest.mark.parametrize(("rule", "name", "code"), PLANTED)
def test_a_planted_fault_is_found(
    found: dict[str, set[str]], rule: str, name: str, code: str
) -> None:
    assert rule in found.get(name, set()), code


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_left_alone(found: dict[str, set[str]], name: str) -> None:
    assert found.get(name, set()) == set()


@pytest.mark.parametrize(("number", "code"), FAULTS_FOR_BANDIT)
def test_bandit_finds_a_planted_fault(tmp_path: Path, number: str, code: str) -> None:
    (tmp_path / "planted.py").write_text(code)
    command = dev.scans(("planted.py",), tmp_path)[0]

    said = subprocess.run(command, capture_output=True, text=True, check=False)

    assert said.returncode == 1, said.stderr
    assert number in said.stdout


def test_what_ci_scans_is_what_lint_scans() -> None:
    steps = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()

    for name in ("bandit", "semgrep"):
        (step,) = (line for line in steps if f".venv-scan/bin/{name} " in line)
        assert step.endswith(" ".join(dev.OURS))
