"""The words of the demo: syllables for names, fragments for notes, all drawn from a seed."""

from __future__ import annotations

from random import Random

SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱许何吕张孔曹严金魏陶姜谢邹苏潘范彭鲁韦马方"
GIVEN = "安若宁知远嘉禾云舒景行子墨书言清和明溪望舒怀瑾北辰南乔雨桐思源予白松年素秋"

TOPICS = ("子女教育金", "养老补充", "重疾保障", "医疗险续保", "意外保障", "定期寿险", "保单检视")
PLACES = ("在客户家中", "在客户单位楼下", "在小区咖啡店", "在客户店里", "在营业部接待室")
FACTS = (
    "孩子今年上小学",
    "父母随客户同住",
    "刚还清车贷",
    "单位有团体医疗",
    "夫妻都在本地工作",
    "去年体检有小结节",
    "计划明年换房",
    "已有一份十年前的保单",
)
REACTIONS = (
    "对缴费年限有疑问",
    "想和爱人商量",
    "希望看书面方案",
    "关心理赔流程",
    "约下周再谈",
    "认为目前保障够用",
    "愿意先做保单检视",
    "问到健康告知怎么填",
)
HANDLINGS = (
    "说明缴费方式可选，并留下书面资料",
    "先听完顾虑，再用保单检视说明缺口",
    "约定带上爱人一起再谈一次",
    "承认不急于决定，约定时间再联系",
)
NEXT_STEPS = ("带方案再访", "电话确认时间", "补充体检资料", "邀请参加说明会", "节后再联系")
SUMMARIES = (
    "今天面谈按计划完成，促成还差一步，明天先把方案改好。",
    "上午电话不太顺，下午面谈不错，明天早点开始打电话。",
    "客户集中问缴费期，晚上把对照表再练一遍。",
    "新增拜访偏少，明天安排两个转介绍。",
    "今天完成五三一，转介绍拿到一个名单。",
)
ADVICE = (
    "客户记得你讲得清楚，下次带书面方案。",
    "客户对缴费期有顾虑，先听再答，别急着促成。",
    "客户说时间偏赶，下次提前约好时长。",
)
CARELESS_NOTES = ("谈保险", "已拜访", "客户再考虑", "聊了聊")
COPIED_NOTE = "与客户谈养老补充，客户表示认可，约下周再谈，继续跟进促成。"
SHORT_REASONS = ("下午参加公司培训", "客户临时改期", "上午在营业部整理资料")


def a_name(draw: Random) -> str:
    """Return a full name of two or three characters."""
    return draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.choice((1, 2, 2))))


def a_phone(draw: Random) -> str:
    """Return a number of eleven digits that belongs to nobody."""
    return f"100{draw.randrange(10**8):08d}"


def a_note(draw: Random) -> str:
    """Return a note of one visit, as a careful agent writes it."""
    parts = (draw.choice(PLACES), draw.choice(TOPICS), draw.choice(FACTS), draw.choice(REACTIONS))
    return "{}谈{}，{}，{}。".format(*parts)
