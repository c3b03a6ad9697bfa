"""Names found by Chinese, by pinyin and by initials: 单晓东 by 单, 晓东, shanxiaodong, danxd or sxd.

Surnames are read in other ways than the same character elsewhere (单 shàn, 曾 zēng, 仇 qiú), and
people type either: so every reading of the first character counts. ü is typed as v, u or yu.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

CHINESE = re.compile(r"[\u3400-\u9fff]")
_CHARACTERS = re.compile(r"[\u3400-\u9fff]|[a-z0-9]+")


def tidy(query: str) -> str:
    """Return a query without spaces, apostrophes and capitals."""
    return re.sub(r"[\s'’·]+", "", query).lower().replace("ü", "v")


def fits(query: str, name: str) -> bool:
    """Tell whether a tidy query finds a name: any part of it in Chinese, else its beginning."""
    if not query or CHINESE.search(query):
        return query in tidy(name)
    return any(spelling.startswith(query) for spelling in spellings(name))


def is_meant(query: str, name: str, number: str) -> bool:
    """Tell whether a person is meant: by name, pinyin, initials or the beginning of the number."""
    wanted = tidy(query)
    return fits(wanted, name) or number.lower().startswith(wanted)


def may_begin(query: str, masked: str) -> bool:
    """Tell whether a tidy query may find a name of which only the surname is seen (单**).

    A query in Chinese may stand for the given name, which is not seen.
    """
    if not query or CHINESE.search(query):
        return True
    return any(query[0] == reading[:1] for reading in _readings(masked[:1]))


@lru_cache(maxsize=4096)
def spellings(name: str) -> frozenset[str]:
    """Return how a name is typed: in full and by initials, by each reading of the surname."""
    parts = _CHARACTERS.findall(name.lower())
    if not parts:
        return frozenset()
    choices = [_readings(parts[0]), *([_usual(part)] for part in parts[1:])]
    spelled: set[str] = set()
    for reading in product(*choices):
        full, initials = "".join(reading), "".join(one[0] for one in reading)
        spelled |= {full, initials, reading[0] + initials[1:]}
    return frozenset(spelled | {s.replace("v", u) for s in spelled for u in ("u", "yu")})


def _usual(part: str) -> str:
    return _readings(part)[0]


@lru_cache(maxsize=4096)
def _readings(part: str) -> tuple[str, ...]:
    if not CHINESE.search(part):
        return (part.lower(),)
    # Here and not above: its tables take 57 MB, which most processes of Shilu never need.
    from pypinyin import Style, pinyin

    return tuple(pinyin(part, heteronym=True, style=Style.NORMAL)[0])
