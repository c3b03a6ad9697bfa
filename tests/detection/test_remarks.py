"""Near-copies of own remarks, signal 7."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.detection.remarks import ALIKE, SHORTEST, WINDOW, RecentRemarks, bigrams, similarity

remark = st.text(alphabet="客户本人谈医疗险约下周再", min_size=0, max_size=24)


def told_one_by_one(told: Sequence[str | None]) -> list[bool]:
    recent = RecentRemarks()
    return [recent.repeats([0], [text])[0] for text in told]


def test_a_remark_with_one_character_changed_is_a_near_copy() -> None:
    told = [f"与客户本人谈医疗险缺口，孩子{age}岁，对条款有疑问，约下周再谈" for age in "八九"]

    assert told_one_by_one(told) == [False, True]


def test_short_or_sealed_remarks_are_never_copies() -> None:
    assert told_one_by_one(["已拜访", "已拜访", None, None, ""]) == [False] * 5


def test_a_colleagues_words_are_no_copies() -> None:
    assert RecentRemarks().repeats([1, 2], ["与客户本人谈医疗险缺口"] * 2) == [False, False]


def test_a_remark_is_forgotten_after_sixty_others() -> None:
    others = [
        chr(0x4E00 + 9 * i) * 3 + "".join(chr(0x5E00 + 11 * i + j) for j in range(9))
        for i in range(WINDOW)
    ]

    first = "第一条备注很特别不会再有"

    assert not told_one_by_one([first, *others, first])[-1]
    assert told_one_by_one([first, *others[1:], first])[-1]


@given(st.lists(st.tuples(st.integers(0, 2), remark), max_size=200), st.integers(1, 200))
def test_the_quick_search_finds_what_comparing_all_pairs_finds(
    told: list[tuple[int, str]], batch: int
) -> None:
    recent, kept = RecentRemarks(), dict[int, list[frozenset[str]]]()
    quick, slow = list[bool](), list[bool]()

    for at in range(0, len(told), batch):
        some = told[at : at + batch]
        quick += recent.repeats([agent for agent, _ in some], [text for _, text in some])
    for agent, text in told:
        own, grams = kept.setdefault(agent, []), bigrams(text)
        long = len(text) >= SHORTEST
        slow.append(long and any(similarity(grams, one) >= ALIKE for one in own[-WINDOW:]))
        own += [grams] if long else []

    assert quick == slow
