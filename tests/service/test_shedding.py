"""Who waited too long for a thread is asked to come again; everybody else is served."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from service import shedding
from tests.service.conftest import Branch

SERVED = """
import sys, time
from flask import Flask
from service import shedding
from shilu.web import PatientWorker, WebServer

class Slow(WebServer):
    def load(self):
        shedding.LONGEST = 0.5
        app = Flask("slow")
        shedding.set_up(app)
        app.get("/<path:path>")(lambda path: (time.sleep(0.3), path)[1])
        return app

Slow({"bind": "127.0.0.1:" + sys.argv[1], "worker_class": PatientWorker, "threads": 1}).run()
"""


@pytest.fixture
def waited(branch: Branch) -> Iterator[FlaskClient]:
    """A client whose every request has stood five seconds in the queue."""
    app = branch.visitor("").client.application
    first = app.before_request_funcs[None]
    first.insert(0, stood)
    yield app.test_client()
    first.remove(stood)
    shedding._thread.waited = None


def stood() -> None:
    shedding._thread.waited = 5.0


@pytest.fixture
def slow() -> Iterator[int]:
    """The port of a server with one thread, three answers a second, and half a second's patience."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    server = subprocess.Popen([sys.executable, "-c", SERVED, str(port)], stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            get(port, "/livez")
            break
        except OSError:
            time.sleep(0.1)
    yield port
    server.terminate()
    server.wait(30)


def get(port: int, path: str) -> tuple[int, str]:
    """Return the status and Retry-After of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("Retry-After", "")


def test_of_a_crowd_some_are_served_and_all_others_told_when_to_come(slow: int) -> None:
    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: get(slow, "/page"), range(12)))

    assert {status for status, _ in answers} == {200, 503}
    assert all(bool(again) == (status == 503) for status, again in answers)
    assert {int(again) for _, again in answers if again} <= set(range(2, 7))


def test_after_the_crowd_everybody_is_served(slow: int) -> None:
    with ThreadPoolExecutor(12) as crowd:
        list(crowd.map(lambda _: get(slow, "/page"), range(12)))

    assert get(slow, "/page") == (200, "")


def test_a_page_says_what_to_do_and_comes_again_by_itself(waited: FlaskClient) -> None:
    answer = waited.get("/sign-in", headers={"Accept-Language": "zh-CN"})

    assert answer.status_code == 503
    assert answer.headers["Refresh"] == answer.headers["Retry-After"]
    assert "同一笔不会记成两笔" in answer.text


def test_what_was_to_be_sent_is_not_sent_again_by_itself(waited: FlaskClient) -> None:
    answer = waited.post("/sign-in")

    assert answer.status_code == 503
    assert "Refresh" not in answer.headers


def test_a_program_is_told_as_a_problem(waited: FlaskClient) -> None:
    answer = waited.get("/api/v1/me")

    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", sorted(shedding.ALWAYS))
def test_whoever_watches_over_the_process_is_always_answered(
    waited: FlaskClient, path: str
) -> None:
    assert waited.get(path).headers.get("Retry-After") is None


LIMITED = """
import resource
from shilu.web import room_for_connections
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(room_for_connections(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "room", "files"),
    [(256, 9000, 8000, 8512), (256, 1024, 512, 1024), (128, 256, 128, 256)],
)
def test_no_more_may_connect_than_the_process_may_open(
    soft: int, hard: int, room: int, files: int
) -> None:
    program = f"soft, hard = {soft}, {hard}\n{LIMITED}"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert said.stdout.split() == [str(room), str(files)], said.stderr


def test_without_our_pool_nobody_is_sent_away() -> None:
    app = Flask("plain")
    shedding.set_up(app)
    app.get("/")(lambda: "here")

    assert app.test_client().get("/").text == "here"


def test_a_store_that_does_not_answer_is_no_fault_of_the_page(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = branch.visitor("a1")

    def away(*_: object, **__: object) -> None:
        raise OperationalError("", {}, OSError("gone"))

    monkeypatch.setattr("service.pages.today.views", away)
    answer = visitor.get("/today")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
