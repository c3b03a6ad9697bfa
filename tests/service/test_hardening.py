"""What browsers and proxies are told, and what scripts and addresses may hold (ASVS V1, V3, V4, V13, V14)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

import service
from service import build_app, create_app
from service.pages.arriving import own_address
from service.sessions import COOKIE
from shilu.settings import Settings
from tests.access.rows import PUBLIC, ROWS
from tests.service.conftest import PASSWORD, Branch
from tests.service.test_headers import EVERYBODY

SERVICE = Path(service.__file__).parent
ROOMS = ("domain", "projections", "workers", "service", "store", "shilu")
SOURCES = [path for room in ROOMS for path in (SERVICE.parent / room).rglob("*.py")]
SCRIPTS = [*(SERVICE / "static").glob("*.js"), *(SERVICE / "templates").glob("*.js")]
TEMPLATES = [*(SERVICE / "templates").glob("*.html")]


# --- headers ---


def test_over_https_browsers_are_told_to_stay_there_for_two_years_with_all_subdomains(
    branch: Branch,
) -> None:
    client = branch.visitor().client

    for path in ("/sign-in", "/livez", "/no-such-page", "/api/v1/openapi.json"):
        header = client.get(path, base_url="https://localhost").headers
        assert header["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/openapi.json", "/log/key", "/metrics"])
def test_no_other_origin_is_let_in(branch: Branch, path: str) -> None:
    client = branch.visitor().client
    asking = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    for answer in (client.get(path, headers=asking), client.options(path, headers=asking)):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_other_site_learns_the_address_one_came_from(branch: Branch) -> None:
    for login, paths in EVERYBODY.items():
        for path in paths:
            assert branch.visitor(login).get(path).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/sign-in", "/today", "/api/v1/me", "/livez"])
def test_trace_is_not_answered(branch: Branch, path: str) -> None:
    assert branch.visitor("a1").client.open(path, method="TRACE").status_code in (303, 401, 405)


def test_signing_out_lets_the_browser_forget_the_pages(branch: Branch) -> None:
    answer = branch.visitor("a1").post("/sign-out")

    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert f"{COOKIE}=;" in answer.headers["Set-Cookie"]


# --- proxies ---


def behind(proxies: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return the application as the environment sets it up behind so many proxies."""
    monkeypatch.setenv("SHILU_DATA", str(folder))
    monkeypatch.setenv("SHILU_PROXIES", str(proxies))
    return create_app(Settings.read())


@pytest.mark.parametrize(
    ("proxies", "given", "counted"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6", "6.6.6.6"),
        (1, "9.9.9.9, 6.6.6.6", "6.6.6.6"),  # the first is what the client says of itself
    ],
)
def test_only_what_our_own_proxy_says_of_the_client_counts(
    branch: Branch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    proxies: int,
    given: str,
    counted: str,
) -> None:
    branch.open_account("a1")
    app = behind(proxies, tmp_path, monkeypatch)
    forwarded = {"X-Forwarded-For": given, "X-Forwarded-Proto": "https"}
    form = {"login": "a1", "password": PASSWORD}

    near = {"REMOTE_ADDR": "127.0.0.1"}
    answer = Client(app).post("/sign-in", data=form, headers=forwarded, environ_overrides=near)

    account = branch.accounts.find("a1")
    assert account is not None
    assert [s.address for s in branch.accounts.sessions_of(account)] == [counted]
    assert answer.headers["Set-Cookie"].startswith("__Host-" if proxies else COOKIE)


def test_nothing_of_development_runs(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = behind(0, tmp_path, monkeypatch)

    assert (app.debug, app.testing) == (False, False)
    assert app.config["PROPAGATE_EXCEPTIONS"] is None
    assert "演示账号" not in Client(app).get("/sign-in").get_data(as_text=True)


# --- addresses, methods ---


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "/today\r\nX: y", "https:evil", "//evil", ""],
)
def test_only_paths_of_ours_are_led_to(address: str) -> None:
    assert own_address(address) == "/"


def test_what_is_put_into_an_address_is_encoded(branch: Branch) -> None:
    wanted = "/customers?q=a&b=%22><script>"

    place = branch.visitor().get(wanted).headers["Location"]

    assert place.startswith("/sign-in?next=")
    assert not re.search(r"[<>\"]", place)
    assert "&" not in place.split("next=")[1]


def test_looking_changes_nothing_on_record(branch: Branch) -> None:
    def said() -> list[str]:
        stored = branch.record.recorder.select_notifications(None, limit=10**6)
        return [row.topic for row in stored if not row.topic.startswith("access.")]

    before = said()
    for login in ("a1", "s1", "u1", "x1", "m1"):
        visitor = branch.visitor(login)
        for row in ROWS:
            method, rule = row.route.split(" ")
            if method == "GET" and "<" not in rule and visitor.get(rule).status_code == 200:
                assert said() == before, rule


def test_no_form_sends_what_is_secret_in_an_address() -> None:
    for path in TEMPLATES:
        for form in re.findall(r"<form(?![^>]*method=\"post\").*?</form>", path.read_text(), re.S):
            assert not re.search(r"password|phone|csrf|'code'|current|token", form), path


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(SERVICE.parent).as_posix())
def test_no_session_token_is_put_into_an_address(path: Path) -> None:
    if "/service/" in path.as_posix():
        assert not re.search(r"url_for\([^)]*(?:csrf|session_token|password)", path.read_text())


# --- markup, scripts, patterns ---


def test_nothing_is_loaded_from_elsewhere_and_no_plugin_is_used() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(object|embed|applet|iframe|frame)\b", text), path
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), path


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_show_text_as_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    writes = (
        r"\.(inner|outer)HTML\s*[+]?=[^=]|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    assert not re.search(writes, text)
    assert not re.search(r"set(Timeout|Interval)\(\s*['\"`]", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_no_key_from_outside_into_an_object(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"__proto__|\bprototype\b|Object\.assign\((?![^,]+, \{)", text)
    written = [
        line
        for line in text.splitlines()
        if re.search(r"\w\[[a-z]\w*(?:\.\w+)*\]\s*=[^=]", line)
        and not re.match(r"\s*for \(const \w+ of \[[\d, ]+\]\)", line)  # numbers of our own
    ]
    assert written == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_browser_keeps_nothing_but_what_waits_to_be_sent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"sessionStorage|document\.cookie", text)
    stores = set(re.findall(r"createObjectStore\('(\w+)'", text))
    assert stores <= {"queue", "about"}
    # what else is kept: hashes of the record, drafts until they are saved, a choice about keys
    if "localStorage" in text:
        assert path.name in {
            "drafts.js",
            "kept.js",
            "recompute.js",
            "review-keys.js",
            "witness.js",
        }


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(SERVICE.parent).as_posix())
def test_no_pattern_is_made_of_what_comes_from_outside(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    given = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}

    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)):
            continue
        if called.value.id != "re" or called.attr == "escape" or not isinstance(node, ast.Call):
            continue
        assert node.args, ast.dump(node)
        subscripts = [n for n in ast.walk(node.args[0]) if isinstance(n, ast.Subscript)]
        choosing = {id(n) for s in subscripts for n in ast.walk(s.slice)}  # among ours
        for part in ast.walk(node.args[0]):
            if isinstance(part, ast.Name) and id(part) not in choosing:
                assert part.id not in given, f"{path}:{node.lineno}: a pattern of {part.id}"


@pytest.mark.parametrize("typed", ["{0.__class__}", "{reader.csrf}", "%(password)s", "{{ 7*7 }}"])
def test_what_looks_like_a_template_is_shown_as_it_was_typed(branch: Branch, typed: str) -> None:
    visitor = branch.visitor("a1")
    visitor.follow(visitor.post("/customers/new", name=typed, contact_source="own"))

    page = visitor.get("/customers").text

    assert typed.replace("'", "&#39;") in page
    assert visitor.csrf not in typed
    assert ">49<" not in page


def test_what_may_be_read_without_signing_in_is_listed_and_holds_no_secret(branch: Branch) -> None:
    client = branch.visitor().client
    meant = {
        "/",
        "/sign-in",
        "/livez",
        "/readyz",
        "/metrics",
        "/log/",
        "/static/",
        "/api/v1/openapi.json",
    }
    more = {"/offline", "/sw.js", "/manifest.webmanifest", "/queue", "/favicon.ico"}

    for route in PUBLIC:
        method, rule = route.split(" ")
        if method == "GET":
            assert rule.startswith(tuple(meant | more)), rule
    metrics = re.sub(
        r"<[^>]+>", "", client.get("/metrics").text
    )  # a rule's own words are no secret
    assert not re.search(r"A1|王小梅|login|token", metrics)


def test_the_log_of_the_process_tells_of_refused_requests_without_what_was_in_them(
    branch: Branch,
) -> None:
    from structlog.testing import capture_logs

    visitor = branch.visitor("a1")
    with capture_logs() as lines:
        visitor.post("/customers/new", name="张三丰\nlevel=error", contact_source="?", boss="yes")
        visitor.client.post("/sign-in", data={"login": "13812341234", "password": "guess"})
        visitor.client.post("/today/submit", data=b"{}", content_type="application/json")

    said = [(line["event"], line.get("status"), line.get("route")) for line in lines]
    assert ("a request was not taken", 422, "/customers/new") in said
    assert ("a request was not taken", 415, "/today/submit") in said
    assert "somebody unknown was turned away" in {event for event, _, _ in said}
    assert not re.search(r"张三丰|13812341234|guess", repr(lines))


def test_a_page_that_fails_is_logged_with_its_stack(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from structlog.testing import capture_logs

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    visitor = branch.visitor("m1")
    monkeypatch.setattr("service.pages.people.render_template", broken)
    with capture_logs() as lines:
        assert visitor.get("/people").status_code == 500

    (line,) = [line for line in lines if line["event"] == "a page failed"]
    assert isinstance(line["exc_info"], RuntimeError)
    assert (line["path"], line["log_level"]) == ("/people", "error")


def test_an_application_of_tests_is_the_one_that_runs(branch: Branch) -> None:
    assert {str(r) for r in build_app(branch.context).url_map.iter_rules()} == {
        str(r) for r in branch.app.url_map.iter_rules()
    }
