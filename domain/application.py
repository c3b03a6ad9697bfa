"""All commands over one log: composes the command classes and decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import UUID

from eventsourcing.application import Application

from domain.access_refusal import AccessRefusalBook
from domain.account_record import AccountRecord
from domain.audit import Audits
from domain.calendar_feed import CalendarFeeds
from domain.call_plan import CallPlans
from domain.callback import Callbacks
from domain.callback_note import CallbackNotes
from domain.coaching import Coachings
from domain.complaint import Complaints
from domain.confidentiality import Confidentiality
from domain.confidentiality import Ports as RevealPorts
from domain.contest import Contests
from domain.customer import Customers
from domain.daily_log import DailyLogs, Ports
from domain.detector import Detectors
from domain.export import Exports
from domain.family_note import FamilyNotes
from domain.filling_case import FillingCases, Standing
from domain.filling_suggestion import FillingSuggestions
from domain.monthly_record import MonthlyRecords
from domain.monthly_record import Ports as MonthPorts
from domain.notices import Notices
from domain.organisation import Organisation
from domain.paper import Papers
from domain.plan import Plans
from domain.plan import Ports as PlanPorts
from domain.privacy import Privacy
from domain.rate_estimate import RateEstimates
from domain.recording import Batch, Recording
from domain.reveal_alert import RevealAlerts
from domain.reveal_exception import RevealExceptions
from domain.reveal_rules import CallSheet, Subject
from domain.review import LogSeen, Reviews
from domain.review_aids import ReviewAids
from domain.role_model import RoleModels
from domain.rulebook import Rulebooks
from domain.scheduled_check import ScheduledChecks
from domain.sheet_figures import Figures, day_figures, total
from domain.sheet_review import SheetReviews, SheetSeen
from domain.supervisor_journal import SupervisorJournals
from domain.team_goal import TeamGoals
from domain.tracking_call import TrackingCalls
from domain.verification_case import VerificationCases
from domain.webhook import Webhooks
from domain.weekly_sheet import Ports as WeekPorts
from domain.weekly_sheet import WeeklySheets
from domain.words import AppealVerdict, Role, SheetKind
from domain.workshop import Workshops


class TeamRecord(Application[UUID]):
    """The record of one branch: one log, one order.

    ``env`` names the store (``PERSISTENCE_MODULE`` and what it needs); ``index_phone`` gives the
    keyed blind index of a phone number.
    """

    name = "record"

    def __init__(self, env: Mapping[str, str], index_phone: Callable[[str], str]) -> None:
        super().__init__(env=dict(env))
        self.recording = Recording(self)
        self.organisation = Organisation(self.recording)
        self.review_aids = ReviewAids(self.recording)
        self.detectors = Detectors(self.recording)
        self.rulebook = Rulebooks(self.recording, self.detectors.was_backtested)
        self.customers = Customers(self.recording, index_phone)
        self.privacy = Privacy(self.recording, self.rulebook.rules)
        self.daily_logs = DailyLogs(
            self.recording, Ports(self._team_of, self.customers.owner_in_use, self.rulebook.rules)
        )
        self.plans = Plans(
            self.recording,
            PlanPorts(
                self._team_of,
                self.customers.owner_in_use,
                self.rulebook.rules,
                self.daily_logs.is_withdrawn,
            ),
        )
        self.weekly_sheets = WeeklySheets(
            self.recording, WeekPorts(self._team_of, self.rulebook.rules, self._figures)
        )
        self.team_goals = TeamGoals(
            self.recording, lambda team_id: self.organisation.team(team_id) is not None
        )
        self.sheet_reviews = SheetReviews(self.recording, self._sheet_of)
        self.monthly_records = MonthlyRecords(
            self.recording,
            MonthPorts(self._team_of, self.rulebook.rules, self._figures, self._team_goals),
        )
        self.callbacks = Callbacks(
            self.recording,
            self.customers.owner_in_use,
            self.customers.may_be_called,
            self.rulebook.rules,
        )
        self.call_plans = CallPlans(self.recording, self.callbacks)
        self.callback_notes = CallbackNotes(
            self.recording, self.callbacks, self.customers.owner_in_use
        )
        self.reviews = Reviews(self.recording, self._log_of)
        self.tracking_calls = TrackingCalls(self.recording, self.rulebook.rules)
        self.coachings = Coachings(self.recording, self.rulebook.rules)
        self.journals = SupervisorJournals(self.recording, self.rulebook.rules)
        self.family_notes = FamilyNotes(self.recording)
        self.verification_cases = VerificationCases(self.recording)
        self.filling_cases = FillingCases(
            self.recording,
            self._team_of,
            self._standing_of,
            lambda at: self.rulebook.rules().day_of(at),
        )
        self.filling_suggestions = FillingSuggestions(self.recording)
        self.contests = Contests(self.recording)
        self.role_models = RoleModels(self.recording, self._team_of)
        self.workshops = Workshops(self.recording, self._team_of, self._role_of)
        self.rate_estimates = RateEstimates(self.recording)
        self.scheduled_checks = ScheduledChecks(self.recording)
        self.papers = Papers(self.recording)
        self.exports = Exports(self.recording)
        self.calendar_feeds = CalendarFeeds(self.recording)
        self.notices = Notices(self.recording)
        self.webhooks = Webhooks(self.recording)
        self.access_refusals = AccessRefusalBook(self.recording)
        self.accounts = AccountRecord(self.recording)
        self.audits = Audits(self.recording)
        self.complaints = Complaints(
            self.recording, self._role_of, self.customers.owner_of, self._team_of
        )
        self.reveal_exceptions = RevealExceptions(
            self.recording,
            self._subject,
            self._team_of,
            lambda at: self.rulebook.rules().day_of(at),
        )
        self.reveal_alerts = RevealAlerts(self.recording)
        self.confidentiality = Confidentiality(
            self.recording,
            RevealPorts(
                self._subject,
                self._call_sheet,
                self.reveal_exceptions.grant,
                self.rulebook.rules,
                self.callbacks.check_may_dial,
            ),
        )

    def batch(self) -> AbstractContextManager[Batch]:
        """Collect the commands made inside and append them in their order (for imports)."""
        return self.recording.batch()

    def _role_of(self, person_id: str) -> Role | None:
        member = self.organisation.member(person_id)
        return member.role if member else None

    def _subject(self, customer_id: str) -> Subject | None:
        customer = self.customers.find(customer_id)
        if customer is None:
            return None
        customer.check_in_use()
        return Subject(customer_id, customer.owner_id, customer.name, customer.phone)

    def _call_sheet(self, callback_id: str) -> CallSheet | None:
        call = self.callbacks.find(callback_id)
        if call is None:
            return None
        who = call.supervisor_id, call.customer_id, call.team_id
        return CallSheet(callback_id, *who, call.prepared_at, call.outcome is not None)

    def _team_of(self, person_id: str, day: date) -> str | None:
        member = self.organisation.member(person_id)
        return member.team_on(day) if member else None

    def _standing_of(self, agent_id: str) -> Standing | None:
        file = self.verification_cases.find(agent_id)
        if file is None or not file.case_no:
            return None
        waits = file.appealed and file.appeal_verdict is None
        overturned = file.appeal_verdict is AppealVerdict.OVERTURNED
        return Standing(file.case_no, file.verdict, waits, overturned)

    def _sheet_of(self, agent_id: str, sheet: SheetKind, period: date) -> SheetSeen | None:
        found = (
            self.weekly_sheets.find(agent_id, period)
            if sheet is SheetKind.WEEK
            else self.monthly_records.find(agent_id, period)
        )
        return SheetSeen(found.team_id, found.version, found.submitted) if found else None

    def _team_goals(self, team_id: str, month: date) -> Figures | None:
        goal = self.team_goals.find(team_id, month)
        return goal.goals if goal else None

    def _figures(self, agent_id: str, first: date, last: date) -> Figures:
        """Return what an agent's log shows for these days.

        Policies are those that the company counted, or those that the log says were signed,
        whichever are more: the company's count may come later.
        """
        rules = self.rulebook.rules()
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        logs = [log for day in days if (log := self.daily_logs.find(agent_id, day))]
        policies = max(sum(log.policies for log in logs), sum(log.signed() for log in logs))
        done = total(day_figures(log.counts(), rules.mode_on(log.day)) for log in logs)
        return done + Figures(policies=policies)

    def _log_of(self, agent_id: str, day: date) -> LogSeen | None:
        log = self.daily_logs.find(agent_id, day)
        return LogSeen(log.team_id, log.version, log.submitted) if log else None
