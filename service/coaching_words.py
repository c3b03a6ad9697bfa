"""What people read for the words of tracking calls, coaching and the supervisor's journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.coaching_words import Method, Moment, Origin, Skill, WrongMoment
from domain.duties import Duty
from domain.tracking_call import Missed, Opening
from service.language import N_

OPENINGS: Mapping[StrEnum, str] = {
    Opening.WELLBEING: N_("身体和心情"),
    Opening.FAMILY: N_("家里人"),
    Opening.WORRY: N_("上次说起的难处"),
    Opening.PRAISE: N_("最近做得好的事"),
    Opening.LIFE: N_("生活近况"),
}
MISSED: Mapping[StrEnum, str] = {
    Missed.NO_ANSWER: N_("没人接"),
    Missed.BUSY: N_("正在见客户"),
    Missed.ON_LEAVE: N_("在休假"),
}
DUTIES: Mapping[StrEnum, str] = {
    Duty.CALLBACK: N_("回访客户"),
    Duty.COACHING: N_("一对一辅导"),
    Duty.TRACKING: N_("电话追踪"),
    Duty.REVIEW: N_("批阅"),
}
MOMENTS: Mapping[StrEnum, str] = {
    Moment.NEW_VISIT: N_("正开始全新的拜访"),
    Moment.SETBACK: N_("感到挫折或迷惘"),
    Moment.UNSTEADY: N_("表现反复无常"),
    Moment.STUCK: N_("犹豫不决或一筹莫展"),
    Moment.UNSURE: N_("对自己的能力没有把握"),
    Moment.WANTS_TO_IMPROVE: N_("表达了要改进的愿望"),
    Moment.BELOW_STANDARD: N_("表现低于一般要求"),
    Moment.NEGATIVE: N_("态度消极，影响工作"),
    Moment.ASKED: N_("请你给予建议和帮助"),
    Moment.BIG_CASE: N_("正在艰难地促成一张大额保单"),
}
WRONG: Mapping[StrEnum, str] = {
    WrongMoment.BUSY: N_("伙伴非常忙"),
    WrongMoment.UNWILLING: N_("伙伴不愿意接受辅导"),
    WrongMoment.ANGRY: N_("我对情况感到愤怒"),
    WrongMoment.NO_TRUST: N_("彼此没有尊重和信任"),
    WrongMoment.FAMILY_TROUBLE: N_("伙伴家中出现问题"),
}
CLEAR: Mapping[StrEnum, str] = {
    WrongMoment.BUSY: N_("伙伴现在不忙"),
    WrongMoment.UNWILLING: N_("伙伴愿意谈"),
    WrongMoment.ANGRY: N_("我心平气和"),
    WrongMoment.NO_TRUST: N_("彼此尊重、信任"),
    WrongMoment.FAMILY_TROUBLE: N_("伙伴家里没有急事"),
}
"""The same five, asked so that a tick means: this does not stand in the way."""
METHODS: Mapping[StrEnum, str] = {
    Method.TALK: N_("沟通"),
    Method.TRAINING: N_("训练"),
    Method.JOINT_VISIT: N_("陪访"),
    Method.HOME_VISIT: N_("家访"),
}
SKILLS: Mapping[StrEnum, str] = {
    Skill.LISTENED: N_("多聆听：不走神，不争辩，不批评价值观，不过早下结论"),
    Skill.OPEN_QUESTIONS: N_("多问开放的问题"),
    Skill.SUMMED_UP: N_("不时总结和肯定听到的"),
    Skill.PRAISED: N_("表扬优点，感谢付出"),
    Skill.GAVE_SOLUTION: N_("最后给出有效的办法"),
}
ORIGINS: Mapping[StrEnum, str] = {
    Origin.DATA: N_("记录里看到的"),
    Origin.SUPERVISOR: N_("主管看到的"),
    Origin.AGENT: N_("伙伴请求的"),
}
EVIDENCE: Mapping[str, str] = {
    "visits": N_("最近拜访 {n} 次"),
    "lost": N_("{n} 次没有结果"),
    "days": N_("{n} 天"),
    "turns": N_("时写时停 {n} 次"),
    "before": N_("之前写了 {p}% 的工作日"),
    "now": N_("最近写了 {p}%"),
    "share": N_("达到标准的 {p}%"),
    "blank_days": N_("连续 {n} 个工作日没有写"),
    "closing_visits": N_("同一位客户促成拜访 {n} 次还没签单"),
}
MEASURES: Mapping[str, str] = {
    "fill": N_("写日志的工作日"),
    "calls": N_("每天电话约访"),
    "meetings": N_("每天面谈"),
    "closings": N_("每天促成拜访"),
    "new_visits": N_("每天新增或增员"),
    "calls_to_meetings": N_("每通电话换来的面谈"),
    "policies": N_("签单"),
}
NEVER = (N_("大话"), N_("废话"), N_("脏话"), N_("假话"), N_("闲话"), N_("气话"))
ALWAYS = (N_("微笑"), N_("鼓励"), N_("赞美"), N_("商量"), N_("宽容"), N_("建议"))


@dataclass(frozen=True, slots=True)
class ContentCard:
    """What to do at a moment, and why the handbook wants it so."""

    aim: str
    why: str
    steps: tuple[str, ...]


CARDS: Mapping[StrEnum, ContentCard] = {
    Moment.NEW_VISIT: ContentCard(
        N_("坚定信心，提供支持"),
        N_("第一次总是最难迈出去的，这时有人支持，才敢去第二次。"),
        (N_("问他担心什么"), N_("一起把开场练两遍"), N_("说定拜访完给你打个电话")),
    ),
    Moment.SETBACK: ContentCard(
        N_("调整心态，树立再次拜访的信心"),
        N_("挫折不处理，就会变成不拜访；先让心平下来，再谈技巧。"),
        (N_("先听他把经过说完"), N_("说说你自己被拒绝的时候"), N_("一起挑一位客户再去一次")),
    ),
    Moment.UNSTEADY: ContentCard(
        N_("及时了解原因，关心并帮助解决"),
        N_("忽好忽坏多半另有原因，不问清楚，要求就落空。"),
        (N_("问最近发生了什么"), N_("找出好的那几天做对了什么"), N_("只定一个小习惯")),
    ),
    Moment.STUCK: ContentCard(
        N_("分析困难，解决问题"),
        N_("他不是不想做，是不知道下一步；把难处拆开就能动。"),
        (N_("把难处写成三条"), N_("先解决最小的一条"), N_("说定明天做什么")),
    ),
    Moment.UNSURE: ContentCard(
        N_("多鼓励，加强自信"),
        N_("对自己没把握的人先需要证据，证据就在他自己的日志里。"),
        (N_("翻出他做成的一次"), N_("说清他的一个长处"), N_("让他当场练一遍")),
    ),
    Moment.WANTS_TO_IMPROVE: ContentCard(
        N_("先表扬肯定，再给行动支持"),
        N_("愿望很容易冷下去，要趁热变成一个具体的行动。"),
        (N_("先表扬这个愿望"), N_("问他想先改哪一点"), N_("给一个今天就能用的办法")),
    ),
    Moment.BELOW_STANDARD: ContentCard(
        N_("及时示警，提出改进方案"),
        N_("早说是帮助，晚说就是处罚。"),
        (N_("把数字摆出来，不评价人"), N_("问清哪一步卡住"), N_("写下改进方案和日期")),
    ),
    Moment.NEGATIVE: ContentCard(
        N_("分析原因，提出批评，明确态度和要求"),
        N_("消极会传染全组；要说清楚，但只说事，不说人。"),
        (N_("单独谈，先问原因"), N_("明确说出哪件事不行"), N_("提出要求，说好哪天看")),
    ),
    Moment.ASKED: ContentCard(
        N_("欣然接受，精心辅导，立即反馈"),
        N_("他开口了，就是最好的时机；拖一天，下次就不问了。"),
        (N_("今天就回应"), N_("先听清要什么"), N_("给办法，也给自己试的余地")),
    ),
    Moment.BIG_CASE: ContentCard(
        N_("陪访，协助促成"),
        N_("大单卡住常常只差一个人在旁边。"),
        (N_("一起理一遍客户的顾虑"), N_("说好谁讲什么"), N_("陪他去一次")),
    ),
}
ALL: tuple[Mapping[StrEnum, str], ...] = (
    OPENINGS,
    MISSED,
    DUTIES,
    MOMENTS,
    WRONG,
    CLEAR,
    METHODS,
    SKILLS,
    ORIGINS,
)
