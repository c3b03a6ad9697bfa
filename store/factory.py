"""What both persistence modules share: the sealing mapper, and refusing what is not used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    AggregateRecorder,
    EventStore,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    ProcessRecorder,
    Recording,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType
from sqlalchemy import Engine

from store.engines import engine_of
from store.mapper import SealingMapper
from store.master_key import source_of
from store.recorder import NotProvided
from store.vault import Vault


class ClosableRecorder(Protocol):
    """A recorder that holds connections of its own."""

    def close(self) -> None:
        """Close them."""


R = TypeVar("R", bound=ClosableRecorder)


class SealingEventStore(EventStore[UUID]):
    """Makes the keys that a group of events needs in one go, before it seals the first field."""

    def put(
        self, domain_events: Sequence[DomainEventProtocol[UUID]], **kwargs: Any
    ) -> list[Recording[UUID]]:
        """Append the events and return their recordings."""
        if isinstance(self.mapper, SealingMapper):
            self.mapper.prepare(domain_events)
        return super().put(domain_events, **kwargs)


class LogFactory(InfrastructureFactory[Any]):
    """Builds mapper and recorder of one branch's log from its environment.

    Needs ``SHILU_LOG`` (the branch's name), ``SHILU_VAULT_URL`` and ``SHILU_MASTER_KEY_FILE`` (or
    ``SHILU_MASTER_KEY_COMMAND``).
    """

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._opened: list[ClosableRecorder] = []

    def opened(self, recorder: R) -> R:
        """Remember a recorder, so that it is closed with the application."""
        self._opened.append(recorder)
        return recorder

    def close(self) -> None:
        """Close what this factory opened."""
        while self._opened:
            self._opened.pop().close()

    def required(self, name: str) -> str:
        """Return a variable. Raises InfrastructureFactoryError when it is not set."""
        value = self.env.get(name)
        if not value:
            raise InfrastructureFactoryError(f"{name} is not set")
        return value

    def mapper(
        self,
        transcoder: Transcoder | None = None,
        mapper_class: type[Mapper[Any]] | None = None,
    ) -> Any:
        """Return the mapper that seals personal fields."""
        return SealingMapper(vault=vault_of(self.env), log=self.required("SHILU_LOG"))

    def event_store(
        self, mapper: Mapper[Any] | None = None, recorder: AggregateRecorder | None = None
    ) -> EventStore[Any]:
        """Return the event store that prepares keys in groups."""
        return SealingEventStore(
            mapper=mapper or self.mapper(), recorder=recorder or self.application_recorder()
        )

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Refuse: snapshots do not pay here (event-store.md 2.4)."""
        raise NotProvided("a snapshot recorder")

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> Any:
        """Refuse: projections keep their own positions."""
        raise NotProvided("a tracking recorder")

    def process_recorder(self) -> ProcessRecorder:
        """Refuse: projections keep their own positions."""
        raise NotProvided("a process recorder")


def vault_of(env: Environment) -> Vault:
    """Return the vault that the environment names."""
    source = source_of(
        env.get("SHILU_MASTER_KEY_FILE", ""), env.get("SHILU_MASTER_KEY_COMMAND", "")
    )
    return Vault(vault_engine(env.get("SHILU_VAULT_URL", "")), env.get("SHILU_LOG", ""), source)


def vault_engine(url: str) -> Engine:
    """Return the engine of a vault's database."""
    return engine_of(url, schema="vault", secure_delete=True)
