"""Names are found by Chinese, by pinyin and by initials, whichever way a surname is read."""

from __future__ import annotations

import pytest

from domain.words import ContactSource
from service.name_search import fits, may_begin, tidy
from tests.service.conftest import Branch


@pytest.mark.parametrize(
    "query",
    ["单", "晓东", "单晓东", "shan", "shanxiaodong", "Shan Xiao Dong", "danxiaodong", "sxd", "dxd"],
)
def test_a_surname_is_found_by_every_way_of_reading_it(query: str) -> None:
    assert fits(tidy(query), "单晓东")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("zeng", "曾小强"),
        ("qiu", "仇英"),
        ("xie", "解珍"),
        ("ouyang", "欧阳修文"),
        ("oyxw", "欧阳修文"),
        ("lv", "吕布"),
        ("lu", "吕布"),
        ("lyubu", "吕布"),
        ("lü", "吕布"),
        ("zhangsf", "张三丰"),
    ],
)
def test_a_name_is_found(query: str, name: str) -> None:
    assert fits(tidy(query), name)


@pytest.mark.parametrize("query", ["feng", "李", "zsq", "x", "sanfeng"])
def test_another_name_is_not(query: str) -> None:
    assert not fits(tidy(query), "张三丰")


def test_the_masked_name_says_which_to_open() -> None:
    assert may_begin("sh", "单**")
    assert may_begin("d", "单**")
    assert may_begin("晓", "单**")
    assert not may_begin("z", "单**")


def test_the_owner_finds_a_customer_by_given_name_pinyin_and_initials(branch: Branch) -> None:
    for customer_id, name in (("C-7", "单晓东"), ("C-8", "李晓红")):
        branch.record.customers.register(
            customer_id, "A1", name, None, ContactSource.OWN, by=branch.by("A1")
        )
    branch.follow()
    visitor = branch.visitor("a1")

    for query, found, other in (
        ("晓东", "单晓东", "李晓红"),
        ("lxh", "李晓红", "单晓东"),
        ("shan", "单晓东", "张三丰"),
        ("1234", "张三丰", "单晓东"),
    ):
        page = visitor.get(f"/customers?q={query}").text
        assert found in page
        assert other not in page


def test_nobody_elses_customers_are_found(branch: Branch) -> None:
    assert "刘芳" not in branch.visitor("a1").get("/customers?q=liufang").text


def test_the_administrator_finds_people_by_pinyin_and_number(branch: Branch) -> None:
    visitor = branch.visitor("m1")

    for query in ("zhouzhiqiang", "zzq", "志强", "s1"):
        page = visitor.get(f"/people?q={query}").text
        assert "周志强" in page
        assert "孙浩" not in page


def test_a_search_is_kept_in_the_address_with_the_filters(branch: Branch) -> None:
    page = branch.visitor("m1").get("/people?q=zzq&role=supervisor&team=T1").text

    assert 'name="q" value="zzq"' in page
    assert '<option value="supervisor" selected>' in page
    assert '<option value="T1" selected>' in page


def test_a_supervisor_finds_the_own_agents_and_nobody_elses(branch: Branch) -> None:
    visitor = branch.visitor("s1")

    for query in ("wangxiaomei", "wxm", "小梅", "a1", ""):
        page = visitor.get(f"/agents?q={query}").text
        assert 'href="/agents/A1"' in page
        assert "孙浩" not in page
    assert "没有找到" in visitor.get("/agents?q=sunhao").text
    assert "/tracking/new?agent=A1" in visitor.get("/agents?q=wxm").text


def test_the_upper_supervisor_finds_agents_of_all_teams_and_coaches_nobody(branch: Branch) -> None:
    page = branch.visitor("u1").get("/agents").text

    assert "王小梅" in page
    assert "孙浩" in page
    assert "/coaching/new" not in page
