"""The two imports: people with their teams (administrator), and an agent's own customers (计划100)."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from flask import current_app
from marshmallow import fields

from domain import bringing
from domain.bringing import Brought, CustomerBrought, PersonBrought
from domain.words import ContactSource, Role
from projections import customers
from service.context import shilu
from service.forms import Day, Phone, an_id, text
from service.importing import ADDED, KNOWN, Kind, Row, RowRefused, Target
from service.language import N_, _
from service.sessions import reader
from service.words import ROLES, SOURCES

YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓"})
NO = frozenset({"否", "n", "no", "false", "0", "×"})


class Word(fields.Field[Any]):
    """One of our words, by its own name or as people read it in Chinese or English."""

    default_error_messages = {"invalid": N_("没有这个说法"), "required": N_("请选择")}  # noqa: RUF012

    def __init__(self, labels: Any, **more: Any) -> None:
        super().__init__(**more)
        self._labels = labels

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        wanted = str(value).strip().lower()
        catalogue = current_app.extensions["shilu.english"]
        for word, label in self._labels.items():
            names = {str(word), label, catalogue.get(label, label).lower()}
            if wanted in names and word is not Role.SYSTEM:
                return word
        raise self.make_error("invalid")


class YesNo(fields.Field[bool]):
    """是 or 否, as people write it."""

    default_error_messages = {"invalid": N_("请写「是」或「否」")}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        typed = str(value).strip().lower()
        if typed not in YES | NO:
            raise self.make_error("invalid")
        return typed in YES


class SlashDay(Day):
    """A day as spreadsheets write it: 2026-3-1, 2026/3/1 or 2026年3月1日."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        parts = str(value).replace("年", "-").replace("月", "-").rstrip("日")
        pieces = parts.replace("/", "-").replace(".", "-").split("-")
        if len(pieces) == 3 and all(piece.strip().isdigit() for piece in pieces):
            year, month, day = (int(piece) for piece in pieces)
            value = f"{year:04d}-{month:02d}-{day:02d}"
        return super()._deserialize(value, attr, data, **kwargs)


# --- people ---


class PersonRow(ma.Schema):
    """A person of the branch; a team that is not there yet is formed by its name."""

    person_id = an_id(required=True, missing=N_("请填写工号"))
    name = text(40, required=True, missing=N_("请填写姓名"))
    role = Word(ROLES, load_default=Role.AGENT)
    team_id = an_id()
    team_name = text(40)
    since = SlashDay(load_default=None, allow_none=True)
    leads = YesNo(load_default=False)


def _check_person(row: Row, formed: set[str]) -> str:
    organisation = shilu().record.organisation
    known = organisation.member(row["person_id"])
    if known is not None:
        if (known.name, known.role) != (row["name"], row["role"]):
            raise RowRefused("person_id", "exists_differs", _("这个工号已经是别人了，请核对"))
        return KNOWN
    team_id = row["team_id"]
    if team_id is None and row["role"] in (Role.AGENT, Role.SUPERVISOR):
        raise RowRefused("team_id", "required", _("营销员和主管必须有团队"))
    if row["leads"] and row["role"] is not Role.SUPERVISOR:
        raise RowRefused("leads", "invalid", _("只有主管能带团队"))
    if team_id and team_id not in formed and organisation.team(team_id) is None:
        if not row["team_name"]:
            problem = _("没有这个团队；要新建，请再写团队名称")
            raise RowRefused("team_id", "unknown_team", problem)
        formed.add(team_id)
    return ADDED


def _person(row: Row) -> Brought:
    return PersonBrought(**{**row, "since": row["since"] or shilu().today()})


PEOPLE = Kind(
    bringing.PEOPLE,
    (
        Target("person_id", N_("工号"), ("员工号", "编号", "id", "agent_id"), needed=True),
        Target("name", N_("姓名"), ("名字", "full name"), needed=True),
        Target("role", N_("角色"), ("职务", "岗位")),
        Target("team_id", N_("团队编号"), ("组号", "团队代码", "team id")),
        Target("team_name", N_("团队名称"), ("团队", "组", "team", "team name")),
        Target("since", N_("入职日期"), ("从哪一天起", "日期", "start date", "joined")),
        Target("leads", N_("带领团队"), ("是否主管", "带团队", "leads team")),
    ),
    PersonRow,
    lambda row: str(row["person_id"]),
    _check_person,
    _person,
)


# --- customers ---


class CustomerRow(ma.Schema):
    """A customer of one's own, as on the page for one."""

    name = text(40, required=True, missing=N_("请填写姓名或称呼"))
    phone = Phone(load_default=None)
    contact_source = Word(SOURCES, required=True)


def _customer_id(row: Row) -> str:
    """Return the same id that an import from the command line gives this person."""
    person = reader().person_id, row["phone"] or "", row["name"]
    return "C-" + shilu().pseudonym("|".join(person))[:12]


def _check_customer(row: Row, _formed: set[str]) -> str:
    record = shilu().record
    found = record.customers.find(_customer_id(row))
    if found is not None:
        return KNOWN
    if row["phone"] is None:
        return ADDED
    with shilu().views.connect() as connection:
        same = customers.by_phone_index(connection, record.customers.index_of(row["phone"]))
    mine = reader().person_id
    return KNOWN if any(card.owner_id == mine for card in same) else ADDED


def _customer(row: Row) -> Brought:
    told = row["name"], row["phone"], ContactSource(row["contact_source"])
    return CustomerBrought(_customer_id(row), *told)


CUSTOMERS = Kind(
    bringing.CUSTOMERS,
    (
        Target("name", N_("姓名"), ("称呼", "客户", "客户姓名", "customer"), needed=True),
        Target("phone", N_("电话"), ("手机", "手机号", "联系电话", "电话号码", "mobile")),
        Target("contact_source", N_("来源"), ("从哪里认识", "客户来源", "source"), needed=True),
    ),
    CustomerRow,
    lambda row: "|".join((row["phone"] or "", row["name"] if not row["phone"] else "")),
    _check_customer,
    _customer,
)
KINDS = {kind.name: kind for kind in (PEOPLE, CUSTOMERS)}
EXAMPLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "people": (
        ("A0107", "王小梅", "营销员", "T1", "朝阳组", "2026-03-01", ""),
        ("S0012", "周志强", "主管", "T1", "朝阳组", "2020-07-01", "是"),
    ),
    "customers": (("李女士", "", "转介绍"),),
}
