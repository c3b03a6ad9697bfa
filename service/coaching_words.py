"""What people read for the words of tracking calls, coaching and the supervisor's journal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

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
ALL: tuple[Mapping[StrEnum, str], ...] = (OPENINGS, MISSED, DUTIES)
