"""Whom a caller is to call today: drawn visits and second calls (detection.md, section 3).

Commands on callbacks only; what is drawn, and with which chance, `domain.detection.call_choice`
says, and a worker puts it on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.callback import Callback, Callbacks, Listing, listed
from domain.recording import Aggregate, Recording
from domain.refusals import (
    AlreadyAnswered,
    BadValue,
    EmptyText,
    NotDrawn,
    NotYours,
    UnknownCallback,
)
from domain.words import By, Receipt, RepeatReason

LONGEST_REASON = 200
DRAWN_REASON = "按抽样名单"  # on record with every drawn call
SECOND_REASON = "复核：由另一人再问一次"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a visit was drawn; ``left_out`` counts what could not be drawn, by reason."""

    frame_size: int
    probability: float
    random_share: float
    frame_sha256: str
    seed: int
    model_version: str
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecondCall:
    """The earlier call that a listing repeats, and why."""

    of_callback_id: str
    why: RepeatReason


class CallPlans:
    """Lists what was drawn, and sets a drawn call aside."""

    def __init__(self, recording: Recording, callbacks: Callbacks) -> None:
        self._recording = recording
        self._callbacks = callbacks

    def planned(self, listing: Listing, how: Drawing | SecondCall, by: By) -> list[Aggregate]:
        """Return the new callback with how it came about, not yet appended; [] if it is listed."""
        if self._callbacks.find(listing.callback_id) is not None:
            return []
        call = listed(listing, by)
        facts = {"callback_id": call.callback_id, "team_id": call.team_id, "by": by}
        if isinstance(how, SecondCall):
            call.trigger_event(
                Callback.Repeats, of_callback_id=how.of_callback_id, why=how.why, **facts
            )
            return [call]
        call.trigger_event(
            Callback.Drawn,
            frame_size=how.frame_size,
            probability=how.probability,
            random_share=how.random_share,
            frame_sha256=how.frame_sha256,
            seed=str(how.seed),
            model_version=how.model_version,
            left_out=dict(how.left_out),
            **facts,
        )
        return [call]

    def set_aside(self, callback_id: str, reason: str, *, by: By) -> Receipt:
        """Leave a drawn call unmade, with a reason: it is void for every estimate.

        Raises UnknownCallback, NotYours, NotDrawn, AlreadyAnswered, EmptyText, BadValue.
        """

        def decide() -> list[Aggregate]:
            call = self._callbacks.find(callback_id)
            if call is None:
                raise UnknownCallback(callback_id=callback_id)
            if by.actor != call.supervisor_id:
                raise NotYours(what="callback")
            if not call.drawn:
                raise NotDrawn(callback_id=callback_id)
            if call.outcome is not None or call.set_aside:
                raise AlreadyAnswered(callback_id=callback_id)
            if not reason.strip():
                raise EmptyText(field="reason")
            if len(reason) > LONGEST_REASON:
                raise BadValue(field="reason", value=len(reason))
            call.trigger_event(
                Callback.SetAside,
                callback_id=callback_id,
                team_id=call.team_id,
                reason=reason.strip(),
                by=by,
            )
            return [call]

        return self._recording.answer(by, decide)
