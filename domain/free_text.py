"""Finds phone and identity numbers in free text, before the text is put on record (PIPL 6, R-34).

A number belongs into the customer's own sealed fields; in a note it would escape masks, the blind
index and an erasure of another person. A name cannot be told from other words and is not looked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from domain.refusals import HoldsNumbers

# Full-width digits become plain ones by NFKC; these are how people read a number out.
_SPOKEN = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_GAP = r"[\s\-_.,·•/、，()]{0,2}"  # after NFKC: full-width brackets and commas are plain ones
_IDENTITY = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?(1{_GAP}[3-9](?:{_GAP}[0-9]){{9}})(?![0-9])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_DIGIT = re.compile(r"[0-9Xx]")


FREE_TEXT = frozenset(
    {"advice", "affirmation", "answer", "asks", "cause", "changes", "commitments", "customer_type"}
    | {"diagnosis", "evaluation", "expectation", "final_behaviour", "focus", "goal", "guidance"}
    | {"help_given", "late_reason", "learnt", "next_step", "note", "objection_handling"}
    | {"overrides", "plan", "points", "problem", "problems", "question", "reason", "reply"}
    | {"requirement", "short_reason", "skill_gap", "skipped_reason", "suggestion", "summary"}
    | {"terms", "text", "title", "topic", "what_for", "wish", "words"}
)
"""Fields of events in which people write what they like; a test knows every other text field."""


class NumberKind(StrEnum):
    """What kind of number was found."""

    PHONE = "phone"
    IDENTITY = "identity"


def numbers_in(text: str) -> tuple[NumberKind, ...]:
    """Return the kinds of the numbers that stand in a text, in their order; none is ().

    PRC mobile numbers (11 digits, also with separators, country code, full-width or Chinese
    digits) and identity numbers (18 digits with a right check digit and a possible birthday).
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SPOKEN)
    found = [(at, NumberKind.IDENTITY) for at in _identities(plain)]
    without = _IDENTITY.sub(lambda m: "x" * len(m[0]) if _is_identity(m[0]) else m[0], plain)
    found += [(match.start(1), NumberKind.PHONE) for match in _MOBILE.finditer(without)]
    return tuple(kind for _, kind in sorted(found))


def refuse_numbers(*, meant: bool, **texts: str | None) -> None:
    """Raise HoldsNumbers, naming the first such field, unless the writer means it."""
    for field, text in () if meant else texts.items():
        kinds = numbers_in(text) if text else ()
        if kinds:
            raise HoldsNumbers(field=field, kinds=sorted({str(kind) for kind in kinds}))


def refuse_numbers_in(events: Iterable[object], *, meant: bool) -> None:
    """Raise HoldsNumbers, naming the first field that holds one, unless the writer means it."""
    for event in () if meant else events:
        fields = sorted(FREE_TEXT & vars(event).keys())
        told = {field: " \n ".join(_texts(getattr(event, field))) for field in fields}
        refuse_numbers(meant=False, **told)


def _texts(value: Any) -> Iterator[str]:
    """Give every text inside a field's value: of a correction, the old and the new ones."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in _texts(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in _texts(inner))


def _identities(text: str) -> Iterator[int]:
    return (m.start() for m in _IDENTITY.finditer(text) if _is_identity(m[0]))


def _is_identity(match: str) -> bool:
    """Tell whether 18 signs are an identity number: GB 11643's check digit, a real birthday."""
    signs = "".join(_DIGIT.findall(match)).upper()
    total = sum(int(d) * w for d, w in zip(signs[:17], _WEIGHTS, strict=True))
    if _CHECKS[total % 11] != signs[17]:
        return False
    try:
        born = date(int(signs[6:10]), int(signs[10:12]), int(signs[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2099
