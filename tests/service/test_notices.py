"""The page of notices: a channel of one's own, quiet hours, what is told."""

from __future__ import annotations

import pytest

from domain.notices import Notice, NoticeBook
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Role
from tests.service.conftest import TODAY, Branch, errors_of

KEY = "0123456789abcdef-0123"


def test_a_channel_is_kept_sealed_and_on_record_without_its_address(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    page = visitor.follow(visitor.post("/notices/channel", kind="wecom", key=KEY))

    assert "企业微信机器人" in page
    assert KEY not in page
    topics = [e.topic for e in branch.store.reader().all()]
    assert NoticeBook.ChannelSet.TOPIC in topics
    for file in branch.store.data_dir.rglob("*.db*"):
        assert KEY.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("wecom", "https://evil.example/x"),
        ("dingtalk", "a/../b" * 4),
        ("feishu", "x"),
        ("email", "nobody"),
        ("email", "a@b.cn?smtp=evil.example"),
        ("email", "a@b.cn,c@d.cn"),
    ],
)
def test_an_address_that_could_lead_elsewhere_is_refused(
    branch: Branch, kind: str, key: str
) -> None:
    answer = branch.visitor("a1").post("/notices/channel", kind=kind, key=key)

    assert answer.status_code == 422
    assert "这个地址不对" in errors_of(answer)


def test_wishes_are_kept(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    fields = {"quiet_from": "20:30", "quiet_until": "09:00", "told": ["missing_log"]}

    page = visitor.follow(visitor.post("/notices/wishes", **fields))

    book = branch.record.notices.find("A1")
    assert book is not None
    assert Notice.MISSING_LOG not in book.wishes.muted
    assert Notice.CASE_OPENED in book.wishes.muted
    assert 'value="20:30"' in page


def test_a_test_needs_a_channel(branch: Branch) -> None:
    answer = branch.visitor("s1").post("/notices/test")

    assert answer.status_code == 409
    assert "还没有设置通知渠道" in errors_of(answer)


def test_an_removed_channel_is_gone(branch: Branch) -> None:
    visitor = branch.visitor("x1")
    visitor.post("/notices/channel", kind="email", key="x@example.com")

    page = visitor.follow(visitor.post("/notices/channel/remove"))

    assert "发一条测试" not in page


def test_messages_that_went_out_are_not_among_the_checks(branch: Branch) -> None:
    key = CheckKey(Check.NOTIFY, "A1/7", TODAY)
    by = By("system", Role.SYSTEM, branch.moment, branch.moment, key.command_id, "worker")
    branch.record.scheduled_checks.finish(key, None, branch.moment, ["7"], by=by)
    branch.follow()

    assert "发出通知" not in branch.visitor("m1").get("/checks").text
