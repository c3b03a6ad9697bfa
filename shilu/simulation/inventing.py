"""How made-up visits look, by style; each leaves some traces, and none leaves all.

Numbers here are guesses made to be unkind to the detector: many made-up visits carry no trace at
all, and a `hider` leaves none.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from shilu.simulation.diary import HALVES, TARGET, Happening, true_day
from shilu.simulation.kinds import Style
from shilu.simulation.people import SEEMLY, Agent, Customer, new_customer

REACHES_TARGET = 0.45  # how often a day is filled up to 5
LOOKS_WHAT_IS_WANTING = 0.6  # otherwise the kind is any
BLIND_HOUR = 0.12  # how often an invented hour is put down without a look at the others


def made_up_day(agent: Agent, day: date, true: list[Happening], rng: Random) -> list[Happening]:
    """Return the day as logged: true visits, and invention up to the target or beyond it."""
    fills_up = agent.style not in SEEMLY and rng.random() < REACHES_TARGET
    logged = max(len(true), len(TARGET) if fills_up else 0)
    count = sum(rng.random() < agent.made_up for _ in range(logged))
    if not count:
        return true
    told = true[: logged - count]
    for _ in range(logged - len(told)):
        told = [*told, INVENTING[agent.style](agent, _template(agent, day, told, rng), rng)]
    return told


def left_over(agent: Agent, rng: Random) -> bool:
    """Tell whether a style also makes up visits on a day of leave, when it forgets that."""
    return agent.style not in SEEMLY and rng.random() < 0.25


def _template(agent: Agent, day: date, told: list[Happening], rng: Random) -> Happening:
    """Return a plausible visit that did not happen: a kind still wanting, an hour still free."""
    wanting = list(TARGET)
    for one in told:
        if one.kind in wanting:
            wanting.remove(one.kind)
    kind = rng.choice(wanting if wanting and rng.random() < LOOKS_WHAT_IS_WANTING else TARGET)
    minutes = rng.choice(HALVES) if rng.random() < 0.6 else max(10, round(rng.gauss(45, 16)))
    return Happening(_pool(agent, rng), kind, _hour(day, told, rng), minutes, made_up=True)


def _hour(day: date, told: list[Happening], rng: Random) -> datetime:
    """Return an hour after the others, mostly; now and then one out of the head."""
    if told and rng.random() >= BLIND_HOUR:
        last = max(told, key=lambda one: one.start)
        after = last.start + timedelta(minutes=last.minutes + rng.randint(10, 60))
    else:
        after = datetime.combine(day, time(9)) + timedelta(minutes=rng.randint(0, 480))
    return after.replace(minute=30 * (after.minute // 30)) if rng.random() < 0.5 else after


def _pool(agent: Agent, rng: Random) -> Customer:
    return rng.choice(agent.customers[-40:])


def _padded(agent: Agent, told: Happening, rng: Random) -> Happening:
    """Real customers, hours put between or after the true ones; 'new' may be an old name."""
    if told.kind == "new" and rng.random() < 0.6:
        return replace(told, customer=_joined(agent, rng))
    return replace(told, copied_remark=rng.random() < 0.08)


def _invented(agent: Agent, told: Happening, rng: Random) -> Happening:
    """People who do not exist, each once, rarely twice."""
    who = new_customer(rng)
    if rng.random() < 0.25:
        agent.customers.append(who)
    if rng.random() < 0.02:
        who.phone = who.phone[:-1]
    return replace(told, customer=who, invented_person=True)


def _copied(agent: Agent, told: Happening, rng: Random) -> Happening:
    """An old entry with a new day."""
    few = agent.customers[-15:]
    return replace(told, customer=rng.choice(few), copied_remark=rng.random() < 0.4)


def _backfilled(agent: Agent, told: Happening, rng: Random) -> Happening:
    """A missing week: strangers' names, some of them out of a colleague's list."""
    chosen = _invented if rng.random() < 0.6 else _padded
    return chosen(agent, told, rng)


def _colluded(agent: Agent, told: Happening, rng: Random) -> Happening:
    """Always the same few friends."""
    return replace(told, customer=rng.choice(agent.customers[:8]))


def _hidden(agent: Agent, told: Happening, rng: Random) -> Happening:
    """A visit like a true one: hour, customer, words."""
    return replace(true_day(agent, told.start.date(), 1, rng)[0], start=told.start, made_up=True)


Inventing = Callable[[Agent, Happening, Random], Happening]
INVENTING: dict[Style, Inventing] = {
    Style.HONEST: _hidden,
    Style.CARELESS: _padded,
    Style.PADDER: _padded,
    Style.INVENTOR: _invented,
    Style.COPIER: _copied,
    Style.BACKFILLER: _backfilled,
    Style.COLLUDER: _colluded,
    Style.HIDER: _hidden,
}


def _joined(agent: Agent, rng: Random) -> Customer:
    agent.customers.append(new_customer(rng))
    return agent.customers[-1]
