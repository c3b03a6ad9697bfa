"""Webhooks: signed, only ids, tried again, and never to an address that is not for outsiders."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Checker
from standardwebhooks.webhooks import WebhookVerificationError

import projections
from domain.words import Role
from store import webhooks as hook_store
from store.engines import engine_of
from store.webhooks import DELIVERY, DONE, FAILED, PAUSES, WAITING, Target, WebhookStore
from tests.sinks import HttpSink, http_sink
from tests.workers.branch import START, Branch, at, by
from workers.outside import Allowed, Refused, Unreached, post
from workers.tasks import Task
from workers.webhooks import Feeder, deliver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LOOPBACK = Allowed.parse("127.0.0.1/32")
LOGGED = "daily_log.activity_logged.v1"


class Office:
    """A branch with one webhook that leads to a sink on this machine."""

    def __init__(self, folder: Path, sink: HttpSink) -> None:
        self.sink = sink
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=1)
        self.reader = self.branch.store.reader()
        vault = self.branch.record.mapper.vault  # type: ignore[attr-defined]
        self.hooks = WebhookStore(engine_of(self.branch.accounts_url), "main", vault)
        self.sent: list[Task] = []
        self.feeder = Feeder(self.reader, self.hooks, self.sent.append)
        self.feeder.step()

    def add(self, *topics: str) -> None:
        self.hooks.put("H1", topics or (LOGGED,), self.reader.head(), Target(self.url, SECRET))

    @property
    def url(self) -> str:
        return self.sink.url + "/hook?team=1"

    def visit(self, no: int = 1) -> None:
        self.branch.visit("A00", f"C{no}", at(START, 10), note="想看十年期")

    def feed(self) -> list[Task]:
        """Let the feeder go on; return what it queued."""
        self.sent.clear()
        self.feeder.step()
        self.feeder.queue()
        return list(self.sent)

    def make(self, task: Task, allowed: Allowed = LOOPBACK) -> str:
        webhook_id, position = task.arguments
        send = partial(post, allowed=allowed)
        return deliver(
            self.hooks, self.reader, send, webhook_id, int(position), lambda: datetime.now(UTC)
        )

    def wait(self) -> None:
        """Let the pauses between tries be over."""
        with self.hooks._writer.begin() as connection:
            connection.execute(update(DELIVERY).values(next_at=0.0))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with http_sink() as sink:
        yield Office(tmp_path, sink)


def test_a_program_is_told_signed_as_the_standard_says(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()

    assert office.make(task) == DONE

    ((path, headers, body),) = office.sink.got
    lower = {name.lower(): value for name, value in headers.items()}
    assert path == "/hook?team=1"
    assert Checker(SECRET).verify(body, lower)["type"] == LOGGED
    with pytest.raises(WebhookVerificationError):
        Checker(SECRET).verify(body.replace(b"A00", b"A01"), lower)


def test_only_ids_and_results_are_told(office: Office) -> None:
    office.add(LOGGED, "organisation.member_joined.v1")
    office.visit()
    office.branch.form_team("T2", "A09", at(START, 11))
    for task in office.feed():
        office.make(task)

    told = [json.loads(body)["data"] for _path, _headers, body in office.sink.got]

    assert len(told) == 2
    assert told[0]["agent_id"] == "A00"
    everything = json.dumps(told, ensure_ascii=False)
    assert "陈" not in everything
    assert "某A09" not in everything
    assert "十年期" not in everything
    assert "sealed" not in everything


def test_what_was_not_asked_for_and_what_came_before_is_not_told(office: Office) -> None:
    office.visit(1)
    office.add("daily_log.submitted.v1")
    office.visit(2)

    assert office.feed() == []


def test_a_test_goes_to_the_one_that_is_tested(office: Office) -> None:
    admin = by("M1", Role.ADMINISTRATOR, at(START, 10))
    office.branch.record.webhooks.add("H1", "127.0.0.1", [LOGGED], by=admin)
    office.add()
    office.branch.record.webhooks.ask_test("H1", by=by("M1", Role.ADMINISTRATOR, at(START, 11)))

    (task,) = office.feed()

    assert office.make(task) == DONE
    assert office.sink.bodies()[0]["type"] == "webhook.test_asked.v1"


def test_a_failure_is_tried_again_later_with_the_same_id(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()
    office.sink.status = 503

    assert office.make(task) == WAITING
    assert office.feed() == []
    office.sink.status = 204
    office.wait()
    (again,) = office.feed()
    assert office.make(again) == DONE

    first, second = (headers for _path, headers, _body in office.sink.got)
    assert first["webhook-id"] == second["webhook-id"]


def test_what_fails_too_often_is_given_up(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()
    office.sink.status = 500

    states = [office.make(task) for _ in range(len(PAUSES) + 1)]

    assert states == [WAITING] * len(PAUSES) + [FAILED]


def test_a_delivery_made_is_not_made_again(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()
    office.make(task)

    assert office.make(task) == DONE
    assert len(office.sink.got) == 1


def test_two_feeders_make_one_delivery(office: Office) -> None:
    office.add()
    office.visit()
    place = office.hooks.place(0)
    head = office.reader.head()
    new = [("H1", head, LOGGED)]

    assert office.hooks.add(place, head, new)
    assert not office.hooks.add(place, head, new)


def test_a_redirect_is_not_followed(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()
    office.sink.status, office.sink.headers = 302, {"Location": office.sink.url + "/elsewhere"}

    assert office.make(task) == WAITING

    made = office.hooks.delivery("H1", int(task.arguments[1]))
    assert made is not None
    assert (made.status, made.problem) == (302, "redirect")
    assert [path for path, _headers, _body in office.sink.got] == ["/hook?team=1"]


def test_a_private_address_is_refused_for_good_unless_it_is_allowed(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()

    assert office.make(task, Allowed()) == FAILED

    made = office.hooks.delivery("H1", int(task.arguments[1]))
    assert made is not None
    assert made.problem == "private_address"
    assert office.sink.got == []


def test_a_removed_webhook_is_told_nothing_more(office: Office) -> None:
    office.add()
    office.visit()
    (task,) = office.feed()
    office.hooks.remove("H1")

    assert office.make(task) == DONE
    assert office.sink.got == []


def test_address_and_secret_stand_nowhere_in_clear(office: Office) -> None:
    office.add()

    files = [path for path in office.branch.folder.rglob("*") if path.is_file()]

    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert not [path for path in files if b"/hook?team=1" in path.read_bytes()]


def test_old_deliveries_are_dropped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_store, "KEPT", 2)
    office.add()
    for no in range(4):
        office.visit(no)
    for task in office.feed():
        office.make(task)

    assert len(office.hooks.newest()) <= 3


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://172.16.3.4/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",
        "https://224.0.0.1/",
    ],
)
def test_no_private_address_is_spoken_to_however_it_is_written(url: str) -> None:
    with pytest.raises((Refused, Unreached)) as refused:
        post(url, {}, b"{}", Allowed())

    assert str(refused.value) in ("private_address", "unknown_host", "no_address")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ftp://example.com/", "no_address"),
        ("https://user:secret@example.com/", "no_address"),
        ("https:///path", "no_address"),
        ("https://example.com:22/", "port"),
        ("https://example.com:99999/", "no_address"),
        ("http://93.184.216.34/", "not_https"),
    ],
)
def test_an_address_that_no_program_of_ours_has_is_refused(url: str, word: str) -> None:
    with pytest.raises(Refused, match=word):
        post(url, {}, b"{}", Allowed())


def test_a_name_that_answers_otherwise_a_moment_later_leads_nowhere(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answers(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(Unreached, match="timeout"):
        post("https://rebinding.example/", {}, b"{}", Allowed())

    assert asked == ["rebinding.example"]
    assert connected == [("93.184.216.34", 443)]


def test_nobody_there_is_a_word_of_ours() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreached, match="no_answer"):
        post(f"http://127.0.0.1:{port}/", {}, b"{}", LOOPBACK)


def test_own_hosts_and_networks_are_read_from_a_list() -> None:
    allowed = Allowed.parse("hooks.internal, 10.0.0.0/8,fd00::/8")

    assert allowed.hosts == {"hooks.internal"}
    assert [str(network) for network in allowed.networks] == ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize("text", ["10.0.0.0/99", "a b!c", "10.0.0.1/8"])
def test_a_list_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Allowed.parse(text)


def test_pauses_grow() -> None:
    assert sorted(PAUSES) == list(PAUSES)
    assert timedelta(seconds=sum(PAUSES)) > timedelta(hours=12)
