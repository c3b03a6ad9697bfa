"""What auditors (合规稽核) do leaves its trace too: the log was verified, evidence was taken out.

Who took evidence, of which events, is on record before the file is in their hands; the manifest's
hash says which file it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import BadValue, NotYours
from domain.words import By, Receipt, Role, stream_id

MAY = frozenset({Role.AUDITOR, Role.SYSTEM})  # the second from the command line
DIGEST = re.compile(r"[0-9a-f]{64}")


class LogVerdict(StrEnum):
    """What a verification found."""

    INTACT = "intact"
    ALTERED = "altered"
    UNREADABLE = "unreadable"
    OLDER = "older"  # shorter than an older checkpoint promised


def verification_stream(verification_id: str) -> UUID:
    """Return the stream of one verification of the log."""
    return stream_id("log_verification", verification_id)


def export_stream(export_id: str) -> UUID:
    """Return the stream of one export of evidence."""
    return stream_id("evidence_export", export_id)


@dataclass(frozen=True, slots=True)
class Found:
    """What a verification found: of the first ``size`` events, which are under a checkpoint.

    ``newer`` events were not under it yet; ``event`` is the position of the altered one, if known.
    """

    verdict: LogVerdict
    size: int
    newer: int = 0
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out: events ``first`` to ``last``, under the checkpoint of ``size`` events.

    ``contents``: their contents as stored, or who, when and what kind alone. ``manifest_sha256``
    is the hash of the export's signed table of contents, 64 hex digits.
    """

    first: int
    last: int
    size: int
    contents: bool
    manifest_sha256: str

    def check(self) -> None:
        """Raise BadValue when no export can be so."""
        if not 1 <= self.first <= self.last <= self.size:
            raise BadValue(what="range", value=f"{self.first}-{self.last}")
        if not DIGEST.fullmatch(self.manifest_sha256):
            raise BadValue(what="digest", value=self.manifest_sha256[:80])


class LogVerification(Aggregate):
    """One verification of the whole log."""

    TOPIC = "audit.log_verification"

    class Verified(Created):
        """The log was verified against its checkpoints, with what was found."""

        TOPIC = "audit.log_verified.v1"
        verification_id: str
        verdict: LogVerdict
        size: int
        newer: int
        event: int | None

    @event(Verified)
    def __init__(self, verification_id: str, verdict: LogVerdict) -> None:
        self.verification_id = verification_id
        self.verdict = LogVerdict(verdict)


class EvidenceExport(Aggregate):
    """One export of evidence (取证包)."""

    TOPIC = "audit.evidence_export"

    class Exported(Created):
        """Events were exported as evidence that proves itself; see ``Taken``."""

        TOPIC = "audit.evidence_exported.v1"
        export_id: str
        first: int
        last: int
        size: int
        contents: bool
        manifest_sha256: str

    @event(Exported)
    def __init__(self, export_id: str, manifest_sha256: str) -> None:
        self.export_id = export_id
        self.manifest_sha256 = manifest_sha256


class Audits:
    """The commands of auditors about the log itself."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def verified(self, verification_id: str, found: Found, *, by: By) -> Receipt:
        """Put on record that the log was verified. Raises NotYours."""

        def decide() -> list[Aggregate]:
            _need_auditor(by, "verification")
            return [
                LogVerification._create(
                    LogVerification.Verified,
                    id=verification_stream(verification_id),
                    verification_id=verification_id,
                    verdict=found.verdict,
                    size=found.size,
                    newer=found.newer,
                    event=found.event,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def exported(self, export_id: str, taken: Taken, *, by: By) -> Receipt:
        """Put on record that evidence leaves the house. Raises NotYours, BadValue."""

        def decide() -> list[Aggregate]:
            _need_auditor(by, "export")
            taken.check()
            return [
                EvidenceExport._create(
                    EvidenceExport.Exported,
                    id=export_stream(export_id),
                    export_id=export_id,
                    first=taken.first,
                    last=taken.last,
                    size=taken.size,
                    contents=taken.contents,
                    manifest_sha256=taken.manifest_sha256,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)


def _need_auditor(by: By, what: str) -> None:
    if by.role not in MAY:
        raise NotYours(what=what)
