"""What people read for the words about reveals."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.reveal_rules import AlertKind, GrantKind, RevealReason
from service.context import shilu
from service.language import N_


class RequestState(StrEnum):
    """How far a request has come."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


GRANTS: Mapping[StrEnum, str] = {
    GrantKind.CALLBACK: N_("回访"),
    GrantKind.APPROVAL: N_("上级批准"),
    GrantKind.BREAK_GLASS: N_("紧急查看"),
}
REASONS: Mapping[StrEnum, str] = {
    RevealReason.CALLBACK: N_("电话回访"),
    RevealReason.CUSTOMER_ASKED: N_("客户要求联系"),
    RevealReason.COMPLAINT: N_("客户投诉"),
    RevealReason.AGENT_AWAY: N_("伙伴联系不上，客户在等"),
    RevealReason.SAFETY: N_("人身安全"),
    RevealReason.LEGAL: N_("司法或监管要求"),
}
REQUEST_STATES: Mapping[StrEnum, str] = {
    RequestState.ASKED: N_("等待批准"),
    RequestState.APPROVED: N_("已批准"),
    RequestState.REFUSED: N_("没有批准"),
}
ALERTS: Mapping[StrEnum, str] = {
    AlertKind.NO_CALLBACK: N_("看了号码，24 小时内没有回访"),
    AlertKind.UNUSUAL_HOUR: N_("在不寻常的时间查看号码"),
    AlertKind.UNUSUALLY_MANY: N_("一天查看的客户特别多"),
    AlertKind.LEAVING: N_("调动或离职前后查看号码"),
    AlertKind.SAME_NUMBER: N_("看过的号码被另一个人录入"),
    AlertKind.GLASS_UNREVIEWED: N_("紧急查看 72 小时没有复核"),
    AlertKind.CANARY: N_("碰到了诱饵客户"),
}


def name_of(person_id: str | None) -> str:
    """Return a person's name, or the id if nobody has it."""
    member = shilu().record.organisation.member(person_id) if person_id else None
    return member.name if member else person_id or "—"
