"""What readers see: each file answers one reader's question from the log."""

from __future__ import annotations

import domain.application  # noqa: F401  stored topics find their classes once these are loaded
from projections.agent_day import AGENT_DAY
from projections.base import POSITIONS, Projection
from projections.due import DUE
from projections.team_day import TEAM_DAY
from projections.timeline import TIMELINE

ALL: tuple[Projection, ...] = (TEAM_DAY, AGENT_DAY, TIMELINE, DUE)
VIEW_METADATA = [POSITIONS, *(projection.metadata for projection in ALL)]
