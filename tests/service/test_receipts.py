"""Receipts in people's hands: a link where something was saved, a list of one's own, a signed note."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.proof import leaf_hash
from store.signed_note import Note, VerifierKey, unbase64
from tests.service.conftest import Branch
from tests.service.test_proof_log import signer
from tests.signing import SignerInMemory

__all__ = ["signer"]


def a_saved_entry(branch: Branch) -> int:
    agent = branch.visitor("a1")
    answer = agent.post(
        "/today/entries",
        day="2026-11-18",
        kind="face_meeting",
        customer_id="C-1",
        result="interested",
        started_at="09:20",
    )
    position = int(answer.headers["Location"].split("after=")[1].split("&")[0])
    assert f'href="/receipts/{position}"' in agent.follow(answer)
    return position


def test_the_message_that_something_was_saved_links_to_a_receipt_that_anybody_can_check(
    branch: Branch, signer: SignerInMemory
) -> None:
    position = a_saved_entry(branch)

    answer = branch.visitor("a1").get(f"/receipts/{position}")

    note = Note.parse(answer.data)
    assert note.by(VerifierKey.parse(signer.signer.verifier_key))
    title, _origin, told, leaf, _at, _end = note.text.split("\n")
    (row,) = branch.store.reader().audit_source.audit_rows(position - 1, 1)
    assert (title, told) == ("shilu receipt v1", str(position))
    assert unbase64(leaf) == leaf_hash(row.envelope)


def test_receipts_of_others_are_not_there_but_for_the_auditor(
    branch: Branch, signer: SignerInMemory
) -> None:
    position = a_saved_entry(branch)

    assert branch.visitor("a2").get(f"/receipts/{position}").status_code == 404
    assert branch.visitor("x1").get(f"/receipts/{position}").status_code == 200


def test_while_the_signer_is_away_the_receipt_is_for_later(
    branch: Branch, signer: SignerInMemory
) -> None:
    position = a_saved_entry(branch)
    signer.away = True
    assert branch.visitor("a1").get(f"/receipts/{position}").status_code == 503

    signer.come_back()

    assert branch.visitor("a1").get(f"/receipts/{position}").status_code == 200


def test_everybody_finds_what_they_wrote(branch: Branch, signer: SignerInMemory) -> None:
    position = a_saved_entry(branch)
    branch.follow()

    assert f'href="/receipts/{position}"' in branch.visitor("a1").get("/receipts").text
    assert "还没有写过什么" in branch.visitor("b1").get("/receipts").text


@pytest.mark.parametrize("name", ["witness.js", "kept.js"])
def test_what_witnesses_stays_small(name: str) -> None:
    import gzip

    script = Path(__file__).parents[2] / "service/static" / name

    assert len(gzip.compress(script.read_bytes(), 9)) <= 2048
