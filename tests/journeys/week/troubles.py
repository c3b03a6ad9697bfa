"""What goes wrong in the week and is put right: a filling problem, a complaint; and a contest."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from service.words import ENDINGS, FINDINGS, PROBLEMS
from tests.journeys.week.player import Player
from tests.journeys.week.stage import PEOPLE


def open_contest(boss: Player, starts_on: date) -> None:
    """Open a season of four weeks (R-31)."""
    boss.open("/contests")
    form = boss.part("form[action='/contests/new']")
    form.write("名称", boss.words.line("contest"))
    form.write("从哪天起（四周）", str(starts_on))
    form.press("开始")
    boss.told("saved")


def see_the_own_place(agent: Player) -> None:
    """Look at the season: the team's goal first, then one's own place."""
    agent.open("/contests")
    agent.shows(agent.words.line("contest"))
    expect(agent.page.get_by_role("progressbar").first).to_be_visible()
    agent.take_picture("contest-phone")


def see_the_final_table(agent: Player) -> None:
    """See that the season is over, and the hash of its table."""
    agent.open("/contests")
    agent.shows(agent.words("名次已定"))


def take_up_what_is_suggested(boss: Player, agent: str, problem: str) -> None:
    """Open a case for what the weekly look at the logs suggests (R-30 to R-34)."""
    boss.open("/filling/suggestions")
    card = boss.part("section.card", PEOPLE[agent][0])
    card.shows(boss.words(PROBLEMS[problem]))
    card.place.get_by_role("link", name=boss.words("开始填写辅导")).click()
    form = boss.part("form[action='/filling/new']")
    form.write("你看到了什么", boss.words.line("note_filling"))
    form.press("开始辅导")
    boss.told("filling_opened")


def open_case(boss: Player, agent: str) -> None:
    """Open the case of an agent."""
    boss.open("/filling")
    boss.part(".list a.all", PEOPLE[agent][0]).place.first.click()


def take_step(boss: Player, step: int) -> None:
    """Take a step of the ladder, and tell what the agent said."""
    form = boss.part("form[action$='/step']")
    form.write("做了什么，伙伴怎么说", boss.words.line(f"step_{step}"))
    form.press("这一步做了")
    boss.told("filling_step")


def answer_the_ladder(agent: Player) -> None:
    """Read the ladder and every word, and answer."""
    agent.open("/mine")
    agent.page.locator("a[href^='/mine/filling/']").tap()
    agent.shows(agent.words.line("step_1"))
    agent.write("我想说", agent.words.line("reply"))
    agent.press("告诉主管")
    agent.told("stated")
    agent.take_picture("ladder-phone")


def praise_and_close(boss: Player) -> None:
    """Praise the correction, then end the case."""
    form = boss.part("form[action$='/praise']")
    form.write("具体改好了什么", boss.words.line("praise"))
    form.press("表扬")
    boss.told("filling_praised")
    boss.take_picture("ladder-desk")
    boss.unfold("结束")
    form = boss.part("form[action$='/close']")
    form.choose("结果", ENDINGS["corrected"])
    form.write("理由", boss.words.line("corrected"))
    form.press("结束辅导")
    boss.told("filling_closed")


def ask_for_a_model(boss: Player, agent: str) -> None:
    """Ask an agent to be shown as a role model."""
    boss.open("/contests")
    boss.take_picture("contest-desk")
    boss.unfold("请人做典型")
    form = boss.part("form[action='/contests/role-models']")
    form.place.locator("[name=agent]").select_option(agent)
    form.write("值得学的是什么", boss.words.line("model"))
    form.press("请本人同意")
    boss.told("model_asked")


def agree_to_be_a_model(agent: Player) -> None:
    """Agree to be shown."""
    agent.open("/contests")
    agent.press("同意")
    agent.told("saved")


def hold_a_sharing(boss: Player, speaker: str) -> None:
    """Put a sharing session on record: who fills steadily tells how (R-31, step 4)."""
    boss.open("/contests")
    boss.unfold("记一次分享会")
    form = boss.part("form[action='/contests/sharing']")
    form.write("讲了什么", boss.words.line("sharing"))
    form.place.locator("[name=speaker_1]").select_option(speaker)
    form.press("记下")
    boss.told("saved")


def complain(agent: Player, accused: str, customer: str) -> None:
    """Complain over the supervisor's head (R-34)."""
    agent.open("/mine/complaints/new")
    form = agent.part("form[action='/mine/complaints/new']")
    form.place.locator("[name=accused_id]").select_option(accused)
    form.place.locator("[name=customer_id]").select_option(customer)
    form.write("发生了什么", agent.words.line("complaint"))
    agent.take_picture("complaint-phone")
    form.press("提交投诉")
    agent.told("complained")


def take_up_the_complaint(above: Player, accused: str) -> None:
    """Take the complaint up and ask the one complained about, without a name or a customer."""
    above.open("/complaints")
    above.page.locator("main .list a.all").click()
    above.press("受理投诉")
    above.told("complaint_open")
    form = above.part("form[action$='/ask']")
    form.choose("问谁", PEOPLE[accused][0], own=True)
    form.write("问题", above.words.line("question"))
    form.press("发出问题")
    above.told("complaint_ask")


def answer_the_mediator(boss: Player) -> None:
    """Say what there is to say, not knowing who complained."""
    boss.open("/inquiries")
    boss.page.locator("main .list a.all").click()
    boss.write("你的说明", boss.words.line("statement"))
    boss.press("提交说明")
    boss.told("stated")


def mediate(above: Player) -> None:
    """Teach the team, and end with terms that the agent reads."""
    above.open("/complaints")
    above.page.locator("main .list a.all").click()
    above.unfold("团队教育")
    form = above.part("form[action$='/educate']")
    form.write("讲了什么", above.words.line("educated"))
    form.press("记下")
    above.told("complaint_educate")
    above.unfold("结案")
    form = above.part("form[action$='/conclude']")
    form.choose("结论", FINDINGS["settled"])
    form.write("依据和约定", above.words.line("terms"))
    above.take_picture("complaint-desk")
    form.press("结案")
    above.told("complaint_conclude")


def read_the_terms(agent: Player) -> None:
    """Read how the complaint ended."""
    agent.open("/mine/complaints")
    agent.page.locator("main .list a.all").tap()
    agent.shows(agent.words.line("terms"))
