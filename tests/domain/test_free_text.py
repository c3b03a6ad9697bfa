"""Numbers in free text are found however they are written; other digits are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.free_text import NumberKind, numbers_in, refuse_numbers
from domain.refusals import HoldsNumbers

PHONE, IDENTITY = NumberKind.PHONE, NumberKind.IDENTITY
# The specimen of GB 11643-1999's appendix, and one that ends in X.
AN_IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    [
        "打13812341234找她",
        "138 1234 1234",
        "138-1234-1234",
        "+86 138 1234 1234",
        "008613812341234",
        "１３８１２３４１２３４",
        "一三八一二三四一二三四",
        "幺三八幺二三四幺二三四",
        "电话：(138)1234.1234。",
        "1 3 8 1 2 3 4 1 2 3 4",
    ],
)
def test_a_mobile_number_is_found(text: str) -> None:
    assert numbers_in(text) == (PHONE,)


@pytest.mark.parametrize("text", [AN_IDENTITY, "证件 110105 19491231 002x", AN_IDENTITY.lower()])
def test_an_identity_number_is_found_and_is_no_phone(text: str) -> None:
    assert numbers_in(text) == (IDENTITY,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谈了三十分钟，客户想等年终奖。",
        "2026-11-24 15:30 见面",
        "保额 1380000 元，年交 12345678 元",
        "保单号 13812341234567",
        "110105194912310021",  # the check digit is wrong
        "99999999999",
        "123-4567",
    ],
)
def test_other_digits_are_left_alone(text: str) -> None:
    assert numbers_in(text) == ()


def test_both_kinds_are_named_in_their_order() -> None:
    assert numbers_in(f"{AN_IDENTITY}，13812341234") == (IDENTITY, PHONE)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert set(numbers_in(text)) <= set(NumberKind)


@given(
    st.text(
        st.characters(
            categories=["Lo"], exclude_characters="零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
        )
    ),
    st.integers(3, 9),
    st.integers(0, 10**9 - 1),
    st.sampled_from(["", " ", "-", ".", "，"]),
)
def test_any_mobile_number_is_found_wherever_it_stands(
    around: str, second: int, rest: int, gap: str
) -> None:
    number = gap.join(f"1{second}{rest:09d}")

    assert PHONE in numbers_in(f"{around}{number}{around}")


def test_the_first_field_with_a_number_is_named_unless_it_is_meant() -> None:
    with pytest.raises(HoldsNumbers) as refused:
        refuse_numbers(meant=False, remarks="好", reason="13812341234")

    assert refused.value.facts == {"field": "reason", "kinds": ["phone"]}
    refuse_numbers(meant=True, reason="13812341234")
    refuse_numbers(meant=False, remarks=None, reason="")
