"""Cursors: opaque, ours alone, and no item twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.paging import cursor_of, key_of, page_of
from service.api.problems import Problem


@given(st.integers(0, 2**53))
def test_a_cursor_gives_its_key_again(key: int) -> None:
    assert key_of(cursor_of(key), int) == key


@pytest.mark.parametrize("cursor", ["!", "e30", "bnVsbA", "dHJ1ZQ", "x" * 500, "W1tbW1tb", "é"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Problem):
        key_of(cursor, int)


def test_the_last_page_has_no_next() -> None:
    assert page_of([1, 2], 2, key=int).next is None


def test_a_page_begins_after_the_last_item_of_the_page_before() -> None:
    page = page_of([1, 2, 3], 2, key=int)

    assert list(page.items) == [1, 2]
    assert key_of(page.next, int) == 2
