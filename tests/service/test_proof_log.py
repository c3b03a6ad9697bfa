"""Receipts in every accepted POST, and the log's proofs for everybody."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from store.proof import leaf_hash, verify_consistency, verify_inclusion
from store.signed_note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    ReceiptText,
    SigningKey,
    VerifierKey,
    unbase64,
)
from tests.service.conftest import Branch
from tests.signing import SignerInMemory, sign_checkpoint, signer_of

ORIGIN = "shilu.test/main"
WITNESS = SigningKey.of_seed("witness.example", bytes([7]) * 32)


@pytest.fixture
def signer(branch: Branch, tmp_path: Path) -> Iterator[SignerInMemory]:
    """The signer of the branch, whose pages are built anew around it."""
    made = signer_of(branch, tmp_path, ORIGIN, WITNESS.verifier(COSIGNATURE))
    yield made
    made.signer.close()


def depart(branch: Branch) -> TestResponse:
    return branch.visitor("m1").post("/people/A1/depart", last_day="2026-11-18", reason="离职")


def receipt_in(response: TestResponse) -> dict[str, Any]:
    text = response.headers["Shilu-Receipt"]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded


def test_an_accepted_post_answers_with_a_receipt_that_verifies(
    branch: Branch, signer: SignerInMemory
) -> None:
    receipt = receipt_in(depart(branch))
    head = branch.context.head()
    event = branch.store.reader().at(head)

    assert event is not None
    assert (receipt["log"], receipt["position"]) == (ORIGIN, head)
    assert unbase64(receipt["leaf_hash"]) == leaf_hash(event.envelope)
    text = ReceiptText(ORIGIN, head, unbase64(receipt["leaf_hash"]), receipt["at"]).text
    key = VerifierKey.parse(signer.signer.verifier_key)
    assert key.verify(text, unbase64(receipt["signature"]))
    assert receipt["key"] == f"{key.name}+{key.key_id.hex()}"


def test_what_was_not_accepted_has_no_receipt(branch: Branch, signer: SignerInMemory) -> None:
    refused = branch.visitor("m1").post("/people/A1/depart", last_day="", reason="")

    assert refused.status_code == 422
    assert "Shilu-Receipt" not in refused.headers
    assert "Shilu-Receipt" not in branch.visitor("m1").get("/people").headers


def test_without_its_signer_a_post_is_accepted_and_its_receipt_had_later(
    branch: Branch, signer: SignerInMemory
) -> None:
    signer.away = True
    response = depart(branch)
    address = f"/api/v1/receipts/{branch.context.head()}"
    admin, agent = branch.visitor("m1"), branch.visitor("a2")

    assert (response.status_code, response.headers["Shilu-Receipt"]) == (303, "unsigned")
    assert admin.get(address).status_code == 503
    signer.come_back()
    assert admin.get(address).json["position"] == branch.context.head()
    assert branch.visitor("x1").get(address).status_code == 200
    assert agent.get(address).status_code == 404


def test_everybody_can_check_what_was_signed(branch: Branch, signer: SignerInMemory) -> None:
    first = sign_checkpoint(branch, signer)
    old = Checkpoint.parse(first.text)
    depart(branch)
    new = Checkpoint.parse(sign_checkpoint(branch, signer).text)
    anybody = branch.visitor()

    note = Note.parse(anybody.get("/log/checkpoint").data)
    key = VerifierKey.parse(anybody.get("/log/key").text)
    assert note.by(key) is not None
    assert Checkpoint.parse(note.text) == new
    assert anybody.get(f"/log/checkpoint/{old.size}").text == str(first)

    proof = anybody.get(f"/log/proof/consistency?from={old.size}").json
    path = [unbase64(item) for item in proof["hashes"]]
    assert verify_consistency(old.size, old.root, new.size, new.root, path)

    proof = anybody.get("/log/proof/inclusion?position=2").json
    path = [unbase64(item) for item in proof["hashes"]]
    event = branch.store.reader().at(2)
    assert event is not None
    assert verify_inclusion(1, new.size, leaf_hash(event.envelope), path, new.root)
    tile = anybody.get(f"/log/tile/0/000.p/{new.size}")
    assert tile.data[32:64] == leaf_hash(event.envelope)
    assert "immutable" in tile.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/log/checkpoint", 404),
        ("/log/tile/0/000", 404),  # not full
        ("/log/tile/0/0", 404),
        ("/log/tile/0/x000/000.p/1", 404),
        ("/log/tile/8/000.p/1", 404),
        ("/log/tile/0/000.p/256", 404),
        ("/log/tile/entries/000", 404),  # what is in the log is for nobody's eyes
        ("/log/proof/inclusion", 400),
        ("/log/proof/inclusion?position=0", 404),
        ("/log/proof/inclusion?position=99999", 404),
        ("/log/proof/inclusion?position=-1", 400),
        ("/log/proof/consistency?from=9&to=3", 404),
        ("/log/proof/consistency?from=x", 400),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(
    branch: Branch, signer: SignerInMemory, path: str, status: int
) -> None:
    branch.follow()

    assert branch.visitor().get(path).status_code == status


def test_a_known_witness_cosigns_and_nobody_else(branch: Branch, signer: SignerInMemory) -> None:
    note = sign_checkpoint(branch, signer)
    line = WITNESS.cosign(note.text, 1_763_900_000)
    stranger = SigningKey.of_seed("stranger", bytes([8]) * 32).cosign(note.text, 1)
    elsewhere = Checkpoint(ORIGIN, 1, bytes(32)).text
    anybody = branch.visitor().client

    def post(given: Note) -> int:
        return anybody.post("/log/cosignature", data=str(given)).status_code

    assert post(note.with_signatures([stranger])) == 403
    assert post(Note(elsewhere, (WITNESS.cosign(elsewhere, 1),))) == 404
    assert anybody.post("/log/cosignature", data=b"\xff").status_code == 400
    assert anybody.get("/log/checkpoint/cosigned").status_code == 404
    assert post(note.with_signatures([line])) == 200
    assert post(note.with_signatures([line])) == 200
    assert anybody.get("/log/checkpoint/cosigned").text == str(note.with_signatures([line]))
    assert anybody.get("/log/checkpoint").text == str(note.with_signatures([line]))
