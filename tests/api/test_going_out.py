"""What leaves the house, for programs: tables, papers, the feed's address, channels, webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service.printing import NoPdf
from tests.api.conftest import SHANGHAI, Branch, an_entry, day_of

ROBOT = {"kind": "wecom", "key": "0123456789abcdef-0123"}
HOOK = {"url": "https://hooks.example.com/shilu", "topics": ["daily_log.submitted.v1"]}


def log_a_visit(branch: Branch) -> str:
    entry = an_entry()
    path = f"/daily-logs/A1/{day_of(entry)}/activities"
    assert branch.ask("A1", "POST", path, entry).status_code == 201
    branch.catch_up()
    return str(day_of(entry))


def topics(branch: Branch) -> list[str]:
    return [event.topic for event in branch.store.reader().all()]


def test_a_table_is_taken_as_csv_and_is_on_record(branch: Branch) -> None:
    day = log_a_visit(branch)
    wanted = {"table": "entries", "first_day": day, "last_day": day, "team_id": "T1"}

    answer = branch.ask("S1", "POST", "/exports", wanted)

    assert answer.status_code == 201
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) == 2  # a header and the visit
    assert "张三丰" not in answer.text
    assert topics(branch)[-1] == "export.made.v1"


def test_another_teams_table_is_not_there(branch: Branch) -> None:
    day = str(datetime.now(UTC).astimezone(SHANGHAI).date())
    wanted = {"table": "entries", "first_day": day, "last_day": day, "team_id": "T2"}

    assert branch.ask("S1", "POST", "/exports", wanted).status_code == 404


def test_the_same_request_is_one_export(branch: Branch) -> None:
    day = log_a_visit(branch)
    wanted = {"table": "entries", "first_day": day, "last_day": day}

    first, second = (branch.ask("S1", "POST", "/exports", wanted, Key="once") for _ in range(2))

    assert first.data == second.data
    assert topics(branch).count("export.made.v1") == 1


def test_a_log_is_printed_as_pdf(branch: Branch) -> None:
    pytest.importorskip("weasyprint")
    day = log_a_visit(branch)

    answer = branch.ask("S1", "POST", f"/papers/daily-log/A1/{day}")

    assert answer.status_code == 201
    assert answer.data.startswith(b"%PDF")
    assert topics(branch)[-1] == "paper.printed.v1"


def test_a_server_without_the_libraries_says_so(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise NoPdf("no Pango")

    monkeypatch.setattr("service.printing._weasyprint", missing)
    day = log_a_visit(branch)

    answer = branch.ask("S1", "POST", f"/papers/weekly-sheet/A1/{day}")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["type"] == "urn:shilu:problem:no-pdf"
    assert "paper.printed.v1" not in topics(branch)


def test_a_feeds_address_works_until_it_is_taken_back(branch: Branch) -> None:
    opened = branch.ask("A1", "POST", "/calendar-feed", {"with_names": True}).json
    assert opened is not None
    path = opened["address"].removeprefix("http://localhost")
    assert branch.client().get(path).status_code == 200
    shown = branch.ask("A1", "GET", "/calendar-feed").json
    assert shown == {"feed_id": opened["feed_id"], "with_names": True}

    closed = branch.ask("A1", "POST", "/calendar-feed/closing", Key="close")
    again = branch.ask("A1", "POST", "/calendar-feed/closing", Key="close")

    assert closed.status_code == 201
    assert again.json is not None
    assert again.json["repeated"]
    assert branch.client().get(path).status_code == 404
    assert branch.ask("A1", "POST", "/calendar-feed/closing").status_code == 404


def test_a_channel_is_set_tested_and_removed_and_its_key_told_to_nobody(branch: Branch) -> None:
    branch.ask("A1", "POST", "/notices/channel", ROBOT)
    assert branch.ask("A1", "POST", "/notices/test").status_code == 201
    quiet = {"quiet_from": "20:00", "quiet_until": "07:30", "muted": ["review_received"]}
    assert branch.ask("A1", "POST", "/notices/wishes", quiet).status_code == 201

    shown = branch.ask("A1", "GET", "/notices")

    assert shown.json is not None
    assert shown.json["channel"] == {"kind": "wecom", "failing": False}
    assert {name: shown.json[name] for name in quiet} == quiet
    assert ROBOT["key"] not in shown.text
    assert branch.ask("A1", "POST", "/notices/channel/removal").status_code == 201
    assert branch.ask("A1", "POST", "/notices/test").status_code == 409


def test_what_is_no_address_of_a_channel_is_refused(branch: Branch) -> None:
    answer = branch.ask("A1", "POST", "/notices/channel", ROBOT | {"kind": "email"})

    assert answer.status_code == 422


def test_a_webhook_tells_its_secret_once(branch: Branch) -> None:
    added = branch.ask("M1", "POST", "/webhooks", HOOK, Key="hook").json
    again = branch.ask("M1", "POST", "/webhooks", HOOK, Key="hook").json
    assert added is not None
    assert again is not None

    assert added["secret"].startswith("whsec_")
    assert again["secret"] is None
    shown = branch.ask("M1", "GET", "/webhooks").json
    assert shown is not None
    hook = {"host": "hooks.example.com", "topics": HOOK["topics"]}
    assert shown["webhooks"] == [{"webhook_id": added["webhook_id"], **hook}]
    path = f"/webhooks/{added['webhook_id']}"
    assert branch.ask("M1", "POST", f"{path}/test").status_code == 201
    assert branch.ask("M1", "POST", f"{path}/removal").status_code == 201
    assert branch.ask("M1", "POST", f"{path}/test").status_code == 404


@pytest.mark.parametrize("url", ["ftp://a.example", "https://u:p@a.example", "https://", "x"])
def test_what_is_no_address_of_a_webhook_is_refused(branch: Branch, url: str) -> None:
    assert branch.ask("M1", "POST", "/webhooks", HOOK | {"url": url}).status_code == 422
