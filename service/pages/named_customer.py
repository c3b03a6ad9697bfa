"""A customer named by what the agent typed without signal, where there was no list to choose from."""

from __future__ import annotations

from projections import customers
from service.context import shilu
from service.forms import Form
from service.language import _
from service.reading import views
from service.sessions import reader

NEW = "+new"
MOST = 500  # customers of one surname that are looked through


def find_by_name(form: Form) -> None:
    """Put the id of one's own customer of that very name into the form; ``NEW`` if there is none.

    Several of the same name are for the agent to choose from: they stand in ``data["named"]``.
    The form looks as if the agent had chosen so, and may be shown again like any other.
    """
    name = (form.data.get("customer_name") or "").strip()
    if form.data.get("customer_id") or not name:
        return
    found = own_customers_named(name)
    if len(found) > 1:
        form.data["named"] = found
        form.fail("customer_id", _("有 {n} 位客户叫{name}，请选一位", n=len(found), name=name))
        return
    chosen = {"customer_id": found[0]} if found else {"customer_id": NEW, "new_name": name}
    form.data.update(chosen)
    form.values = {**form.values, **{key: [value] for key, value in chosen.items()}}


def own_customers_named(name: str) -> list[str]:
    """Return the ids of the reader's own customers whose full name is this one."""
    with views("customers") as connection:
        cards = customers.of_owner(connection, reader().person_id, MOST, search=name[:1])
    known = (shilu().record.customers.find(card.customer_id) for card in cards)
    return [c.customer_id for c in known if c is not None and c.name_in_use == name]
