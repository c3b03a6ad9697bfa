"""Near-copies of own remarks, signal 7."""

from hypothesis import given
from hypothesis import strategies as st

from domain.detection.remarks import ALIKE, SHORTEST, WINDOW, RecentRemarks, bigrams, similarity

remark = st.text(alphabet="客户本人谈医疗险约下周再", min_size=0, max_size=24)


def test_a_remark_with_one_character_changed_is_a_near_copy() -> None:
    recent = RecentRemarks()
    recent.repeats("与客户本人谈医疗险缺口，孩子八岁，对条款有疑问，约下周再谈")

    assert recent.repeats("与客户本人谈医疗险缺口，孩子九岁，对条款有疑问，约下周再谈")


def test_short_or_sealed_remarks_are_never_copies() -> None:
    recent = RecentRemarks()

    assert [recent.repeats(text) for text in ("已拜访", "已拜访", None, None, "")] == [False] * 5


def test_a_remark_is_forgotten_after_sixty_others() -> None:
    recent = RecentRemarks()
    recent.repeats("第一条备注很特别不会再有")
    for i in range(WINDOW):
        recent.repeats(
            chr(0x4E00 + 9 * i) * 3 + "".join(chr(0x5E00 + 11 * i + j) for j in range(9))
        )

    assert not recent.repeats("第一条备注很特别不会再有")


@given(st.lists(remark, max_size=90))
def test_the_quick_search_finds_what_comparing_all_pairs_finds(told: list[str]) -> None:
    recent, kept = RecentRemarks(), list[frozenset[str]]()

    for text in told:
        if len(text) < SHORTEST:
            assert not recent.repeats(text)
            continue
        grams = bigrams(text)
        alike = any(similarity(grams, other) >= ALIKE for other in kept[-WINDOW:])
        assert recent.repeats(text) is alike
        kept.append(grams)
