"""Who sees the score of a case, and when: not before they noted what they think themselves."""

from __future__ import annotations

from domain.verification_case import VerificationCase
from domain.words import Role
from service.access import Reader

DECIDE = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)


def sees_score(reader: Reader, file: VerificationCase, case_no: int) -> bool:
    """Tell whether the weights and the estimate of a case are shown to this reader.

    Whoever may decide an open case gives an opinion first: a score seen before would be their
    anchor (detection.md, section 5). The agent and the auditor see everything.
    """
    decides = reader.role in DECIDE
    open_still = case_no == file.case_no and file.has_open_case
    return not (decides and open_still) or reader.person_id in file.opinions
