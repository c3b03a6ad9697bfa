"""schemathesis over the OpenAPI document: whatever is sent, the answer is as documented, never a 5xx.

Half of the cases that keep to the document name people and things that exist, so that they get past
the access rules. An operation that the access matrix never lets a role do gets a single case of that
role: whatever it sends, it hears the same. The two modes are two files: two processes take one each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from domain.callback import callback_id_of
from tests.access.rows import ROWS
from tests.api.conftest import Branch, an_entry, day_of, list_call, open_case, prepare_call


def no_server_error(context: Any, response: Any, case: Any) -> bool | None:
    """Fail on a 5xx; a documented 503 (the signer is away, the store is) is an honest answer."""
    documented = case.operation.definition.raw["responses"]
    if response.status_code == 503 and "503" in documented:
        return None
    return not_a_server_error(context, response, case)


CHECKS = [
    no_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 7, GenerationMode.NEGATIVE: 4}
# The formats' own strategies reach from year 1 to 9999; nearly all of that the schemas rule out.
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
INSTANTS = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001
schemathesis.openapi.format("date", DAYS.map(str))
schemathesis.openapi.format("date-time", INSTANTS.map(lambda at: at.isoformat() + "+08:00"))
schemathesis.openapi.format("time", st.times().map(lambda at: at.strftime("%H:%M")))
Cases = dict[str, st.SearchStrategy[Any]]  # of each operation, "POST /api/v1/…"
ROLES = {
    "agent": "A1",
    "supervisor": "S1",
    "upper_supervisor": "U1",
    "auditor": "R1",
    "administrator": "M1",
}
LETTERS = dict(zip(ROLES, "asuxm", strict=True))  # in tests/access/rows.py


def plain(route: str) -> str:
    """Return a route without the names of its parts, which Flask and OpenAPI mark differently."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "*", route)


READERS = {plain(row.route): row for row in ROWS}


def never_may(role: str, operation: str) -> bool:
    """Tell whether the access matrix refuses a role an operation, whomever it is about."""
    row = READERS.get(plain(operation))
    return row is not None and row.signs(LETTERS[role]) == "xxxx"


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    """A branch with an entry, a prepared call and a case, for all cases of this file."""
    made = Branch(tmp_path_factory.mktemp("schema"))
    entry = an_entry(activity_id="V1")
    path = f"/daily-logs/A1/{day_of(entry)}"
    made.ask("A1", "POST", f"{path}/activities", entry)
    prepare_call(made, list_call(made, path, "V1"))
    open_case(made)
    made.catch_up()
    yield made
    made.record.close()


def known_things() -> dict[str, Any]:
    """Return the names under which things exist in the branch."""
    entry = an_entry()
    return {
        "agent_id": "A1",
        "person_id": "A1",
        "team_id": "T1",
        "customer_id": "C-A1",
        "activity_id": "V1",
        "supervisor_id": "S1",
        "day": day_of(entry),
        "visit_day": day_of(entry),
        "started_at": entry["started_at"],
        "callback_id": callback_id_of("V1", "S1"),
        "case_no": 1,
        "position": 1,
    }


def name_known_things(case: Any) -> None:
    """Let a case speak of things that exist; new ids in bodies stay new."""
    known = known_things()
    case.path_parameters = {
        name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
    }
    if isinstance(case.body, dict):
        names = set(known) & set(case.body) - {"activity_id", "person_id"}
        case.body = case.body | {name: known[name] for name in names}
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid4())
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"


@pytest.fixture(scope="module")
def cases(branch: Branch, request: pytest.FixtureRequest) -> Cases:
    """What is sent to each operation in the module's MODE; made once for all roles: most of the work."""
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", branch.app)
    operations = [found.ok() for found in document.get_all_operations()]
    mode = request.module.MODE
    return {
        f"{operation.method.upper()} {operation.path}": operation.as_strategy(generation_mode=mode)
        for operation in operations
        if operation.path != "/api/v1/sessions/current"  # it would sign everybody out
        and (mode is GenerationMode.POSITIVE or can_be_wrong(operation))
    }


def send_all(branch: Branch, role: str, mode: GenerationMode, cases: Cases) -> None:
    """Send some cases of each operation as somebody of a role; every answer must be as documented."""
    headers = {"Authorization": f"Bearer {branch.token(ROLES[role])}"}
    for operation, strategy in cases.items():

        @settings(
            max_examples=1 if never_may(role, operation) else EXAMPLES[mode],
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy, known=st.booleans())
        def send(case: Any, known: bool) -> None:
            if known and mode is GenerationMode.POSITIVE:
                name_known_things(case)
            if mode is GenerationMode.POSITIVE and "after" in (case.query or {}):
                case.query["after"] = "1"  # a position to come would be waited for
            case.call_and_validate(headers=headers, checks=CHECKS)

        send()


def can_be_wrong(operation: Any) -> bool:
    """Tell whether schemathesis can break the operation's input: it has any."""
    return bool(operation.body or operation.path_parameters or operation.query)
