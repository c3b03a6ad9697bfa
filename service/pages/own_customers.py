"""Names of customers for their owner alone (R-34)."""

from __future__ import annotations

from service.context import shilu
from service.sessions import reader


def own_names(customer_ids: set[str]) -> dict[str, str]:
    """Return the full names of those of these customers that are the reader's own."""
    names = {}
    for customer_id in customer_ids:
        customer = shilu().record.customers.find(customer_id)
        if customer is not None and customer.owner_id == reader().person_id:
            names[customer_id] = customer.name_in_use or customer.name_masked
    return names
