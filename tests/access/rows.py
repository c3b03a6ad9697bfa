"""The access matrix: one row for every route, page and API alike. Who may, and about whom.

Letters are readers: a agent A1, s supervisor S1 of A1 and A2, u upper supervisor, x auditor,
m administrator; a letter left out means ``x``. The signs stand for the columns A1, A2 (the same
team), B1 (another supervisor's team) and Z1 (another branch); one sign means: for all of them.

    +  may          x  403: the role never may          0  404: for this reader there is no such thing

A route that needs a thing of a new kind gets it in ``World.things``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TICKS = ["prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known"]


@dataclass(frozen=True)
class Row:
    """One route. ``first`` are the statuses that the first permitted request may have.

    ``query`` is added to the path; ``{names}`` in it and in the body are things of the column.
    """

    route: str
    readers: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    first: tuple[int, ...] = (200, 201, 204, 303)

    def signs(self, reader: str) -> str:
        """Return the four signs of a reader."""
        given = self.readers.get(reader, "x")
        return given * 4 if len(given) == 1 else given


def row(
    route: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: str = "",
    first: tuple[int, ...] = (200, 201, 204, 303),
    **readers: str,
) -> Row:
    """Return a row; readers are named by their letters."""
    return Row(route, readers, body or {}, query, first)


# The same for everybody, signed in or not.
PUBLIC = {
    "GET /",
    "GET /sign-in",
    "POST /sign-in",
    "POST /language",
    "GET /static/<path:name>",
    "GET /offline",
    "GET /queue",  # 401 to nobody
    "GET /sw.js",
    "GET /manifest.webmanifest",
    "GET /livez",
    "GET /readyz",
    "GET /metrics",
    "GET /calendar/<token>.ics",
    "GET /log/checkpoint",
    "GET /log/checkpoint/cosigned",
    "GET /log/checkpoint/<int(max=9007199254740991):size>",
    "GET /log/key",
    "GET /log/tile/<path:path>",
    "GET /log/proof/inclusion",
    "GET /log/proof/consistency",
    "POST /log/cosignature",
    "GET /log/of/<branch>/checkpoint",
    "GET /log/of/<branch>/checkpoint/cosigned",
    "GET /log/of/<branch>/checkpoint/<int(max=9007199254740991):size>",
    "GET /log/of/<branch>/key",
    "GET /log/of/<branch>/tile/<path:path>",
    "GET /log/of/<branch>/proof/inclusion",
    "GET /log/of/<branch>/proof/consistency",
    "POST /log/of/<branch>/cosignature",
    "GET /api/v1/openapi.json",
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/first-password",
    # for those on their way in alone: tests/service/test_arriving.py
    "GET /sign-in/code",
    "POST /sign-in/code",
    "GET /sign-in/password",
    "POST /sign-in/password",
    "GET /sign-in/second-factor",
    "POST /sign-in/second-factor",
}

API = "/api/v1"
CALL = f"{API}/callbacks/<thing:callback_id>"
COACHING = f"{API}/coachings/<thing:coaching_id>"
CASE = f"{API}/cases/<thing:agent_id>/<int(max=9999):case_no>"
COMPLAINT = f"{API}/complaints/<thing:complaint_id>"
FILLING = f"{API}/filling-cases/<thing:case_id>"
DAY = f"{API}/daily-logs/<thing:agent_id>/<day:day>"
PLAN_ITEM = f"{API}/plans/<thing:agent_id>/items/<thing:item_id>"
WEEK = f"{API}/weekly-sheets/<thing:agent_id>/<day:monday>"
MONTH = f"{API}/monthly-records/<thing:agent_id>/<day:month>"
SHEET_REVIEW = f"{API}/sheet-reviews/<thing:agent_id>/<thing:sheet>/<day:period>"
LOG_REVIEW = f"{API}/log-reviews/<thing:agent_id>/<day:day>"
CUSTOMER = f"{API}/customers/<thing:customer_id>"
PERSON = f"{API}/people/<thing:person_id>"
ENTRY = {
    "kind": "face_meeting",
    "customer_id": "{customer_id}",
    "started_at": "{moment}",
    "result": "interested",
    "repeat_is_meant": True,
}
VISIT = {"agent": "{agent_id}", "day": "{day}", "activity": "{unlisted}"}
TALK = {
    "opened_with": "worry",
    "learnt": "难约",
    "affirmation": "坚持",
    "requirement": "约十位",
} | {"goal": "三次面谈"}
RULED_OUT = ["busy", "unwilling", "angry", "no_trust", "family_trouble"]
SESSION = {"methods": ["talk"], "summary": "练开场", "commitments": "每天练一遍"}
EVALUATION = {"final_behaviour": "练了", "effect": "4", "next_on": "{tomorrow}"}
WISH = {"customer_id": "{customer_id}", "reason": "customer_asked", "text": "客户来电要求回电"}
NOTE = {"day": "{day}", "called_on": "{day}", "name": "欧阳锋", "outcome": "confirmed"}
ANSWER = {"answer": "yes", "text": "属实"}
CALL_HOURS = {
    "tracking_from": "13:00",
    "tracking_until": "21:00",
    "callback_from": "09:00",
    "callback_until": "21:00",
    "rest_from": "12:00",
    "rest_until": "14:00",
    "tracking_a_week": "2",
}
RHYTHM = {"week_due_after": "1", "month_due_day": "5", "log_hours": "48", "sheet_hours": "96"}
THRESHOLDS = {"alert_probability": "0.96", "watch_probability": "0.3", "contradictions": "2"}
SCRIPT = {f"{part}_{n}": "您好" for part in ("title", "text") for n in range(1, 7)} | {
    "meant": "yes"
}
ALL = {"a": "+", "s": "+", "u": "+", "x": "+", "m": "+"}

PAGES = (
    row("POST /sign-out", **ALL),
    # one's own account
    row("GET /account", **ALL),
    row("GET /account/second-factor", **ALL),
    row("POST /account/second-factor", {"current": "{password}"}, **ALL),
    row("POST /account/second-factor/confirm", {"code": "000000"}, first=(303,), **ALL),
    row("POST /account/second-factor/remove", {"current": "{password}"}, **ALL),
    row("POST /account/recovery-codes", {"current": "{password}"}, **ALL),
    row("POST /account/sessions/end", {"current": "{password}", "which": "others"}, **ALL),
    row(
        "POST /account/password",
        {"current": "{password}", "password": "{new}", "again": "{new}"},
        **ALL,
    ),
    # the agent's own log
    row("GET /today", a="+"),
    row(
        "POST /today/entries",
        {"day": "{day}", "kind": "face_meeting", "customer_id": "{customer_id}"}
        | {"result": "interested", "started_at": "09:20"},
        a="+000",
    ),
    row("GET /today/entries/<activity_id>", a="+000"),
    row(
        "POST /today/entries/<activity_id>/correct",
        {"day": "{day}", "version": "9", "minutes": "20", "reason": "记错了"},
        first=(303, 409),
        a="+000",
    ),
    row(
        "POST /today/entries/<activity_id>/withdraw",
        {"day": "{day}", "reason": "记错了"},
        a="+000",
    ),
    row("GET /plans", a="+"),
    row(
        "POST /plans",
        {"day": "{day}", "kind": "face_meeting", "customer_id": "{customer_id}"},
        a="+000",
    ),
    row("POST /plans/<item_id>/keep", {"result": "interested"}, a="+000"),
    row("POST /plans/<item_id>/move", {"day": "{day}", "reason": "own_choice"}, a="+000"),
    row("POST /plans/<item_id>/cancel", {"reason": "unreachable"}, a="+000"),
    row("GET /week", a="+"),
    row("POST /week", {"monday": "{monday}", "version": "2", "summary": "好"}, a="+"),
    row("POST /week/targets", {"monday": "{next_monday}", "calls": "20"}, a="+"),
    row("GET /month", a="+"),
    row("POST /month", {"month": "{month}", "version": "0", "plan": "多见人"}, a="+"),
    row("POST /month/weeks", {"month": "{month}", "end0": "{month_split}"}, a="+"),
    row("GET /reviews/<agent_id>/<any(week,month):sheet>/<period>", a="0", s="++00", u="+++0"),
    row(
        "POST /reviews/<agent_id>/<day>/withdraw",
        first=(404, 409),
        s="++00",
        u="+++0",
    ),
    row(
        "POST /reviews/<agent_id>/<any(week,month):sheet>/<period>/withdraw",
        first=(404, 409),
        s="++00",
        u="+++0",
    ),
    row(
        "POST /reviews/<agent_id>/<any(week,month):sheet>/<period>",
        {"kind": "guide", "evaluation": "准备做得很扎实", "advice": "下周先把电话补上"},
        s="++00",
        u="+++0",
    ),
    row("POST /mine/sheets/<any(week,month):sheet>/<period>/read", first=(404,), a="+"),
    row("GET /team-goals", s="+", u="+"),
    row("GET /team-goals/<team_id>", s="++00", u="+++0"),
    row("POST /team-goals/<team_id>", {"month": "{month}", "policies": "9"}, s="++00", u="+++0"),
    row("GET /today/submit", a="+"),
    row("POST /today/submit", {"day": "{day}", "summary": "好"}, a="+"),
    row("GET /customers", a="+"),
    # imports of lists; without a file there is nothing to take
    row("GET /import/customers", a="+"),
    row("GET /import/customers/sample", a="+"),
    row("GET /import/customers/sample-sheet", a="+"),
    row("POST /import/customers", first=(422,), a="+"),
    row("POST /import/customers/check", first=(409,), a="+"),
    row("POST /import/customers/take", first=(409,), a="+"),
    row("POST /import/customers/bad-rows", first=(409,), a="+"),
    row("GET /import/customers/progress", query="job=I-customers", a="+"),
    row("GET /import/people", m="+"),
    row("GET /import/people/sample", m="+"),
    row("GET /import/people/sample-sheet", m="+"),
    row("POST /import/people", first=(422,), m="+"),
    row("POST /import/people/check", first=(409,), m="+"),
    row("POST /import/people/take", first=(409,), m="+"),
    row("GET /import/people/progress", query="job=I-people", m="+"),
    row("POST /import/people/bad-rows", first=(409,), m="+"),
    row("GET /customers/new", a="+"),
    row("POST /customers/new", {"name": "赵六", "contact_source": "own"}, a="+"),
    row("GET /customers/<customer_id>", a="+000"),
    row("POST /customers/<customer_id>", {"name": "张三", "reason": "写错了"}, a="+000"),
    row("GET /mine", a="+"),
    row("GET /help", a="+", s="+", u="+", x="+", m="+"),
    row("GET /mine/cases/<int:case_no>", a="+"),
    row("POST /mine/cases/<int:case_no>/explain", {"text": "那天确实去了"}, a="+"),
    row("POST /mine/cases/<int:case_no>/appeal", {"text": "请再看看"}, first=(409,), a="+"),
    # what I wrote myself; the first event is the administrator's own
    row("GET /receipts", **ALL),
    row(
        "GET /receipts/<int(max=9007199254740991):position>",
        a="0",
        s="0",
        u="0",
        x="+",
        m="+",
        first=(503,),
    ),
    # the auditor's evidence; there is no signer in this world
    row("GET /proof", x="+"),
    row("POST /proof/verify", first=(409,), x="+"),
    row("GET /proof/message", first=(404,), x="+"),
    row("GET /proof/recompute", x="+"),
    row("GET /exports", x="+"),
    row("POST /exports", {"what": "full"}, first=(409,), x="+"),
    # the supervisor's desk
    row("GET /board", query="team={team_id}", s="++00", u="+++0", x="+++0"),
    row("GET /agents", s="+", u="+", x="+"),
    row("GET /agents/<agent_id>", a="+000", s="++00", u="+++0"),
    row("GET /callbacks", s="+", u="+"),
    row(
        "GET /callbacks/new",
        query="agent={agent_id}&day={day}&activity={unlisted}",
        s="++00",
    ),
    row("POST /callbacks/new", {**VISIT, "mode": "coaching", "reason": "新人首访"}, s="++00"),
    row("GET /mine/calendar", a="+"),
    row("POST /mine/calendar/open", a="+"),
    row("POST /mine/calendar/close", a="+"),
    # webhooks
    row("GET /webhooks", m="+"),
    row(
        "POST /webhooks",
        {"url": "https://example.com/hook", "topics": "daily_log.submitted.v1"},
        m="+",
    ),
    row("POST /webhooks/<webhook_id>/test", m="+++0"),
    row("POST /webhooks/<webhook_id>/remove", m="+++0"),
    # notices
    row("GET /notices", **ALL),
    row("POST /notices/channel", {"kind": "email", "key": "a@example.com"}, **ALL),
    row("POST /notices/channel/remove", first=(409,), **ALL),
    row("POST /notices/test", first=(409,), **ALL),
    row("POST /notices/wishes", {"quiet_from": "21:00", "quiet_until": "08:00"}, **ALL),
    # tables
    row("GET /tables", s="+", u="+", x="+"),
    row(
        "POST /tables",
        {"table": "entries", "first_day": "{day}", "last_day": "{day}", "team_id": "{team_id}"}
        | {"file_format": "csv"},
        s="++00",
        u="+++0",
        x="+++0",
    ),
    # paper
    row("POST /paper/daily-log/<agent_id>/<day>", a="+000", s="++00", u="+++0"),
    row("POST /paper/callback/<callback_id>", s="++00"),
    row("POST /paper/weekly-sheet/<agent_id>/<day>", a="+000", s="++00", u="+++0"),
    row("POST /paper/monthly-record/<agent_id>/<day>", a="+000", s="++00", u="+++0"),
    row("GET /callbacks/note", s="+"),
    row("POST /callbacks/note", NOTE, first=(200,), s="+"),
    row("GET /callbacks/<callback_id>", s="++00", u="0"),
    row("POST /callbacks/<callback_id>/prepare", {"ticks": TICKS}, s="++00", u="0"),
    row("POST /callbacks/<callback_id>/reveal", s="++00", u="0"),
    row("POST /callbacks/<callback_id>/attempt", {"attempt": "no_answer"}, s="++00", u="0"),
    row(
        "POST /callbacks/<callback_id>/set-aside",
        {"reason": "已陪访"},
        first=(409,),
        s="++00",
        u="0",
    ),
    row("POST /callbacks/<callback_id>/step", {"step": "1", "version": "3"}, s="++00", u="0"),
    row(
        "POST /callbacks/<callback_id>/outcome",
        {"outcome": "unreachable", "version": "2"},
        s="++00",
        u="0",
    ),
    row(
        "POST /callbacks/<callback_id>/debrief",
        {"advice": "再去一次"},
        first=(409,),
        s="++00",
        u="0",
    ),
    # reviews of logs
    row("GET /reviews", s="+", u="+"),
    row("GET /reviews/<agent_id>/<day>", a="0", s="++00", u="+++0"),
    row(
        "POST /reviews/<agent_id>/<day>",
        {"verdict": "good", "kind": "praise", "text": "今天的面谈记得很具体"},
        s="++00",
        u="+++0",
    ),
    row("POST /mine/reviews/<day>/read", first=(404,), a="+"),
    row("POST /callbacks/<callback_id>/quiet-hours", {"quiet_reason": "约好"}, s="++00", u="0"),
    row(
        "POST /callbacks/<callback_id>/self-score",
        {"kept": ["smile"]},
        first=(409,),
        s="++00",
        u="0",
    ),
    # the supervisor's journal, and what those above see of it
    row("GET /journal", s="+"),
    row("POST /journal/<day>/notes", {"kind": "workplace", "text": "早会"}, s="+"),
    row("POST /journal/<day>/submit", {"summary": "两个回访"}, s="+"),
    row(
        "POST /journal/<day>/questions/<question>",
        {"answer": "换名单"},
        first=(404,),
        s="+",
    ),
    row("GET /duties", u="+"),
    # coaching
    row("GET /coaching", s="+"),
    row("GET /coaching/new", query="agent={agent_id}", s="++00"),
    row("POST /coaching/new", {"agent": "{agent_id}", "moment": "stuck"}, s="++00"),
    row("GET /coaching/<coaching_id>", s="++00"),
    row("POST /coaching/<coaching_id>/gate", {"ruled_out": RULED_OUT}, s="++00"),
    row("POST /coaching/<coaching_id>/defer", {"until": "{tomorrow}"}, s="++00"),
    row("POST /coaching/<coaching_id>/hold", SESSION, first=(409,), s="++00"),
    row("POST /coaching/<coaching_id>/evaluate", EVALUATION, first=(409,), s="++00"),
    row("POST /coaching/<coaching_id>/drop", {"reason": "刚谈过"}, first=(403,), s="++00"),
    row("GET /mine/coaching", a="+"),
    row("POST /mine/coaching", {"wish": "怎样开口"}, a="+"),
    row("POST /mine/coaching/<coaching_id>/words", {"words": "好"}, first=(409,), a="+000"),
    row("POST /mine/family/forget", first=(404,), a="+"),
    # tracking calls
    row("GET /tracking", s="+"),
    row("GET /tracking/new", query="agent={agent_id}", s="++00"),
    row(
        "POST /tracking/new",
        {"agent": "{agent_id}", "points": "开口", "asks": "多约两位"},
        s="++00",
    ),
    row("GET /tracking/<call_id>", s="++00"),
    row("POST /tracking/<call_id>/held", {**TALK}, s="++00"),
    row("POST /tracking/<call_id>/missed", {"reason": "busy"}, s="++00"),
    row("GET /detector", u="+", x="+", m="+"),
    row("POST /detector/weights", {"backtest": "B-1", "reason": "试试"}, first=(404,), m="+"),
    row("POST /detector/line", {"line": "0.99", "reason": "更稳妥"}, first=(409,), m="+"),
    row("GET /fake-rate", s="+", u="+", x="+"),
    # cases
    row("GET /cases", a="0", s="+", u="+", x="+"),
    row("GET /cases/<agent_id>/<int:case_no>", a="0", s="++00", u="+++0", x="+++0"),
    row(
        "POST /cases/<agent_id>/<int:case_no>/opinion",
        {"leaning": "unsure", "text": "先听听"},
        s="++00",
        u="+++0",
    ),
    row("POST /cases/<agent_id>/<int:case_no>/hear", {"text": "说换了号码"}, s="++00", u="+++0"),
    row(
        "POST /cases/<agent_id>/<int:case_no>/decide",
        {"version": "{case_version}", "verdict": "cleared", "reason": "客户记起来了"},
        s="++00",
        u="+++0",
    ),
    row(
        "POST /cases/<agent_id>/<int:case_no>/decide-appeal",
        {"verdict": "upheld", "reason": "看过了"},
        first=(409,),
        u="+++0",
    ),
    # filling problems; the world has one of each person
    row("GET /filling", a="0", s="+", u="+", x="+"),
    row("GET /filling/new", s="+", u="+"),
    row(
        "POST /filling/new",
        {"agent": "{agent_id}", "problem": "doubting", "note": "应付了事"},
        s="++00",
        u="+++0",
    ),
    row("GET /filling/suggestions", s="+", u="+"),
    row(
        "POST /filling/suggestions/<suggestion_id>/dismiss",
        {"reason": "刚换了手机"},
        s="++00",
        u="+++0",
    ),
    row("GET /contests", a="+", s="+", u="+", x="+"),
    row(
        "POST /contests/new",
        {"title": "评比", "team": "{team_id}", "starts_on": "{day}", "goal": "90"}
        | {"on_time": "30", "complete": "30", "confirmed": "20", "improved": "20"},
        s="++00",
        u="+++0",
    ),
    row("POST /contests/<contest_id>/part", {"takes_part": "no"}, a="++00"),
    row(
        "POST /contests/role-models",
        {"agent": "{agent_id}", "what_for": "天天按时"},
        first=(303, 409),
        s="++00",
        u="+++0",
    ),
    row("POST /contests/role-models/<model_id>/answer", {"consents": "yes"}, a="+000"),
    row("POST /contests/role-models/<model_id>/withdraw", first=(409,), a="+000"),
    row(
        "POST /contests/sharing",
        {"held_on": "{day}", "topic": "三分钟", "speaker_1": "{agent_id}"},
        s="++00",
        u="+++0",
    ),
    row(
        "POST /contests/clinics",
        {"agent": "{agent_id}", "expert": "{supervisor_id}", "held_on": "{day}"}
        | {"diagnosis": "没有准备", "plan": "先写问题"},
        s="++00",
        u="+++0",
    ),
    row("GET /checks", s="+", u="+", x="+", m="+"),
    row("GET /above", u="+"),
    row("GET /filling/<case_id>", a="0", s="++00", u="+++0", x="+++0"),
    row(
        "POST /filling/<case_id>/will",
        {"will": "unable", "reason": "不知道怎么记"},
        first=(422,),
        s="++00",
        u="+++0",
    ),
    row(
        "POST /filling/<case_id>/step",
        {"version": "1", "step": "1", "held_on": "{day}", "note": "谈过了"},
        s="++00",
        u="+++0",
    ),
    row("POST /filling/<case_id>/skip", {"step": "1", "reason": "谈过"}, s="++00", u="+++0"),
    row(
        "POST /filling/<case_id>/criticism",
        {"reason": "屡次不改"},
        first=(422,),
        s="++00",
        u="+++0",
    ),
    row("POST /filling/<case_id>/sign", {"reason": "不同意"}, first=(409,), u="+++0"),
    row(
        "POST /filling/<case_id>/held",
        {"held_on": "{day}"},
        first=(409,),
        s="++00",
        u="+++0",
    ),
    row("POST /filling/<case_id>/praise", {"text": "按时写完"}, s="++00", u="+++0"),
    row(
        "POST /filling/<case_id>/close",
        {"version": "1", "ending": "unfounded", "reason": "是请假"},
        s="++00",
        u="+++0",
    ),
    row("GET /mine/filling/<case_id>", a="+000"),
    row("POST /mine/filling/<case_id>/reply", {"text": "孩子病了"}, a="+000"),
    # numbers outside of a call: asked for, approved, in an emergency; who looked
    row("GET /mine/looks", a="+"),
    row("GET /reveals", s="+", u="+", x="+"),
    row("GET /reveals/ask", query="customer={customer_id}", s="++00", u="+++0"),
    row("POST /reveals/ask", WISH, s="++00", u="+++0"),
    row("GET /reveals/emergency", query="customer={customer_id}", s="++00", u="+++0"),
    row("POST /reveals/emergency", {**WISH, "password": "{password}"}, s="++00", u="+++0"),
    row("POST /reveals/<kind>/<ticket>/look", s="++00", u="0"),
    row("POST /reveals/requests/<request_id>", ANSWER, u="+++0"),
    row("POST /reveals/glasses/<glass_id>", ANSWER, u="+++0", x="+++0"),
    row("POST /reveals/alerts/<alert_id>", ANSWER, u="+++0", x="+++0"),
    row(
        "POST /reveals/canaries",
        {"team_id": "T1", "name": "赵六", "phone": "13700001111"},
        x="+",
    ),
    # complaints; those about oneself are none for an upper supervisor either
    row("GET /mine/complaints", a="+"),
    row("GET /mine/complaints/new", a="+"),
    row("POST /mine/complaints/new", {"accused_id": "S1", "text": "客户被联系了"}, a="+"),
    row("GET /mine/complaints/<complaint_id>", a="+000"),
    row("POST /mine/complaints/<complaint_id>/statement", {"text": "还有"}, a="+000"),
    row("GET /complaints", u="+", x="+"),
    row("GET /complaints/<complaint_id>", u="+++0", x="+++0"),
    row("POST /complaints/<complaint_id>/open", first=(409,), u="+++0"),
    row(
        "POST /complaints/<complaint_id>/ask",
        {"person_id": "{supervisor_id}", "question": "请说明"},
        u="+++0",
    ),
    row(
        "POST /complaints/<complaint_id>/sanction",
        {"kind": "warning", "reason": "属实"},
        first=(409,),
        u="+++0",
    ),
    row(
        "POST /complaints/<complaint_id>/educate",
        {"held_on": "{day}", "note": "重申保密"},
        u="+++0",
    ),
    row(
        "POST /complaints/<complaint_id>/conclude",
        {"version": "3", "finding": "settled", "terms": "说开了"},
        u="+++0",
    ),
    row("GET /inquiries", s="+", u="+"),
    row("GET /inquiries/<complaint_id>", s="++00", u="0"),
    row("POST /inquiries/<complaint_id>/answer", {"text": "没有"}, s="++00", u="0"),
    # the auditor's desk
    # the company: nobody here was granted another branch, so it is the own one alone
    row("GET /company", u="+", x="+", m="+"),
    row("GET /company/search", x="+"),
    row("POST /company/branch", {"branch": "main"}, u="+", x="+", m="+"),
    row("GET /events", x="+"),
    row("GET /events/<int:position>", x="+"),
    row("GET /time-machine", query="team={team_id}", u="+", x="+"),
    row("GET /time-machine/agents/<agent_id>", u="+++0", x="+++0"),
    # people and teams
    row("GET /people", m="+"),
    row("GET /people/new", m="+"),
    row(
        "POST /people/new",
        {"name": "某人", "person_id": "{new}", "role": "auditor", "since": "{day}"},
        m="+",
    ),
    row("GET /people/<person_id>", m="+++0"),
    row("POST /people/<person_id>/sessions", first=(303,), m="+++0"),
    row(
        "POST /people/<person_id>/second-factor",
        {"checked": "in_person"},
        first=(303,),
        m="+++0",
    ),
    row(
        "POST /people/<person_id>/account",
        {"login": "{new}", "password": "correct horse battery"},
        m="+++0",
    ),
    row("POST /people/<person_id>/move", {"team_id": "T2", "since": "{day}"}, m="+++0"),
    row(
        "POST /people/<person_id>/leave",
        {"kind": "sick", "first_day": "{day}", "last_day": "{day}"},
        m="+++0",
    ),
    row("POST /people/<person_id>/depart", {"last_day": "{day}", "reason": "离职"}, m="+++0"),
    row("POST /people/<person_id>/lead", first=(409, 422), m="+++0"),
    # settings
    row("GET /settings", m="+"),
    *(
        row(f"GET /settings/{kind}", m="+")
        for kind in (
            "work-modes",
            "deadlines",
            "review-rhythm",
            "call-hours",
            "thresholds",
            "calendar",
        )
    ),
    *(row(f"GET /settings/{kind}", m="+") for kind in ("checklist", "phrases", "scripts")),
    row(
        "POST /settings/work-modes",
        {"name": "6-3-1", "calls": "6", "meetings": "3", "closings": "1", "new_visits": "1"}
        | {"since": "{day}"},
        m="+",
    ),
    row(
        "POST /settings/deadlines",
        {"daily_log_due": "21:00", "late_reason_after_hours": "48"},
        m="+",
    ),
    row("POST /settings/review-rhythm", RHYTHM, m="+"),
    row("POST /settings/call-hours", CALL_HOURS, m="+"),
    # a line that no backtest has tried is refused
    row("POST /settings/thresholds", {**THRESHOLDS, "reason": "回测"}, first=(409,), m="+"),
    row("POST /settings/calendar", {"year": "2026", "origin": "文件"}, m="+"),
    row("POST /settings/checklist", {"applies": ["thin_notes"]}, m="+"),
    row("GET /settings/checklist/<any(week,month):sheet>", m="+"),
    row("POST /settings/checklist/<any(week,month):sheet>", {"applies": ["summary_thin"]}, m="+"),
    row("POST /settings/phrases", {"kind_0": "praise", "text_0": "好样的"}, m="+"),
    row("GET /settings/scripts/<script_id>", m="+"),
    row("POST /settings/scripts/<script_id>", SCRIPT, m="+"),
    # data protection
    row("GET /privacy", m="+"),
    row("GET /privacy/<customer_id>", m="+++0"),
    row("POST /privacy/<customer_id>/hold", {"hold_id": "case-7", "reason": "诉讼"}, m="+++0"),
    row(
        "POST /privacy/<customer_id>/release",
        {"hold_id": "case-7", "reason": "结案"},
        first=(409,),
        m="+++0",
    ),
    row(
        "POST /privacy/<customer_id>/contract",
        {"contract_id": "P-1", "term": "over_a_year"},
        m="+++0",
    ),
    row("POST /privacy/<customer_id>/restrict", {"ground": "customer_request"}, m="+++0"),
    row("POST /privacy/<customer_id>/resume", {"reason": "同意"}, first=(409,), m="+++0"),
    row("POST /privacy/<customer_id>/erase", {"ground": "unlawful", "sure": "yes"}, m="+++0"),
    row("GET /find-customer", s="+", u="+", x="+", m="+"),
    row("POST /find-customer", {"phone": "13812341234"}, s="+", u="+", x="+", m="+"),
    row("GET /teams/new", m="+"),
    row("POST /teams/new", {"name": "新组", "team_id": "{new}"}, m="+"),
)

API_ROWS = (
    row(f"DELETE {API}/sessions/current", **ALL),
    row(f"GET {API}/me", **ALL),
    # the company
    row(f"GET {API}/company", u="+", x="+", m="+"),
    row(f"GET {API}/company/events", x="+"),
    row(f"POST {API}/company/branch", {"branch": "main"}, u="+", x="+", m="+"),
    # one's own account
    row(f"GET {API}/account", **ALL),
    row(
        f"POST {API}/account/password",
        {"password": "{password}", "new_password": "{new}"},
        first=(204, 401),  # it ends every session, the asking one too
        **ALL,
    ),
    row(f"POST {API}/account/second-factor", {"password": "{password}"}, first=(200,), **ALL),
    row(f"POST {API}/account/second-factor/confirmation", {"code": "000000"}, first=(401,), **ALL),
    row(f"POST {API}/account/second-factor/removal", {"password": "{password}"}, **ALL),
    row(f"POST {API}/account/recovery-codes", {"password": "{password}"}, **ALL),
    row(f"POST {API}/account/sessions/end", {"password": "{password}"}, **ALL),
    # people and teams
    row(f"GET {API}/people", **ALL),
    row(f"GET {PERSON}", a="+xxx", s="++00", u="+++0", x="+++0", m="+++0"),
    row(
        f"POST {API}/people",
        {"person_id": "{new}", "name": "某人", "role": "auditor", "since": "{day}"},
        m="+",
    ),
    row(f"POST {PERSON}/moves", {"team_id": "T2", "since": "{day}"}, m="+++0"),
    row(f"POST {PERSON}/departure", {"last_day": "{day}", "reason": "离职"}, m="+++0"),
    row(
        f"POST {PERSON}/leaves",
        {"first_day": "{day}", "last_day": "{day}", "kind": "sick"},
        s="++00",
        m="+++0",
    ),
    row(
        f"POST {PERSON}/leaves/cancellations",
        {"first_day": "{day}", "last_day": "{day}", "reason": "销假"},
        first=(422, 409),
        s="++00",
        m="+++0",
    ),
    row(
        f"POST {PERSON}/accounts/first-password",
        {"password": "{new}"},
        first=(204,),
        m="+++0",
    ),
    row(f"POST {PERSON}/sessions/end", first=(200,), m="+++0"),
    row(
        f"POST {PERSON}/second-factor/removal",
        {"checked": "in_person"},
        first=(204,),
        m="+++0",
    ),
    row(
        f"POST {PERSON}/accounts",
        {"login": "{new}", "password": "correct horse battery"},
        m="+++0",
    ),
    row(f"GET {API}/teams", **ALL),
    row(f"GET {API}/teams/<thing:team_id>", a="++xx", s="++00", u="+++0", x="+++0", m="+++0"),
    row(f"POST {API}/teams", {"team_id": "{new}", "name": "新组"}, m="+"),
    row(
        f"POST {API}/teams/<thing:team_id>/supervisors",
        {"supervisor_id": "S1"},
        first=(201, 422),
        m="+++0",
    ),
    row(f"GET {API}/team-states/<thing:team_id>", s="++00", u="+++0", x="+++0"),
    # the rulebook
    row(f"GET {API}/rulebook", **ALL),
    row(f"POST {API}/rulebook/deadlines", {"daily_log_due": "21:30"}, m="+"),
    row(
        f"POST {API}/rulebook/work-modes",
        {"name": "5-3-1", "calls": 5, "meetings": 3, "closings": 1, "new_visits": 1}
        | {"since": "{day}"},
        m="+",
    ),
    row(f"POST {API}/rulebook/review-rhythm", {"month_due_day": 5}, m="+"),
    row(f"POST {API}/rulebook/call-hours", {"tracking_a_week": 3}, m="+"),
    row(f"POST {CALL}/quiet-hours", {"reason": "约好"}, s="++00", u="0"),
    row(f"POST {CALL}/self-score", {"kept": ["smile"]}, first=(409,), s="++00", u="0"),
    # the supervisor's journal
    row(f"GET {API}/journals/<day:day>", s="+"),
    row(f"POST {API}/journals/<day:day>/notes", {"kind": "workplace", "text": "早会"}, s="+"),
    row(f"POST {API}/journals/<day:day>/submission", {"summary": "两个回访"}, s="+"),
    row(
        f"POST {API}/journals/<day:day>/answers",
        {"question": "same_customers", "answer": "换名单"},
        first=(404,),
        s="+",
    ),
    # coaching
    row(f"GET {API}/coachings", s="+"),
    row(f"POST {API}/coachings", {"agent_id": "{agent_id}", "moment": "stuck"}, s="++00"),
    row(f"POST {API}/coachings/help", {"wish": "怎样开口"}, a="+"),
    row(f"POST {COACHING}/gate", {"wrong": []}, s="++00"),
    row(f"POST {COACHING}/deferral", {"until": "{tomorrow}"}, s="++00"),
    row(f"POST {COACHING}/session", SESSION, first=(409,), s="++00"),
    row(f"POST {COACHING}/evaluation", {**EVALUATION, "effect": 4}, first=(409,), s="++00"),
    row(f"POST {COACHING}/dropping", {"reason": "刚谈过"}, first=(403,), s="++00"),
    row(f"POST {COACHING}/words", {"words": "好"}, first=(409,), a="+000"),
    # tracking calls
    row(f"GET {API}/tracking-calls", s="+"),
    row(
        f"POST {API}/tracking-calls",
        {"agent_id": "{agent_id}", "points": "开口", "asks": "多约两位"},
        s="++00",
    ),
    row(f"POST {API}/tracking-calls/<thing:tracking_id>/held", {**TALK}, s="++00"),
    row(f"POST {API}/tracking-calls/<thing:tracking_id>/missed", {"reason": "busy"}, s="++00"),
    row(
        f"POST {API}/rulebook/calendars",
        {"year": 2026, "days_off": [], "make_up_days": [], "origin": "文件"},
        m="+",
    ),
    row(
        f"POST {API}/rulebook/thresholds",
        {"alert_probability": 0.96, "watch_probability": 0.3, "contradictions": 2}
        | {"reason": "回测"},
        first=(409,),
        m="+",
    ),
    row(
        f"POST {API}/rulebook/scripts",
        {
            "script_id": "default",
            "language": "zh",
            "steps": [{"step": n, "title": "好", "text": "您好"} for n in range(1, 7)],
            "meant": True,
        },
        m="+",
    ),
    row(
        f"POST {API}/rulebook/review-checklist",
        {"rows": [{"finding": "thin_notes"}]},
        m="+",
    ),
    row(
        f"POST {API}/rulebook/sheet-checklist",
        {"sheet": "week", "rows": [{"finding": "summary_thin"}]},
        m="+",
    ),
    row(
        f"POST {API}/rulebook/phrases",
        {"phrases": [{"kind": "praise", "text": "好样的"}]},
        m="+",
    ),
    # what goes out: files, feed, channels, webhooks
    row(
        f"POST {API}/exports",
        {"table": "entries", "first_day": "{day}", "last_day": "{day}", "team_id": "{team_id}"},
        s="++00",
        u="+++0",
        x="+++0",
    ),
    *(
        row(
            f"POST {API}/papers/{kind}/<thing:agent_id>/<day:day>",
            a="+000",
            s="++00",
            u="+++0",
        )
        for kind in ("daily-log", "weekly-sheet", "monthly-record")
    ),
    row(f"POST {API}/papers/callback/<thing:callback_id>", s="++00"),
    row(f"GET {API}/calendar-feed", a="+"),
    row(f"POST {API}/calendar-feed", {"with_names": False}, a="+"),
    row(f"POST {API}/calendar-feed/closing", first=(404,), a="+"),
    row(f"GET {API}/notices", **ALL),
    row(f"POST {API}/notices/channel", {"kind": "email", "key": "a@example.com"}, **ALL),
    row(f"POST {API}/notices/channel/removal", first=(409,), **ALL),
    row(f"POST {API}/notices/test", first=(409,), **ALL),
    row(f"POST {API}/notices/wishes", {"quiet_from": "21:00", "quiet_until": "08:00"}, **ALL),
    row(f"GET {API}/webhooks", m="+"),
    row(
        f"POST {API}/webhooks",
        {"url": "https://example.com/hook", "topics": ["daily_log.submitted.v1"]},
        m="+",
    ),
    row(f"POST {API}/webhooks/<thing:webhook_id>/test", m="+++0"),
    row(f"POST {API}/webhooks/<thing:webhook_id>/removal", m="+++0"),
    # customers
    row(f"GET {API}/customers", a="+"),
    row(f"POST {API}/customers", {"name": "赵六", "contact_source": "own"}, a="+"),
    row(f"GET {API}/customers/<thing:customer_id>", a="+000"),
    row(
        f"PUT {API}/customers/<thing:customer_id>/contact",
        {"name": "张三", "reason": "写错了"},
        a="+000",
    ),
    # daily logs
    row(f"GET {DAY}", a="+000", s="++00", u="+++0"),
    row(f"POST {DAY}/activities", ENTRY, a="+000"),
    row(
        f"PATCH {DAY}/activities/<thing:activity_id>", {"reason": "记错了", "minutes": 20}, a="+000"
    ),
    row(f"POST {DAY}/activities/<thing:activity_id>/withdrawal", {"reason": "记错了"}, a="+000"),
    row(f"POST {DAY}/summary", {"text": "好"}, a="+000"),
    row(f"POST {DAY}/submission", {}, a="+000"),
    # plans
    row(f"GET {API}/plans/<thing:agent_id>/<day:day>", a="+000", s="++00", u="+++0"),
    row(
        f"POST {API}/plans/<thing:agent_id>/items",
        {"day": "{day}", "kind": "training", "at": "14:00"},
        a="+000",
    ),
    row(f"POST {PLAN_ITEM}/kept", {"activity_id": "{activity_id}"}, a="+000"),
    row(f"POST {PLAN_ITEM}/moved", {"day": "{day}", "reason": "own_choice"}, a="+000"),
    row(f"POST {PLAN_ITEM}/cancelled", {"reason": "unreachable"}, a="+000"),
    # weeks
    row(f"GET {WEEK}", a="+000", s="++00", u="+++0"),
    row(f"POST {WEEK}/targets", {"targets": {"calls": 20}}, a="+000"),
    row(f"POST {WEEK}/words", {"summary": "好"}, a="+000"),
    row(
        f"POST {WEEK}/submission",
        {"summary": "好", "next_targets": {"calls": 20}},
        a="+000",
    ),
    # reviews of weeks and months
    row(
        f"POST {SHEET_REVIEW}",
        {"kind": "guide", "evaluation": "准备做得很扎实", "advice": "下周先把电话补上"},
        s="++00",
        u="+++0",
    ),
    row(f"POST {SHEET_REVIEW}/read", first=(404,), a="+000"),
    row(f"POST {SHEET_REVIEW}/withdrawal", first=(404, 409), s="++00", u="+++0"),
    # reviews of days
    row(f"GET {API}/log-reviews", s="+", u="+"),
    row(f"GET {LOG_REVIEW}", first=(404,), a="+000", s="++00", u="+++0"),
    row(
        f"POST {LOG_REVIEW}",
        {"kind": "guide", "verdict": "good", "text": "面谈的过程写得很具体"},
        first=(201, 409),
        s="++00",
        u="+++0",
    ),
    row(f"POST {LOG_REVIEW}/withdrawal", first=(404, 409), s="++00", u="+++0"),
    row(f"POST {LOG_REVIEW}/read", {}, first=(404,), a="+000"),
    # months
    row(f"GET {MONTH}", a="+000", s="++00", u="+++0"),
    row(
        f"POST {MONTH}/work-weeks",
        {"weeks": [{"first": "{day}", "last": "{day}"}]},
        first=(422,),
        a="+000",
    ),
    row(f"POST {MONTH}/words", {"plan": "多见人"}, a="+000"),
    row(f"POST {MONTH}/submission", {"plan": "多见人"}, first=(422,), a="+000"),
    row(
        f"GET {API}/team-goals/<thing:team_id>/<day:month>",
        a="++xx",
        s="++00",
        u="+++0",
        x="+++0",
        m="+++0",
    ),
    row(
        f"POST {API}/team-goals/<thing:team_id>/<day:month>",
        {"goals": {"policies": 9}},
        s="++00",
        u="+++0",
    ),
    # callbacks
    row(f"GET {API}/callbacks", s="+", u="+"),
    row(
        f"POST {API}/callbacks",
        {"activity_id": "{unlisted}", "agent_id": "{agent_id}", "visit_day": "{day}"}
        | {"on_day": "{day}", "reason": "新人"},
        s="++00",
    ),
    row(f"GET {CALL}", s="++00", u="0"),
    row(f"POST {CALL}/preparation", {"ticks": TICKS}, s="++00", u="0"),
    row(f"POST {CALL}/reveal", s="++00", u="0"),
    row(f"POST {CALL}/attempts", {"result": "no_answer"}, s="++00", u="0"),
    row(f"POST {API}/callback-notes", NOTE, first=(409,), s="+"),
    row(f"POST {CALL}/set-aside", {"reason": "已陪访过"}, first=(409,), s="++00", u="0"),
    row(f"POST {CALL}/steps", {"step": 1}, s="++00", u="0"),
    row(f"POST {CALL}/outcome", {"outcome": "unreachable"}, s="++00", u="0"),
    row(
        f"POST {CALL}/revisit",
        {"at": "2026-11-20T02:00:00Z"},
        first=(201, 409, 422),
        s="++00",
        u="0",
    ),
    row(f"POST {CALL}/debriefing", {"advice": "再去一次"}, first=(201, 409), s="++00", u="0"),
    # cases
    row(f"GET {API}/cases", a="+", s="+", u="+", x="+"),
    row(f"GET {CASE}", a="+000", s="++00", u="+++0", x="+++0"),
    row(f"POST {CASE}/explanation", {"text": "那天确实去了"}, a="+000"),
    row(f"POST {CASE}/opinion", {"leaning": "unsure", "text": "先听听"}, s="++00", u="+++0"),
    row(f"POST {CASE}/hearing", {"text": "说换了号码"}, s="++00", u="+++0"),
    row(f"POST {CASE}/decision", {"verdict": "cleared", "reason": "好"}, s="++00", u="+++0"),
    row(f"POST {CASE}/appeal", {"text": "请再看看"}, first=(409,), a="+000"),
    row(
        f"POST {CASE}/appeal/decision",
        {"verdict": "upheld", "reason": "看过了"},
        first=(409,),
        u="+++0",
    ),
    # filling problems
    row(f"GET {API}/filling-cases", a="+", s="+", u="+", x="+"),
    row(
        f"POST {API}/filling-cases",
        {"agent_id": "{agent_id}", "problem": "doubting", "note": "应付了事"},
        s="++00",
        u="+++0",
    ),
    row(f"GET {API}/contests", a="+", s="+", u="+", x="+"),
    row(
        f"POST {API}/contests",
        {"title": "评比", "team_ids": ["{team_id}"], "starts_on": "{day}", "goal": 90},
        s="++00",
        u="+++0",
    ),
    row(
        f"POST {API}/role-models",
        {"agent_id": "{agent_id}", "what_for": "天天按时"},
        first=(201, 409),
        s="++00",
        u="+++0",
    ),
    row(f"POST {API}/contests/<thing:contest_id>/participation", {"takes_part": False}, a="++00"),
    row(f"POST {API}/role-models/<thing:model_id>/answer", {"consents": True}, a="+000"),
    row(f"POST {API}/role-models/<thing:model_id>/withdrawal", first=(409,), a="+000"),
    row(
        f"POST {API}/sharing-sessions",
        {"team_id": "{team_id}", "held_on": "{day}", "topic": "三分钟"}
        | {"speakers": ["{agent_id}"]},
        s="++00",
        u="+++0",
    ),
    row(
        f"POST {API}/expert-clinics",
        {"agent_id": "{agent_id}", "expert_id": "{supervisor_id}", "held_on": "{day}"}
        | {"diagnosis": "没有准备", "plan": "先写问题"},
        s="++00",
        u="+++0",
    ),
    row(f"GET {API}/filling-suggestions", s="+", u="+"),
    row(
        f"POST {API}/filling-suggestions/<thing:suggestion_id>/dismissal",
        {"reason": "刚换了手机"},
        s="++00",
        u="+++0",
    ),
    row(f"GET {API}/checks", s="+", u="+", x="+", m="+"),
    row(f"GET {FILLING}", a="+000", s="++00", u="+++0", x="+++0"),
    row(
        f"POST {FILLING}/will",
        {"will": "unable", "reason": "不知道怎么记"},
        first=(422,),
        s="++00",
        u="+++0",
    ),
    row(
        f"POST {FILLING}/steps",
        {"step": 1, "held_on": "{day}", "note": "谈过了"},
        s="++00",
        u="+++0",
    ),
    row(f"POST {FILLING}/skips", {"step": 1, "reason": "谈过"}, s="++00", u="+++0"),
    row(f"POST {FILLING}/criticism", {"reason": "屡次不改"}, first=(422,), s="++00", u="+++0"),
    row(
        f"POST {FILLING}/criticism/signature",
        {"signed": False, "reason": "不同意"},
        first=(409,),
        u="+++0",
    ),
    row(
        f"POST {FILLING}/criticism/holding",
        {"held_on": "{day}"},
        first=(409,),
        s="++00",
        u="+++0",
    ),
    row(f"POST {FILLING}/praise", {"text": "按时写完"}, s="++00", u="+++0"),
    row(f"POST {FILLING}/replies", {"text": "孩子病了"}, a="+000"),
    row(
        f"POST {FILLING}/closing",
        {"ending": "unfounded", "reason": "是请假"},
        s="++00",
        u="+++0",
    ),
    # complaints
    row(f"GET {API}/complaints", a="+", u="+", x="+"),
    row(f"POST {API}/complaints", {"accused_id": "S1", "text": "客户被联系了"}, a="+"),
    row(f"GET {COMPLAINT}", a="+000", u="+++0", x="+++0"),
    row(f"POST {COMPLAINT}/statements", {"text": "还有"}, a="+000"),
    row(f"POST {COMPLAINT}/mediation", first=(409,), u="+++0"),
    row(
        f"POST {COMPLAINT}/questions",
        {"person_id": "{supervisor_id}", "question": "请说明"},
        u="+++0",
    ),
    row(
        f"POST {COMPLAINT}/sanction",
        {"kind": "warning", "reason": "属实"},
        first=(409,),
        u="+++0",
    ),
    row(f"POST {COMPLAINT}/education", {"held_on": "{day}", "note": "重申保密"}, u="+++0"),
    row(f"POST {COMPLAINT}/conclusion", {"finding": "settled", "terms": "说开了"}, u="+++0"),
    row(f"GET {API}/inquiries/<thing:complaint_id>", s="++00", u="0"),
    row(f"POST {API}/inquiries/<thing:complaint_id>/answers", {"text": "没有"}, s="++00", u="0"),
    # numbers outside of a call
    row(f"GET {API}/reveals", a="+", u="+", x="+"),
    row(f"POST {API}/reveal-requests", WISH, s="++00", u="+++0"),
    row(f"POST {API}/reveal-requests/<thing:request_id>/approval", u="+++0"),
    row(f"POST {API}/reveal-requests/<thing:request_id>/refusal", {"text": "请回访"}, u="+++0"),
    row(
        f"POST {API}/reveal-requests/<thing:request_id>/reveal",
        first=(201, 409),
        s="++00",
        u="0",
    ),
    row(f"GET {API}/reveal-alerts", u="+", x="+"),
    row(
        f"POST {API}/reveal-alerts/<thing:alert_id>/settlement",
        {"founded": False, "text": "客户出险"},
        u="+++0",
        x="+++0",
    ),
    row(
        f"POST {API}/broken-glasses/<thing:glass_id>/review",
        {"justified": True, "text": "属实"},
        u="+++0",
        x="+++0",
    ),
    # data protection
    row(f"GET {CUSTOMER}/retention", m="+++0"),
    row(f"POST {CUSTOMER}/holds", {"hold_id": "case-7", "reason": "诉讼"}, m="+++0"),
    row(
        f"POST {CUSTOMER}/holds/release",
        {"hold_id": "case-7", "reason": "结案"},
        first=(409,),
        m="+++0",
    ),
    row(f"POST {CUSTOMER}/contracts", {"contract_id": "P-1", "term": "over_a_year"}, m="+++0"),
    row(f"POST {CUSTOMER}/restriction", {"ground": "customer_request"}, m="+++0"),
    row(f"POST {CUSTOMER}/restriction/end", {"reason": "同意"}, first=(409,), m="+++0"),
    row(f"POST {CUSTOMER}/erasure", {"ground": "unlawful"}, m="+++0"),
    row(f"POST {API}/customer-owners", {"phone": "13812341234"}, s="+", u="+", x="+", m="+"),
    # the record
    row(f"GET {API}/events", x="+"),
    row(f"GET {API}/events/<int:position>", x="+"),
    row(f"POST {API}/log-verifications", {}, first=(409,), x="+"),
    row(f"POST {API}/evidence-exports", {"first": 1}, first=(409,), x="+"),
    # the first event is the administrator's own; there is no signer in this world
    row(
        f"GET {API}/receipts/<int(max=9007199254740991):position>",
        a="0",
        s="0",
        u="0",
        x="+",
        m="+",
        first=(503,),
    ),
)

ROWS = (*PAGES, *API_ROWS)
