"""The page of webhooks: added with a secret shown once, tested, removed; the deliveries beside."""

from __future__ import annotations

import re

import pytest

from domain.webhook import TOPICS, Webhook
from service.pages.webhooks import TOPIC_WORDS
from store.webhooks import WebhookStore
from tests.service.conftest import Branch, errors_of

URL = "https://hooks.example.com/shilu?token=geheim"
TOPIC = "daily_log.submitted.v1"


def hooks_of(branch: Branch) -> WebhookStore:
    vault = branch.record.mapper.vault  # type: ignore[attr-defined]
    return WebhookStore(branch.accounts.engine, "main", vault)


def test_a_webhook_is_added_and_its_secret_shown_once(branch: Branch) -> None:
    visitor = branch.visitor("m1")

    page = visitor.post("/webhooks", url=URL, topics=TOPIC)

    secret = re.search(r"whsec_[\w+/=]+", page.text)
    assert secret is not None
    (hook,) = hooks_of(branch).hooks()
    target = hooks_of(branch).target(hook.webhook_id)
    assert target is not None
    assert (target.url, target.secret) == (URL, secret.group())
    assert "whsec_" not in visitor.get("/webhooks").text


def test_only_the_host_is_on_record(branch: Branch) -> None:
    branch.visitor("m1").post("/webhooks", url=URL, topics=TOPIC)

    (added,) = [e for e in branch.store.reader().all() if e.topic == Webhook.Added.TOPIC]
    assert added.data["host"] == "hooks.example.com"
    assert b"geheim" not in (branch.store.folder / "log.db").read_bytes()
    assert b"geheim" not in (branch.store.data_dir / "accounts.db").read_bytes()


@pytest.mark.parametrize(
    "url",
    ["hooks.example.com", "ftp://a.example/", "https://u:p@a.example/", "https://", "https://a:x/"],
)
def test_an_address_that_cannot_be_is_told(branch: Branch, url: str) -> None:
    answer = branch.visitor("m1").post("/webhooks", url=url, topics=TOPIC)

    assert answer.status_code == 422
    assert "https" in errors_of(answer)


def test_a_webhook_is_told_something(branch: Branch) -> None:
    answer = branch.visitor("m1").post("/webhooks", url=URL)

    assert answer.status_code == 422
    assert "请至少选择一种事件" in errors_of(answer)


def test_the_same_form_sent_twice_is_one_webhook(branch: Branch) -> None:
    visitor = branch.visitor("m1")
    for _ in range(2):
        visitor.post("/webhooks", _id="4b1c5f3e-6f2f-4b7e-9c37-0a5f7d0f3a11", url=URL, topics=TOPIC)

    assert len(hooks_of(branch).hooks()) == 1


def test_a_removed_webhook_is_gone_from_page_and_store(branch: Branch) -> None:
    visitor = branch.visitor("m1")
    visitor.post("/webhooks", url=URL, topics=TOPIC)
    (hook,) = hooks_of(branch).hooks()

    page = visitor.follow(visitor.post(f"/webhooks/{hook.webhook_id}/remove"))

    assert "hooks.example.com" not in page
    assert hooks_of(branch).target(hook.webhook_id) is None
    assert visitor.post(f"/webhooks/{hook.webhook_id}/test").status_code == 404


def test_a_test_is_asked_for_on_record(branch: Branch) -> None:
    visitor = branch.visitor("m1")
    visitor.post("/webhooks", url=URL, topics=TOPIC)
    (hook,) = hooks_of(branch).hooks()

    visitor.follow(visitor.post(f"/webhooks/{hook.webhook_id}/test"))

    topics = [e.topic for e in branch.store.reader().all()]
    assert topics[-1] == Webhook.TestAsked.TOPIC


def test_every_kind_of_event_that_is_offered_has_its_words() -> None:
    assert set(TOPIC_WORDS) == set(TOPICS)
