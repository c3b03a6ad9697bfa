"""Plans, weeks, months and their reviews over the API: the same commands as on pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.sheet_figures import last_of_month, monday_of, month_of
from tests.api.conftest import SHANGHAI, Branch

NEW_WEEK = {"summary": "见了三位老客户", "next_targets": {"calls": 25}}
CARE = {"kind": "guide", "evaluation": "签单前的准备做得扎实", "advice": "下周先把电话补上来"}


def today() -> date:
    return datetime.now(SHANGHAI).date()


def week_path() -> str:
    return f"/weekly-sheets/A1/{monday_of(today())}"


def hand_in(branch: Branch) -> None:
    answer = branch.ask("A1", "POST", f"{week_path()}/submission", NEW_WEEK, Match="*")
    assert answer.status_code == 201


def test_a_planned_thing_is_kept_and_shown_as_done(branch: Branch) -> None:
    item = {"item_id": "P1", "day": str(today()), "kind": "training", "at": "14:00"}
    assert branch.ask("A1", "POST", "/plans/A1/items", item).status_code == 201

    assert branch.ask("A1", "POST", "/plans/A1/items/P1/kept", {}).status_code == 201

    branch.catch_up()
    shown = branch.ask("A1", "GET", f"/plans/A1/{today()}").json
    assert [(i["item_id"], i["state"]) for i in shown["items"]] == [("P1", "kept")]


def test_a_planned_thing_is_moved_with_its_reason(branch: Branch) -> None:
    item = {"item_id": "P1", "day": str(today()), "kind": "training"}
    branch.ask("A1", "POST", "/plans/A1/items", item)
    later = today() + timedelta(days=1)

    moved = {"day": str(later), "reason": "own_choice"}
    answer = branch.ask("A1", "POST", "/plans/A1/items/P1/moved", moved)

    assert answer.status_code == 201
    branch.catch_up()
    (shown,) = branch.ask("A1", "GET", f"/plans/A1/{later}").json["items"]
    assert shown["from_day"] == str(today())


def test_a_week_has_its_results_from_the_log_and_takes_none(branch: Branch) -> None:
    refused = branch.ask(
        "A1", "POST", f"{week_path()}/submission", {**NEW_WEEK, "results": {}}, Match="*"
    )

    assert refused.status_code == 422
    hand_in(branch)
    branch.catch_up()
    shown = branch.ask("A1", "GET", week_path()).json
    assert shown["results"]["calls"] == 0
    assert shown["submitted_at"] is not None


def test_who_saw_an_older_week_is_told(branch: Branch) -> None:
    branch.ask("A1", "POST", f"{week_path()}/words", {"summary": "第一句"}, Match='"0"')

    again = branch.ask("A1", "POST", f"{week_path()}/words", {"summary": "第二句"}, Match='"0"')

    assert again.status_code == 412


def test_a_month_with_a_gap_is_refused_and_a_whole_one_is_not(branch: Branch) -> None:
    month = month_of(today())
    path, last = f"/monthly-records/A1/{month}/work-weeks", last_of_month(month)
    gap = [{"first": str(month + timedelta(days=1)), "last": str(last)}]

    assert branch.ask("A1", "POST", path, {"weeks": gap}).status_code == 422
    whole = [{"first": str(month), "last": str(last)}]
    assert branch.ask("A1", "POST", path, {"weeks": whole}).status_code == 201
    branch.catch_up()
    shown = branch.ask("A1", "GET", f"/monthly-records/A1/{month}").json
    assert shown["weeks"] == whole


def test_a_teams_goals_are_set_by_who_leads_and_read_by_its_members(branch: Branch) -> None:
    path = f"/team-goals/T1/{month_of(today())}"
    goals = {"goals": {"policies": 9}, "focus": "先见老客户"}

    assert branch.ask("A1", "POST", path, goals).status_code == 403
    assert branch.ask("S1", "POST", path, goals).status_code == 201

    branch.catch_up()
    shown = branch.ask("A1", "GET", path).json
    assert (shown["goals"]["policies"], shown["focus"]) == (9, "先见老客户")


def test_a_week_is_reviewed_and_read(branch: Branch) -> None:
    hand_in(branch)
    path = f"/sheet-reviews/A1/week/{monday_of(today())}"

    assert branch.ask("S1", "POST", path, CARE).status_code == 201
    assert branch.ask("S1", "POST", path, CARE).status_code == 409
    read = branch.ask("A1", "POST", f"{path}/read", {"reply": "好的"})

    assert read.status_code == 201


def test_a_thin_review_is_held_back_unless_it_is_meant(branch: Branch) -> None:
    hand_in(branch)
    path = f"/sheet-reviews/A1/week/{monday_of(today())}"
    thin = {**CARE, "evaluation": "好"}

    assert branch.ask("S1", "POST", path, thin).status_code == 409
    assert branch.ask("S1", "POST", path, {**thin, "meant": True}).status_code == 201


def test_a_kind_of_sheet_that_there_is_not_is_not_found(branch: Branch) -> None:
    path = f"/sheet-reviews/A1/year/{monday_of(today())}"

    assert branch.ask("S1", "POST", path, CARE).status_code == 404
