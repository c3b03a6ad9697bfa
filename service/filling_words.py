"""The handbook's ladders in words: what each step asks for, and why (R-30 to R-34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.filling_ladder import Problem
from service.language import N_

ORDER = (N_("首先"), N_("其次"), N_("再次"), N_("最后"))


@dataclass(frozen=True, slots=True)
class Rung:
    """A step: what to do, why, and the page where it can be done, if there is one."""

    what: str
    why: str
    href: str = ""
    link: str = ""


LADDERS: Mapping[Problem, tuple[Rung, Rung, Rung, Rung]] = {
    Problem.TOO_MUCH_TROUBLE: (
        Rung(
            N_("讲清填写工作日志的好处：用好时间，养成习惯"),
            N_("看不到好处的事，谁都嫌麻烦。"),
        ),
        Rung(
            N_("用基本法和制度说明为什么必须填写"),
            N_("这是岗位的要求，不是主管个人的要求。"),
        ),
        Rung(
            N_("在团队里树立典型，讲成功的案例"),
            N_("身边人做得到，比道理更能说服人。"),
            "/contests",
            N_("评比与典型"),
        ),
        Rung(
            N_("教会安排时间、几下点完一笔的方法"),
            N_("学会省时间的做法，麻烦就少了一半。"),
        ),
    ),
    Problem.FADED: (
        Rung(
            N_("及时发现，一对一谈工作习惯的重要"),
            N_("早一天发现，就少一天要补。"),
        ),
        Rung(
            N_("用基本法和制度说明为什么必须填写"),
            N_("新鲜感会过去，要求不会变。"),
        ),
        Rung(
            N_("开展阶段性的工作日志竞赛评比，树立典型"),
            N_("有期限、有目标的比赛能把劲头接上。"),
            "/contests",
            N_("评比与典型"),
        ),
        Rung(
            N_("请一贯坚持填写的伙伴分享收获"),
            N_("听同伴讲实际好处，比听主管讲更可信。"),
            "/contests",
            N_("评比与典型"),
        ),
    ),
    Problem.DOUBTING: (
        Rung(
            N_("及时发现，一起分析业绩为什么没有起色"),
            N_("问题多半不在填写，找到原因才有信心。"),
        ),
        Rung(
            N_("辅导展业技能：商品说明、拒绝处理、促成"),
            N_("签单率上去了，怀疑自然会少。"),
        ),
        Rung(
            N_("举办专家门诊，请精英诊断并开出方案"),
            N_("换一双眼睛看，常能看出自己看不到的。"),
            "/contests",
            N_("专家门诊"),
        ),
        Rung(
            N_("多肯定、多鼓励，树立典型，举出案例"),
            N_("坚持的人需要被看见。"),
            "/contests",
            N_("评比与典型"),
        ),
    ),
    Problem.FABRICATED: (
        Rung(
            N_("及时发现，分清原因：是不愿还是不会"),
            N_("原因不同，做法完全不同；弄错了会伤人。"),
        ),
        Rung(
            N_("不会：一对一再辅导怎么填写"),
            N_("不会的人需要的是教，不是批评。"),
        ),
        Rung(
            N_("不愿：个别沟通；多次不改，才在二早上批评"),
            N_("先私下谈，给人改的机会；当众批评要有第二个人签字。"),
        ),
        Rung(
            N_("改正后表扬，再肯定"),
            N_("改了就不再提旧事，让人抬得起头。"),
        ),
    ),
    Problem.FEARS_POACHING: (
        Rung(
            N_("出台批阅考核制度，约束主管自己，严格遵守"),
            N_("先管住自己，伙伴才敢写。"),
        ),
        Rung(
            N_("下级主管有问题严肃处理，并在团队内教育"),
            N_("一次不处理，没有人再相信制度。"),
            "/complaints",
            N_("投诉与处理"),
        ),
        Rung(
            N_("上级主管出面沟通，不让团队分成两派"),
            N_("误会拖久了就成了对立。"),
            "/complaints",
            N_("投诉与处理"),
        ),
        Rung(
            N_("做好日志保密：不乱放，不让别人翻看"),
            N_("号码平时看不到，谁看过伙伴都知道。"),
            "/reveals",
            N_("查看号码"),
        ),
    ),
}
