"""A signer without a process: the real one, asked in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from projections.proof_tree import tree
from service.context import Proofs
from store.checkpoints import Checkpoints, checkpoints_engine
from store.signed_note import Note, VerifierKey
from store.signer import Files, Signer, answer
from store.signer_client import SignerClient
from tests.copies import app_over
from tests.service.conftest import Branch


class SignerInMemory(SignerClient):
    """Asks a signer of this process; ``away`` plays a signer that was stopped."""

    def __init__(self, folder: Path, origin: str) -> None:
        super().__init__(folder / "signer.sock")
        self.signer = Signer(Files(folder / "signer.key"), origin)
        self.away = False

    def _answer(self, request: bytes, _line: object) -> dict[str, Any]:
        if self.away:
            raise ConnectionRefusedError
        return answer(self.signer, request)

    def come_back(self) -> None:
        """Let the signer answer again, and the client ask at once."""
        self.away, self._away_until = False, 0.0


def signer_of(branch: Branch, folder: Path, origin: str, *witnesses: VerifierKey) -> SignerInMemory:
    """Return a signer for the branch, whose pages are built anew around it; the caller closes it."""
    made = SignerInMemory(folder, origin)
    kept = Checkpoints(checkpoints_engine(branch.store), origin)
    key_file = folder / "signer.vkey"
    key_file.write_text(made.signer.verifier_key + "\n", encoding="utf-8")
    branch.context = replace(branch.context, proofs=Proofs(made, kept, key_file, witnesses))
    branch.app = app_over(branch.context)
    return made


def sign_checkpoint(branch: Branch, signer: SignerInMemory) -> Note:
    """Return a new checkpoint over all that is on record, kept by the branch."""
    branch.follow()
    proofs = branch.context.proofs
    assert proofs is not None
    with branch.context.views.connect() as connection:
        grown = tree(connection)
        old = signer.last()["size"]
        text = signer.checkpoint(grown.size, grown.root(), grown.consistency(old, grown.size))
    proofs.kept.keep(text, branch.moment)
    return Note.parse(text.encode())
