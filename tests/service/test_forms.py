"""What forms make of typed text."""

from __future__ import annotations

import marshmallow as ma
import pytest

from service.forms import chinese_phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("138 1234-5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("010-8888 9999", "01088889999"),
        ("(0755) 8888999", "07558888999"),
        ("\uff11\uff13\uff18 1234 5678", "13812345678"),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_a_number_is_kept_as_it_is_dialled(typed: str | None, number: str | None) -> None:
    assert chinese_phone(typed) == number


@pytest.mark.parametrize("typed", ["12", "1381234567", "abc", "138123456789012345"])
def test_what_can_be_no_number_is_an_error(typed: str) -> None:
    with pytest.raises(ma.ValidationError):
        chinese_phone(typed)
