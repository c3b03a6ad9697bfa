"""The supervisor's day at the desk: reviews, the three calls of 1-1-1, the journal."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import expect

from service.coaching_words import CLEAR, METHODS, MOMENTS, OPENINGS
from service.words import ATTEMPTS, OUTCOMES, REMARKS, REVIEW_VERDICTS
from tests.journeys.week.player import Player
from tests.journeys.week.stage import PEOPLE


def review_logs(boss: Player, n: int) -> None:
    """Review all logs that wait, one after the other (R-01 to R-04)."""
    boss.open("/reviews")
    boss.take_picture("queue-desk")
    boss.page.locator("main a[href^='/reviews/A']").first.click()
    for no in range(n):
        form = boss.part("#review-form")
        form.choose("填得怎样？", REVIEW_VERDICTS["good"])
        form.choose("这句批语是", REMARKS["praise"])
        form.write("批语", boss.words.line("remark", whose=heading(boss)))
        if not no:
            boss.take_picture("review-desk")
        form.press("批阅，看下一份")
        boss.told("reviewed")
    expect(boss.page).to_have_url(re.compile(r"/reviews\?"))


def call_back(boss: Player, agent: str, day: date, outcome: str) -> None:
    """Call a customer about a visit of one's choice, with the script beside the form (R-50 to R-57)."""
    boss.open(f"/agents/{agent}?day={day}")
    boss.part("ul.log > li:has(a.btn)").place.first.get_by_role("link").click()
    boss.page.wait_for_url("**/callbacks/**")
    if "/callbacks/new" in boss.page.url:  # else the morning's lot fell on it
        form = boss.part("form[action='/callbacks/new']")
        form.write("为什么选这一次？", boss.words.line("why_call"))
        form.press("放进回访名单")
        boss.told("listed")
    _prepare(boss)
    _dial(boss)
    _record(boss, agent, outcome)


def heading(boss: Player) -> str:
    """Return whose log or sheet is on the page, and which."""
    return boss.page.locator("h1").inner_text()


def _prepare(boss: Player) -> None:
    form = boss.part("form[action$='/prepare']")
    for tick in form.place.get_by_role("checkbox").all():
        tick.check()
    form.press("准备好了")
    boss.told("prepared")


def _dial(boss: Player) -> None:
    boss.press("查看号码并留痕")
    expect(boss.page.locator("#contact .done")).to_be_visible()
    boss.choose("拨号结果", ATTEMPTS["answered"])
    boss.press("记下拨号")
    boss.told("attempted")


def _record(boss: Player, agent: str, outcome: str) -> None:
    denied, line = outcome == "denied", boss.words.line
    boss.choose("客户确认有过这次拜访吗？", OUTCOMES[outcome])
    boss.write("客户的疑问或建议（选填）", line("customer_denies" if denied else "customer_says"))
    boss.press("说完了，下一步")
    step = boss.page.locator("ol.steps li[aria-current=step]")
    expect(step).to_have_attribute("data-n", "2")
    boss.take_picture("callback-denied-desk" if denied else "callback-desk")
    boss.press("保存客户的回答")
    boss.told("answered")
    if denied:
        boss.shows(boss.words("「对不起，可能是我记错了，打扰您了。」"))
        boss.shows(boss.words("已如实记下，不作结论。先听伙伴怎么说。"))
    advice = line("denied_advice" if denied else "call_advice")
    boss.write("给 {agent} 的重点建议", advice, agent=PEOPLE[agent][0])
    boss.press("已与伙伴沟通")
    boss.told("debriefed")


def track(boss: Player, agent: str) -> None:
    """Call an agent: prepared, opened with care, closed with a goal (R-60 to R-65)."""
    line = boss.words.line
    boss.open("/tracking")
    boss.page.locator(f"a[href='/tracking/new?agent={agent}']").click()
    form = boss.part("form[action='/tracking/new']")
    form.write("辅导的要点", line("points"))
    form.write("要提出的工作要求", line("asks"))
    form.press("准备好了")
    boss.told("call_prepared")
    form = boss.part("form[action$='/held']")
    form.choose("① 从什么谈起？", OPENINGS["family"])
    form.write("② 了解到的情况", line("learnt"))
    form.write("③ 肯定了什么", line("affirmed"))
    form.write("④ 工作要求", line("asks"))
    form.write("目标", line("goal"))
    boss.take_picture("tracking-desk")
    form.press("电话打完了")
    boss.told("call_held")


def open_coaching(boss: Player, agent: str, moment: str) -> None:
    """Take up what the morning's look at the logs suggests (R-71)."""
    boss.open("/coaching")
    card = boss.part(".list li", PEOPLE[agent][0]).part("a.all", boss.words(MOMENTS[moment]))
    card.place.click()


def find_the_wrong_moment(boss: Player, until: date) -> None:
    """Tick four of the five: it is the wrong moment, and another day is agreed on (R-72)."""
    form = boss.part("form[action$='/gate']")
    for word in ("busy", "unwilling", "angry", "no_trust"):
        form.tick(CLEAR[word])
    form.press("确认")
    expect(boss.page.locator(".note.warn")).to_be_visible()
    boss.take_picture("gate-desk")
    form = boss.part("form[action$='/defer']")
    form.write("改到哪一天", str(until))
    form.press("改约")
    boss.told("deferred")


def coach(boss: Player) -> None:
    """Hold the session behind the gate, and evaluate it (R-73, R-74)."""
    line = boss.words.line
    form = boss.part("form[action$='/gate']")
    for source in CLEAR.values():
        form.tick(source)
    form.press("确认")
    boss.told("gate_passed")
    form = boss.part("form[action$='/hold']")
    form.tick(METHODS["talk"])
    form.write("谈了什么", line("talked"))
    form.write("说好做什么", line("agreed"))
    boss.take_picture("coaching-desk")
    form.press("记下经过")
    boss.told("coached")
    form = boss.part("form[action$='/evaluate']")
    form.write("伙伴最后的表现", line("behaviour"))
    form.place.get_by_role("radio", name="4", exact=True).check()
    form.press("结束这次辅导")
    boss.told("evaluated")


def file_journal(boss: Player, met: int, facts: int | None = None) -> None:
    """Sum the day up; the record has filled the journal, and ``met`` rings of 1-1-1 (R-81, R-82)."""
    boss.open("/journal")
    expect(boss.page.locator(".mini .met")).to_have_count(met)
    if facts is not None:
        expect(boss.page.locator("ul.log > li")).to_have_count(facts)
    form = boss.part("form[action$='/submit']")
    form.write("今天的总结", boss.words.line("journal"))
    form.press("提交并归档")
    boss.told("journal_filed")
    boss.shows(boss.words("刚刚核对过：与记录一致，没有多，没有少。"))
    boss.take_picture("journal-desk")


def set_goals(boss: Player, month: str, calls: int) -> None:
    """Set the team's goals of a month (R-23)."""
    boss.open(f"/team-goals/T1?month={month}")
    form = boss.part("form[action='/team-goals/T1']")
    for name, n in (("calls", calls), ("meetings", 60), ("closings", 9), ("new_visits", 12)):
        form.place.locator(f"[name={name}]").fill(str(n))
    form.write("经营重点（选填）", boss.words.line("focus"))
    form.press("定下目标")
    boss.told("targets")


def review_sheets(boss: Player, n: int, kind: str) -> None:
    """Write 主管关怀 under all sheets that wait (R-14, R-25)."""
    line = boss.words.line
    boss.open("/reviews?state=sheets")
    boss.page.locator(f"main a[href*='/{kind}/']").first.click()
    for no in range(n):
        form = boss.part(f"form[action*='/{kind}/']")
        form.choose("这句批语是", REMARKS["guide"])
        form.write("评价", line("care", whose=heading(boss)))
        form.write("建议", line("care_advice"))
        if kind == "month":
            form.write("对下个月行事历的指导", line("guidance"))
        if not no:
            boss.take_picture(f"{kind}-review-desk")
        form.press("批阅，看下一份")
        boss.told("reviewed")
