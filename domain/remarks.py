"""What a reviewer writes (批语, 主管关怀): not too thin to help, not copied from the last one (R-14)."""

from __future__ import annotations

import re
from collections.abc import Sequence

THIN = 6  # characters, without spaces and punctuation
_NO_WORDS = re.compile(r"[\W_]+")


def is_thin(text: str) -> bool:
    """Tell whether a remark is too short to help anybody."""
    return len(_NO_WORDS.sub("", text)) < THIN


def is_copied(text: str, earlier: Sequence[str]) -> bool:
    """Tell whether a remark says, sign for sign, what an earlier one said."""
    plain = _NO_WORDS.sub("", text)
    return any(plain == _NO_WORDS.sub("", other) for other in earlier)
