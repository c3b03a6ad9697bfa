"""What an agent did on a day, and how it was written down.

A visit is first `Happening` (who, when, true or not), then a line of the log, where the habits of
the writer come in: rounded hours, short remarks, late entry, mistyped numbers.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from shilu.simulation.kinds import Kind, Style
from shilu.simulation.people import Agent, Customer, new_customer

WHOM = ("客户本人", "其爱人", "其母亲", "夫妻二人", "客户全家", "客户和同事")
TOPICS = (
    "重疾保障",
    "养老年金",
    "子女教育金",
    "医疗险缺口",
    "意外险",
    "家庭收支",
    "保单检视",
    "企业团险",
    "万能账户",
    "分红险收益",
    "房贷压力",
    "理赔案例",
)
FACTS = (
    "孩子{}岁",
    "年收入约{}万",
    "做了{}年生意",
    "社保已交{}年",
    "原有保单{}份",
    "体检有{}项异常",
    "在{}路开店",
)
MOODS = (
    "比较认可",
    "有些犹豫",
    "要和家人商量",
    "觉得保费偏高",
    "愿意参加产说会",
    "约下周再谈",
    "担心以后理赔",
    "态度冷淡",
)
SHORT = ("已拜访", "有意向", "再联系", "谈了产品", "送资料", "考虑中", "下次再说", "不错")
TARGET = ("face", "face", "face", "closing", "new")
HALVES = (30, 45, 60)


@dataclass(frozen=True, slots=True)
class Happening:
    """One visit to be logged: with whom, when, and whether it took place."""

    customer: Customer
    kind: str
    start: datetime
    minutes: int
    made_up: bool
    invented_person: bool = False
    copied_remark: bool = False


def true_day(agent: Agent, day: date, count: int, rng: Random) -> list[Happening]:
    """Return ``count`` true visits, one after the other, of the kinds that the target asks for."""
    kinds = [*TARGET, *rng.choices(TARGET, k=max(0, count - len(TARGET)))][:count]
    rng.shuffle(kinds)
    clock = datetime.combine(day, time(9)) + timedelta(minutes=rng.randint(-30, 60))
    if rng.random() < 0.04:  # shops open late
        clock += timedelta(hours=rng.randint(4, 8))
    told = []
    for kind in kinds:
        minutes = max(10, round(rng.gauss(45, 18)))
        told.append(Happening(_met(agent, kind, rng), kind, clock, minutes, made_up=False))
        clock += timedelta(minutes=minutes + rng.randint(15, 60))
    return told


def _met(agent: Agent, kind: str, rng: Random) -> Customer:
    """Return whom a visit is to: a stranger when new, otherwise somebody met, rather lately."""
    if kind == "new":
        agent.customers.append(new_customer(rng))
        return agent.customers[-1]
    back = int(rng.betavariate(1.0, 1.6) * len(agent.customers))
    return agent.customers[-1 - back]


def written_start(agent: Agent, told: Happening, rng: Random) -> tuple[datetime, int]:
    """Return start and length as the writer puts them down: halves, guesses, now and then muddled."""
    start, minutes = told.start, told.minutes
    if rng.random() < agent.rounds:
        start = start.replace(minute=30 * round(start.minute / 30) % 60)
        minutes = min(HALVES, key=lambda half: abs(half - minutes))
    if rng.random() < agent.overlaps:
        start -= timedelta(minutes=rng.randint(30, 90))
    return start, minutes


def written_remark(agent: Agent, told: Happening, rng: Random) -> str:
    """Return the remark: new, short, or one's own words again."""
    if rng.random() < agent.short_remarks:
        return rng.choice(SHORT)
    if agent.remarks and (told.copied_remark or rng.random() < agent.repeats):
        old = rng.choice(agent.remarks[-30:])
        at = rng.randrange(len(old))
        return old[:at] + old[at + 1 :] if rng.random() < 0.5 else old
    fact = rng.choice(FACTS).format(rng.randint(2, 60))
    remark = f"与{rng.choice(WHOM)}谈{rng.choice(TOPICS)}，{fact}，{rng.choice(MOODS)}"
    remark += f"，另提到{rng.choice(TOPICS)}。" if rng.random() < 0.45 else "。"
    agent.remarks.append(remark)
    return remark


def written_at(agent: Agent, day: date, evening: datetime, rng: Random) -> datetime:
    """Return when a visit is typed in: that evening, a day or days later, or on Friday."""
    if agent.friday_typist and rng.random() < 0.7:
        friday = day + timedelta(days=(4 - day.weekday()) % 7)
        if friday > day:
            return datetime.combine(friday, time(17)) + timedelta(minutes=rng.randint(0, 90))
    if rng.random() < agent.late:
        later = day + timedelta(days=rng.choice((1, 1, 1, 2, 3)))
        return datetime.combine(later, time(8)) + timedelta(minutes=rng.randint(0, 240))
    return evening + timedelta(minutes=rng.randint(0, 20))


def true_count(agent: Agent, kind: Kind, rng: Random) -> int:
    """Return how many true visits a day holds; many stop when the target is reached."""
    pace = agent.pace * (0.9 if agent.style is Style.CARELESS else 1.0)
    wanted = round(rng.gauss(pace, 1.3 * min(1.5, kind.habit)))
    if wanted >= len(TARGET) - 1 and rng.random() < agent.stops_at_target:
        return len(TARGET)
    return min(8, max(1, wanted))
