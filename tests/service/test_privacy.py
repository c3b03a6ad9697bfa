"""Data protection: holds, terms, restrictions and erasures by the administrator; search by number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.words import ERASED_NAME
from projections import customers
from service.access import TABLE, Thing
from store.attempts import MAX_ATTEMPTS
from tests.service.conftest import CUSTOMERS, Branch, Visitor, errors_of

ERASE = {"ground": "customer_request", "request_ref": "2026-17", "sure": "yes"}
NAME, PHONE = CUSTOMERS["C-1"][1:]


@pytest.fixture
def admin(branch: Branch) -> Visitor:
    return branch.visitor("m1")


def test_an_erased_customer_is_gone_from_every_page(branch: Branch, admin: Visitor) -> None:
    branch.log_visit()
    agent = branch.visitor("a1")
    assert NAME in agent.get("/customers").text

    page = admin.follow(admin.post("/privacy/C-1/erase", **ERASE))

    assert ERASED_NAME in page
    assert "已删除，密钥已销毁。" in page
    branch.follow()
    for path in ("/customers", "/today", "/mine"):
        shown = agent.get(path).text
        assert NAME not in shown
        assert PHONE not in shown
    assert agent.get("/customers/C-1").status_code == 404
    assert "张**" not in branch.visitor("x1").get("/events?customer=C-1").text
    with branch.context.views.connect() as connection:
        card = customers.one(connection, "C-1")
    assert card is not None
    assert (card.name_masked, card.phone_masked, card.phone_index) == (ERASED_NAME, None, None)


def test_erasing_asks_for_its_tick_and_its_ground(branch: Branch, admin: Visitor) -> None:
    response = admin.post("/privacy/C-1/erase", request_ref="2026-17")

    assert response.status_code == 422
    assert "请选择依据" in errors_of(response)
    assert "谁也不能恢复" in errors_of(response)
    assert not branch.store.vault().is_destroyed("C-1")


def test_a_hold_stops_the_erasure_and_says_so(branch: Branch, admin: Visitor) -> None:
    admin.follow(admin.post("/privacy/C-1/hold", hold_id="case-7", reason="诉讼中"))

    response = admin.post("/privacy/C-1/erase", **ERASE)
    assert response.status_code == 409
    assert "依法保全" in errors_of(response)

    admin.follow(admin.post("/privacy/C-1/release", hold_id="case-7", reason="已结案"))
    admin.follow(admin.post("/privacy/C-1/erase", **ERASE))
    assert branch.store.vault().is_destroyed("C-1")


def test_what_the_law_keeps_can_only_be_restricted(branch: Branch, admin: Visitor) -> None:
    agent = branch.visitor("a1")
    ended = branch.context.today() - timedelta(days=30)
    admin.follow(
        admin.post(
            "/privacy/C-1/contract", contract_id="P-1", term="over_a_year", ended_on=str(ended)
        )
    )
    assert "法律要求保存到" in errors_of(admin.post("/privacy/C-1/erase", **ERASE))

    page = admin.follow(admin.post("/privacy/C-1/restrict", ground="customer_request"))

    assert "限制处理" in page
    shown = agent.get("/customers/C-1").text
    assert NAME not in shown
    assert PHONE not in shown
    assert "已限制处理" in errors_of(agent.post("/customers/C-1", name="新名", reason="改"))

    admin.follow(admin.post("/privacy/C-1/resume", reason="本人重新同意"))
    assert NAME in agent.get("/customers/C-1").text


def test_the_list_shows_what_is_held_with_masks_alone(branch: Branch, admin: Visitor) -> None:
    admin.follow(admin.post("/privacy/C-1/hold", hold_id="case-7", reason="诉讼中"))
    branch.follow()

    page = admin.get("/privacy").text

    assert "张**" in page
    assert NAME not in page
    assert PHONE not in page


def test_a_customer_who_does_not_exist_has_no_page(admin: Visitor) -> None:
    assert admin.get("/privacy/C-99").status_code == 404
    assert admin.post("/privacy/C-99/erase", **ERASE).status_code == 404


# --- whose number is this? ---


def test_a_number_finds_owner_and_mask_and_is_not_repeated(admin: Visitor) -> None:
    page = admin.post("/find-customer", phone="138-1234 1234").text

    assert "王小梅 的客户" in page
    assert "张**" in page
    assert NAME not in page
    assert "1234" not in page.replace("C-1", "")


def test_a_part_of_a_number_finds_nothing(admin: Visitor) -> None:
    response = admin.post("/find-customer", phone="1381234")

    assert response.status_code == 422
    assert "张**" not in response.text


def test_a_supervisor_finds_the_own_teams_customers_alone(branch: Branch) -> None:
    assert "张**" in branch.visitor("s1").post("/find-customer", phone=PHONE).text
    other = branch.visitor("s2").post("/find-customer", phone=PHONE).text
    assert "张**" not in other
    assert "没有找到" in other


def test_agents_do_not_search_by_number() -> None:
    assert "agent" not in {str(role) for role in TABLE[Thing.FIND_CUSTOMER]}


def test_numbers_cannot_be_tried_in_bulk(admin: Visitor) -> None:
    for n in range(MAX_ATTEMPTS):
        assert admin.post("/find-customer", phone=f"1381234{n:04d}").status_code == 200

    response = admin.post("/find-customer", phone=PHONE)

    assert response.status_code == 429
    assert "张**" not in response.text


def test_an_erased_customer_is_found_by_no_number(branch: Branch, admin: Visitor) -> None:
    admin.follow(admin.post("/privacy/C-1/erase", **ERASE))
    branch.follow()

    assert "没有找到" in admin.post("/find-customer", phone=PHONE).text
