"""Paper: who printed is on the sheet and on record, and no customer can be read on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from domain.paper import Paper
from domain.plan import Intention
from domain.words import PlanKind
from service import bound
from service.context import Proofs
from service.printing import pdf_of
from store.checkpoints import Checkpoints, checkpoints_engine
from store.log_reader import LoggedEvent
from store.signed_note import Checkpoint, SigningKey
from store.signer_client import SignerClient
from tests.service.conftest import NOON, TODAY, Branch

MONDAY = TODAY - timedelta(days=TODAY.weekday())
DAY_SHEET = f"/paper/daily-log/A1/{TODAY}"


def prints_of(branch: Branch) -> list[LoggedEvent]:
    return [e for e in branch.store.reader().all() if e.topic == Paper.Printed.TOPIC]


def test_a_print_says_who_printed_and_is_on_record(branch: Branch) -> None:
    branch.log_visit()
    branch.follow()

    page = branch.visitor("s1").post(DAY_SHEET)

    assert page.status_code == 200
    assert "打印：周志强（S1）" in page.text
    printed = prints_of(branch)
    assert [(p.data["kind"], p.data["agent_id"], p.actor) for p in printed] == [
        ("daily_log", "A1", "S1")
    ]
    assert printed[0].data["paper_id"] in page.text


@pytest.mark.parametrize("reader", ["a1", "s1"])
def test_no_customer_can_be_read_on_a_daily_log(branch: Branch, reader: str) -> None:
    visitor = branch.visitor("a1")
    entry = {
        "day": str(TODAY),
        "kind": "face_meeting",
        "customer_id": "C-1",
        "result": "interested",
    }
    visitor.follow(visitor.post("/today/entries", note="张三丰想看十年期", **entry))

    page = branch.visitor(reader).post(DAY_SHEET)

    assert "张**想看十年期" in page.text
    assert "张三丰" not in page.text
    assert "13812341234" not in page.text


def test_the_callback_record_prints_what_was_said_but_not_the_advice(branch: Branch) -> None:
    call = branch.list_call(branch.log_visit())
    visitor = branch.visitor("s1")
    branch.follow()
    ticks = ["prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known"]
    visitor.follow(visitor.post(f"/callbacks/{call}/prepare", ticks=ticks))
    visitor.follow(visitor.post(f"/callbacks/{call}/attempt", attempt="answered"))
    answer = {"outcome": "confirmed", "suggestion": "张三丰说希望多联系", "step": "1"}
    version = branch.record.callbacks.find(call).version  # type: ignore[union-attr]
    visitor.follow(visitor.post(f"/callbacks/{call}/outcome", version=version, **answer))
    visitor.follow(visitor.post(f"/callbacks/{call}/debrief", step="6", advice="先听后说"))

    page = visitor.post(f"/paper/callback/{call}")

    assert page.status_code == 200
    assert "回访电话记录表" in page.text
    assert "张**说希望多联系" in page.text
    assert "张三丰" not in page.text
    assert "先听后说" not in page.text


def test_the_newest_checkpoint_stands_on_the_sheet(branch: Branch) -> None:
    key = SigningKey.of_seed("shilu.local/main", bytes(32))
    kept = Checkpoints(checkpoints_engine(branch.store), key.name)
    kept.keep(str(key.sign(Checkpoint(key.name, 12, bytes(32)).text)), NOON)
    proofs = Proofs(SignerClient(Path("unused.sock")), kept, Path("unused.vkey"))
    bound(branch.app, replace(branch.context, proofs=proofs))

    page = branch.visitor("s1").post(DAY_SHEET)

    assert 'class="qr"' in page.text
    assert "存证 · 第 12 条" in page.text


def test_the_same_print_sent_twice_is_one_print(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    for _ in range(2):
        visitor.post(DAY_SHEET, _id="4b1c5f3e-6f2f-4b7e-9c37-0a5f7d0f3a11")

    assert len(prints_of(branch)) == 1


def test_a_sheet_that_says_something_else_is_another_print(branch: Branch) -> None:
    visitor, same = branch.visitor("a1"), "4b1c5f3e-6f2f-4b7e-9c37-0a5f7d0f3a11"
    visitor.post(DAY_SHEET, _id=same)
    branch.log_visit()
    branch.follow()

    visitor.post(DAY_SHEET, _id=same)

    assert len(prints_of(branch)) == 2


def test_a_pdf_is_a4_and_names_who_printed_it(branch: Branch, tmp_path: Path) -> None:
    branch.log_visit()
    branch.follow()

    answer = branch.visitor("s1").post(DAY_SHEET, form="pdf")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    if shutil.which("pdftotext") and shutil.which("pdfinfo"):
        file = tmp_path / "log.pdf"
        file.write_bytes(answer.data)
        info = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True)
        told = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
        assert "A4" in info.stdout
        assert "周志强" in told.stdout


def test_without_the_libraries_a_pdf_is_refused_with_their_names(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    answer = branch.visitor("a1").post(DAY_SHEET, form="pdf")

    assert answer.status_code == 503
    assert "libpango-1.0-0" in answer.text
    assert prints_of(branch) == []


def test_laying_out_fetches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")

    pdf = pdf_of(f'<img src="file://{secret}"><link rel="stylesheet" href="http://127.0.0.1:9/x">a')

    assert pdf.startswith(b"%PDF-")


def test_printing_is_no_get(branch: Branch) -> None:
    assert branch.visitor("a1").get(DAY_SHEET).status_code == 405


def test_a_weekly_sheet_prints_targets_results_summary_and_plan_masked(branch: Branch) -> None:
    branch.log_visit()
    a1 = branch.visitor("a1")
    week = {"monday": str(MONDAY), "version": "0", "next_calls": "25", "action": "save"}
    a1.follow(a1.post("/week", summary="三次面谈都约了下一次", **week))
    next_tuesday = MONDAY + timedelta(days=8)
    plan = Intention(next_tuesday, PlanKind.FACE_MEETING, time(10), "C-1")
    branch.record.plans.plan("A1", "P1", plan, by=branch.by("A1"))
    branch.follow()

    page = branch.visitor("s1").post(f"/paper/weekly-sheet/A1/{TODAY}")

    assert page.status_code == 200
    assert "周工作检视表" in page.text
    assert "三次面谈都约了下一次" in page.text
    assert "<td>张**</td>" in page.text
    assert "张三丰" not in page.text
    assert [p.data["kind"] for p in prints_of(branch)] == ["weekly_sheet"]


def test_a_monthly_record_prints_summary_plan_goals_and_calendar(branch: Branch) -> None:
    a1 = branch.visitor("a1")
    month = {"month": "2026-11-01", "version": "0", "policies": "2", "action": "save"}
    a1.follow(a1.post("/month", summary="上月签了一单", plan="先拜访老客户", **month))

    page = branch.visitor("u1").post(f"/paper/monthly-record/A1/{TODAY}")

    assert page.status_code == 200
    for told in ("月经营记录", "上月签了一单", "先拜访老客户", "行事历"):
        assert told in page.text
    assert [p.data["day"] for p in prints_of(branch)] == ["2026-11-01"]


@pytest.mark.parametrize("sheet", ["weekly-sheet", "monthly-record"])
def test_an_empty_sheet_prints_too_to_be_filled_by_hand(branch: Branch, sheet: str) -> None:
    answer = branch.visitor("a2").post(f"/paper/{sheet}/A2/{TODAY}", form="pdf")

    assert answer.data.startswith(b"%PDF-")
