"""What waited on a phone without signal comes in once, with both times, and is answered plainly."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from domain.words import By, ContactSource, Role
from tests.service.conftest import TODAY, Branch, Visitor

HOUR = 3600
ENTRY = {"kind": "face_meeting", "customer_name": "张三丰", "result": "interested"}


def upload(visitor: Visitor, path: str, command: str = "", **fields: object) -> TestResponse:
    """Send a form as the phone's queue does."""
    sent = {"csrf_token": visitor.csrf, "command_id": command or str(uuid4()), **fields}
    return visitor.client.post(path, data=sent, headers={"Shilu-Queue": "yes"})


def test_what_is_accepted_says_where_to_look(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    answer = upload(visitor, "/today/entries", **ENTRY)

    assert answer.headers["Shilu-Queue"] == "accepted"
    assert answer.json["see"].startswith(f"/today?day={TODAY}")


def test_both_times_are_kept(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    upload(visitor, "/today/entries", **ENTRY, waited=3 * HOUR)

    log = branch.record.daily_logs.find("A1", TODAY)
    assert log is not None
    (entry,) = log.activities.values()
    assert entry.started_at == branch.moment - timedelta(hours=3)
    assert entry.recorded_at == branch.moment


def test_an_entry_of_yesterday_evening_goes_to_yesterday_and_is_late(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    answer = upload(visitor, "/today/entries", **ENTRY, waited=15 * HOUR)

    yesterday = TODAY - timedelta(days=1)
    assert answer.json["see"].startswith(f"/today?day={yesterday}")
    assert "补录" in visitor.get(answer.json["see"]).text


def test_after_days_without_signal_the_reason_is_asked_for(branch: Branch) -> None:
    visitor, waited = branch.visitor("a1"), 4 * 24 * HOUR

    answer = upload(visitor, "/today/entries", **ENTRY, waited=waited)

    assert answer.status_code == 422
    assert answer.headers["Shilu-Queue"] == "refused"
    assert "补录原因" in answer.text
    assert f'name="waited" value="{waited}"' in answer.text


def test_the_same_upload_twice_is_one_entry(branch: Branch) -> None:
    visitor, command = branch.visitor("a1"), str(uuid4())

    first = upload(visitor, "/today/entries", command, **ENTRY, waited=5)
    second = upload(visitor, "/today/entries", command, **ENTRY, waited=900)

    assert first.json == second.json
    log = branch.record.daily_logs.find("A1", TODAY)
    assert log is not None
    assert len(log.activities) == 1


def test_a_new_name_is_a_new_customer_once(branch: Branch) -> None:
    visitor, command = branch.visitor("a1"), str(uuid4())
    entry = ENTRY | {"customer_name": "林晓东", "new_source": "referral"}

    first = upload(visitor, "/today/entries", command, **entry)
    second = upload(visitor, "/today/entries", command, **entry)

    assert first.json == second.json
    branch.follow()
    assert visitor.get("/customers").text.count("<b>林晓东</b>") == 1


def test_a_new_name_without_its_source_is_refused_and_the_name_is_kept(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    answer = upload(visitor, "/today/entries", **ENTRY | {"customer_name": "林晓东"})

    assert answer.headers["Shilu-Queue"] == "refused"
    assert "请选择从哪里认识" in answer.text
    assert re.search(r'name="new_name" value="林晓东"', answer.text)


def test_of_two_customers_with_one_name_the_agent_chooses(branch: Branch) -> None:
    branch.record.customers.register(
        "C-7", "A1", "张三丰", None, ContactSource.OWN, by=branch.by("A1")
    )
    branch.follow()

    answer = upload(branch.visitor("a1"), "/today/entries", **ENTRY)

    assert answer.status_code == 422
    assert "有 2 位客户叫张三丰" in answer.text
    assert {'value="C-1"', 'value="C-7"'} <= set(re.findall(r'value="C-\d"', answer.text))


def test_nobody_elses_customer_is_found_by_name(branch: Branch) -> None:
    answer = upload(branch.visitor("a1"), "/today/entries", **ENTRY | {"customer_name": "刘芳"})

    assert answer.status_code == 422
    assert "C-2" not in answer.text


def test_the_day_is_handed_in_as_it_was_written(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    upload(visitor, "/today/entries", **ENTRY, waited=15 * HOUR)

    upload(visitor, "/today/submit", summary="今天不错", short_reason="training", waited=14 * HOUR)

    log = branch.record.daily_logs.find("A1", TODAY - timedelta(days=1))
    assert log is not None
    assert log.submitted


@pytest.mark.parametrize("token", ["", "stale"])
def test_without_a_session_or_with_an_old_token_the_phone_keeps_it(
    branch: Branch, token: str
) -> None:
    visitor = branch.visitor("a1" if token else "")
    visitor.csrf = token

    answer = upload(visitor, "/today/entries", **ENTRY)

    assert answer.status_code == 401
    assert "Shilu-Queue" not in answer.headers
    assert branch.record.daily_logs.find("A1", TODAY) is None


def test_a_fresh_token_is_given_to_the_session_alone(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    assert visitor.get("/queue").json == {"person": "A1", "csrf": visitor.csrf}
    assert branch.visitor().get("/queue").status_code == 401


def test_the_shell_is_the_same_for_everybody(branch: Branch) -> None:
    pages = {branch.visitor(login).get("/offline").text for login in ("", "a1", "s1")}

    assert len(pages) == 1
    assert "csrf" not in pages.pop()


def test_the_worker_keeps_the_shell_and_no_page_about_anybody(branch: Branch) -> None:
    script = branch.visitor().get("/sw.js")

    kept = json.loads(re.search(r"KEPT = (\[.*?\])", script.text).group(1))  # type: ignore[union-attr]
    assert script.mimetype == "text/javascript"
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline"]
    assert all(branch.visitor().get(path).status_code == 200 for path in kept)


def test_the_worker_keeps_anew_what_has_changed(branch: Branch) -> None:
    zh = branch.visitor().get("/sw.js").text
    en = branch.visitor().get("/sw.js", **{"Accept-Language": "en"}).text

    assert zh != en


def test_the_manifest_names_icons_that_exist(branch: Branch) -> None:
    manifest = branch.visitor().get("/manifest.webmanifest")

    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json["display"] == "standalone"
    for icon in manifest.json["icons"]:
        assert branch.visitor().get(icon["src"]).data.startswith(b"\x89PNG")


def test_the_page_for_times_without_signal_knows_the_calendars_exceptions(branch: Branch) -> None:
    off, instead = date(TODAY.year, 12, 24), date(TODAY.year, 12, 26)
    admin = By("M1", Role.ADMINISTRATOR, branch.moment, branch.moment, uuid4(), "web")
    branch.record.rulebook.publish_calendar(TODAY.year, (off,), (instead,), "公司", by=admin)

    shell = branch.visitor("a1").get("/offline").text

    assert f'data-off="{off}"' in shell
    assert f'data-make-up="{instead}"' in shell
