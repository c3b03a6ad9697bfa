"""The main job, end to end, in a real browser: a visit is logged, called back, denied, compared,
explained, decided and audited.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit

pytestmark = pytest.mark.alone
WORKER_WITHIN = 30.0  # seconds from the answer to the case


def test_a_denied_visit_becomes_a_case_that_a_human_decides_and_an_auditor_replays(
    site: Site, visit: Visit, pictures: Path
) -> None:
    agent = visit("agent2", phone=True)
    supervisor = visit("supervisor")

    the_agent_logs_a_visit(agent, pictures)
    the_supervisor_reads_the_board(supervisor, pictures)
    the_customer_denies_the_visit(supervisor, pictures)
    the_workers_open_a_case(supervisor)
    the_agent_is_told_who_looked_and_explains(agent, pictures)
    the_supervisor_decides(supervisor, pictures)
    the_auditor_follows_it_all(visit("auditor"), site.login("agent2")["name"], pictures)


def the_agent_logs_a_visit(page: Page, pictures: Path) -> None:
    page.goto("/today")
    page.screenshot(path=pictures / "today-phone.png")
    page.get_by_role("link", name=re.compile("面谈")).first.tap()
    page.get_by_role("group", name="面谈了谁？").get_by_role("radio").first.tap()
    page.get_by_role("radio", name="再联系", exact=True).tap()
    page.get_by_role("radio", name="明天 10:00").tap()
    page.get_by_label("一句话").fill("想看十年期的方案")
    page.screenshot(path=pictures / "entry-phone.png")
    page.get_by_role("button", name="保存这次面谈").tap()
    expect(page.get_by_role("status").filter(has_text="记下了")).to_be_visible()
    page.screenshot(path=pictures / "logged-phone.png")


def the_supervisor_reads_the_board(page: Page, pictures: Path) -> None:
    page.goto("/board")
    expect(page.get_by_role("heading", name="今天该回访谁")).to_be_visible()
    page.screenshot(path=pictures / "board-desk.png")


def the_customer_denies_the_visit(page: Page, pictures: Path) -> None:
    page.goto("/callbacks")
    page.get_by_role("listitem").filter(has_text="核查回访").get_by_role("link").first.click()
    page.screenshot(path=pictures / "callback-prepare-desk.png")
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="准备好了").click()

    page.get_by_role("button", name="查看号码并留痕").click()
    expect(page.get_by_text("已留痕")).to_be_visible()
    page.get_by_role("radio", name="接通", exact=True).click()
    page.get_by_role("button", name="记下拨号").click()

    page.get_by_role("button", name="说完了，下一步").click()
    page.get_by_role("radio", name="没有", exact=True).click()
    expect(page.get_by_text("可能是我记错了").first).to_be_visible()
    page.get_by_label("客户的疑问或建议").fill("说那天一直在外地")
    page.get_by_role("button", name="说完了，下一步").click()
    expect(page.get_by_label("客户的疑问或建议")).to_have_value("说那天一直在外地")
    page.screenshot(path=pictures / "callback-desk.png")
    page.get_by_role("button", name="保存客户的回答").click()
    expect(page.get_by_text("已如实记下，不作结论")).to_be_visible()
    page.get_by_label("重点建议").fill("先听你说说那天的情况")
    page.get_by_role("button", name="已与伙伴沟通").click()


def the_workers_open_a_case(page: Page) -> None:
    until = time.monotonic() + WORKER_WITHIN
    while time.monotonic() < until:
        page.goto("/cases")
        if page.get_by_role("listitem").filter(has_text="第 1 号").count():
            return
        page.wait_for_timeout(250)
    raise AssertionError("no case was opened")


def the_agent_is_told_who_looked_and_explains(page: Page, pictures: Path) -> None:
    page.goto("/mine")
    expect(page.get_by_role("heading", name="谁看过我的客户")).to_be_visible()
    expect(page.get_by_text("看了").first).to_be_visible()
    page.screenshot(path=pictures / "mine-phone.png")
    page.get_by_role("link", name=re.compile("第 1 号")).tap()
    page.get_by_label("你的说明").fill("那天是她母亲接待的我，她本人不在家。")
    page.screenshot(path=pictures / "my-case-phone.png")
    page.get_by_role("button", name="提交说明").tap()
    expect(page.get_by_role("status").filter(has_text="说明已记下")).to_be_visible()


def the_supervisor_decides(page: Page, pictures: Path) -> None:
    page.goto("/cases")
    page.get_by_role("listitem").filter(has_text="第 1 号").get_by_role("link").click()
    expect(page.get_by_text("她母亲接待的我").first).to_be_visible()
    says_what_it_looks_like_before_the_estimate_is_shown(page)
    page.get_by_role("radio", name="不会填，需要辅导").click()
    page.get_by_label("理由").fill("记录写成了本人面谈，辅导怎样如实填写。")
    page.screenshot(path=pictures / "case-desk.png")
    page.get_by_role("button", name="记下决定").click()
    expect(page.get_by_role("status").filter(has_text="决定已记下")).to_be_visible()


def says_what_it_looks_like_before_the_estimate_is_shown(page: Page) -> None:
    expect(page.get_by_text("先写下你自己的看法，再看系统的估计")).to_be_visible()
    page.get_by_role("radio", name="像是不会填").click()
    page.get_by_label("为什么这样看？").fill("家人接待了，却写成了本人面谈。")
    page.get_by_role("button", name="记下看法，再看估计").click()
    expect(page.get_by_role("status").filter(has_text="看法已记下")).to_be_visible()
    expect(page.get_by_text("先写下你自己的看法")).to_have_count(0)


def the_auditor_follows_it_all(page: Page, agent_name: str, pictures: Path) -> None:
    page.goto("/events")
    page.get_by_label("类型").select_option(label="核实与案件")
    page.get_by_label("关于谁").select_option(label=agent_name)
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile("topic=verification_case"))
    expect(page.get_by_text("作出决定").first).to_be_visible()
    page.screenshot(path=pictures / "events-desk.png")
    page.get_by_role("link", name=re.compile("立第 1 号核实")).click()
    expect(page.get_by_text("起因", exact=True)).to_be_visible()
    page.screenshot(path=pictures / "event-desk.png")

    page.get_by_role("link", name="回到这一刻").click()
    page.get_by_role("link", name="与现在对比").click()
    expect(page.get_by_role("heading", name="两刻之间的变化")).to_be_visible()
    expect(page.get_by_role("row", name=f"{agent_name} 待决案件 有 没有")).to_be_visible()
    page.screenshot(path=pictures / "time-machine-desk.png")
