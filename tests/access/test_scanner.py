"""Every answer to everybody is searched for customers' contacts: only their owner reads them.

The one other way is a reveal: an answer to the POST that put the reveal on record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from domain.words import mask_phone
from tests.access.rows import PUBLIC, ROWS, Row
from tests.access.test_matrix import HOLE, cells, send
from tests.access.world import CONTACTS, READERS, World

PAGES = [row for row in ROWS if row.route.startswith("GET")]
OWNER = "A1"  # the agent whom the matrix signs in
REVIEWED = "GET /reviews/<agent_id>/<day>"  # there a log's words are read by those who review it
NOTES = {person: f"{person} 的一句话" for person in CONTACTS}
MOBILE = re.compile(r"(?<![0-9a-fA-F])1[3-9][0-9]{9}(?![0-9a-fA-F])")


def secrets_of_others(reader: str, route: str = "") -> set[str]:
    """Return names, numbers and notes that a reader must not find on a route."""
    own = {OWNER} if reader == "a" else set()
    people = set(CONTACTS) - own
    contacts = {text for person in people for text in CONTACTS[person][1:]}
    if route == REVIEWED and reader in "su":
        return contacts
    return contacts | {NOTES[person] for person in people}


def leaks(world: World, row: Row) -> Iterator[tuple[str, str, str]]:
    """Find what a route tells that it must not: reader, column, text."""
    for allowed in (True, False):
        for reader, column, _sign in cells(row, allowed=allowed):
            answer = send(world, row, READERS[reader], column)
            said = answer.get_data().decode("utf-8", "replace") + str(answer.headers)
            own = {CONTACTS[OWNER][2]} if reader == "a" else set()
            for text in secrets_of_others(reader, row.route):
                if text in said:
                    yield reader, column, text
            yield from ((reader, column, n) for n in MOBILE.findall(said) if n not in own)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.route)
def test_no_page_or_list_shows_a_contact_to_anybody_but_its_owner(world: World, row: Row) -> None:
    assert list(leaks(world, row)) == []


@pytest.mark.parametrize("login", [*READERS.values(), ""])
@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/api/v1/openapi.json", "/sign-in"])
def test_what_is_the_same_for_all_holds_no_contact(world: World, login: str, path: str) -> None:
    assert any(rule.endswith(path) for rule in PUBLIC)

    said = world.ask(login, "GET", path).text

    assert not [text for text in secrets_of_others("") if text in said]


@pytest.mark.parametrize("query", ["13812341234", "1381234", "张三丰", "8888", "%", "_"])
def test_no_search_finds_what_is_not_ones_own(world: World, query: str) -> None:
    for login, reader in (("a1", "a"), ("x1", "x"), ("m1", "m")):
        for path in (f"/customers?q={query}", f"/events?actor={query}", f"/people?role={query}"):
            said = world.ask(login, "GET", path).text
            found = {text for text in secrets_of_others(reader) if text in said} - {query}
            assert found == set(), (login, path)


def test_the_owner_reads_the_own_customer_so_the_search_is_not_blind(world: World) -> None:
    _id, name, phone = CONTACTS[OWNER]

    for path in ("/customers/C-1", "/api/v1/customers/C-1", "/customers"):
        said = world.ask("a1", "GET", path).text
        assert name in said or name.encode("unicode_escape").decode() in said
        assert phone in said, path


def test_masks_are_all_that_a_list_of_the_api_shows(world: World) -> None:
    said = world.ask("a1", "GET", "/api/v1/customers").text

    assert mask_phone(CONTACTS[OWNER][2]) in said
    assert CONTACTS[OWNER][2] not in said


def test_no_route_takes_a_whole_list_of_contacts_away() -> None:
    offered = " ".join(HOLE.sub("", row.route).lower() for row in ROWS)

    assert not re.search(r"customers[^ ]*(export|csv|xlsx|download|print)", offered)


def test_a_file_that_is_taken_away_has_a_name_of_ours(world: World) -> None:
    things = world.things(OWNER)
    answers = [
        world.ask(
            "s1", "POST", f"/paper/daily-log/{OWNER}/{things['day']}?name=x.exe", {"form": "pdf"}
        )
    ]
    answers += [
        send(world, row, READERS[reader], column)
        for row in PAGES
        for reader, column, _sign in cells(row, allowed=True)
        if column == OWNER
    ]

    named = "Content-Disposition"
    names = [answer.headers[named] for answer in answers if named in answer.headers]
    assert names, "nothing was to be taken away: is this test blind?"
    for name in names:
        assert re.fullmatch(r'(attachment|inline); filename="?[\w.\-]+"?', name, re.ASCII), name
        assert not name.endswith(("exe", 'exe"'))
