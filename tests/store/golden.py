"""One stored row of each event version ever released; rows are added and never changed.

``python -m tests.store.golden`` adds rows for topics that have none yet: it drives every command
once over a real store and keeps the bytes that were stored, with the keys that open them. The keys
belong to nobody: they were made for this file.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from domain.access_refusal import Refused
from domain.account_record import DoorRefusal, IdentityCheck, Owner, Proof
from domain.application import TeamRecord
from domain.audit import Found, LogVerdict, Taken
from domain.call_cautions import Caution
from domain.call_plan import Drawing, SecondCall
from domain.callback import TICKS, Answer, Listing, Preparation
from domain.callback_note import Matching, NotedVisit
from domain.coaching import Proposal, Session
from domain.coaching_words import Method, Moment, Origin, Skill, WrongMoment
from domain.complaint import Grievance, complaint_id_of
from domain.contest import contest_id_of
from domain.contest_scores import WEIGHTS, Season, ranked
from domain.daily_log import Activity, Changes
from domain.detector import Backtest, BacktestWeek
from domain.export import Table
from domain.export import Taken as TableTaken
from domain.filling_case import filling_case_id
from domain.filling_ladder import Ending, Problem
from domain.filling_signs import Sign
from domain.filling_suggestion import suggestion_id_of
from domain.log_checklist import ChecklistRow, Finding, Phrase
from domain.monthly_record import MonthWords
from domain.notices import ChannelKind, Notice
from domain.paper import PaperKind, Printout
from domain.plan import Intention
from domain.rate_estimate import BRANCH, Estimate
from domain.refusals import ViewsUsedUp
from domain.reveal_alert import Alert, alert_id_of
from domain.reveal_exception import Wish
from domain.reveal_rules import AlertKind, GrantKind, RevealReason
from domain.review import Remark
from domain.rhythm import CallHours, ReviewRhythm, WorkMode
from domain.role_model import role_model_id
from domain.rulebook import ScriptStep
from domain.scheduled_check import CheckKey
from domain.sheet_checklist import SheetFinding, SheetRow
from domain.sheet_figures import Figures
from domain.sheet_review import Care
from domain.supervisor_journal import Asked, NoteKind, Question
from domain.tracking_call import Missed, Opening, Talk, tracking_call_id_of
from domain.tracking_call import Preparation as TrackingSheet
from domain.verification_case import Contradiction, Evidence, EvidenceItem
from domain.weekly_sheet import WeekWords
from domain.words import (
    ActivityKind,
    ActivityResult,
    AppealVerdict,
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    Check,
    ComplaintFinding,
    ContactSource,
    ErasureGround,
    LastAction,
    Leaning,
    LeaveKind,
    Objection,
    PlanChange,
    PlanKind,
    PolicyTerm,
    RemarkKind,
    RepeatReason,
    ReviewVerdict,
    Role,
    Sanction,
    SheetKind,
    Verdict,
    command_id,
)
from domain.work_weeks import from_ends
from domain.workshop import Diagnosis
from store.branch import BranchStore
from store.engines import engine_of
from store.migrate import migrate
from store.vault import PERSON_KEY

FILE = Path(__file__).with_name("golden_events.jsonl")
KEYS = Path(__file__).with_name("golden_keys.json")
LOG = "golden"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def rows() -> Iterator[dict[str, Any]]:
    """Return the golden rows: topic, stream, version, state and envelope as text."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def a_golden_branch(folder: Path) -> BranchStore:
    """Return a branch whose vault holds the keys of the golden rows."""
    keys = json.loads(KEYS.read_text())
    store = BranchStore(LOG, folder)
    store.key_file.write_text(keys["master_key"])
    migrate(store, f"sqlite:///{folder}/accounts.db", None, [])
    with engine_of(store.keys_url).execution_options(write=True).begin() as connection:
        for key in keys["keys"]:
            wrapped, commitment = (base64.b64decode(key[n]) for n in ("wrapped", "commitment"))
            row = {**key, "tenant": LOG, "wrapped": wrapped, "commitment": commitment}
            connection.execute(insert(PERSON_KEY).values(**row))
    return store


def tell_everything(record: TeamRecord) -> None:
    """Give every command once, so that every event is stored once."""
    _organisation_and_rules(record)
    _customers_and_log(record)
    _plans(record)
    _week(record)
    _month(record)
    _callback(record)
    _planned(record)
    _estimated(record)
    _case(record)
    _filling(record)
    _contest(record)
    _complaint(record)
    _review(record)
    _tracking(record)
    _coaching(record)
    _journal(record)
    _sheet_review(record)
    _access_refusal(record)
    _paper(record)
    _accounts(record)
    _audit(record)
    _going_out(record)
    _privacy(record)  # the last one: nothing is recorded about C2 any more


def _access_refusal(record: TeamRecord) -> None:
    refused = Refused("GET", "/customers/<customer_id>", 404, ("customer_id=C2",))
    by = _by("A1", Role.AGENT, "refused")
    record.access_refusals.note(refused, DAY, by=by, team_id="T1")


def _paper(record: TeamRecord) -> None:
    printout = Printout(
        PaperKind.DAILY_LOG, f"A1/{DAY}", "A1", "T1", DAY, pdf=True, digest="0" * 64
    )
    record.papers.print_out(printout, by=_by("S1", Role.SUPERVISOR, "print"))
    taken = TableTaken(Table.ENTRIES, "xlsx", DAY, DAY, ("T1",), 2, "0" * 64)
    record.exports.make(taken, by=_by("S1", Role.SUPERVISOR, "export"))


def _going_out(record: TeamRecord) -> None:
    feeds = record.calendar_feeds
    feeds.open("F1", "T1", with_names=True, by=_by("A1", Role.AGENT, "feed"))
    notices, me = record.notices, partial(_by, "A1", Role.AGENT)
    notices.set_channel("N1", ChannelKind.WECOM, by=me("channel"))
    notices.change_wishes(time(20), time(9), [Notice.TEST], by=me("wishes"))
    notices.ask_test(by=me("notice test"))
    notices.remove_channel(by=me("channel remove"))
    hooks, admin = record.webhooks, partial(_by, "M1", Role.ADMINISTRATOR)
    hooks.add("H1", "hooks.example.com", ["daily_log.submitted.v1"], by=admin("hook"))
    hooks.ask_test("H1", by=admin("hook test"))
    hooks.remove("H1", by=admin("hook remove"))
    feeds.close("F1", by=_by("A1", Role.AGENT, "feed close"))


def _accounts(record: TeamRecord) -> None:
    own, owner = partial(_by, "S1", Role.SUPERVISOR), Owner("S1", "T1")
    admin = partial(_by, "M1", Role.ADMINISTRATOR)
    told = record.accounts
    told.login_given(owner, DAY, by=admin("login"))
    told.turned_away(owner, DAY, DoorRefusal.WRONG_PASSWORD, by=own("turned away"))
    told.signed_in(owner, DAY, Proof.PASSWORD, by=own("signed in"))
    told.password_changed(owner, DAY, by=own("own password"))
    told.password_changed(owner, DAY, by=admin("reset"))
    told.second_factor_set(owner, DAY, by=own("factor"))
    told.recovery_codes_made(owner, DAY, by=own("codes"))
    told.second_factor_removed(owner, DAY, by=admin("no factor"), checked=IdentityCheck.VIDEO)
    told.sessions_ended(owner, DAY, 2, by=own("sessions"))
    told.login_ended(owner, DAY, by=admin("no login"))


def _audit(record: TeamRecord) -> None:
    def auditor(no: str) -> By:
        return _by("X1", Role.AUDITOR, f"audit {no}")

    record.audits.verified("V-1", Found(LogVerdict.INTACT, 40, 3), by=auditor("verify"))
    taken = Taken(1, 33, 40, contents=True, manifest_sha256="0" * 64)
    record.audits.exported("E-1", taken, by=auditor("export"))


def _privacy(record: TeamRecord) -> None:
    def admin(no: str) -> By:
        return _by("M1", Role.ADMINISTRATOR, f"privacy {no}")

    privacy = record.privacy
    ended = date(2020, 6, 30)
    privacy.start_clock("C2", "P-1", PolicyTerm.UP_TO_A_YEAR, ended, by=admin("clock"))
    privacy.place_hold("C2", "case-7", "诉讼", by=admin("hold"))
    privacy.release_hold("C2", "case-7", "已结案", by=admin("release"))
    privacy.restrict("C2", ErasureGround.RETENTION_ENDED, DAY, by=admin("restrict"))
    privacy.resume("C2", "重新同意", by=admin("resume"))
    privacy.erase("C2", ErasureGround.CUSTOMER_REQUEST, "2026-17", by=admin("erase"))


def _by(actor: str, role: Role, no: str, *, hours: int = 0) -> By:
    at = NOW + timedelta(hours=hours)
    return By(actor, role, at, at, command_id("golden", no), "web", cause="1")


def _organisation_and_rules(record: TeamRecord) -> None:
    def admin(no: str) -> By:
        return _by("M1", Role.ADMINISTRATOR, no)

    rules, people = record.rulebook, record.organisation
    rules.adopt(by=admin("adopt"))
    rules.define_work_mode(WorkMode(name="6-3-1", calls=6, since=DAY), by=admin("mode"))
    rules.set_deadlines(time(20, 30), 72, by=admin("deadline"))
    rules.set_review_rhythm(ReviewRhythm(1, 5, 48, 96), by=admin("rhythm"))
    rules.set_call_hours(CallHours(rest_from=time(12, 30)), by=admin("hours"))
    days = (date(2026, 10, 1),), (date(2026, 10, 10),)
    rules.publish_calendar(2026, *days, "测试", by=admin("calendar"))
    steps = tuple(ScriptStep(n, f"第{n}步", "您好") for n in range(1, 7))
    rules.publish_script("compliant", "zh", steps, by=admin("script"))
    rows = (ChecklistRow(Finding.NO_DAILY_SUMMARY, symptom="心得没有写"),)
    record.review_aids.define_checklist(rows, by=admin("checklist"))
    row = (SheetRow(SheetFinding.SUMMARY_THIN, symptom="总结没有几个字"),)
    record.review_aids.define_sheet_checklist(SheetKind.WEEK, row, by=admin("week checklist"))
    phrases = (Phrase(RemarkKind.PRAISE, "〔姓名〕，记得很具体"),)
    record.review_aids.define_phrases(phrases, by=admin("phrases"))
    week = BacktestWeek(DAY, 240, {"0.95": 3, "0.99": 2})
    weights = 0.09, 0.95, "a1b2c3d4", "detection-3"
    backtest = Backtest("B-1", 73, 12610, 240, ("0.95", "0.99"), (week,), *weights)
    record.detectors.record_backtest(backtest, by=admin("backtest"))
    record.detectors.switch_on("B-1", "本营业部的回访支持这些权重", by=admin("switch on"))
    rules.set_thresholds(0.99, 0.3, 2, "更稳妥", by=admin("thresholds"))
    for team in ("T1", "T2"):
        people.form_team(team, "一组", by=admin(f"form {team}"))
    for person, role, team_id in (("S1", Role.SUPERVISOR, "T1"), ("A1", Role.AGENT, "T1")):
        since = date(2026, 1, 5)
        people.join(person, "某人", role, team_id, since, by=admin(f"join {person}"))
    people.join("A2", "某人", Role.AGENT, "T1", date(2026, 1, 5), by=admin("join A2"))
    people.appoint_supervisor("T1", "S1", by=admin("appoint"))
    people.move("A2", "T2", DAY, by=admin("move"))
    people.register_leave("A2", DAY, DAY, LeaveKind.SICK, by=admin("leave"))
    people.cancel_leave("A2", DAY, DAY, "已到岗", by=admin("cancel"))
    people.depart("A2", date(2026, 12, 1), "离职", by=admin("depart"))


def _customers_and_log(record: TeamRecord) -> None:
    def agent(no: str) -> By:
        return _by("A1", Role.AGENT, no)

    customers, logs = record.customers, record.daily_logs
    for customer in ("C1", "C2"):
        customers.register(
            customer, "A1", "陈小明", "13812341234", ContactSource.REFERRAL, by=agent(customer)
        )
    customers.request_correction("C2", "K1", "invalid_number", by=agent("request"))
    customers.correct_contact("C2", "陈晓明", "13912341234", "号码有误", by=agent("contact"))
    customers.reassign("C2", "A2", "离职交接", by=_by("M1", Role.ADMINISTRATOR, "reassign"))
    customers.opt_out("C2", date(2027, 5, 20), by=agent("opt out"))
    activity = Activity(
        "V1",
        ActivityKind.FACE_MEETING,
        "C1",
        NOW - timedelta(hours=2),
        ActivityResult.INTERESTED,
        minutes=45,
        contact_source=ContactSource.REFERRAL,
        objections=(Objection.PAYMENT_TERM,),
        objection_handling="对比两种期限",
        last_action=LastAction.LEFT_PROPOSAL,
        next_step="带方案再访",
        next_at=NOW + timedelta(days=1),
        note="担心缴费年限",
    )
    logs.log_activity("A1", activity, by=agent("log"))
    changes = Changes(minutes=60, note="担心缴费年限,想看十年期")
    logs.correct_activity("A1", DAY, "V1", changes, "补充", by=agent("correct"))
    logs.submit("A1", DAY, summary="今天收获不小", short_reason="客户改期", by=agent("submit"))
    other = Activity("V2", ActivityKind.APPOINTMENT_CALL, "C1", NOW, ActivityResult.FOLLOW_UP)
    logs.log_activity("A1", other, by=agent("log 2"))
    logs.withdraw_activity("A1", DAY, "V2", "点错了", by=agent("withdraw"))
    logs.sign_policies("A1", DAY, 1, by=_by("import", Role.SYSTEM, "policies"))


def _plans(record: TeamRecord) -> None:
    agent, plans = partial(_by, "A1", Role.AGENT), record.plans
    meant = Intention(
        DAY, PlanKind.FACE_MEETING, time(15), "C1", "V1", "T1/2026-11/policies", "带方案"
    )
    for item in ("P1", "P2"):
        plans.plan("A1", item, meant, by=agent(f"plan {item}"))
    later = DAY + timedelta(days=3), time(10)
    plans.move("A1", "P2", *later, PlanChange.CUSTOMER_ASKED, by=agent("move P2"))
    plans.cancel("A1", "P2", PlanChange.UNREACHABLE, by=agent("cancel P2"))
    plans.keep("A1", "P1", "V1", by=agent("keep P1"))


def _week(record: TeamRecord) -> None:
    agent, monday = partial(_by, "A1", Role.AGENT), date(2026, 11, 16)
    sheets = record.weekly_sheets
    sheets.set_targets("A1", monday, Figures(25, 15, 5, 5, 1), by=agent("week targets"))
    words = WeekWords("签了一单，电话还不够", Figures(30, 16, 5, 6, 2))
    sheets.submit("A1", monday, words, by=agent("week"))


def _month(record: TeamRecord) -> None:
    boss, agent = partial(_by, "S1", Role.SUPERVISOR), partial(_by, "A1", Role.AGENT)
    month, goals = date(2026, 12, 1), Figures(100, 60, 20, 20, 4)
    record.team_goals.set("T1", month, goals, by=boss("team goal"), focus="开门红预备")
    more = Figures(110, 60, 20, 20, 5)
    record.team_goals.set("T1", month, more, by=boss("team goal 2"), reason="多一位伙伴")
    by, records = agent("month weeks", hours=24 * 8), record.monthly_records
    weeks = from_ends(month, [date(2026, 12, 6), date(2026, 12, 13), date(2026, 12, 20)])
    records.divide("A1", month, weeks, by=by)
    words = MonthWords("上月签了三单", "先见老客户", Figures(90, 50, 16, 16, 4))
    records.submit("A1", month, words, by=agent("month", hours=24 * 8))


def _callback(record: TeamRecord) -> None:
    def boss(no: str) -> By:
        return _by("S1", Role.SUPERVISOR, no)

    calls = record.callbacks
    chosen = CallbackMode.COACHING, CallbackDesign.RANDOM
    people = "A1", "T1", "S1", "C1"
    listing = Listing("K1", "V1", "face_meeting", DAY, *people, *chosen, "随机抽样", DAY, 0.05)
    calls.list_call(listing, by=boss("list"))
    sheet = Preparation(
        frozenset(TICKS) - {"agent_briefed"},
        customer_type="准客户",
        last_action=LastAction.LEFT_PROPOSAL,
        objections=(Objection.PRICE,),
        overrides={"agent_briefed": "外出"},
    )
    calls.prepare("K1", sheet, by=boss("prepare"))
    calls.lift_quiet_hours("K1", "客户约好这时候", by=boss("lift"))
    _reveals(record)
    calls.attempt("K1", AttemptResult.ANSWERED, by=boss("attempt"))
    calls.record_step("K1", 1, "已问候", by=boss("step"))
    answer = Answer(CallbackOutcome.DENIED, False, 4, "多联系", "说没有见过")
    calls.record_outcome("K1", answer, by=boss("outcome"))
    calls.agree_revisit("K1", NOW + timedelta(days=1), by=boss("revisit"))
    calls.debrief("K1", "先听后说", "拒绝处理", by=boss("debrief"))
    calls.self_score("K1", (Caution.SMILE, Caution.CONCISE), by=boss("score"))


def _estimated(record: TeamRecord) -> None:
    key = CheckKey(Check.FAKE_RATE, BRANCH, DAY)
    by = By("system", Role.SYSTEM, NOW, NOW, key.command_id, "worker")
    one = Estimate(BRANCH, DAY, 0.07, 0.03, 0.11, 240, 400, 3, True, "detection-3")
    record.scheduled_checks.finish(
        key, None, NOW, ["branch"], by=by,
        effects=lambda: record.rate_estimates.estimated(one, by),
    )  # fmt: skip


def _planned(record: TeamRecord) -> None:
    """A drawn call, set aside; a second call about K1; a free note about the visit V3."""
    key = CheckKey(Check.CALL_PLAN, "T1", DAY)
    by = By("system", Role.SYSTEM, NOW, NOW, key.command_id, "worker")
    chosen = CallbackMode.AUDIT, CallbackDesign.RISK
    people = "A1", "T1", "S1", "C1"
    drawn = Listing("K2", "V1", "face_meeting", DAY, *people, *chosen, "按抽样名单", DAY, 0.1)
    drawing = Drawing(12, 0.1, 0.2, "ab" * 32, 2**63, "detection-2/published", {"opted_out": 1})
    again = CallbackMode.AUDIT, CallbackDesign.CHOSEN
    people = "A1", "T1", "U1", "C1"
    second = Listing("K3", "V1", "face_meeting", DAY, *people, *again, "复核", DAY)
    repeat = SecondCall("K1", RepeatReason.SAMPLE)
    plans = record.call_plans
    record.scheduled_checks.finish(
        key,
        "T1",
        NOW,
        ["K2", "K3"],
        by=by,
        effects=lambda: [*plans.planned(drawn, drawing, by), *plans.planned(second, repeat, by)],
    )
    plans.set_aside("K2", "已经陪访过", by=_by("S1", Role.SUPERVISOR, "set aside"))
    visit = NotedVisit("K4", "V1", "face_meeting", DAY, "A1", "T1", "S2", "C1")
    answer = Answer(CallbackOutcome.CONFIRMED, note="纸上记的")
    noted = _by("S2", Role.SUPERVISOR, "note")
    record.callback_notes.record(visit, Matching(24.5, 9.25, 2, True), answer, DAY, by=noted)


def _reveals(record: TeamRecord) -> None:
    """Reveal within the call K1, then by approval and by a broken glass; deny one look too many."""
    boss = partial(_by, "S1", Role.SUPERVISOR)
    upper = partial(_by, "U1", Role.UPPER_SUPERVISOR)
    for no in range(4):
        with suppress(ViewsUsedUp):
            record.confidentiality.reveal(GrantKind.CALLBACK, "K1", by=boss(f"reveal {no}"))
    exceptions, alerts = record.reveal_exceptions, record.reveal_alerts
    wish = Wish("C1", RevealReason.CUSTOMER_ASKED, "客户来电要求回电")
    for request in ("R1", "R2"):
        exceptions.ask(request, wish, by=boss(f"ask {request}"))
    exceptions.approve("R1", by=upper("approve"))
    exceptions.refuse("R2", "请走回访流程", by=upper("refuse"))
    exceptions.break_glass("G1", wish, NOW, by=boss("glass"))
    exceptions.review("G1", "客户急病住院", justified=True, by=upper("review"))
    alert = Alert(AlertKind.UNUSUAL_HOUR, "7", "S1", "C1", "A1", "T1", "K1", {"hour": 23})
    key = CheckKey(Check.REVEAL_WATCH, "look/7", DAY)
    by = By("system", Role.SYSTEM, NOW, NOW, key.command_id, "worker", cause="7")
    record.scheduled_checks.finish(
        key, "T1", NOW, ["unusual_hour"], by=by, effects=lambda: alerts.raised(alert, by)
    )
    alert_id = alert_id_of(AlertKind.UNUSUAL_HOUR, "7")
    alerts.settle(alert_id, "夜里客户出险", founded=False, by=upper("settle"))
    alerts.plant("C2", "T1", by=_by("X1", Role.AUDITOR, "plant"))


def _case(record: TeamRecord) -> None:
    key = CheckKey(Check.FAKE_ENTRIES, "K1", DAY)
    by = By("fake_entries", Role.SYSTEM, NOW, NOW, key.command_id, "worker", cause="40")
    denial = Contradiction("A1", "T1", "V1", "K1", "C1", CallbackOutcome.DENIED, 1.6)
    items = (EvidenceItem("denials", 3.5, {"count": 2}),)
    evidence = Evidence(0.97, 0.95, "m1", items, (EvidenceItem("confirmations", -0.5, {}),))
    cases = record.verification_cases
    record.scheduled_checks.finish(
        key, "T1", NOW, ["V1"], by=by, effects=lambda: cases.detected(denial, "A1", evidence, by)
    )
    opinion = _by("S1", Role.SUPERVISOR, "opinion")
    cases.give_opinion("A1", 1, Leaning.UNABLE, "字段常常填错", by=opinion)
    cases.hear("A1", 1, "说客户换了号码", by=_by("S1", Role.SUPERVISOR, "hear"))
    cases.explain("A1", 1, "客户记错了", by=_by("A1", Role.AGENT, "explain"))
    boss, upper = (_by(p, r, p + r) for p, r in _ABOVE)
    cases.decide("A1", 1, Verdict.UNABLE, "需要再辅导", by=boss)
    praise = CheckKey(Check.CALL_PLAN, "T2", DAY)
    told = By("system", Role.SYSTEM, NOW, NOW, praise.command_id, "worker")
    record.scheduled_checks.finish(
        praise, "T2", NOW, [], by=told, effects=lambda: cases.recovered("A1", 10, DAY, told)
    )
    cases.appeal("A1", 1, "请重新核实", by=_by("A1", Role.AGENT, "appeal"))
    cases.decide_appeal("A1", 1, AppealVerdict.OVERTURNED, "电话有误", by=upper)


_ABOVE = (("S1", Role.SUPERVISOR), ("U1", Role.UPPER_SUPERVISOR))


def _filling(record: TeamRecord) -> None:
    """Go up the ladder of made-up entries; the appeal has overturned A1's case, so A3 has one."""
    boss, upper = partial(_by, "S1", Role.SUPERVISOR), partial(_by, "U1", Role.UPPER_SUPERVISOR)
    people = record.organisation
    admin = _by("M1", Role.ADMINISTRATOR, "join A3")
    people.join("A3", "某人", Role.AGENT, "T1", date(2026, 1, 5), by=admin)
    key = CheckKey(Check.FAKE_ENTRIES, "K3", DAY)
    by = By("fake_entries", Role.SYSTEM, NOW, NOW, key.command_id, "worker", cause="40")
    denial = Contradiction("A3", "T1", "V3", "K3", "C1", CallbackOutcome.DENIED, 1.6)
    evidence = Evidence(0.97, 0.95, "m1", (EvidenceItem("denials", 3.5, {"count": 2}),))
    cases, filling = record.verification_cases, record.filling_cases
    record.scheduled_checks.finish(
        key, "T1", NOW, ["V3"], by=by, effects=lambda: cases.detected(denial, "A3", evidence, by)
    )
    cases.hear("A3", 1, "说不记得了", by=boss("hear A3"))
    cases.decide("A3", 1, Verdict.UNWILLING, "客户都说没有", by=boss("decide A3"))
    filling.open("A3", Problem.FABRICATED, "两位客户都说没有见过", by=boss("fill"))
    case_id = filling_case_id("A3", Problem.FABRICATED, 1)
    for step, day in ((1, DAY), (3, DAY - timedelta(days=1)), (3, DAY)):
        filling.take_step(case_id, step, day, "谈过了", by=boss(f"fill {step} {day}"))
    filling.reply(case_id, "以后不会了", by=_by("A3", Role.AGENT, "fill reply"))
    filling.ask_criticism(case_id, "屡次不改", by=boss("fill ask"))
    filling.answer_criticism(case_id, "同意", signed=True, by=upper("fill sign"))
    filling.hold_criticism(case_id, DAY, by=boss("fill hold"))
    filling.praise(case_id, "这周都如实记录", by=boss("fill praise"))
    filling.close(case_id, Ending.CORRECTED, "已改正", by=boss("fill close"))
    filling.open("A3", Problem.FADED, "这两周只交了三天", by=boss("fill faded"))
    other = filling_case_id("A3", Problem.FADED, 1)
    sign = Sign(Problem.DOUBTING, {"length": 4, "before": 15, "copied": 6, "notes": 10})
    week = CheckKey(Check.FILLING_PROBLEMS, "T1", DAY)
    by = By("system", Role.SYSTEM, NOW, NOW, week.command_id, "worker")
    suggest = record.filling_suggestions
    record.scheduled_checks.finish(
        week,
        "T1",
        NOW,
        ["A3/doubting"],
        by=by,
        effects=lambda: suggest.raised("A3", "T1", sign, DAY, by),
    )
    suggestion = suggestion_id_of("A3", Problem.DOUBTING, DAY)
    suggest.dismiss(suggestion, "刚换了手机", by=boss("fill dismiss"))
    filling.skip_step(other, 1, "上周刚谈过", by=boss("fill skip"))


def _contest(record: TeamRecord) -> None:
    boss, agent = partial(_by, "S1", Role.SUPERVISOR), partial(_by, "A1", Role.AGENT)
    record.contests.open("十一月评比", ["T1"], DAY, 90, WEIGHTS, by=boss("contest"))
    contest = contest_id_of(DAY, ["T1"])
    record.contests.take_part(contest, "A1", "T1", takes_part=False, by=agent("contest out"))
    record.contests.take_part(contest, "A1", "T1", takes_part=True, by=agent("contest back"))
    ended = CheckKey(Check.CONTEST_ENDED, contest, DAY)
    by = By("system", Role.SYSTEM, NOW, NOW, ended.command_id, "worker")
    table = ranked({"A1": (Season(10, 9, 20, 18, 2, 2.0), None)}, WEIGHTS)
    record.scheduled_checks.finish(
        ended,
        "T1",
        NOW,
        ["A1"],
        by=by,
        effects=lambda: record.contests.frozen(contest, table, 88, by),
    )
    models, model = record.role_models, role_model_id("A1", DAY)
    models.name("A1", DAY, "天天按时写完", by=boss("model"))
    models.answer(model, consents=True, by=agent("model answer"))
    models.withdraw(model, by=agent("model withdraw"))
    record.workshops.share("T1", DAY, ["A1"], "怎么三分钟写完日志", by=boss("share"))
    found = Diagnosis("A1", "A3", DAY, "面谈前没有准备问题", "每次先写三个问题")
    record.workshops.clinic(found, by=boss("clinic"))


def _review(record: TeamRecord) -> None:
    remark = Remark(
        RemarkKind.GUIDE,
        ReviewVerdict.IMPROVE,
        "面谈之后没有约下次",
        "每次离开前约好时间",
        (Finding.NO_NEXT_STEP,),
    )
    boss = partial(_by, "S1", Role.SUPERVISOR)
    record.reviews.complete("A1", DAY, remark, by=boss("first review"))
    record.reviews.withdraw("A1", DAY, by=boss("review withdrawn"))
    record.reviews.complete("A1", DAY, remark, by=boss("day review"))
    record.reviews.read("A1", DAY, reply="明白了", by=_by("A1", Role.AGENT, "review read"))


def _tracking(record: TeamRecord) -> None:
    boss = partial(_by, "S1", Role.SUPERVISOR)
    calls, notes = record.tracking_calls, record.family_notes
    for no in ("1", "2"):
        sheet = TrackingSheet("约访的开口", "每天多约两位", "上周约访少")
        calls.prepare("A1", "T1", DAY, sheet, by=boss(f"tracking {no}"))
    first, second = (
        tracking_call_id_of(command_id("golden", f"tracking {no}")) for no in ("1", "2")
    )
    talk = Talk(
        Opening.WELLBEING,
        "客户都说再考虑",
        "坚持每天记日志很好",
        "明天约十位",
        "本周三次面谈",
        help_given="一起改了开场白",
        expectation="相信这周会有起色",
        listened=4,
        goal_on=DAY,
        next_on=DAY + timedelta(days=3),
    )
    calls.hold(first, talk, by=boss("tracking held"))
    calls.miss(second, Missed.NO_ANSWER, by=boss("tracking missed"))
    notes.note("A1", "T1", "孩子上小学", by=boss("family"))
    notes.forget("A1", by=_by("A1", Role.AGENT, "family forget"))


def _coaching(record: TeamRecord) -> None:
    boss, agent = partial(_by, "S1", Role.SUPERVISOR), partial(_by, "A1", Role.AGENT)
    coachings, later = record.coachings, DAY + timedelta(days=14)
    for coaching_id, origin, moment, wish in (
        ("G1", Origin.AGENT, Moment.ASKED, "不知道怎样开口要转介绍"),
        ("G2", Origin.SUPERVISOR, Moment.SETBACK, None),
    ):
        by = agent(coaching_id) if origin is Origin.AGENT else boss(coaching_id)
        evidence = {"visits": 8.0, "lost": 6.0} if wish is None else {}
        facts = (coaching_id, "A1", "T1", "S1", moment, origin, DAY, evidence, wish)
        coachings.propose(Proposal(*facts), by=by)
    coachings.check_gate("G1", (WrongMoment.BUSY,), by=boss("gate"))
    coachings.defer("G1", DAY + timedelta(days=1), by=boss("defer"))
    coachings.check_gate("G1", (), by=boss("gate 2"))
    session = Session((Method.TALK,), "一起写了三句开场白", "每天问一位", (Skill.LISTENED,))
    coachings.hold("G1", session, by=boss("coach"))
    coachings.evaluate("G1", "主动练了两遍", 4, later, by=boss("evaluate"))
    coachings.comment("G1", "练过以后敢开口了", by=agent("comment"))
    coachings.drop("G2", "刚谈过", by=boss("drop"))
    key = CheckKey(Check.COACHING_EFFECT, "G1/14", later)
    by = By("system", Role.SYSTEM, NOW, NOW, key.command_id, "worker")
    before, after = {"fill": 0.5, "meetings": 1.2}, {"fill": 0.9, "meetings": 2.1}
    record.scheduled_checks.finish(
        key,
        "T1",
        NOW,
        [],
        by=by,
        effects=lambda: coachings.measured("G1", 14, before, after, by),
    )


def _journal(record: TeamRecord) -> None:
    boss, journals = partial(_by, "S1", Role.SUPERVISOR), record.journals
    journals.add_note(DAY, NoteKind.FUNCTION_GROUP, "推荐一位伙伴进培训组", by=boss("note"))
    journals.submit(DAY, "两个回访，一次辅导", [(3, "ab"), (5, "cd")], by=boss("journal"))
    key = CheckKey(Check.SELF_CHECK, "S1", DAY)
    by = By("system", Role.SYSTEM, NOW, NOW, key.command_id, "worker")
    asked = [Asked(Question.SAME_CUSTOMERS, 0.4, 10)]
    record.scheduled_checks.finish(
        key,
        "T1",
        NOW,
        ["same_customers"],
        by=by,
        effects=lambda: journals.self_checked("S1", DAY, asked, 6, by),
    )
    journals.answer_question(DAY, Question.SAME_CUSTOMERS, "明天换名单", by=boss("answer"))


def _sheet_review(record: TeamRecord) -> None:
    care = Care(
        RemarkKind.GUIDE,
        "签单的准备做得扎实",
        "下周先把电话补上来",
        "十二月先排老客户",
        (SheetFinding.PLAN_EMPTY_DAYS,),
    )
    month = SheetKind.MONTH, date(2026, 12, 1)
    by = _by("S1", Role.SUPERVISOR, "first sheet review", hours=24 * 8)
    record.sheet_reviews.complete("A1", *month, care, by=by)
    by = _by("S1", Role.SUPERVISOR, "sheet review withdrawn", hours=24 * 8)
    record.sheet_reviews.withdraw("A1", *month, by=by)
    by = _by("S1", Role.SUPERVISOR, "sheet review", hours=24 * 8)
    record.sheet_reviews.complete("A1", *month, care, by=by)
    by = _by("A1", Role.AGENT, "sheet review read", hours=24 * 8)
    record.sheet_reviews.read("A1", *month, by=by, reply="好的")


def add_missing_rows() -> list[str]:
    """Add a row for each topic that has none; return those topics. Keys are made only once."""
    known = {row["topic"] for row in rows()} if FILE.exists() else set()
    with tempfile.TemporaryDirectory() as folder:
        store = a_golden_branch(Path(folder)) if KEYS.exists() else _new_branch(Path(folder))
        tell_everything(TeamRecord(store.log_env(), store.index_phone))
        if not KEYS.exists():
            _keep_keys(store)
        new = {e.topic: e for e in store.reader().all() if e.topic not in known}
        states = {row.position: row for row in store.reader()._source.rows_after(0, 1000)}
        with FILE.open("a", encoding="utf-8") as file:
            for topic in sorted(new):
                row = states[new[topic].position]
                kept = {
                    "topic": topic,
                    "stream": str(row.stream_id),
                    "version": row.version,
                    "state": row.state.decode(),
                    "envelope": row.envelope.decode(),
                }
                file.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return sorted(new)


def _new_branch(folder: Path) -> BranchStore:
    store = BranchStore(LOG, folder)
    migrate(store, f"sqlite:///{folder}/accounts.db", None, [])
    return store


def _keep_keys(store: BranchStore) -> None:
    with engine_of(store.keys_url).connect() as connection:
        found = connection.execute(select(PERSON_KEY).order_by(PERSON_KEY.c.subject)).all()
    keys = [
        {
            "subject": key.subject,
            "version": key.version,
            "wrapped": base64.b64encode(key.wrapped).decode(),
            "commitment": base64.b64encode(key.commitment).decode(),
        }
        for key in found
    ]
    whole = {"master_key": store.key_file.read_text().strip(), "keys": keys}
    KEYS.write_text(json.dumps(whole, indent=1) + "\n")


def _complaint(record: TeamRecord) -> None:
    def upper(no: str) -> By:
        return _by("U1", Role.UPPER_SUPERVISOR, f"complaint {no}")

    filing = _by("A1", Role.AGENT, "complain")
    complaint, complaints = complaint_id_of(filing.command_id), record.complaints
    complaints.file(Grievance("S1", "客户接到了推销电话", "C1"), on_day=DAY, by=filing)
    complaints.open_mediation(complaint, by=upper("open"))
    complaints.ask(complaint, "S1", "请说明联系客户的原因", by=upper("ask"))
    answer = _by("S1", Role.SUPERVISOR, "complaint answer")
    complaints.state(complaint, "没有联系过", by=answer)
    complaints.sanction(complaint, Sanction.WARNING, "查证属实", by=upper("sanction"))
    complaints.educate(complaint, DAY, "组会重申保密规定", by=upper("educate"))
    complaints.conclude(complaint, ComplaintFinding.FOUNDED, "客户归还", by=upper("conclude"))


def stream_of(row: dict[str, Any]) -> UUID:
    """Return the stream of a golden row."""
    return UUID(row["stream"])


if __name__ == "__main__":
    print("added:", ", ".join(add_missing_rows()) or "nothing")
