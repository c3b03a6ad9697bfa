"""What readers see: each file answers one reader's question from the log."""

from __future__ import annotations

import domain.application  # noqa: F401  stored topics find their classes once these are loaded
from projections.access_log import ACCESS_LOG
from projections.agent_day import AGENT_DAY
from projections.audit_trail import AUDIT_TRAIL
from projections.base import POSITIONS, Projection
from projections.callback_queue import CALLBACK_QUEUE
from projections.cases import CASES
from projections.checks import CHECKS
from projections.coaching_board import COACHING_BOARD
from projections.complaints import COMPLAINTS
from projections.customers import CUSTOMERS
from projections.due import DUE
from projections.fake_rates import FAKE_RATES
from projections.filling_cases import FILLING_CASES
from projections.journals import JOURNALS
from projections.notices import NOTICES
from projections.plans import PLANS
from projections.proof_tree import PROOF_TREE
from projections.retention import RETENTION
from projections.review_queue import REVIEW_QUEUE
from projections.sheets import SHEETS
from projections.standings import STANDINGS
from projections.supervision_due import SUPERVISION_DUE
from projections.supervisor_duties import SUPERVISOR_DUTIES
from projections.team_facts import TEAM_DAY
from projections.timeline import TIMELINE
from projections.tracking_calls import TRACKING_CALLS
from projections.visit_ledger import VISIT_LEDGER

ALL: tuple[Projection, ...] = (
    TEAM_DAY,
    AGENT_DAY,
    PLANS,
    SHEETS,
    VISIT_LEDGER,
    CALLBACK_QUEUE,
    CASES,
    COMPLAINTS,
    FILLING_CASES,
    CHECKS,
    STANDINGS,
    CUSTOMERS,
    REVIEW_QUEUE,
    COACHING_BOARD,
    SUPERVISOR_DUTIES,
    SUPERVISION_DUE,
    JOURNALS,
    TRACKING_CALLS,
    AUDIT_TRAIL,
    TIMELINE,
    DUE,
    NOTICES,
    ACCESS_LOG,
    PROOF_TREE,
    RETENTION,
    FAKE_RATES,
)
VIEW_METADATA = [POSITIONS, *(projection.metadata for projection in ALL)]
