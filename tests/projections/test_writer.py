"""Collecting the changes of a batch and writing them, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from domain.words import Role
from projections.writer import RowExists, UnknownColumn, Writer
from tests.projections.conftest import Office

METADATA = MetaData()
THING = Table(
    "writer_thing",
    METADATA,
    Column("owner", String, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("place", BigInteger),
    Column("share", Float),
    Column("done", Boolean),
    Column("words", Text),
    Column("hashes", LargeBinary),
)


@pytest.fixture
def connection(office: Office) -> Iterator[Connection]:
    """A connection to a branch's views in which the table stands."""
    with office.views.execution_options(write=True).connect() as open_one:
        METADATA.create_all(open_one)
        yield open_one
        open_one.rollback()


def a_writer(connection: Connection) -> Writer:
    return Writer(connection, dict(METADATA.tables))


def added(writer: Writer, no: int, **values: Any) -> None:
    writer.insert(THING, **{"owner": "A1", "no": no, **values})


def test_what_was_added_is_read_back_in_its_types(connection: Connection) -> None:
    full = {"place": 2**40, "share": 1, "done": True, "words": "一“二”", "hashes": b"\x00\xff"}
    writer = a_writer(connection)
    added(writer, 1, **full)
    added(writer, 2)
    writer.flush()
    first, second = a_writer(connection).rows(THING, owner="A1")
    assert first == {"owner": "A1", "no": 1, **full}
    assert (first["done"], type(first["share"])) == (True, float)
    assert set(second.values()) == {"A1", 2, None}


def test_changes_of_many_rows_are_written_each_with_its_columns(connection: Connection) -> None:
    writer = a_writer(connection)
    for no in (1, 2, 3):
        added(writer, no, share=0.5)
    writer.flush()
    writer.change(THING, {"no": 1, "owner": "A1"}, share=1)
    writer.change(THING, {"owner": "A1", "no": 2}, share=2.5)
    writer.change(THING, {"owner": "A1", "no": 3}, words="三", done=False)
    writer.change(THING, {"owner": "A1", "no": 4}, words="四")
    writer.flush()
    found = [(r["no"], r["share"], r["words"], r["done"]) for r in writer.rows(THING, owner="A1")]
    assert found == [(1, 1.0, None, None), (2, 2.5, None, None), (3, 0.5, "三", False)]


def test_a_row_is_read_as_the_batch_has_left_it(connection: Connection) -> None:
    writer = a_writer(connection)
    added(writer, 1, place=1)
    writer.flush()
    writer.change(THING, {"owner": "A1", "no": 1}, place=2)
    assert (writer.row(THING, owner="A1", no=1) or {})["place"] == 2
    writer.change(THING, {"owner": "A1", "no": 1}, place=3)
    assert (writer.row(THING, no=1, owner="A1") or {})["place"] == 3


def test_a_row_added_twice_is_refused(connection: Connection) -> None:
    writer = a_writer(connection)
    added(writer, 1)
    with pytest.raises(RowExists):
        added(writer, 1)


def test_a_column_that_is_not_there_is_refused(connection: Connection) -> None:
    with pytest.raises(UnknownColumn, match="plaec"):
        added(a_writer(connection), 1, plaec=3)


def test_text_that_postgresql_cannot_hold_is_kept_without_its_nul(office: Office) -> None:
    by = office.by("M1", Role.ADMINISTRATOR)
    office.record.organisation.form_team("T9", "九\0组", "S1", by=by)
    office.follower.catch_up()
    event = office.store.reader().after(office.store.reader().head() - 1, 1)[0]
    assert event.data["name"] == "九\0组"
    assert event.storable().data["name"] == "九\N{REPLACEMENT CHARACTER}组"


def test_rows_are_found_by_what_the_batch_has_made_of_them(connection: Connection) -> None:
    writer = a_writer(connection)
    for no, words in enumerate(["旧", "旧", "别的"]):
        added(writer, no, words=words)
    writer.flush()
    writer.change(THING, {"owner": "A1", "no": 1}, words="新")
    writer.change(THING, {"owner": "A1", "no": 2}, words="旧")
    added(writer, 3, words="旧")

    assert [row["no"] for row in writer.rows(THING, words="旧")] == [0, 2, 3]
    assert [row["no"] for row in writer.rows(THING, words="新")] == [1]
