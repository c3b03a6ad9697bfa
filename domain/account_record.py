"""What happened to the ways in: sign-ins, passwords, second factors, sessions. Never a credential.

Passwords, seeds and tokens are never part of the log (architecture.md, 2); that somebody came in,
was turned away or changed how they come in is. A stream for each person and day. So that nobody
fills the log by guessing, the refusals of a day are told one by one up to ``TOLD_ONE_BY_ONE``;
after that only every doubling of their number, which is part of the event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.words import By, Receipt, stream_id

TOLD_ONE_BY_ONE = 20


class Proof(StrEnum):
    """With what somebody showed who they are."""

    PASSWORD = "password"  # noqa: S105
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105
    PASSWORD_AND_RECOVERY_CODE = "password_and_recovery_code"  # noqa: S105


class DoorRefusal(StrEnum):
    """Why somebody was turned away at the door."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    WRONG_CODE = "wrong_code"
    TOO_MANY = "too_many_attempts"
    INITIAL_EXPIRED = "initial_password_expired"


class IdentityCheck(StrEnum):
    """How an administrator made sure who asks to have a lost second factor taken away."""

    IN_PERSON = "in_person"  # 当面核对
    VIDEO = "video"  # 视频核对
    SUPERVISOR = "supervisor_vouched"  # 由其主管当面确认


def account_stream(person_id: str, day: date) -> UUID:
    """Return the stream of what happened to a person's ways in on a day."""
    return stream_id("account", person_id, day.isoformat())


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose account it is, and the team they were in."""

    person_id: str
    team_id: str | None = None


class AccountDay(Aggregate):
    """What happened to one person's ways in on one day."""

    TOPIC = "account"

    class DayOpened(Created):
        """Something happened to a person's account for the first time that day."""

        TOPIC = "account.day_opened.v1"
        person_id: str
        team_id: str | None
        day: date

    class SignedIn(Aggregate.Event):
        """The person came in; ``proof`` is what they showed."""

        TOPIC = "account.signed_in.v1"
        person_id: str
        team_id: str | None
        proof: Proof

    class TurnedAway(Aggregate.Event):
        """Somebody with this person's login was turned away; ``count`` of them that day."""

        TOPIC = "account.turned_away.v1"
        person_id: str
        team_id: str | None
        reason: DoorRefusal
        count: int

    class LoginGiven(Aggregate.Event):
        """The person was given a login, with a first password that they must change."""

        TOPIC = "account.login_given.v1"
        person_id: str
        team_id: str | None

    class LoginEnded(Aggregate.Event):
        """The person's login opens nothing any more."""

        TOPIC = "account.login_ended.v1"
        person_id: str
        team_id: str | None

    class PasswordChanged(Aggregate.Event):
        """The person chose a new password."""

        TOPIC = "account.password_changed.v1"
        person_id: str
        team_id: str | None

    class PasswordReset(Aggregate.Event):
        """Somebody else set a first password anew, which the person must change."""

        TOPIC = "account.password_reset.v1"
        person_id: str
        team_id: str | None

    class SecondFactorSet(Aggregate.Event):
        """The person set up an authenticator, with new recovery codes."""

        TOPIC = "account.second_factor_set.v1"
        person_id: str
        team_id: str | None

    class SecondFactorRemoved(Aggregate.Event):
        """The authenticator was taken away; ``checked`` says how the person was recognised."""

        TOPIC = "account.second_factor_removed.v1"
        person_id: str
        team_id: str | None
        checked: IdentityCheck | None

    class RecoveryCodesMade(Aggregate.Event):
        """The person had new recovery codes made; the old ones are worth nothing."""

        TOPIC = "account.recovery_codes_made.v1"
        person_id: str
        team_id: str | None

    class SessionsEnded(Aggregate.Event):
        """Sessions of the person were ended from elsewhere; ``count`` of them."""

        TOPIC = "account.sessions_ended.v1"
        person_id: str
        team_id: str | None
        count: int

    @event(DayOpened)
    def __init__(self, person_id: str, team_id: str | None, day: date) -> None:
        self.person_id = person_id
        self.team_id = team_id
        self.day = day
        self.turned = 0

    @event(TurnedAway)
    def _turned(self, count: int) -> None:
        self.turned = count

    def is_told(self, count: int) -> bool:
        """Tell whether the refusal with this number is put on record."""
        return count <= TOLD_ONE_BY_ONE or count >= 2 * self.turned


class AccountRecord:
    """The commands about what happened to accounts; ``owner`` is whose account it is."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, person_id: str, day: date) -> AccountDay | None:
        """Return what happened to a person's account on a day, or None."""
        return self._recording.find(AccountDay, account_stream(person_id, day))

    def signed_in(self, owner: Owner, day: date, proof: Proof, *, by: By) -> Receipt:
        """Record that the person came in."""
        return self._tell(AccountDay.SignedIn, owner, day, by, proof=proof)

    def turned_away(
        self, owner: Owner, day: date, reason: DoorRefusal, *, by: By, unsaid: int = 0
    ) -> Receipt | None:
        """Record that somebody was turned away; None if it is one too many to be told.

        ``unsaid`` says how many came before it that were not put on record.
        """
        told = True

        def decide() -> list[Aggregate]:
            nonlocal told
            book = self._book(owner, day, by)
            count = book.turned + unsaid + 1
            told = book.is_told(count)
            if told:
                _trigger(book, AccountDay.TurnedAway, owner, by, reason=reason, count=count)
            return [book] if told else []

        receipt = self._recording.answer(by, decide)
        return receipt if told else None

    def login_given(self, owner: Owner, day: date, *, by: By) -> Receipt:
        """Record that the person was given a login."""
        return self._tell(AccountDay.LoginGiven, owner, day, by)

    def login_ended(self, owner: Owner, day: date, *, by: By) -> Receipt:
        """Record that the person's login opens nothing any more."""
        return self._tell(AccountDay.LoginEnded, owner, day, by)

    def password_changed(self, owner: Owner, day: date, *, by: By) -> Receipt:
        """Record a new password: the person's own choice, or a first one set by somebody else."""
        own = by.actor == owner.person_id
        kind = AccountDay.PasswordChanged if own else AccountDay.PasswordReset
        return self._tell(kind, owner, day, by)

    def second_factor_set(self, owner: Owner, day: date, *, by: By) -> Receipt:
        """Record that the person set up an authenticator."""
        return self._tell(AccountDay.SecondFactorSet, owner, day, by)

    def second_factor_removed(
        self, owner: Owner, day: date, *, by: By, checked: IdentityCheck | None = None
    ) -> Receipt:
        """Record that the authenticator was taken away, and how the person was recognised."""
        return self._tell(AccountDay.SecondFactorRemoved, owner, day, by, checked=checked)

    def recovery_codes_made(self, owner: Owner, day: date, *, by: By) -> Receipt:
        """Record that new recovery codes were made."""
        return self._tell(AccountDay.RecoveryCodesMade, owner, day, by)

    def sessions_ended(self, owner: Owner, day: date, count: int, *, by: By) -> Receipt:
        """Record that sessions were ended from elsewhere."""
        return self._tell(AccountDay.SessionsEnded, owner, day, by, count=count)

    def _tell(
        self,
        kind: Callable[..., Aggregate.Event],
        owner: Owner,
        day: date,
        by: By,
        **facts: object,
    ) -> Receipt:
        def decide() -> list[Aggregate]:
            book = self._book(owner, day, by)
            _trigger(book, kind, owner, by, **facts)
            return [book]

        return self._recording.answer(by, decide)

    def _book(self, owner: Owner, day: date, by: By) -> AccountDay:
        found = self.find(owner.person_id, day)
        if found is not None:
            return found
        return AccountDay._create(  # type: ignore[no-any-return]
            AccountDay.DayOpened,
            id=account_stream(owner.person_id, day),
            person_id=owner.person_id,
            team_id=owner.team_id,
            day=day,
            by=by,
        )


def _trigger(
    book: AccountDay, kind: Callable[..., Aggregate.Event], owner: Owner, by: By, **facts: object
) -> None:
    book.trigger_event(kind, person_id=owner.person_id, team_id=owner.team_id, by=by, **facts)
