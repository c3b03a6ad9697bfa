"""Who looked at my customers (R-34): who, when, why, and what came of it; fresh within seconds."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from flask import Blueprint, render_template
from sqlalchemy import Connection

from projections import access_queries
from projections.access_queries import LookCard
from service.access import Thing, need
from service.context import shilu
from service.language import _, local
from service.pages.own_customers import own_names
from service.reading import integer, views
from service.reveal_words import GRANTS, REASONS, name_of
from service.sessions import reader
from service.words import OUTCOMES, label

pages = Blueprint("mine_looks", __name__)
PAGE = 50


@pages.get("/mine/looks")
def listing() -> str:
    """Show who saw the numbers of my customers, and whose glass was broken, newest first."""
    need(reader(), Thing.LOOKS)
    with views("access_log") as connection:
        found = access_queries.looks_at(
            connection, reader().person_id, before=integer("before"), limit=PAGE + 1
        )
        glasses = access_queries.glasses(connection, owner_id=reader().person_id)
    names = own_names({card.customer_id for card in glasses})
    return render_template(
        "looks.html",
        looks=rows(found[:PAGE]),
        glasses=[
            SimpleNamespace(
                who=name_of(card.viewer_id),
                customer=names.get(card.customer_id, card.name_masked),
                reason=label(REASONS, card.reason),
                when=_time(card),
                reviewed=_review(card.justified),
            )
            for card in glasses
        ],
        older=f"/mine/looks?before={found[PAGE - 1].position}" if len(found) > PAGE else "",
    )


def newest(connection: Connection, limit: int = 5) -> list[SimpleNamespace]:
    """Return the newest looks at the reader's customers, as the page shows them."""
    return rows(access_queries.looks_at(connection, reader().person_id, limit=limit))


def rows(cards: Sequence[LookCard]) -> list[SimpleNamespace]:
    """Return looks as the owner reads them."""
    names = own_names({card.customer_id for card in cards})
    return [
        SimpleNamespace(
            who=name_of(card.viewer_id),
            text=_(
                "看了 {customer} 的姓名和电话：{reason}",
                customer=names.get(card.customer_id, card.name_masked),
                reason=label(REASONS, card.purpose),
            ),
            grant=label(GRANTS, card.grant),
            outcome=_outcome(card),
            when=_time(card),
        )
        for card in cards
    ]


def _outcome(card: LookCard) -> str:
    if card.outcome:
        return label(OUTCOMES, card.outcome)
    return _("已拨号") if card.called_at else ""


def _review(justified: bool | None) -> str:
    if justified is None:
        return _("还没有复核")
    return _("复核：有正当理由") if justified else _("复核：没有正当理由")


def _time(card: object) -> str:
    at = getattr(card, "at", None) or getattr(card, "broken_at", None)
    return local(at, shilu().rules().time_zone).strftime("%m-%d %H:%M") if at else ""
