"""A signer without a process: the real one, asked in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from store.signer import Files, Signer, answer
from store.signer_client import SignerClient


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
