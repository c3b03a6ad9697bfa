"""Canonical bytes, sealed fields, envelopes (trust.md 1.3 and 2.2)."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import TopicError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from domain.customer import Customer, customer_stream
from domain.words import By, ContactSource, Role
from store.branch import BranchStore
from store.mapper import SealedEvent, SealingMapper, canonical, decode_raw
from store.vault import PERSON_KEY, VaultError

from .conftest import a_branch

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def branch(tmp_path: Path) -> BranchStore:
    return a_branch(tmp_path, "")


@pytest.fixture
def mapper(branch: BranchStore) -> SealingMapper:
    return SealingMapper(vault=branch.vault(), log=branch.name, clock=lambda: NOW)


def a_registration(name: str = "陈小明", customer_id: str = "C1") -> Customer.Registered:
    by = By("A1", Role.AGENT, NOW, NOW, uuid4(), "web", cause="7")
    customer: Customer = Customer._create(
        Customer.Registered,
        id=customer_stream(customer_id),
        customer_id=customer_id,
        owner_id="A1",
        name=name,
        name_masked="陈**",
        name_complete=True,
        phone="13812341234",
        phone_masked="138****1234",
        phone_index="ab12",
        contact_source=ContactSource.REFERRAL,
        by=by,
    )
    return customer.pending_events[0]  # type: ignore[return-value]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(min_size=1, max_size=40))
def test_what_was_sealed_comes_back(mapper: SealingMapper, name: str) -> None:
    event = a_registration(name.encode("utf-8", "replace").decode())

    again = mapper.to_domain_event(mapper.to_stored_event(event))

    assert vars(again) == vars(event)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(categories=["Lo", "Ll"]), min_size=4, max_size=30))
def test_the_stored_bytes_hold_no_plaintext(mapper: SealingMapper, name: str) -> None:
    stored = mapper.to_stored_event(a_registration(f"甲{name}乙"))

    assert f"甲{name}乙".encode() not in stored.state + stored.envelope
    assert b"13812341234" not in stored.state + stored.envelope


def test_the_stored_bytes_are_canonical(mapper: SealingMapper) -> None:
    state = mapper.to_stored_event(a_registration()).state

    assert state == canonical(json.loads(state))


def test_two_equal_events_are_stored_as_different_bytes(mapper: SealingMapper) -> None:
    event = a_registration()

    assert mapper.to_stored_event(event).state != mapper.to_stored_event(event).state


def test_the_envelope_has_the_keys_of_the_specification(mapper: SealingMapper) -> None:
    stored = mapper.to_stored_event(a_registration())

    envelope = json.loads(stored.envelope)
    assert " ".join(envelope) == (
        "actor at cause cmd corr data_sha256 log on_behalf stream type v version"
    )
    assert envelope["data_sha256"] == sha256(stored.state).hexdigest()
    assert envelope["at"] == "2026-11-20T04:00:00.000000Z"


def test_masks_and_index_stand_in_clear_beside_the_sealed(mapper: SealingMapper) -> None:
    data = decode_raw(mapper.to_stored_event(a_registration()))

    assert (data["name_masked"], data["phone_masked"]) == ("陈**", "138****1234")
    assert set(data["name"]) == {"sealed", "key", "of"}


def test_a_ciphertext_moved_to_another_field_does_not_open(mapper: SealingMapper) -> None:
    stored = mapper.to_stored_event(a_registration())
    data = json.loads(stored.state)
    data["name"], data["phone"] = data["phone"], data["name"]

    with pytest.raises(VaultError):
        mapper.to_domain_event(_with(stored, data))


def test_a_ciphertext_moved_to_another_event_does_not_open(mapper: SealingMapper) -> None:
    stored = mapper.to_stored_event(a_registration())

    with pytest.raises(VaultError):
        mapper.to_domain_event(StoredEvent(stored.originator_id, 2, stored.topic, stored.state))


def test_a_ciphertext_given_to_another_person_does_not_open(mapper: SealingMapper) -> None:
    mapper.to_stored_event(a_registration(customer_id="C2"))
    stored = mapper.to_stored_event(a_registration())
    data = json.loads(stored.state)
    data["name"]["of"] = "C2"

    with pytest.raises(VaultError):
        mapper.to_domain_event(_with(stored, data))


def test_a_destroyed_key_leaves_the_field_empty_and_the_rest_readable(
    branch: BranchStore, mapper: SealingMapper
) -> None:
    stored = mapper.to_stored_event(a_registration())
    vault = branch.vault()
    with vault._engine.begin() as connection:
        connection.execute(delete(PERSON_KEY).where(PERSON_KEY.c.subject == "C1"))

    later = SealingMapper(vault=branch.vault(), log=branch.name)
    event = later.to_domain_event(stored)

    assert (event.name, event.phone, event.name_masked) == (None, None, "陈**")  # type: ignore[attr-defined]


def test_another_master_key_opens_nothing(branch: BranchStore, mapper: SealingMapper) -> None:
    mapper.to_stored_event(a_registration())
    branch.key_file.write_text("11" * 32)

    with pytest.raises(VaultError, match="master key"):
        branch.vault().load_keys(["C1"])


def test_equal_numbers_have_equal_blind_indexes_however_typed(branch: BranchStore) -> None:
    vault = branch.vault()

    assert vault.blind_index("138 1234-1234") == vault.blind_index("+8613812341234")
    assert vault.blind_index("13812341234") != vault.blind_index("13812341235")


def _with(stored: SealedEvent, data: dict[str, object]) -> StoredEvent:
    return StoredEvent(
        stored.originator_id, stored.originator_version, stored.topic, canonical(data)
    )


@pytest.mark.parametrize("topic", ["os:system", "this", "antigravity:Evil", "customer.unknown.v1"])
def test_what_a_stored_row_names_is_never_imported(mapper: SealingMapper, topic: str) -> None:
    sys.modules.pop("this", None)
    row = StoredEvent(uuid4(), 1, topic, b'{"salt":"AA"}')

    with pytest.raises(TopicError):
        mapper.to_domain_event(row)

    assert not {"this", "antigravity"} & set(sys.modules)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES))
def test_canonical_bytes_are_sorted_compact_json_with_the_text_as_it_is(
    value: dict[str, object],
) -> None:
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert canonical(value) == plain.encode()
