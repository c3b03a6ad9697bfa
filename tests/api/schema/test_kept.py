"""What keeps to the document is answered as it says."""

from __future__ import annotations

import pytest
from schemathesis import GenerationMode

from tests.api.conftest import Branch
from tests.api.schema.conftest import ROLES, Cases, send_all

MODE = GenerationMode.POSITIVE


@pytest.mark.parametrize("role", ROLES)
def test_what_keeps_to_the_document_is_answered_as_documented(
    branch: Branch, cases: Cases, role: str
) -> None:
    send_all(branch, role, MODE, cases)
