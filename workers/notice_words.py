"""What a message says, in Chinese and English; several notices of a kind are one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.notices import Notice
from projections.notices import Pending

LINES: Mapping[str, tuple[str, str]] = {
    Notice.MISSING_LOG: ("{subjects} 的日志还没有写", "Your log of {subjects} is missing"),
    Notice.REVIEW_RECEIVED: ("{subjects} 的日志有了批阅", "Your log of {subjects} was reviewed"),
    Notice.REVIEW_READ: ("伙伴读了你的批阅：{subjects}", "Your review was read: {subjects}"),
    Notice.REVIEW_LATE: ("{subjects} 的日志还没有批阅", "Logs of {subjects} wait for review"),
    Notice.SHEET_REVIEW_LATE: (
        "有周表或月记录过了时限没有批阅（{subjects} 早上）",
        "Weeks or months wait too long for their review (morning of {subjects})",
    ),
    Notice.CASE_OPENED: (
        "有一个关于你的案件（第 {subjects} 号），请说明",
        "A case about you was opened (no. {subjects}); please explain",
    ),
    Notice.CASE_DECIDED: (
        "关于你的案件（第 {subjects} 号）有了决定",
        "The case about you (no. {subjects}) was decided",
    ),
    Notice.CASE_TO_DECIDE: ("有案件等你决定：{subjects}", "A case waits for you: {subjects}"),
    Notice.APPEAL_WAITING: ("有申诉等你答复：{subjects}", "An appeal waits for you: {subjects}"),
    Notice.FILLING_CASE: (
        "主管想和你谈谈日志的填写",
        "Your supervisor wants to talk about how the log is kept",
    ),
    Notice.CUSTOMER_SEEN: (
        "有人查看了你的客户的号码，共 {n} 次",
        "Numbers of your customers were looked at {n} times",
    ),
    Notice.REVEAL_ALERT: ("查看号码有 {n} 处要看一看", "{n} looks at numbers stand out"),
    Notice.GLASS_BROKEN: (
        "{subjects} 紧急查看了号码，请复核",
        "{subjects} broke the glass for a number; please review",
    ),
    Notice.COMPLAINT_FILED: ("有 {n} 份新的投诉", "{n} new complaints"),
    Notice.TEST: ("这是一条测试消息，通知可以收到", "This is a test: messages arrive"),
}
TITLES = ("实录 · {n} 条提醒", "Shilu · {n} notices")
SHOWN = 5
CLOSING = ("打开实录查看。", "Open Shilu to see more.")


def title_of(count: int, language: str) -> str:
    """Return the title of a message with so many notices."""
    return TITLES[language == "en"].format(n=count)


def body_of(told: Sequence[Pending], language: str) -> str:
    """Return the lines of a message, one for each kind, in the order of their first notice."""
    lines = []
    for kind in dict.fromkeys(notice.kind for notice in told):
        subjects = list(dict.fromkeys(n.subject for n in told if n.kind == kind))
        count = sum(notice.kind == kind for notice in told)
        shown = ("、" if language == "zh" else ", ").join(subjects[:SHOWN])
        more = "…" if len(subjects) > SHOWN else ""
        template = LINES[kind][language == "en"]
        lines.append("· " + template.format(subjects=shown + more, n=count))
    return "\n".join([*lines, CLOSING[language == "en"]])
