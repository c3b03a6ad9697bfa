"""The words of this trade and of Shilu, in Chinese and English (词汇表), with what they mean here."""

from __future__ import annotations

from dataclasses import dataclass

from service.language import N_


@dataclass(frozen=True, slots=True)
class Term:
    """A term in both languages; ``meaning`` is a Chinese source sentence."""

    chinese: str
    english: str
    meaning: str


TERMS: tuple[tuple[str, tuple[Term, ...]], ...] = (
    (
        N_("人和团队"),
        (
            Term("营销员 / 伙伴", "agent", N_("卖保险的人，写工作日志。")),
            Term("主管", "supervisor", N_("带一个组，批阅、回访、辅导。")),
            Term("上级主管", "upper supervisor", N_("管主管，处理申诉和投诉。")),
            Term("合规稽核", "auditor", N_("查得到全部记录，改不了任何一条。")),
            Term(
                "营业部 / 组", "branch / team", N_("营业部有一本自己的账；组是其中一位主管带的人。")
            ),
            Term("基本法", "basic law", N_("公司对营销员的管理办法。")),
        ),
    ),
    (
        N_("日志和目标"),
        (
            Term("工作日志", "daily log", N_("一天里打过的电话、见过的人和结果。")),
            Term(
                "工作模式 / 5-3-1",
                "work mode",
                N_("一天要做多少：五个电话、三个面谈、一个促成、一个新增或增员。"),
            ),
            Term("活动量", "activity volume", N_("做了多少，不论成没成。")),
            Term("补录", "late entry", N_("截止以后才记的。只标出来，从不拒收。")),
            Term("最后动作", "last action", N_("离开客户时做的最后一件事，下一次就从这里接上。")),
            Term("拒绝处理", "objection handling", N_("客户说「不」的理由，和怎样回应的。")),
            Term("周工作检视表", "weekly review sheet", N_("一周的目标、结果、总结和下周计划。")),
            Term("月工作行事历", "monthly calendar", N_("一个月里哪天做什么。")),
            Term("月经营记录", "monthly record", N_("一个月的目标、差距和总结。")),
            Term("工作周", "work week", N_("一个月分成的几段，不重不漏。")),
            Term(
                "原定目标 / 实际达成",
                "planned target / actual result",
                N_("说好要做的，和真正做到的；后者从日志里算出来。"),
            ),
        ),
    ),
    (
        N_("活动"),
        (
            Term(
                "电话约访", "appointment call", N_("打电话约见面，只打给缘故、转介绍或来找的客户。")
            ),
            Term("面谈", "face meeting", N_("当面谈。")),
            Term("促成拜访", "closing visit", N_("为了签单去的那一次。")),
            Term("新增拜访", "new prospect visit", N_("见一位以前没见过的准客户。")),
            Term("增员拜访", "recruiting visit", N_("请人来一起做。")),
            Term("准客户", "prospect", N_("还没有买、可能会买的人。")),
            Term("转介绍", "referral", N_("客户介绍来的人。")),
            Term("孤儿单", "orphan policy", N_("原来的营销员离开了的保单。")),
            Term("陪访 / 家访", "joint visit / home visit", N_("主管陪着去见客户；到伙伴家里去。")),
        ),
    ),
    (
        N_("批阅、回访和辅导"),
        (
            Term("批阅", "log review", N_("主管读日志，对照清单，写下评价和建议。")),
            Term("主管关怀", "supervisor's care", N_("批阅里的评价和建议，缺一不可。")),
            Term("电话回访", "customer callback", N_("主管打给伙伴的客户，听听满不满意。")),
            Term("话术", "script", N_("回访时照着说的话。")),
            Term("电话追踪", "tracking call", N_("主管打给伙伴，先关心，再帮忙，最后定目标。")),
            Term("个别辅导", "one-on-one coaching", N_("主管和一位伙伴坐下来，解决一个问题。")),
            Term("辅导时机", "coaching moment", N_("该辅导的时候：十种合适，五种不合适。")),
            Term("1-1-1", "one-one-one", N_("主管每天至少一个客户回访、一次辅导、一个追踪电话。")),
            Term("主管经营日志", "supervisor's journal", N_("主管自己的一天，晚上总结、归档。")),
            Term("自我检测", "self-check", N_("系统从记录里找出主管该问自己的问题。")),
            Term("专家门诊", "expert clinic", N_("请做得好的人看看业绩为什么不动。")),
            Term("竞赛评比", "log contest", N_("比习惯，不比数量。")),
        ),
    ),
    (
        N_("信任"),
        (
            Term(
                "虚假填写", "fabricated entry", N_("没有发生却写下的。由人判断，系统从不下结论。")
            ),
            Term("不愿 / 不会", "unwilling / unable", N_("先分清是哪一种，再谈怎么办。")),
            Term("案件", "case", N_("两处以上对不上时，请人来看的一份材料。")),
            Term("保密", "confidentiality", N_("客户的姓名和电话加密，别人只看得到张**。")),
            Term("查看并留痕", "reveal", N_("为了一次回访看一眼号码，伙伴立刻知道。")),
            Term(
                "窃取客户资料", "customer poaching", N_("主管动用伙伴的客户。怀疑时可以直接投诉。")
            ),
            Term("调解", "mediation", N_("上级主管听双方说明后，写下结论。")),
            Term(
                "撤回 / 更正",
                "withdrawal / correction",
                N_("记错了就撤回或更正；原来的内容仍然留着。"),
            ),
            Term("历史回放", "time machine", N_("回到过去某一刻，看当时知道什么、发生了什么。")),
            Term("取证包", "evidence bundle", N_("带走的一份记录，不用相信我们也能验证。")),
        ),
    ),
)
