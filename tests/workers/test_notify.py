"""Notices: told to whom they concern, gathered, not at night, not too often, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

import projections
from domain.notices import ChannelKind, Notice, is_quiet
from domain.review import Remark
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, RemarkKind, ReviewVerdict, Role
from projections.due import DueCheck
from projections.follower import Follower
from projections.notices import notices_due
from store.channels import PER_MINUTE, Channels
from store.engines import engine_of
from tests.sinks import HttpSink, http_sink, smtp_sink
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers import notify
from workers.notice_words import LINES
from workers.notify import Outgoing, Told
from workers.sending import CannotSend, send
from workers.tasks import NotYet

DAY = START + timedelta(days=1)
MORNING = at(DAY, 10)
BOT = {"key": "0123456789abcdef-0123"}
PRAISE = Remark(RemarkKind.PRAISE, ReviewVerdict.GOOD, "三次面谈都约好了下一次，很好", None, ())


class Office:
    """A team of two, a clock, and channels that lead to a sink."""

    def __init__(self, folder: Path, sink: HttpSink) -> None:
        self.sink, self.moment = sink, MORNING
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=2)
        self.record = self.branch.record
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()
        self.channels = Channels(
            engine_of(self.branch.accounts_url),
            self.record.mapper.vault,  # type: ignore[attr-defined]
        )
        self.outgoing = Outgoing(
            branch="main",
            channels=self.channels,
            send=partial(send, mail_url=""),
            language_of=lambda _person: "zh",
            checkpoint=lambda day: f"实录 · 每日存证 · {day}\n日志 12 条",
        )

    def listen(self, person: str = "A00", role: Role = Role.AGENT) -> None:
        """Give somebody a bot of 企业微信."""
        channel_id = f"N-{person}"
        self.channels.put("main", person, channel_id, "wecom", BOT)
        told = by(person, role, self.moment)
        self.record.notices.set_channel(channel_id, ChannelKind.WECOM, by=told)

    def miss(self, *agents: str, day: date = DAY) -> None:
        """Let a check find logs missing."""
        key = CheckKey(Check.MISSING_LOGS, TEAM, day)
        told = By("system", Role.SYSTEM, self.moment, self.moment, key.command_id, "worker")
        self.record.scheduled_checks.finish(key, TEAM, self.moment, agents, by=told)

    def review(self, day: date = DAY) -> None:
        """Let the supervisor review a day of A00."""
        self.branch.visit("A00", f"C{day}", at(day, 9))
        boss = by(SUPERVISOR, Role.SUPERVISOR, self.moment)
        self.record.reviews.complete("A00", day, PRAISE, by=boss)

    def later(self, **time: float) -> None:
        self.moment += timedelta(**time)

    def due(self) -> list[DueCheck]:
        self.follower.catch_up()
        with self.views.connect() as connection:
            return notices_due(connection, self.moment)

    def tell(self, due: DueCheck) -> Told:
        self.follower.catch_up()
        return notify.tell(
            self.record, self.views, self.outgoing, due.subject, due.day, lambda: self.moment
        )

    def tell_all(self) -> list[str]:
        """Tell what is due; return the texts that came to the sink."""
        before = len(self.sink.got)
        for due in self.due():
            self.tell(due)
        return [body["text"]["content"] for body in self.sink.bodies()[before:]]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    from apprise.plugins.wecombot import NotifyWeComBot

    with http_sink() as sink:
        # the host of 企业微信 is fixed in the library; here it is this machine
        monkeypatch.setattr(NotifyWeComBot, "notify_url", sink.url + "/send?key={key}")
        yield Office(tmp_path, sink)


def test_a_missing_log_is_told_to_who_did_not_write_it(office: Office) -> None:
    office.listen("A00")
    office.listen("A01")
    office.miss("A00")
    office.later(minutes=3)

    (text,) = office.tell_all()

    assert f"{DAY} 的日志还没有写" in text
    assert office.sink.got[0][0] == f"/send?key={BOT['key']}"


def test_several_notices_come_as_one_message(office: Office) -> None:
    office.listen()
    office.miss("A00")
    office.miss("A00", day=START)
    office.review()
    office.later(minutes=3)

    (text,) = office.tell_all()

    assert "3 条提醒" in text
    assert f"· {DAY}、{START} 的日志还没有写" in text
    assert f"· {DAY} 的日志有了批阅" in text


def test_what_was_told_is_not_told_again(office: Office) -> None:
    office.listen()
    office.miss("A00")
    office.later(minutes=3)
    (due,) = office.due()
    office.tell(due)

    repeated = office.tell(due)

    assert repeated.receipt is not None
    assert repeated.receipt.repeated
    assert len(office.sink.got) == 1
    assert office.due() == []


def test_a_first_notice_waits_for_others_and_the_next_for_a_quarter_of_an_hour(
    office: Office,
) -> None:
    office.listen()
    office.miss("A00")
    office.later(minutes=1)
    assert office.tell_all() == []
    office.later(minutes=2)
    assert len(office.tell_all()) == 1

    office.review()
    office.later(minutes=5)
    assert office.tell_all() == []
    office.later(minutes=11)
    assert len(office.tell_all()) == 1


def test_nothing_is_told_in_quiet_hours_and_all_of_it_afterwards(office: Office) -> None:
    office.listen()
    office.moment = at(DAY, 21, 40)
    office.miss("A00")
    office.later(minutes=20)
    assert office.tell_all() == []

    office.moment = at(DAY + timedelta(days=1), 8, 1)

    assert len(office.tell_all()) == 1


def test_who_wants_no_such_notice_gets_none(office: Office) -> None:
    office.listen()
    told = by("A00", Role.AGENT, office.moment)
    office.record.notices.change_wishes(
        datetime.min.time(), datetime.min.time(), [Notice.MISSING_LOG], by=told
    )
    office.miss("A00")
    office.later(minutes=3)

    assert office.tell_all() == []


def test_what_happened_before_the_channel_was_set_is_no_news(office: Office) -> None:
    office.miss("A00")
    office.listen()
    office.later(minutes=3)

    assert office.tell_all() == []


def test_a_removed_channel_tells_nothing_and_its_address_is_gone(office: Office) -> None:
    office.listen()
    office.miss("A00")
    office.later(minutes=3)
    (due,) = office.due()
    channel = office.channels.of("main", "A00")
    office.channels.remove("main", "A00")

    told = office.tell(due)

    assert (told.count, office.sink.got) == (0, [])
    assert channel is not None
    assert office.channels.address(channel) is None


def test_who_has_left_is_told_nothing_more(office: Office) -> None:
    office.listen()
    office.miss("A00")
    admin = by("M1", Role.ADMINISTRATOR, office.moment)
    office.record.organisation.depart("A00", START, "离职", by=admin)
    office.later(minutes=3)

    assert office.tell_all() == []
    assert office.due() == []


def test_the_address_stands_nowhere_in_clear(office: Office) -> None:
    office.listen()

    files = [path for path in office.branch.folder.rglob("*") if path.is_file()]

    assert not [path for path in files if BOT["key"].encode() in path.read_bytes()]


def test_a_test_comes_at_once(office: Office) -> None:
    office.listen()
    office.record.notices.ask_test(by=by("A00", Role.AGENT, office.moment))

    (text,) = office.tell_all()

    assert "测试消息" in text


def test_every_notice_has_its_words() -> None:
    kinds = {kind for kind in Notice if kind is not Notice.CHECKPOINT}

    assert set(LINES) == kinds


def test_the_upper_supervisor_hears_of_a_complaint(office: Office) -> None:
    from domain.complaint import Grievance

    admin = by("M1", Role.ADMINISTRATOR, office.moment)
    office.record.organisation.join(
        "U1", "吴磊", Role.UPPER_SUPERVISOR, None, START, by=anew(admin)
    )
    office.listen("U1", Role.UPPER_SUPERVISOR)
    office.record.complaints.file(
        Grievance(SUPERVISOR, "客户接到了推销电话", None),
        on_day=DAY,
        by=by("A00", Role.AGENT, office.moment),
    )
    office.later(minutes=3)

    texts = office.tell_all()

    assert any("1 份新的投诉" in text for text in texts)


def test_late_reviews_are_told_to_who_leads(office: Office) -> None:
    admin = by("M1", Role.ADMINISTRATOR, office.moment)
    office.record.organisation.appoint_supervisor(TEAM, SUPERVISOR, by=admin)
    office.listen(SUPERVISOR, Role.SUPERVISOR)
    key = CheckKey(Check.OVERDUE_REVIEWS, TEAM, DAY)
    told = By("system", Role.SYSTEM, office.moment, office.moment, key.command_id, "worker")
    office.record.scheduled_checks.finish(key, TEAM, office.moment, ["A00"], by=told)
    office.later(minutes=3)

    (text,) = office.tell_all()

    assert f"{DAY} 的日志还没有批阅" in text


def test_the_daily_checkpoint_goes_to_the_auditor_once_a_day(office: Office) -> None:
    admin = by("M1", Role.ADMINISTRATOR, office.moment)
    office.record.organisation.join("X1", "陈思远", Role.AUDITOR, None, START, by=anew(admin))
    office.listen("X1", Role.AUDITOR)
    office.listen("A00")

    (text,) = office.tell_all()

    assert f"每日存证 · {DAY}" in text
    assert office.due() == []
    office.later(days=1)
    assert [due.subject for due in office.due()] == ["X1/checkpoint"]


def test_a_bot_takes_only_so_many_a_minute(office: Office) -> None:
    taken = [office.channels.spend(BOT) for _ in range(PER_MINUTE + 1)]

    assert taken == [True] * PER_MINUTE + [False]


def test_a_message_too_many_waits(office: Office) -> None:
    office.listen()
    for _ in range(PER_MINUTE):
        office.channels.spend(BOT)
    office.miss("A00")
    office.later(minutes=3)
    (due,) = office.due()

    with pytest.raises(NotYet):
        office.tell(due)

    assert office.sink.got == []


def test_what_the_other_side_does_not_take_stays_due_and_the_channel_rests(
    office: Office,
) -> None:
    office.moment = datetime.now(MORNING.tzinfo)  # the rest is by the clock of this machine
    told = by("A00", Role.AGENT, office.moment)
    nothing = datetime.min.time()
    office.listen()
    office.record.notices.change_wishes(nothing, nothing, [], by=told)
    office.miss("A00")
    office.later(minutes=3)
    office.sink.status = 500
    (due,) = office.due()

    with pytest.raises(CannotSend):
        office.tell(due)
    office.sink.status = 200
    office.moment -= timedelta(minutes=2)
    rested = office.tell(due)

    assert rested.receipt is None
    assert len(office.sink.got) == 1
    office.later(hours=1)
    assert office.tell(due).count == 1


def test_e_mail_goes_through_the_mail_server_of_the_installation() -> None:
    with smtp_sink() as sink:
        mail_url = f"mailto://127.0.0.1:{sink.port}?from=shilu@example.com&mode=insecure"

        send("email", {"key": "a@example.com"}, "实录 · 1 条提醒", "· 日志", mail_url)

    ((to, text),) = sink.got
    assert to == ["<a@example.com>"]
    assert "Subject:" in text


def test_without_a_mail_server_no_e_mail_goes_out() -> None:
    with pytest.raises(CannotSend, match="SHILU_MAIL_URL"):
        send("email", {"key": "a@example.com"}, "t", "b", "")


@pytest.mark.parametrize(
    ("kind", "plugin", "address", "path"),
    [
        ("dingtalk", "dingtalk.NotifyDingTalk", {"key": "a" * 32}, "/" + "a" * 32),
        ("feishu", "feishu.NotifyFeishu", {"key": "b-" * 16 + "b"}, "/" + "b-" * 16 + "b"),
    ],
)
def test_the_other_bots_are_reached_too(
    kind: str, plugin: str, address: dict[str, str], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    module, _, name = plugin.partition(".")
    bot = getattr(importlib.import_module(f"apprise.plugins.{module}"), name)
    with http_sink() as sink:
        monkeypatch.setattr(bot, "notify_url", sink.url + "/{token}")

        send(kind, address, "实录", "· 日志", "")

    assert sink.got[0][0] == path


@pytest.mark.parametrize(
    ("hour", "quiet"), [(20, False), (21, True), (23, True), (0, True), (7, True), (8, False)]
)
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool) -> None:
    from datetime import time

    assert is_quiet(time(hour), time(21), time(8)) is quiet


def test_a_person_has_one_channel_and_the_newest_counts(office: Office) -> None:
    office.listen()
    office.channels.put("main", "A00", "N-new", "feishu", {"key": "x" * 20})

    channel = office.channels.of("main", "A00")

    assert channel is not None
    assert (channel.channel_id, office.channels.address(channel)) == ("N-new", {"key": "x" * 20})


def test_a_receipt_says_what_was_told(office: Office) -> None:
    office.listen()
    office.miss("A00")
    office.later(minutes=3)
    (due,) = office.due()

    told = office.tell(due)

    assert isinstance(told.receipt, Receipt)
    (done,) = [e for e in office.branch.events("scheduled_check.done") if e["check"] == "notify"]
    assert done["findings"] == [due.subject.split("/")[1]]
