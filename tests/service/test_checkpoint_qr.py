"""The QR code of a checkpoint: what it carries, how large it gets, and that pages may show it."""

from __future__ import annotations

from datetime import UTC, datetime

import segno

from service.checkpoint_qr import VERSION, qr_of, qr_svg, qr_text
from store.checkpoints import Kept
from store.signed_note import COSIGNATURE, Checkpoint, Note, SigningKey

KEY = SigningKey.of_seed("shilu.example/branch-with-a-long-name", bytes(32))
WITNESSES = [SigningKey.of_seed(f"witness-{n}.example", bytes([n]) * 32) for n in (1, 2, 3)]
AT = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


def a_note(witnesses: int) -> Note:
    note = KEY.sign(Checkpoint(KEY.name, 9_999_999, bytes(range(32))).text)
    cosigned = [key.cosign(note.text, 1_700_000_000 + n) for n, key in enumerate(WITNESSES)]
    return note.with_signatures(cosigned[:witnesses])


def test_the_code_carries_a_note_that_verifies_with_the_newest_cosignature_alone() -> None:
    text = qr_text(a_note(3))

    read = Note.parse(text.encode())
    assert read.by(KEY.verifier())
    assert read.by(WITNESSES[2].verifier(COSIGNATURE))
    assert len(read.signatures) == 2


def test_a_note_without_witnesses_goes_as_it_is() -> None:
    note = a_note(0)

    assert qr_text(note) == str(note)


def test_a_cosigned_checkpoint_fits_the_size_that_prints_well() -> None:
    code = segno.make(qr_text(a_note(3)), error="m", boost_error=False, micro=False)

    assert int(code.version) <= VERSION


def test_the_drawing_needs_no_style_that_a_strict_page_forbids() -> None:
    code = qr_of(Kept(a_note(1), AT))

    assert code.svg.startswith("<svg viewBox=")
    assert "style" not in code.svg
    assert (code.origin, code.size, code.signed_at) == (KEY.name, 9_999_999, AT)


def test_a_longer_text_gets_a_larger_code() -> None:
    assert len(qr_svg("x" * 900)) > len(qr_svg("x" * 300))
