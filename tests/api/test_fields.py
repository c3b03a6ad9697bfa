"""Fields: texts that a database can hold, days and instants that people can mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from marshmallow import ValidationError

from service.api.fields import Clock, Day, Digits, Id, Instant, Text, Truth, Whole


def test_an_instant_is_answered_in_utc() -> None:
    assert Instant().deserialize("2026-11-23T09:00:00+08:00") == datetime(
        2026, 11, 23, 1, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T09:00:00",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-12:00",
        "1999-12-31T00:00:00Z",
        1764000000,
        None,
    ],
)
def test_an_instant_has_an_offset_and_lies_in_this_century(value: Any) -> None:
    with pytest.raises(ValidationError):
        Instant().deserialize(value)


def test_a_day_is_a_date() -> None:
    assert Day().deserialize("2026-11-23") == date(2026, 11, 23)


@pytest.mark.parametrize("value", ["20261123", "2026-02-30", "0001-01-01", "2026-11-23T00:00", 5])
def test_what_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Day().deserialize(value)


@pytest.mark.parametrize("text", ["", "a\x00b", "\ud800", "x" * 201, "\x1b[2J", 7])
def test_a_text_nobody_can_store_or_read_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        Text(200).deserialize(text)


def test_a_text_may_have_lines() -> None:
    assert Text(200).deserialize("一\n二\t三") == "一\n二\t三"


@pytest.mark.parametrize("value", ["", "../x", "a b", "a/b", "x" * 65, "A1\n", "客户"])
def test_an_id_is_short_and_plain(value: str) -> None:
    with pytest.raises(ValidationError):
        Id().deserialize(value)


@pytest.mark.parametrize("value", [True, "3", 3.5, None, 10**30])
def test_a_whole_number_is_a_json_integer_in_its_range(value: Any) -> None:
    with pytest.raises(ValidationError):
        Whole(1, 720).deserialize(value)


@pytest.mark.parametrize("value", [1, 0, "true", "on", None])
def test_truth_is_true_or_false(value: Any) -> None:
    with pytest.raises(ValidationError):
        Truth().deserialize(value)


@pytest.mark.parametrize("value", ["-1", "1.0", "1e3", "٣", " 1", "201"])
def test_a_number_in_a_query_is_digits(value: str) -> None:
    with pytest.raises(ValidationError):
        Digits(0, 200).deserialize(value)


@pytest.mark.parametrize("value", ["9:30", "24:00", "09:30:00.5", 930])
def test_a_time_of_day_is_written_with_four_digits(value: Any) -> None:
    with pytest.raises(ValidationError):
        Clock().deserialize(value)
