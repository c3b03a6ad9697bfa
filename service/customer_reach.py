"""Whose customers' numbers a reader may ask for (R-34): those of the teams they lead."""

from __future__ import annotations

from werkzeug.exceptions import NotFound

from service.access import Thing, need_about
from service.context import shilu
from service.sessions import reader


def need_customer(customer_id: str) -> None:
    """Raise NotFound for a customer of nobody whom the reader leads."""
    record = shilu().record
    owner = record.customers.owner_of(customer_id)
    if owner is None:
        raise NotFound
    canary = record.reveal_alerts.canary(customer_id)
    member = record.organisation.member(owner)
    team_id = member.team_on(shilu().today()) if member else canary.team_id if canary else None
    need_about(reader(), Thing.REVEAL, agent_id=owner, team_id=team_id)
