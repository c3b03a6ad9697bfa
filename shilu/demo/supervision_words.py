"""What the demo's supervisors and agents say to each other about the work."""

from __future__ import annotations

from dataclasses import dataclass

from domain.coaching_words import Method, Moment


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a tracking call was about."""

    point: str
    problem: str
    learnt: str
    affirmation: str
    requirement: str
    goal: str


@dataclass(frozen=True, slots=True)
class Coached:
    """What a session was about; ``comment`` is the agent's, if any."""

    moment: Moment
    method: Method
    summary: str
    commitments: str
    behaviour: str
    comment: str = ""


REMARKS = (  # kind and text
    ("praise", "面谈的过程写得很具体，客户担心什么一看就知道。"),
    ("praise", "三次面谈都留了下一步，节奏稳。"),
    ("encourage", "被拒绝也如实记下来，这样才好一起想办法。"),
    ("encourage", "今天新增有突破，明天趁热再约一位。"),
    ("guide", "离开客户之前先把下次的时间约好，别留到电话里。"),
    ("guide", "缴费期的说明可以配一张对照表，明天试试。"),
    ("ask", "那位想和爱人商量的客户，你准备怎么约第二次？"),
)
REMARKS_ON_THIN = (  # text and advice
    ("面谈记得太短，看不出客户的想法。", "每次写两句：客户担心什么，你怎么答的。"),
    ("几次面谈写得一样，回头自己也用不上。", "离开客户先语音记一句，再上车。"),
)
ANSWERS = ("谢谢主管，明天就这样做。", "好的，已经约了第二次。", "明白了，我把对照表带上。")
TRACKED = (
    Tracked(
        "约访的开口",
        "这周电话多、约成少",
        "客户多说在忙，问到时间就挂",
        "每天都坚持打满，这点很好",
        "明天先打十位老客户",
        "约成两次面谈",
    ),
    Tracked(
        "促成前的准备",
        "促成停在最后一步",
        "家人没有先见过，临时说要商量",
        "方案讲得清楚，客户听得进去",
        "周五前把两位客户的家人约到一起",
        "促成一单",
    ),
    Tracked(
        "记录的习惯",
        "有两天是第二天补的",
        "晚上孩子要陪，常常忘了",
        "面谈的质量没有掉下来",
        "离开客户就记，晚上只补总结",
        "这一周天天当天交",
    ),
    Tracked(
        "转介绍的要法",
        "新增偏少",
        "怕开口被拒绝，老客户也没有问过",
        "老客户都愿意见，说明服务到位",
        "每次面谈结束前问一句",
        "这周拿到三个名字",
    ),
)
COACHED = (
    Coached(
        Moment.SETBACK,
        Method.TALK,
        "连着三位客户说再考虑，一起把三次面谈从头讲了一遍，发现都没有先问预算。",
        "接下来三次面谈先问预算，再讲方案。",
        "自己说出了三次面谈里少的那一步，当场约了一位客户",
        "讲完心里踏实多了",
    ),
    Coached(
        Moment.BELOW_STANDARD,
        Method.TRAINING,
        "面谈连着两周不到三次，练了两轮电话约访的开口，录音一起听。",
        "每天上午先打十个电话，十一点前发我一句进展。",
        "第二轮已经不看稿，语气自然",
    ),
    Coached(
        Moment.UNSURE,
        Method.JOINT_VISIT,
        "对重疾险的说明没把握，陪着见了一位老客户，先看我讲，再由伙伴讲一半。",
        "下次面谈自己讲完整，我在旁边听。",
        "能讲清保障范围，免责条款还要再练",
        "看一遍比听十遍有用",
    ),
    Coached(
        Moment.WANTS_TO_IMPROVE,
        Method.TALK,
        "想冲一冲这个季度，一起看了漏斗，差在新增。",
        "每天一位转介绍，周末一起数。",
        "主动把下周的名单排好了",
    ),
)
WORKPLACE = (  # kind and text
    ("workplace", "早会分享了一次拒绝处理，伙伴讲得好"),
    ("function_group", "参加培训组的碰头，定了下周的演练题"),
    ("recommendation", "推荐一位伙伴进讲师组"),
    ("company_decision", "向团队说明了新的回访要求"),
)
JOURNALS = (
    "回访和辅导都做了，伙伴的面谈质量在上来，明天抓新增。",
    "今天的追踪电话问得细，知道了卡在哪里，明天陪访一次。",
    "日志批得及时，下午的回访有一位没接通，明天再打。",
    "早会气氛好，晚上把下周的陪访排了。",
)
