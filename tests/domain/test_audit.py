"""What auditors do is on record: verifications and exports of evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.audit import EvidenceExport, Found, LogVerdict, LogVerification, Taken
from domain.refusals import BadValue, NotYours
from domain.words import By, Role

from .conftest import a_by

Events = Callable[[], list[Any]]
TAKEN = Taken(5, 33, 40, contents=True, manifest_sha256="ab" * 32)


def auditor() -> By:
    return a_by("X1", Role.AUDITOR)


def test_a_verification_is_on_record_with_what_it_found(record: TeamRecord, events: Events) -> None:
    record.audits.verified("V1", Found(LogVerdict.ALTERED, 40, 3, 17), by=auditor())

    *_, event = events()
    assert isinstance(event, LogVerification.Verified)
    assert (event.verdict, event.size, event.newer, event.event) == ("altered", 40, 3, 17)


def test_an_export_is_on_record_with_its_range_and_the_hash_of_its_manifest(
    record: TeamRecord, events: Events
) -> None:
    record.audits.exported("E1", TAKEN, by=auditor())

    *_, event = events()
    assert isinstance(event, EvidenceExport.Exported)
    assert (event.first, event.last, event.size) == (5, 33, 40)
    assert event.manifest_sha256 == "ab" * 32


def test_the_same_export_sent_twice_is_one(record: TeamRecord, events: Events) -> None:
    by = auditor()

    first = record.audits.exported("E1", TAKEN, by=by)
    again = record.audits.exported("E1", TAKEN, by=by)

    assert again.position == first.position
    assert sum(isinstance(event, EvidenceExport.Exported) for event in events()) == 1


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_nobody_but_an_auditor_takes_evidence_out(record: TeamRecord, role: Role) -> None:
    with pytest.raises(NotYours):
        record.audits.exported("E1", TAKEN, by=a_by("A1", role))
    with pytest.raises(NotYours):
        record.audits.verified("V1", Found(LogVerdict.INTACT, 40), by=a_by("A1", role))


@pytest.mark.parametrize(
    "taken",
    [
        Taken(0, 33, 40, contents=True, manifest_sha256="ab" * 32),
        Taken(34, 33, 40, contents=True, manifest_sha256="ab" * 32),
        Taken(5, 41, 40, contents=True, manifest_sha256="ab" * 32),
        Taken(5, 33, 40, contents=True, manifest_sha256="AB"),
    ],
)
def test_an_export_that_cannot_be_is_refused(record: TeamRecord, taken: Taken) -> None:
    with pytest.raises(BadValue):
        record.audits.exported("E1", taken, by=auditor())
