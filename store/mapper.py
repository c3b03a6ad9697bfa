"""Events to stored bytes and back: canonical JSON, sealed fields, envelopes (trust.md 1.3, 2.2).

What is stored is hashed as stored and never serialised again, so the bytes of an event stay what
they were, also after a person's key is destroyed.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar, TypedDict, get_origin, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEvent, DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import TopicError, get_topic

from store.vault import Vault

ENVELOPE_VERSION = 1
SALT_BYTES = 16  # so that short contents cannot be guessed from their hash
NOT_STORED = frozenset({"originator_id", "originator_version", "timestamp"})


@dataclass(frozen=True)
class SealedEvent(StoredEvent):
    """A stored event with its envelope and the command that made it."""

    envelope: bytes = b""
    command_id: UUID | None = None


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the RFC 8785 form of JSON with ASCII keys (and no floats where a hash is taken)."""
    return msgspec.json.encode(value, order="sorted")


def instant(moment: datetime) -> str:
    """Return an aware instant as UTC with microseconds: 2026-11-23T01:02:03.000004Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class SealingMapper(Mapper[UUID]):
    """Seals personal fields under the key of the person they are about.

    ``log`` is the name of the branch's log. Which fields are personal an event class says in
    ``SEALED``: field name to the name of the field that holds the person's id.
    """

    def __init__(
        self,
        transcoder: Transcoder | None = None,
        compressor: Any = None,
        cipher: Any = None,
        *,
        vault: Vault,
        log: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(transcoder, compressor, cipher)  # type: ignore[arg-type]
        self.vault = vault
        self.log = log
        self._clock = clock

    def prepare(self, domain_events: Iterable[DomainEventProtocol[UUID]]) -> None:
        """Make the keys of everybody whose fields these events will seal, at once."""
        self.vault.ensure_keys(
            str(getattr(event, owner))
            for event in domain_events
            for name, owner in getattr(type(event), "SEALED", {}).items()
            if getattr(event, name) is not None
        )

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> SealedEvent:
        """Return the event's canonical bytes, its sealed fields sealed, and its envelope."""
        values: dict[str, Any] = {
            k: v for k, v in vars(domain_event).items() if k not in NOT_STORED
        }
        place = f"{domain_event.originator_id}:{domain_event.originator_version}"
        self._seal(type(domain_event), values, place)
        plain: dict[str, Any] = msgspec.to_builtins(values, enc_hook=str, builtin_types=(datetime,))
        plain = _with_instants(plain)
        if isinstance(plain.get("by"), dict) and not plain["by"].get("numbers_meant"):
            plain["by"].pop("numbers_meant", None)  # an event says so only where it was so
        plain["salt"] = _b64(secrets.token_bytes(SALT_BYTES))
        class_version = getattr(type(domain_event), "class_version", 1)
        if class_version > 1:
            plain["class_version"] = class_version
        topic, state = get_topic(type(domain_event)), canonical(plain)
        by = plain.get("by") or {}
        return SealedEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=topic,
            state=state,
            envelope=self._envelope(domain_event, topic, by, state),
            command_id=UUID(by["command_id"]) if by.get("command_id") else None,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Return the event with its personal fields opened, None where the key is gone."""
        cls = _event_class(stored_event.topic)
        data = decode_raw(stored_event)
        place = f"{stored_event.originator_id}:{stored_event.originator_version}"
        for name in getattr(cls, "SEALED", {}):
            data[name] = self._open(data.get(name), place, name)
        values = _converted(cls, data)
        values["originator_id"] = stored_event.originator_id
        values["originator_version"] = stored_event.originator_version
        by = values.get("by")
        values["timestamp"] = by.recorded_at if by is not None else None
        domain_event: Any = object.__new__(cls)
        object.__setattr__(domain_event, "__dict__", values)
        return domain_event  # type: ignore[no-any-return]

    def _seal(self, cls: type[Any], values: dict[str, Any], place: str) -> None:
        for name, owner in getattr(cls, "SEALED", {}).items():
            text = values.get(name)
            if text is None:
                continue
            subject = str(values[owner])
            version, sealed = self.vault.seal(subject, self._aad(subject, place, name), text)
            values[name] = {"sealed": _b64(sealed), "key": version, "of": subject}

    def _open(self, sealed: Any, place: str, name: str) -> str | None:
        if sealed is None:
            return None
        subject = sealed["of"]
        aad = self._aad(subject, place, name)
        return self.vault.unseal(subject, sealed["key"], aad, _unb64(sealed["sealed"]))

    def _aad(self, subject: str, place: str, name: str) -> bytes:
        # tenant | subject | key version | event id | field: a ciphertext opens nowhere else
        return f"{self.log}|{subject}|{{version}}|{place}|{name}".encode()

    def _envelope(
        self,
        event: DomainEventProtocol[UUID],
        topic: str,
        by: Mapping[str, Any],
        state: bytes,
    ) -> bytes:
        return canonical(
            {
                "v": ENVELOPE_VERSION,
                "log": self.log,
                "stream": str(event.originator_id),
                "version": event.originator_version,
                "type": topic,
                "at": instant(self._clock()),
                "actor": by.get("actor"),
                "on_behalf": by.get("on_behalf"),
                "cmd": by.get("command_id"),
                "cause": by.get("cause"),
                "corr": by.get("cause") or by.get("command_id"),
                "data_sha256": sha256(state).hexdigest(),
            }
        )


def decode_raw(stored: StoredEvent) -> dict[str, Any]:
    """Return the stored fields as plain JSON values, upcast to today's version, still sealed."""
    return decode_state(stored.topic, stored.state)


def decode_state(topic: str, state: bytes) -> dict[str, Any]:
    """Return the fields of a topic's stored bytes; see `decode_raw`. Raises TopicError."""
    data: dict[str, Any] = msgspec.json.decode(state)
    data.pop("salt", None)
    stored_version = data.pop("class_version", 1)
    cls = _event_class(topic)
    for version in range(stored_version, getattr(cls, "class_version", 1)):
        getattr(cls, f"upcast_v{version}_v{version + 1}")(data)
    return data


_classes: dict[str, Any] = {}


def _event_class(topic: str) -> Any:
    """Return the event class that has this topic. Raises TopicError if none of ours has it.

    The library's own lookup imports whatever module a topic names; what a stored row says must
    not choose what is run (ASVS 1.5.2).
    """
    if topic not in _classes:
        _classes.update({_topic_of(cls): cls for cls in _subclasses(DomainEvent)})
    if topic not in _classes:
        raise TopicError(f"no event has the topic {topic[:80]!r}")
    return _classes[topic]


def _topic_of(cls: type[Any]) -> str:
    # not get_topic: that registers what it is asked about, also a class since derived from
    return str(getattr(cls, "TOPIC", "") or f"{cls.__module__}:{cls.__qualname__}")


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    """Go through the subclasses of a class, each before those derived from it."""
    for found in cls.__subclasses__():
        yield found
        yield from _subclasses(found)


_forms: dict[Any, tuple[frozenset[str], Any]] = {}


def _form_of(cls: Any) -> tuple[frozenset[str], Any]:
    """Return the names of an event's fields, and a dict type with all of them, none required."""
    if cls not in _forms:
        hints = get_type_hints(cls)
        types = {
            name: kind
            for name, kind in hints.items()
            if name not in NOT_STORED and get_origin(kind) is not ClassVar
        }
        _forms[cls] = frozenset(types), TypedDict(cls.__name__, types, total=False)  # type: ignore[operator]
    return _forms[cls]


def _converted(cls: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as their types say; a name that the event does not know stays as it is."""
    known, form = _form_of(cls)
    values: dict[str, Any] = msgspec.convert(data, form)
    if unknown := data.keys() - known:
        values |= {name: data[name] for name in unknown}
    return values


def _with_instants(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, dict):
        return {k: _with_instants(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_with_instants(v) for v in value]
    return value


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")  # what is too much is not looked at
