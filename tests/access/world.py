"""Two branches with the same kinds of things in them, and somebody of every role to ask for them.

The columns of the matrix are the people whom a thing is about: A1 and A2 work in the team of S1,
B1 in another supervisor's team, Z1 in another branch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from werkzeug.test import TestResponse

from domain.application import TeamRecord
from domain.callback import callback_id_of
from domain.coaching import Proposal
from domain.coaching_words import Moment, Origin
from domain.complaint import Grievance, complaint_id_of
from domain.contest import contest_id_of
from domain.contest_scores import WEIGHTS
from domain.daily_log import Activity
from domain.filling_case import filling_case_id
from domain.filling_ladder import Problem
from domain.filling_signs import Sign
from domain.filling_suggestion import suggestion_id_of
from domain.plan import Intention
from domain.reveal_alert import Alert, alert_id_of
from domain.reveal_exception import Wish
from domain.reveal_rules import AlertKind, RevealReason
from domain.role_model import role_model_id
from domain.scheduled_check import CheckKey
from domain.sheet_figures import Figures, monday_of
from domain.tracking_call import Preparation, tracking_call_id_of
from domain.verification_case import Contradiction, Evidence, EvidenceItem
from domain.weekly_sheet import WeekWords
from domain.words import (
    ActivityKind,
    ActivityResult,
    By,
    CallbackOutcome,
    Check,
    ContactSource,
    PlanKind,
    Role,
    command_id,
)
from projections import VIEW_METADATA
from service.sessions import COOKIE
from store.branch import BranchStore
from store.import_jobs import ImportJobs
from store.migrate import migrate
from tests.copies import copy_of, create_account
from tests.service.conftest import NOON, PASSWORD, PEOPLE, TODAY, Branch, with_people

COLUMNS = ("A1", "A2", "B1", "Z1")
READERS = {"a": "a1", "s": "s1", "u": "u1", "x": "x1", "m": "m1"}
TEAMS = {"A1": ("T1", "S1"), "A2": ("T1", "S1"), "B1": ("T2", "S2"), "Z1": ("T9", "S9")}
CONTACTS = {
    "A1": ("C-1", "张三丰", "13812341234"),
    "A2": ("C-2", "刘芳", "13912345678"),
    "B1": ("C-3", "欧阳修文", "13712348888"),
    "Z1": ("C-9", "诸葛明远", "13612349999"),
}
SIGNS = {"length": 4, "before": 15, "copied": 6, "notes": 10}
HOUR = timedelta(hours=1)
LAST_WEEK = monday_of(TODAY) - timedelta(days=7)


def filing(person: str) -> UUID:
    """Return the command by which a person of COLUMNS filed their complaint."""
    return command_id("access_world", "complaint", person)


def tracking(person: str) -> UUID:
    """Return the command by which the call to a person of COLUMNS was prepared."""
    return command_id("access_world", "tracking", person)


class World:
    """A branch that is asked, and another one that exists beside it."""

    def __init__(self, folder: Path) -> None:
        """Open the world of a folder; an empty one becomes a copy of the world that is filled."""
        if not (folder / "accounts.db").exists():
            copy_of(_filled, folder)
        self.home = Branch(folder)
        self._tokens: dict[str, tuple[str, str]] = {}

    def fill(self) -> None:
        """Put all there is into the home branch."""
        customer_id, name, phone = CONTACTS["B1"]
        self.home.record.customers.register(
            customer_id, "B1", name, phone, ContactSource.OWN, by=self.home.by("B1")
        )
        for person in ("A1", "A2", "B1"):
            self._fill(person)
        self._import()
        for team, boss in (("T1", "S1"), ("T2", "S2")):
            season = ("十一月", [team], LAST_WEEK, 90, WEIGHTS)
            self.home.record.contests.open(*season, by=self.home.by(boss))
        for login in ("a1", "a2", "b1"):
            self.home.open_account(login)
        create_account(self.home.accounts, "z1", PASSWORD, "A1", "north", "agent")
        self.home.follow()

    def things(self, column: str) -> dict[str, str]:
        """Return what stands in paths and bodies for a thing of this column.

        A route with a new kind of thing needs it here, under the placeholder's name, and made by
        ``_fill`` for everybody of COLUMNS.
        """
        team, supervisor = TEAMS[column]
        return {
            "agent_id": column,
            "person_id": column,
            "team_id": team,
            "supervisor_id": supervisor,
            "customer_id": CONTACTS[column][0],
            "activity_id": f"V-{column}",
            "unlisted": f"W-{column}",
            "item_id": f"P-{column}",
            "callback_id": callback_id_of(f"V-{column}", supervisor),
            "complaint_id": complaint_id_of(filing(column)),
            "contest_id": contest_id_of(LAST_WEEK, [team]),
            "case_no": "1",
            "script_id": "default",
            "model_id": role_model_id(column, TODAY),
            "suggestion_id": suggestion_id_of(column, Problem.DOUBTING, TODAY),
            "case_id": filling_case_id(column, Problem.FADED, 1),
            "case_version": self._case_version(column),
            "day": str(TODAY),
            "monday": str(monday_of(TODAY)),
            "month": str(TODAY.replace(day=1)),
            "month_split": str(TODAY.replace(day=15)),
            "sheet": "week",
            "period": str(LAST_WEEK),
            "next_monday": str(monday_of(TODAY) + timedelta(days=7)),
            "moment": (NOON - HOUR).isoformat(),
            "position": "1",
            "question": "same_customers",
            "coaching_id": f"G-{column}",
            "tomorrow": str(TODAY + timedelta(days=1)),
            "call_id": tracking_call_id_of(tracking(column)),
            "tracking_id": tracking_call_id_of(tracking(column)),
            "request_id": f"R-{column}",
            "glass_id": f"G-{column}",
            "alert_id": alert_id_of(AlertKind.UNUSUAL_HOUR, column),
            "webhook_id": f"H-{column}",
            "kind": "break_glass",
            "ticket": f"G-{column}",
            "password": PASSWORD,
            "new": f"new{uuid4().int % 10**9:09}",  # hex may hold "a1": a login, no password
        }

    def ask(
        self, login: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> TestResponse:
        """Send a request with the session of ``login``, nobody's if empty: page or API."""
        token, csrf = self._session(login) if login else ("", "")
        client = self.home.app.test_client()
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if method != "GET":
                headers |= {"Idempotency-Key": str(uuid4()), "If-Match": "*"}
            return client.open(path, method=method, json=body, headers=headers)
        if token:
            client.set_cookie(COOKIE, token)
        sent = {"csrf_token": csrf, "command_id": str(uuid4()), **(body or {})}
        return client.open(path, method=method, data=None if method == "GET" else sent)

    def topics(self) -> list[str]:
        """Return the topics on record, in their order."""
        log = self.home.record.recorder
        return [row.topic for row in log.select_notifications(None, limit=10**6)]

    def _case_version(self, column: str) -> str:
        file = self.home.record.verification_cases.find(column)
        return str(file.version if file else 1)

    def _session(self, login: str) -> tuple[str, str]:
        if login not in self._tokens:
            self.home.open_account(login)
            account = self.home.accounts.find(login)
            assert account is not None
            session = self.home.accounts.start_session(account)
            self._tokens[login] = session.token, session.csrf
        return self._tokens[login]

    def _fill(self, person: str) -> None:
        """Give a person of COLUMNS what there is of every kind: visits, a prepared call, a case."""
        home, supervisor = self.home, TEAMS[person][1]
        for minutes, activity_id in ((60, f"V-{person}"), (30, f"W-{person}")):
            visit = Activity(
                activity_id,
                ActivityKind.FACE_MEETING,
                CONTACTS[person][0],
                home.moment - timedelta(minutes=minutes),
                ActivityResult.INTERESTED,
                note=f"{person} 的一句话",
            )
            home.record.daily_logs.log_activity(
                person, visit, by=home.by(person), repeat_is_meant=True
            )
        meant = Intention(TODAY, PlanKind.FACE_MEETING, customer_id=CONTACTS[person][0])
        home.record.plans.plan(person, f"P-{person}", meant, by=home.by(person))
        words = WeekWords("上周见了三位老客户", Figures(20))
        home.record.weekly_sheets.submit(person, LAST_WEEK, words, by=home.by(person))
        self._list_and_prepare(person, supervisor)
        self._open_case(person)
        note = "两周只交三天"
        home.record.filling_cases.open(person, Problem.FADED, note, by=home.by(supervisor))
        self._suggest(person)
        home.record.role_models.name(person, TODAY, "天天按时", by=home.by(supervisor))
        topics = ["daily_log.submitted.v1"]
        home.record.webhooks.add(f"H-{person}", "example.com", topics, by=home.by("M1"))
        self._complain(person)
        self._plan_tracking(person, supervisor)
        self._ask_for_help(person)
        self._ask_for_reveals(person, supervisor)

    def _list_and_prepare(self, person: str, supervisor: str) -> None:
        visit = {"agent": person, "day": str(TODAY), "activity": f"V-{person}"}
        visitor = self.home.visitor(supervisor.lower())
        visitor.post("/callbacks/new", **visit, mode="coaching", reason="新人首访")
        call = callback_id_of(f"V-{person}", supervisor)
        ticks = ["prepared", "list_confirmed", "agent_briefed", "last_action_known"]
        response = visitor.post(f"/callbacks/{call}/prepare", ticks=[*ticks, "objections_known"])
        assert response.status_code == 303, response.text

    def _open_case(self, person: str) -> None:
        home, team = self.home, TEAMS[person][0]
        found = Contradiction(
            person, team, "V1", f"K-{person}", CONTACTS[person][0], CallbackOutcome.DENIED, 2.5
        )
        evidence = Evidence(0.97, 0.95, "test", (EvidenceItem("denied", 2.5, {"calls": 2}),))
        key = CheckKey(Check.FAKE_ENTRIES, f"K-{person}", TODAY)
        by = By("system", Role.SYSTEM, home.moment, home.moment, key.command_id, "worker")
        cases = home.record.verification_cases
        home.record.scheduled_checks.finish(
            key,
            team,
            home.moment,
            ["V1"],
            by=by,
            effects=lambda: cases.detected(found, person, evidence, by),
        )

    def _ask_for_reveals(self, person: str, supervisor: str) -> None:
        """Let the supervisor ask for a number and break a glass, and a worker raise an alert."""
        home, (team, _boss), customer = self.home, TEAMS[person], CONTACTS[person][0]
        exceptions = home.record.reveal_exceptions
        wish = Wish(customer, RevealReason.CUSTOMER_ASKED, "客户来电要求回电")
        exceptions.ask(f"R-{person}", wish, by=home.by(supervisor))
        exceptions.break_glass(f"G-{person}", wish, home.moment, by=home.by(supervisor))
        found = Alert(
            AlertKind.UNUSUAL_HOUR, person, supervisor, customer, person, team, "K", {"hour": 23}
        )
        key = CheckKey(Check.REVEAL_WATCH, person, TODAY)
        by = By("system", Role.SYSTEM, home.moment, home.moment, key.command_id, "worker")
        alerts = home.record.reveal_alerts
        home.record.scheduled_checks.finish(
            key, team, home.moment, ["hour"], by=by, effects=lambda: alerts.raised(found, by)
        )

    def _suggest(self, person: str) -> None:
        """Let the weekly check suggest something about a person."""
        home, team = self.home, TEAMS[person][0]
        key = CheckKey(Check.FILLING_PROBLEMS, f"{team}/{person}", TODAY)
        by = By("system", Role.SYSTEM, home.moment, home.moment, key.command_id, "worker")
        sign, suggestions = Sign(Problem.DOUBTING, SIGNS), home.record.filling_suggestions
        home.record.scheduled_checks.finish(
            key,
            team,
            home.moment,
            [f"{person}/doubting"],
            by=by,
            effects=lambda: suggestions.raised(person, team, sign, TODAY, by),
        )

    def _complain(self, person: str) -> None:
        """Let a person complain about their supervisor, and U1 ask both."""
        home, (_team, accused) = self.home, TEAMS[person]
        complaint, commands = complaint_id_of(filing(person)), home.record.complaints
        who = replace(home.by(person), command_id=filing(person))
        commands.file(Grievance(accused, "客户接到了推销电话"), on_day=TODAY, by=who)
        commands.open_mediation(complaint, by=home.by("U1"))
        commands.ask(complaint, accused, "请说明", by=home.by("U1"))

    def _import(self) -> None:
        """Let an agent and the administrator bring in more rows than are taken at once."""
        home = self.home
        jobs = ImportJobs(home.accounts.engine, home.context.branch, home.store.vault())
        for kind, person in (("customers", "A1"), ("people", "M1")):
            who, row = (person, str(PEOPLE[person][1])), {"no": 2, "row": {}, "secret": None}
            jobs.put(f"I-{kind}", who, kind, [row], known=3, bad=1)

    def _ask_for_help(self, person: str) -> None:
        """Let the person ask for help."""
        team, supervisor = TEAMS[person]
        facts = (f"G-{person}", person, team, supervisor, Moment.ASKED, Origin.AGENT, TODAY, {})
        wish = Proposal(*facts, wish="怎样开口要转介绍")
        self.home.record.coachings.propose(wish, by=self.home.by(person))

    def _plan_tracking(self, person: str, supervisor: str) -> None:
        """Let the supervisor prepare a tracking call."""
        who = replace(self.home.by(supervisor), command_id=tracking(person))
        sheet = Preparation("约访的开口", "每天多约两位")
        self.home.record.tracking_calls.prepare(person, TEAMS[person][0], TODAY, sheet, by=who)


def _filled(folder: Path) -> None:
    """Make the world with which every test begins."""
    copy_of(with_people, folder)
    world = World(folder)
    world.fill()
    _build_abroad(folder, world.home.by)
    world.home.record.close()


def _build_abroad(folder: Path, by: Callable[[], By]) -> None:
    """Make the other branch, whose ids must mean nothing here."""
    store = BranchStore("north", folder)
    migrate(store, f"sqlite:///{folder / 'accounts.db'}", None, VIEW_METADATA)
    record = TeamRecord(store.log_env(), store.index_phone)
    record.rulebook.adopt(by=by())
    record.organisation.form_team("T9", "北山组", "S9", by=by())
    for person_id, role in (("S9", Role.SUPERVISOR), ("Z1", Role.AGENT)):
        record.organisation.join(person_id, "某人", role, "T9", date(2026, 1, 1), by=by())
    customer_id, name, phone = CONTACTS["Z1"]
    record.customers.register(customer_id, "Z1", name, phone, ContactSource.OWN, by=by())
    record.close()
