"""The agents of an invented branch with their habits, and their customers."""

from dataclasses import dataclass, field
from random import Random

from shilu.simulation.kinds import FABRICATORS, Kind, Style

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程魏苏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉玲鹏飞鑫波斌宇浩凯健俊帆雪琳晨欣慧"
MADE_UP = {  # share of the visits that are made up, lowest and highest
    Style.PADDER: (0.15, 0.45),
    Style.INVENTOR: (0.7, 0.98),
    Style.COPIER: (0.3, 0.7),
    Style.BACKFILLER: (0.35, 0.75),
    Style.COLLUDER: (0.25, 0.55),
    Style.HIDER: (0.2, 0.7),
}
SEEMLY = (Style.HONEST, Style.CARELESS, Style.HIDER)  # work as many hours as anybody


@dataclass(slots=True)
class Customer:
    """Somebody with a telephone; ``known`` = met before the log begins."""

    name: str
    phone: str
    wary: float  # how readily this one denies or refuses, 1.0 = as most


@dataclass(slots=True)
class Agent:
    """One agent: how much is worked, what is made up, and which habits there are (0 to 1 each)."""

    agent_id: str
    team_id: str
    style: Style
    made_up: float
    pace: float  # true visits a day, were there no target
    stops_at_target: float
    rounds: float  # hours and lengths told in halves
    short_remarks: float
    repeats: float  # takes the own words again
    late: float  # enters a day or more later
    friday_typist: bool
    half_names: float
    overlaps: float
    wrong_kind: float
    closes: float  # policies a closing visit
    customers: list[Customer] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def fabricator(self) -> bool:
        """Tell whether this agent makes visits up as a rule."""
        return self.style in FABRICATORS


def branch_agents(kind: Kind, rng: Random) -> list[Agent]:
    """Return the agents of a branch, team by team."""
    agents: list[Agent] = []
    for team in range(kind.teams):
        for _ in range(rng.randint(*kind.team_size)):
            agents.append(_agent(f"A{len(agents):04d}", f"S{team:02d}", kind, rng))
    return agents


def new_customer(rng: Random) -> Customer:
    """Return somebody nobody has met yet."""
    name = rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2))))
    return Customer(name, new_phone(rng), rng.expovariate(1.0))


def new_phone(rng: Random) -> str:
    """Return a telephone number of 11 digits."""
    return f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"


def _agent(agent_id: str, team_id: str, kind: Kind, rng: Random) -> Agent:
    style = _style(kind, rng)
    careless = rng.random() < kind.careless if style in FABRICATORS else style is Style.CARELESS
    h = kind.habit
    agent = Agent(
        agent_id=agent_id,
        team_id=team_id,
        style=style,
        made_up=_made_up(style, kind, rng),
        pace=max(1.5, rng.gauss(4.8 if style in SEEMLY else 4.1, 0.9)),
        stops_at_target=rng.uniform(0.4, 0.95),
        rounds=rng.betavariate(4, 4) if careless else rng.betavariate(2, 3),
        short_remarks=rng.uniform(0.3, 0.7) if careless else 0.0,
        repeats=min(0.6, h * rng.betavariate(1, 6)),
        late=min(0.8, h * (0.35 if careless else 0.15)),
        friday_typist=rng.random() < (0.7 if style is Style.BACKFILLER else kind.friday_typists),
        half_names=min(0.5, h * (0.15 if careless else 0.02)),
        overlaps=h * rng.uniform(0.0, 0.02),
        wrong_kind=h * rng.uniform(0.0, 0.006 if careless else 0.002),
        closes=max(0.01, rng.gauss(0.08, 0.03)),
    )
    agent.customers = [new_customer(rng) for _ in range(rng.randint(25, 60))]
    return agent


def _style(kind: Kind, rng: Random) -> Style:
    if rng.random() < kind.fabricators:
        return rng.choices(list(kind.styles), list(kind.styles.values()))[0]
    return Style.CARELESS if rng.random() < kind.careless else Style.HONEST


def _made_up(style: Style, kind: Kind, rng: Random) -> float:
    if style in MADE_UP:
        return rng.uniform(*MADE_UP[style])
    return kind.slips * (4.0 if style is Style.CARELESS else 1.0)
