"""Bad input gets a clear page in the reader's language, never a 500, and saves nothing."""

from __future__ import annotations

import pytest

from service import requests_in
from tests.service.conftest import TODAY, Branch, errors_of

FORM = "application/x-www-form-urlencoded"


def test_an_oversized_body_is_413(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    response = visitor.post("/today/entries", note="长" * requests_in.MAX_BODY)

    assert response.status_code == 413
    assert "内容太大了" in response.text


def test_a_body_that_is_not_utf8_is_400(branch: Branch) -> None:
    client = branch.visitor("a1").client

    for body in (b"note=%FF%FE", b"note=\xb0\xa1"):
        response = client.post("/today/entries", data=body, content_type=FORM)
        assert response.status_code == 400
        assert "UTF-8" in response.text


def test_an_unknown_address_is_404_in_the_readers_language(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    assert "没有这一页" in visitor.get("/nowhere").text
    assert "No such page" in visitor.get("/nowhere", **{"Accept-Language": "en"}).text
    assert visitor.get("/nowhere").status_code == 404
    assert branch.visitor().get("/nowhere").status_code == 404
    assert visitor.post("/board").status_code == 405


def test_a_field_that_the_form_does_not_have_is_refused(branch: Branch) -> None:
    response = branch.visitor("a1").post("/today/submit", day=TODAY, actor="S1")

    assert response.status_code == 422
    assert "多余的栏目" in errors_of(response)
    assert branch.record.daily_logs.find("A1", TODAY) is None


def test_json_to_a_page_is_415(branch: Branch) -> None:
    response = branch.visitor("a1").client.post("/today/entries", json={"kind": "face_meeting"})

    assert response.status_code == 415


@pytest.mark.parametrize("path", ["/today?day=%00", "/events?actor=a%00b", "/today%00"])
def test_a_nul_is_refused(branch: Branch, path: str) -> None:
    assert branch.visitor("a1").get(path).status_code in (400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "day=2026-02-31",
        "day=-1",
        "after=99999999999999999999",
        "after=x",
        "after=²",
        "kind=<script>",
    ],
)
def test_odd_addresses_show_the_page_all_the_same(branch: Branch, query: str) -> None:
    assert branch.visitor("a1").get(f"/today?{query}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "teleport"),
        ("result", "x" * 5000),
        ("minutes", "1e9"),
        ("minutes", "-5"),
        ("day", "9999-99-99"),
        ("next", "soon"),
        ("started_at", "25:99"),
        ("note", "\x07" + "钟"),
        ("customer_id", "../../etc/passwd"),
        ("command_id", "1"),
        ("new_phone", "12"),
        ("objections", "everything"),
    ],
)
def test_each_odd_value_is_an_error_at_its_field(branch: Branch, field: str, value: str) -> None:
    good = {"day": str(TODAY), "kind": "face_meeting", "customer_id": "C-1", "result": "declined"}

    response = branch.visitor("a1").post("/today/entries", **good | {field: value})

    assert 400 <= response.status_code < 500
    assert errors_of(response)
    assert branch.record.daily_logs.find("A1", TODAY) is None


def test_what_people_type_is_shown_as_text_and_never_run(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    payload = '"><img src=x onerror=alert(1)>'

    response = visitor.post(
        "/today/entries",
        day=TODAY,
        kind="face_meeting",
        customer_id="+new",
        new_name=payload,
        new_source="own",
        result="declined",
        note=payload,
    )

    page = visitor.follow(response)
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_page_that_fails_says_so_without_telling_how(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = branch.visitor("a1")
    monkeypatch.setattr("service.pages.today.render_template", lambda *_a, **_k: 1 / 0)

    response = visitor.get("/today")

    assert response.status_code == 500
    assert "什么也没有丢" in response.text
    assert "ZeroDivision" not in response.text
