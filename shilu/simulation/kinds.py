"""The kinds of branches to be simulated: sizes, habits, styles of making things up, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType


class Style(StrEnum):
    """How an agent works; all but the first two make visits up."""

    HONEST = "honest"
    CARELESS = "careless"  # short remarks, half names, late: honest all the same
    PADDER = "padder"  # real days filled up to the target with real customers' names
    INVENTOR = "inventor"  # nearly everything, with people who do not exist
    COPIER = "copier"  # takes old entries, changes the day
    BACKFILLER = "backfiller"  # types a missing week at once
    COLLUDER = "colluder"  # the same friendly customers say yes when called
    HIDER = "hider"  # made-up visits that look like true ones in every respect


FABRICATORS = tuple(style for style in Style if style not in (Style.HONEST, Style.CARELESS))
USUAL_STYLES: Mapping[Style, float] = MappingProxyType(
    {
        Style.PADDER: 0.42,
        Style.INVENTOR: 0.12,
        Style.COPIER: 0.12,
        Style.BACKFILLER: 0.18,
        Style.COLLUDER: 0.16,
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of branch; shares are 0 to 1.

    ``fabricators`` of the agents make visits up, ``careless`` of the others are careless.
    ``denial``, ``typo``: how often a true visit is denied, and a true number is mistyped.
    ``habit`` scales every honest bad habit. ``slips``: made-up visits of otherwise honest people.
    """

    name: str
    teams: int = 20
    team_size: tuple[int, int] = (10, 15)
    weeks: int = 8
    fabricators: float = 0.14
    careless: float = 0.22
    styles: Mapping[Style, float] = field(default_factory=lambda: USUAL_STYLES)
    denial: float = 0.026
    typo: float = 0.06
    unreachable: float = 0.36
    habit: float = 1.0
    slips: float = 0.005
    friday_typists: float = 0.10


ORDINARY = Kind("ordinary")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ORDINARY,
            replace(ORDINARY, name="clean", fabricators=0.0),
            replace(ORDINARY, name="clean-annoyed", fabricators=0.0, denial=0.06, typo=0.12),
            replace(ORDINARY, name="annoyed", denial=0.075, typo=0.14, unreachable=0.42),
            replace(ORDINARY, name="hidden", styles={Style.HIDER: 1.0}),
            replace(ORDINARY, name="padders", styles={Style.PADDER: 1.0}),
            replace(ORDINARY, name="small", teams=5, team_size=(5, 9)),
            replace(ORDINARY, name="careless", careless=0.6, habit=1.8, friday_typists=0.35),
            replace(ORDINARY, name="few", fabricators=0.05),
            replace(ORDINARY, name="many", fabricators=0.3),
            replace(ORDINARY, name="mixed", styles={**USUAL_STYLES, Style.HIDER: 0.3}),
        )
    }
)
