"""The words of one-on-one coaching: ten right moments, five wrong ones, methods, skills (R-71 to R-74)."""

from __future__ import annotations

from enum import StrEnum


class Moment(StrEnum):
    """When to coach (R-71): the handbook's ten moments, in its order."""

    NEW_VISIT = "new_visit"  # 1 全新的拜访
    SETBACK = "setback"  # 2 挫折或迷惘
    UNSTEADY = "unsteady"  # 3 反复无常
    STUCK = "stuck"  # 4 犹豫不决、一筹莫展
    UNSURE = "unsure"  # 5 对能力没有把握
    WANTS_TO_IMPROVE = "wants_to_improve"  # 6 要改进的愿望
    BELOW_STANDARD = "below_standard"  # 7 低于一般要求
    NEGATIVE = "negative"  # 8 态度消极，影响工作
    ASKED = "asked"  # 9 请求建议、帮助和支持
    BIG_CASE = "big_case"  # 10 艰难促成大额保单


class WrongMoment(StrEnum):
    """When not to coach (R-72)."""

    BUSY = "busy"  # 组员非常忙
    UNWILLING = "unwilling"  # 组员不愿意
    ANGRY = "angry"  # 自己感到愤怒
    NO_TRUST = "no_trust"  # 没有相互尊重、信任
    FAMILY_TROUBLE = "family_trouble"  # 家中出现问题


class Method(StrEnum):
    """How to coach (R-73)."""

    TALK = "talk"  # 沟通
    TRAINING = "training"  # 训练
    JOINT_VISIT = "joint_visit"  # 陪访
    HOME_VISIT = "home_visit"  # 家访


class Skill(StrEnum):
    """What good coaching does, ticked by the coach (R-74)."""

    LISTENED = "listened"  # 多聆听，不争辩，不过早下结论
    OPEN_QUESTIONS = "open_questions"  # 多开放式提问
    SUMMED_UP = "summed_up"  # 不时总结与肯定
    PRAISED = "praised"  # 表扬优点，感谢努力
    GAVE_SOLUTION = "gave_solution"  # 提供有效的解决方法


class Origin(StrEnum):
    """Who saw the moment."""

    DATA = "data"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
