"""The newest checkpoint as a QR code: whoever holds a printed sheet can hold the log to its past.

The code carries the note itself, so no reader needs the network: scanned into a file, it is what
``shilu_verify.py --since`` takes. At most one witness's line goes along, which keeps the code at
version 14-M, 73 modules wide, or below (trust.md 1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import segno
from markupsafe import Markup

from service.context import shilu
from store.checkpoints import Kept
from store.signed_note import Note

VERSION = 14  # the largest that stays readable at 3 cm from a plain office printer
QUIET = 4  # modules of white around it, as scanners want


@dataclass(frozen=True, slots=True)
class CheckpointQr:
    """What stands beside the code on paper, and the code as an inline SVG without a size."""

    origin: str
    size: int
    signed_at: datetime
    svg: Markup


def checkpoint_qr() -> CheckpointQr | None:
    """Return the code of this branch's newest checkpoint, None before there is one."""
    proofs = shilu().proofs
    newest = proofs.kept.newest() if proofs else None
    return qr_of(newest) if newest else None


def qr_of(kept: Kept) -> CheckpointQr:
    """Return the code of a checkpoint."""
    said = kept.checkpoint
    return CheckpointQr(said.origin, said.size, kept.signed_at, qr_svg(qr_text(kept.note)))


def qr_text(note: Note) -> str:
    """Return the note with the log's own signature and the newest witness's, if there is one."""
    own, *witnesses = note.signatures
    newest = max(witnesses, key=lambda line: line.made_at, default=None)
    return str(Note(note.text, (own, newest) if newest else (own,)))


def qr_svg(text: str) -> Markup:
    """Return a text's code; one that is too long for the usual size gets a larger one."""
    code = segno.make(text, error="m", boost_error=False, micro=False)
    drawn = code.svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, border=QUIET, light="#fff"
    )
    # drawn by segno: numbers alone, nothing of the text
    return Markup(drawn)  # noqa: S704  # nosec B704  # nosemgrep: markup-from-a-value
