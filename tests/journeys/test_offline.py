"""A phone without signal: what is written waits on it, is uploaded once, and nothing is lost."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.conftest import Site, Visit

pytestmark = pytest.mark.alone
SWITCHES = int(os.environ.get("SHILU_OFFLINE_SWITCHES", "60"))
SEED = int(os.environ.get("SHILU_OFFLINE_SEED", "20261125"))
READY = "navigator.serviceWorker.ready.then(() => caches.match('/offline')).then(Boolean)"
NOTHING_WAITS = """() => new Promise((done) => {
  const asked = indexedDB.open('shilu', 1);
  asked.onsuccess = () => {
    const count = asked.result.transaction('queue').objectStore('queue').count();
    count.onsuccess = () => { asked.result.close(); done(count.result === 0); };
  };
})"""


@pytest.fixture
def phone(visit: Visit, request: pytest.FixtureRequest) -> Page:
    """An agent's phone that has been online once, so that the shell is on it."""
    page = visit(getattr(request, "param", "agent"), phone=True)
    page.goto("/today")
    page.wait_for_function(READY)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def online(page: Page, there: bool) -> None:
    page.context.set_offline(not there)


def write_without_signal(page: Page, name: str, *, source: str = "缘故") -> None:
    """Fill the shell's form: four answers about a customer of this name."""
    page.get_by_role("radio", name="面谈").check()
    page.get_by_label("客户的称呼").fill(name)
    page.get_by_role("radio", name="再联系", exact=True).check()
    if source:
        page.get_by_text("时间、新客户").click()
        page.get_by_role("radio", name=source, exact=True).check()
    page.get_by_role("button", name="存下这一笔").click()
    expect(page.get_by_role("status").first).to_contain_text("已存在这部手机里")


def is_logged_once(page: Page, name: str) -> None:
    """Look until today's list has it: the page doesn't wait for what another request wrote."""
    for _ in range(40):
        page.goto("/today")
        if page.get_by_text(name).count():
            break
        page.wait_for_timeout(250)
    expect(page.locator(".log li").filter(has_text=name)).to_have_count(1)


def tray(page: Page) -> str:
    return page.locator("#waiting > .row b").inner_text()


def test_entries_written_without_signal_survive_a_reload_and_are_uploaded_once(phone: Page) -> None:
    online(phone, False)
    phone.reload()
    expect(phone.get_by_role("heading", name="照样记")).to_be_visible()
    for name in ("林一", "林二", "林三"):
        write_without_signal(phone, name)
        phone.reload()
    expect(phone.locator("#waiting")).to_contain_text("3 条待上传")

    online(phone, True)

    expect(phone.locator("#waiting")).to_be_hidden()
    expect(phone.get_by_text("有信号了")).to_be_visible()
    phone.get_by_role("link", name="回到今日").click()
    for name in ("林一", "林二", "林三"):
        expect(phone.locator(".log li").filter(has_text=name)).to_have_count(1)


def test_a_plan_and_the_days_summary_wait_as_well(phone: Page) -> None:
    online(phone, False)
    phone.reload()
    phone.get_by_text("加一项计划").click()
    plan = phone.locator("form[action='/plans']")
    plan.get_by_role("radio").first.check()
    next_day = plan.get_by_label("哪一天").input_value()
    plan.get_by_role("button").click()
    expect(phone.locator("#waiting")).to_contain_text("1 条待上传")
    phone.locator("summary").filter(has_text="提交今日日志").click()
    phone.get_by_label("今日心得").fill("信号不好，人都见到了")
    phone.get_by_role("radio", name="客户改期").check()
    phone.get_by_role("button", name="存下，有信号就提交").click()
    expect(phone.locator("#waiting")).to_contain_text("2 条待上传")

    online(phone, True)

    expect(phone.locator("#waiting")).to_be_hidden()
    expect(phone.get_by_text("有信号了")).to_be_visible()
    phone.goto("/today")
    expect(phone.get_by_text("已提交")).to_be_visible()
    phone.goto(f"/plans?day={next_day}")
    expect(phone.get_by_role("heading", name="安排了 1 项")).to_be_visible()


@pytest.mark.parametrize(
    ("today", "proposed"),
    [
        ("2026-11-25", "2026-11-26"),
        ("2026-11-27", "2026-11-30"),  # a Friday
        ("2026-09-30", "2026-10-05"),  # the demo's calendar: the first and the second are free
    ],
)
def test_without_signal_a_plan_is_proposed_for_the_next_working_day(
    phone: Page, today: str, proposed: str
) -> None:
    phone.clock.set_fixed_time(f"{today}T12:00:00")
    online(phone, False)
    phone.reload()

    plan = phone.locator("form[action='/plans']")
    expect(plan.get_by_label("哪一天")).to_have_value(proposed)


def test_a_form_that_was_open_keeps_what_is_sent_without_signal(phone: Page) -> None:
    phone.goto("/today?kind=face_meeting")
    online(phone, False)

    phone.get_by_role("radio", name="新客户").check()
    phone.get_by_label("称呼").fill("开着页面")
    phone.get_by_role("radio", name="转介绍").check()
    phone.get_by_role("radio", name="意向明确").check()
    phone.get_by_role("button", name="保存这次面谈").click()

    expect(phone.locator("#waiting")).to_contain_text("1 条待上传")
    expect(phone.get_by_label("称呼")).to_have_value("")
    online(phone, True)
    expect(phone.locator("#waiting")).to_be_hidden()
    phone.goto("/today")
    expect(phone.locator(".log li").filter(has_text="开着页面")).to_have_count(1)


def test_a_sheet_waits_with_the_button_that_was_pressed(phone: Page) -> None:
    phone.goto("/week")
    phone.get_by_label("本周总结").fill("信号不好，人都见到了")
    online(phone, False)

    phone.get_by_role("button", name="提交周工作检视表").click()

    expect(phone.locator("#waiting")).to_contain_text("1 条待上传")
    online(phone, True)
    expect(phone.locator("#waiting")).to_be_hidden()
    phone.goto("/week")
    expect(phone.get_by_text("已提交")).to_be_visible()


def test_a_refused_one_says_why_and_can_be_put_right(phone: Page) -> None:
    online(phone, False)
    phone.reload()
    write_without_signal(phone, "没有来源", source="")

    online(phone, True)
    expect(phone.locator("#waiting")).to_contain_text("1 条没有被接受")
    expect(phone.locator("#waiting")).to_contain_text("请选择从哪里认识")
    phone.get_by_role("button", name="修改").click()

    expect(phone.get_by_role("alert")).to_contain_text("请选择从哪里认识")
    expect(phone.get_by_label("称呼")).to_have_value("没有来源")
    phone.get_by_role("radio", name="活动", exact=True).check()
    phone.get_by_role("button", name=re.compile("保存")).click()
    expect(phone.get_by_text("记下了。")).to_be_visible()
    expect(phone.locator("#waiting")).to_be_hidden()
    expect(phone.locator(".log li").filter(has_text="没有来源")).to_have_count(1)


def shell_plan(page: Page) -> None:
    page.reload()
    page.get_by_text("加一项计划").click()
    page.get_by_role("button", name="存下，有信号就放进计划").click()


def mended_plan(page: Page) -> None:
    form = page.locator("form[action='/plans']")
    form.get_by_role("radio").first.check()
    form.get_by_role("button").last.click()


def shell_summary(page: Page) -> None:
    page.reload()
    page.locator("summary").filter(has_text="提交今日日志").click()
    field = page.get_by_label("今日心得")
    field.evaluate("(field) => { field.value = '长'.repeat(2001); }")  # an older page's form
    page.get_by_role("button", name="存下，有信号就提交").click()


def shown_summary(page: Page) -> None:
    """The demo's day is handed in by now: that the words are there again is what can be seen."""
    expect(page.get_by_label("今日心得")).to_have_value(re.compile("^长+$"))
    page.goto("/today")
    page.get_by_role("button", name="丢弃").click()
    page.get_by_role("button", name="确定").click()


def words_for_a_number(page: Page) -> None:
    page.locator("#sheet .numbers input").first.fill("很多")
    page.locator("#sheet button[value=save]").click()


def mended_number(page: Page) -> None:
    page.locator("#sheet .numbers input").first.fill("12")
    page.locator("#sheet button[value=save]").click()


@pytest.mark.parametrize(
    ("phone", "start", "write", "mend"),
    [
        ("agent", "/today", shell_plan, mended_plan),
        ("agent2", "/today", shell_summary, shown_summary),
        ("agent2", "/week", words_for_a_number, mended_number),
        ("agent", "/month", words_for_a_number, mended_number),
    ],
    ids=["plan", "summary", "week", "month"],
    indirect=["phone"],
)
def test_whatever_is_refused_is_shown_with_the_servers_reason_and_mended(
    phone: Page, start: str, write: Callable[[Page], None], mend: Callable[[Page], None]
) -> None:
    phone.goto(start)
    if start == "/month":  # this month's record is submitted
        phone.goto(phone.get_by_role("link", name="后一月").get_attribute("href") or "")
    online(phone, False)
    write(phone)
    expect(phone.locator("#waiting")).to_contain_text("1 条待上传")

    online(phone, True)
    expect(phone.locator("#waiting")).to_contain_text("1 条没有被接受")
    assert len(phone.locator("#waiting .what").inner_text()) < 80
    reason = phone.locator("#waiting li p").inner_text()
    assert reason, "the server's own words"
    phone.get_by_role("button", name="修改").click()
    expect(phone.get_by_role("alert")).to_contain_text(reason)
    mend(phone)

    expect(phone.get_by_role("alert")).to_have_count(0)
    expect(phone.locator("#waiting")).to_be_hidden()
    phone.wait_for_function(NOTHING_WAITS)


def test_a_refused_one_can_be_discarded_after_a_question(phone: Page) -> None:
    online(phone, False)
    phone.reload()
    write_without_signal(phone, "不要了", source="")
    online(phone, True)
    expect(phone.locator("#waiting")).to_contain_text("没有被接受")

    phone.get_by_role("button", name="丢弃").click()
    phone.get_by_role("button", name="确定").click()

    expect(phone.locator("#waiting")).to_be_hidden()
    phone.goto("/today")
    expect(phone.get_by_text("不要了")).to_have_count(0)


def test_signed_out_in_between_it_waits_for_the_same_person(phone: Page, site: Site) -> None:
    online(phone, False)
    phone.reload()
    write_without_signal(phone, "等我登录")
    phone.context.clear_cookies()

    online(phone, True)
    expect(phone.locator("#waiting")).to_contain_text("请重新登录")
    sign_in(phone, site, "agent2")
    expect(phone.locator("#waiting")).to_contain_text("另一位伙伴还有 1 条")
    assert "等我登录" not in phone.content()
    phone.context.clear_cookies()
    sign_in(phone, site, "agent")

    phone.wait_for_function(NOTHING_WAITS)
    expect(phone.locator("#waiting")).to_be_hidden()
    is_logged_once(phone, "等我登录")


def test_signing_out_asks_while_something_waits_and_then_leaves_nothing(phone: Page) -> None:
    online(phone, False)
    phone.reload()
    write_without_signal(phone, "还没上传", source="")
    online(phone, True)
    expect(phone.locator("#waiting")).to_contain_text("没有被接受")
    phone.goto("/mine")

    phone.get_by_role("button", name="退出登录").tap()
    expect(phone.get_by_role("dialog")).to_contain_text("还有 1 条没有上传")
    phone.get_by_role("button", name="取消").tap()
    expect(phone).to_have_url(re.compile("/mine"))
    phone.get_by_role("button", name="退出登录").tap()
    phone.get_by_role("button", name="确定").tap()

    phone.wait_for_url(re.compile("/sign-in"))
    expect(phone.locator("#waiting")).to_be_hidden()
    assert {path for path in kept_paths(phone) if not path.startswith("/static/")} <= {"/offline"}


def test_signing_out_leaves_what_another_person_wrote(phone: Page, site: Site) -> None:
    online(phone, False)
    phone.reload()
    write_without_signal(phone, "前一位写的")
    phone.context.clear_cookies()
    online(phone, True)
    sign_in(phone, site, "agent2")
    phone.goto("/mine")

    phone.get_by_role("button", name="退出登录").tap()

    phone.wait_for_url(re.compile("/sign-in"))
    sign_in(phone, site, "agent")
    phone.wait_for_function(NOTHING_WAITS)
    is_logged_once(phone, "前一位写的")


def test_no_page_about_customers_is_kept_on_the_phone(phone: Page) -> None:
    for path in ("/customers", "/today?kind=face_meeting", "/mine", "/today/submit"):
        phone.goto(path)

    assert {path for path in kept_paths(phone) if not path.startswith("/static/")} == {"/offline"}
    online(phone, False)
    phone.goto("/customers")
    expect(phone.get_by_role("heading", name="照样记")).to_be_visible()


def test_no_entry_is_lost_or_doubled_by_a_signal_that_comes_and_goes(phone: Page) -> None:
    chance, written = random.Random(SEED), 0
    lost_answers = LostAnswers(phone, chance)
    for _ in range(SWITCHES):
        online(phone, chance.random() < 0.5)
        lost_answers.often = chance.choice([0.0, 0.0, 0.5])
        act = chance.choice(["write", "write", "reload", "leave", "wait"])
        if act == "write":
            written += 1
            open_form(phone)
            write_anyhow(phone, f"客{written}号")
        elif act == "reload":
            phone.reload()
        elif act == "leave":
            phone.goto(chance.choice(["/mine", "/customers", "/today"]))
    lost_answers.often = 0.0
    online(phone, True)
    phone.goto("/today")
    phone.wait_for_function(NOTHING_WAITS, timeout=60_000)

    names = names_of_today(phone, written)
    assert names == Counter({f"客{n}号": 1 for n in range(1, written + 1)})
    assert written > SWITCHES / 5


def names_of_today(page: Page, wanted: int) -> Counter[str]:
    """Return how often each name stands in today's log, once the views have come up with it."""
    names: Counter[str] = Counter()
    for _ in range(40):
        page.goto("/today")
        names = Counter(re.findall(r"客\d+号", page.locator("#log").inner_text()))
        if len(names) >= wanted:
            break
        page.wait_for_timeout(250)
    return names


class LostAnswers:
    """Takes the answer of an upload away now and then: it came in, and the phone never hears."""

    def __init__(self, page: Page, chance: random.Random) -> None:
        self.often, self._chance = 0.0, chance
        page.route("**/today/*", self._handle)

    def _handle(self, route: Route, request: Request) -> None:
        if request.method == "POST" and self._chance.random() < self.often:
            try:
                route.fetch(max_redirects=0)
            finally:
                route.abort()
        else:
            route.continue_()


def open_form(page: Page) -> None:
    """Come to a form for an entry, with or without signal."""
    page.goto("/today?kind=face_meeting")


def write_anyhow(page: Page, name: str) -> None:
    """Write an entry into whichever form there is; what is typed is kept before it is sent."""
    if page.get_by_label("客户的称呼").count():
        write_without_signal(page, name)
        return
    page.get_by_role("radio", name="新客户").check()
    page.get_by_label("称呼").fill(name)
    page.get_by_role("radio", name="缘故", exact=True).check()
    page.get_by_role("radio", name="再联系", exact=True).check()
    page.get_by_role("button", name="保存这次面谈").click()
    page.get_by_text(re.compile("已存在这部手机里|记下了。")).first.wait_for(state="attached")


def sign_in(page: Page, site: Site, login: str) -> None:
    account = site.login(login)
    page.goto("/sign-in")
    page.locator("#f-login").fill(account["login"])
    page.locator("#f-password").fill(account["password"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def kept_paths(page: Page) -> set[str]:
    """Return the paths of everything in the phone's caches."""
    return set(
        page.evaluate(
            """async () => {
              const paths = [];
              for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys())
                  paths.push(new URL(request.url).pathname);
              return paths;
            }"""
        )
    )
