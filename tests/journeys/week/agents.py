"""An agent's day on the phone: plan, log, hand in; and a day without signal."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page, expect

from service.pages.rings import CALL_RESULTS
from service.pages.today import SAVES
from service.words import (
    KINDS,
    LAST_ACTIONS,
    OBJECTIONS,
    PLAN_KINDS,
    RESULTS,
    SHORT_REASONS,
    SOURCES,
)
from tests.journeys.test_offline import READY, online
from tests.journeys.week.player import Part, Player
from tests.journeys.week.stage import instant

CALL, MEETING, CLOSING, NEW = (
    "appointment_call",
    "face_meeting",
    "closing_visit",
    "new_prospect_visit",
)


def plan(agent: Player, day: date, kind: str, customer: str, at: str) -> None:
    """Plan a visit."""
    agent.open(f"/plans?day={day}")
    form = agent.part("form[action='/plans']")
    form.choose("做什么？", PLAN_KINDS[kind])
    form.choose("和谁？（没有客户可不选）", customer, own=True)
    form.write("几点（选填）", at)
    form.press("放进计划")
    agent.told("planned")


def settle(agent: Player, customer: str, result: str) -> None:
    """Turn the first visit planned for today into an entry, with one tap."""
    agent.open("/today")
    item = agent.part("ul.plan > li", customer)
    item.part(".taps").press(result_of(MEETING, result))
    agent.told("logged")


def log(agent: Player, kind: str, customer: str, result: str, note: str) -> None:
    """Log something about a customer of one's own by the ring's form."""
    form = ring(agent, kind)
    form.place.get_by_role("radio", name=customer, exact=True).check()
    save(agent, form, kind, result, note)


def log_in_full(agent: Player, kind: str, customer: str, result: str, note: str) -> None:
    """Log a visit with its objection, how it was handled and the last action (R-54, R-55)."""
    form = ring(agent, kind)
    form.place.get_by_role("radio", name=customer, exact=True).check()
    form.unfold("时间、拒绝、最后动作")
    form.tick(OBJECTIONS["family"])
    form.write("怎样处理的", agent.words.line("handled"))
    form.choose("最后动作", LAST_ACTIONS["agreed_revisit"])
    save(agent, form, kind, result, note)


def log_somebody_new(agent: Player, name: str, note: str) -> None:
    """Log a visit to a new prospect, who is registered with it."""
    form = ring(agent, NEW)
    form.choose("哪一种？", KINDS[NEW])
    form.choose("拜访了谁？", "新客户")
    form.write("称呼", name)
    form.write("电话（选填）", "138 0009 9999")
    form.choose("从哪里认识？", SOURCES["referral"])
    save(agent, form, NEW, "interested", note)


def ring(agent: Player, kind: str) -> Part:
    """Tap a ring; return the form behind it."""
    if "done=logged" not in agent.page.url:
        agent.open("/today")
    agent.page.locator(f"nav.quick a[href*='kind={kind}']").tap()
    return agent.part("form[action='/today/entries']")


def save(agent: Player, form: Part, kind: str, result: str, note: str) -> None:
    """Say what came of it, with a line about it, and save."""
    form.choose("结果", result_of(kind, result))
    form.write("一句话（选填，可语音）", agent.words.line(note))
    form.press(SAVES[kind])
    agent.told("logged")


def result_of(kind: str, result: str) -> str:
    """Return the pages' word for a result; a phone call has words of its own."""
    return CALL_RESULTS.get(result, RESULTS[result]) if kind == CALL else RESULTS[result]


def hand_in(agent: Player) -> None:
    """Hand the day in with one line."""
    agent.open("/today/submit")
    form = agent.part("form[action='/today/submit']")
    form.choose("今天没做满，因为", SHORT_REASONS["customer_moved"])
    form.write("今日心得（一句话）", agent.words.line(f"summary_{agent.person_id}"))
    form.press("确认提交")
    agent.told("submitted")


def lose_the_signal(agent: Player, day: date, wall: str) -> None:
    """Go where there is no signal; the shell has been on the phone since it was online."""
    agent.open("/today")
    agent.page.wait_for_function(READY)
    agent.page.wait_for_function("navigator.serviceWorker.controller !== null")
    set_clock(agent.page, day, wall)
    online(agent.page, False)
    agent.page.reload()
    expect(
        agent.page.get_by_role("heading", name=agent.words("照样记，存在手机里"))
    ).to_be_visible()


def set_clock(page: Page, day: date, wall: str) -> None:
    """Set the phone's own clock."""
    page.clock.set_fixed_time(instant(day, wall))


def write_without_signal(agent: Player, kind: str, customer: str, result: str, note: str) -> None:
    """Write an entry into the shell's form."""
    form = agent.part("form[action='/today/entries']")
    form.choose("哪一种？", KINDS[kind])
    form.write("客户的称呼", customer)
    form.choose("结果", RESULTS[result])
    form.write("一句话（选填，可语音）", agent.words.line(note))
    form.tap("存下这一笔")


def hand_in_without_signal(agent: Player) -> None:
    """Hand the day in; it waits with the entries."""
    agent.unfold("提交今日日志")
    form = agent.part("form[action='/today/submit']")
    form.write("今日心得（一句话）", agent.words.line(f"summary_{agent.person_id}"))
    form.choose("今天没做满，因为", SHORT_REASONS["other"])
    form.tap("存下，有信号就提交")


def waits(agent: Player, n: int) -> None:
    """Be sure that the phone keeps what was written, and of how much waits on it."""
    said = agent.words("已存在这部手机里，有信号就上传。")
    expect(agent.page.locator("#waiting-said")).to_have_text(said)
    expect(agent.page.locator("#waiting")).to_contain_text(agent.words("{n} 条待上传", n=n))


def find_the_signal(agent: Player, day: date, wall: str) -> None:
    """Come back to a signal: all that waits goes up once."""
    set_clock(agent.page, day, wall)
    online(agent.page, True)
    expect(agent.page.locator("#waiting")).to_be_hidden()
    agent.open("/today")


def see_who_looked(agent: Player, who: str) -> None:
    """See who looked at a customer's number (R-34)."""
    agent.open("/mine")
    agent.part("#looks").shows(who)
    agent.take_picture("mine-phone")


def fill_the_week(agent: Player, done: list[str]) -> None:
    """Write the weekly sheet: only words and next targets, the results are there (R-10 to R-13).

    ``done``: calls, meetings, closings, new visits and policies as they must have been counted.
    """
    agent.open("/week")
    expect(agent.page.locator("#targets tr:not(.said) td:last-child b")).to_have_text(done)
    agent.take_picture(f"sheet-{agent.person_id}-phone")
    form = agent.part("form[action='/week']")
    form.write("本周总结", agent.words.line("week_summary"))
    form.press("提交周工作检视表")
    agent.told("sheet_submitted")


def read_the_care(agent: Player, monday: date) -> None:
    """Read what the supervisor wrote under the week, and say so."""
    agent.open(f"/week?day={monday}")
    agent.part(f"form[action$='/week/{monday}/read']").press("读过了")
    agent.told("read")


def begin_the_month(agent: Player, month: str) -> None:
    """Divide the new month and hand its record in, with the last month's summary (R-20 to R-24)."""
    agent.open(f"/month?month={month}")
    agent.part("form[action='/month/weeks']").press("就这样划分")
    agent.told("divided")
    agent.take_picture("month-phone")
    form = agent.part("form[action='/month']")
    form.write("上月总结", agent.words.line("month_summary"))
    form.write("本月计划", agent.words.line("month_plan"))
    form.press("提交月经营记录")
    agent.told("sheet_submitted")
