"""Who may see and do what: one table, roles by things, each with its reach.

A reader whose reach ends before a thing is told that there is no such thing (404): whether it
exists is not for them to know. A page that the role never has says so (403).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from werkzeug.exceptions import Forbidden, NotFound

from domain.words import Role


class Reach(IntEnum):
    """How far a right goes."""

    NONE = 0
    OWN = 1  # what is about oneself
    TEAM = 2  # and what is about the people of the teams one leads
    BRANCH = 3


class Thing(StrEnum):
    """What rights are about."""

    WRITE_LOG = "write_log"
    READ_LOG = "read_log"
    CUSTOMERS = "customers"  # names and numbers in clear; nobody but the owner
    BOARD = "board"
    CALL = "call"  # to list, prepare, make and debrief callbacks
    JOURNAL = "journal"  # one's own journal as a supervisor (主管经营日志)
    DUTIES = "duties"  # how supervisors keep theirs: 1-1-1, remarks, score
    COACH = "coach"  # to coach one's agents (个别辅导)
    MY_COACHING = "my_coaching"  # to ask for help, and to read what was said
    TRACK = "track"  # to call one's agents (电话追踪)
    CALL_AGAIN = "call_again"  # to make the second calls that one was asked for
    FAKE_RATE = "fake_rate"  # the estimated share of made-up visits of branch and teams
    CHECK_CALLERS = "check_callers"  # what to ask supervisors about their own callbacks
    READ_DETECTOR = "read_detector"  # backtests, weights and alert line
    DETECTOR = "detector"  # to change weights and alert line
    REVIEW = "review"  # to review a day's log (批阅)
    SET_GOALS = "set_goals"  # a team's goals for a month
    READ_REVIEW = "read_review"
    ANSWER_REVIEW = "answer_review"
    READ_CASE = "read_case"
    ANSWER_CASE = "answer_case"  # to explain and to appeal
    DECIDE_CASE = "decide_case"
    DECIDE_APPEAL = "decide_appeal"
    READ_CONTEST = "read_contest"  # contests, role models, sharing sessions and clinics
    LEAD_CONTEST = "lead_contest"
    ANSWER_CONTEST = "answer_contest"  # whether one may be shown as a role model
    CHECKS = "checks"  # what was checked by itself
    ABOVE = "above"  # the board of what comes up the line
    READ_FILLING = "read_filling"  # filling problems and their ladders (填写问题)
    LEAD_FILLING = "lead_filling"
    SIGN_CRITICISM = "sign_criticism"
    ANSWER_FILLING = "answer_filling"
    FILE_COMPLAINT = "file_complaint"
    READ_COMPLAINT = "read_complaint"  # all but those about oneself
    MEDIATE = "mediate"
    ANSWER_INQUIRY = "answer_inquiry"  # what one was asked about a complaint
    COMPANY = "company"  # the branches that one was granted, side by side
    EVENTS = "events"
    EVIDENCE = "evidence"  # to verify the log and to take evidence out
    TIME_MACHINE = "time_machine"
    LOOKS = "looks"  # who saw one's own customers
    REVEAL = "reveal"  # to ask for a number outside a callback, and to break the glass
    APPROVE_REVEAL = "approve_reveal"
    WATCH_REVEALS = "watch_reveals"  # broken glasses and alerts
    PLANT_CANARY = "plant_canary"
    PEOPLE = "people"
    LEAVE = "leave"
    NOTICES = "notices"  # where oneself is told what happened
    WEBHOOKS = "webhooks"  # which programs are told what happened
    EXPORT = "export"  # to take tables away, without any contact in them
    PRIVACY = "privacy"  # to hold, restrict and erase customers' data
    FIND_CUSTOMER = "find_customer"  # whose customer a number is: owner and masked name


NONE, OWN, TEAM, BRANCH = Reach.NONE, Reach.OWN, Reach.TEAM, Reach.BRANCH

TABLE: Mapping[Thing, Mapping[Role, Reach]] = {
    Thing.WRITE_LOG: {Role.AGENT: OWN},
    Thing.READ_LOG: {Role.AGENT: OWN, Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.CUSTOMERS: {Role.AGENT: OWN},
    Thing.BOARD: {
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
    },
    Thing.CALL: {Role.SUPERVISOR: TEAM},
    Thing.JOURNAL: {Role.SUPERVISOR: OWN},
    Thing.DUTIES: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.COACH: {Role.SUPERVISOR: TEAM},
    Thing.MY_COACHING: {Role.AGENT: OWN},
    Thing.TRACK: {Role.SUPERVISOR: TEAM},
    Thing.CALL_AGAIN: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.FAKE_RATE: {
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
    },
    Thing.CHECK_CALLERS: {Role.UPPER_SUPERVISOR: BRANCH, Role.AUDITOR: BRANCH},
    Thing.READ_DETECTOR: {
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
        Role.ADMINISTRATOR: BRANCH,
    },
    Thing.DETECTOR: {Role.ADMINISTRATOR: BRANCH},
    Thing.REVIEW: {Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.SET_GOALS: {Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.READ_REVIEW: {Role.AGENT: OWN, Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.ANSWER_REVIEW: {Role.AGENT: OWN},
    Thing.READ_CASE: {
        Role.AGENT: OWN,
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
    },
    Thing.ANSWER_CASE: {Role.AGENT: OWN},
    Thing.DECIDE_CASE: {Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.DECIDE_APPEAL: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.READ_CONTEST: {
        Role.AGENT: OWN,
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
    },
    Thing.LEAD_CONTEST: {Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.ANSWER_CONTEST: {Role.AGENT: OWN},
    Thing.CHECKS: {
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
        Role.ADMINISTRATOR: BRANCH,
    },
    Thing.ABOVE: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.READ_FILLING: {
        Role.AGENT: OWN,
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
    },
    Thing.LEAD_FILLING: {Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.SIGN_CRITICISM: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.ANSWER_FILLING: {Role.AGENT: OWN},
    Thing.FILE_COMPLAINT: {Role.AGENT: OWN},
    Thing.READ_COMPLAINT: {Role.UPPER_SUPERVISOR: BRANCH, Role.AUDITOR: BRANCH},
    Thing.MEDIATE: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.ANSWER_INQUIRY: {Role.SUPERVISOR: OWN, Role.UPPER_SUPERVISOR: OWN},
    Thing.COMPANY: {
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
        Role.ADMINISTRATOR: BRANCH,
    },
    Thing.EVENTS: {Role.AUDITOR: BRANCH},
    Thing.EVIDENCE: {Role.AUDITOR: BRANCH},
    Thing.TIME_MACHINE: {Role.AUDITOR: BRANCH, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.LOOKS: {Role.AGENT: OWN},
    Thing.REVEAL: {Role.SUPERVISOR: TEAM, Role.UPPER_SUPERVISOR: BRANCH},
    Thing.APPROVE_REVEAL: {Role.UPPER_SUPERVISOR: BRANCH},
    Thing.WATCH_REVEALS: {Role.UPPER_SUPERVISOR: BRANCH, Role.AUDITOR: BRANCH},
    Thing.PLANT_CANARY: {Role.AUDITOR: BRANCH},
    Thing.PEOPLE: {Role.ADMINISTRATOR: BRANCH},
    Thing.LEAVE: {Role.ADMINISTRATOR: BRANCH, Role.SUPERVISOR: TEAM},
    Thing.NOTICES: {
        Role.AGENT: OWN,
        Role.SUPERVISOR: OWN,
        Role.UPPER_SUPERVISOR: OWN,
        Role.AUDITOR: OWN,
        Role.ADMINISTRATOR: OWN,
    },
    Thing.WEBHOOKS: {Role.ADMINISTRATOR: BRANCH},
    Thing.EXPORT: {
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
    },
    Thing.PRIVACY: {Role.ADMINISTRATOR: BRANCH},
    Thing.FIND_CUSTOMER: {
        Role.SUPERVISOR: TEAM,
        Role.UPPER_SUPERVISOR: BRANCH,
        Role.AUDITOR: BRANCH,
        Role.ADMINISTRATOR: BRANCH,
    },
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, with the rights of this moment: nothing of it outlives the request."""

    person_id: str
    role: Role
    name: str
    team_id: str | None = None
    leads: frozenset[str] = frozenset()
    login: str = ""
    language: str = ""
    csrf: str = ""
    company: tuple[str, ...] = ()  # the branches that an account of several may see


def reach(reader: Reader, thing: Thing) -> Reach:
    """Return how far a reader's right to a thing goes."""
    return TABLE[thing].get(reader.role, NONE)


def may(
    reader: Reader, thing: Thing, *, agent_id: str | None = None, team_id: str | None = None
) -> bool:
    """Tell whether a reader may, about this agent or team; with neither, whether ever."""
    how_far = reach(reader, thing)
    if how_far is NONE or how_far is BRANCH:
        return how_far is BRANCH
    if agent_id is None and team_id is None:
        return True
    if how_far is OWN:
        return agent_id == reader.person_id
    return team_id is not None and team_id in reader.leads


def need(reader: Reader, thing: Thing) -> None:
    """Raise Forbidden unless the reader's role has this thing at all."""
    if reach(reader, thing) is NONE:
        raise Forbidden


def need_about(
    reader: Reader, thing: Thing, *, agent_id: str | None = None, team_id: str | None = None
) -> None:
    """Raise Forbidden if the role never may, NotFound if it may not about this one."""
    need(reader, thing)
    if not may(reader, thing, agent_id=agent_id, team_id=team_id):
        raise NotFound


def calls_back(reader: Reader) -> bool:
    """Tell whether the reader makes callbacks at all: of the own team, or second ones."""
    return may(reader, Thing.CALL) or may(reader, Thing.CALL_AGAIN)


def may_make(reader: Reader, *, caller_id: str, team_id: str) -> bool:
    """Tell whether a callback is the reader's own, and its team still within reach."""
    own = caller_id == reader.person_id
    reaches = (may(reader, thing, team_id=team_id) for thing in (Thing.CALL, Thing.CALL_AGAIN))
    return own and any(reaches)
