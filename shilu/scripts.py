"""The two callback scripts (话术) that come with Shilu, R-56.

``default`` obeys today's rules (regulation.md): it says that it is about insurance, gives name,
company and licence number (保险销售行为管理办法, art. 17 and 24), asks without leading, flatters
nobody and presses nobody (99号; art. 35: recorded truthfully). ``handbook-original`` keeps the
handbook's words, for comparison; only the company's name is a placeholder. Both keep the
handbook's rule for a denial: the caller says that the mistake was theirs.
"""

from __future__ import annotations

from domain.rulebook import ScriptStep

DEFAULT_SCRIPT, ORIGINAL_SCRIPT = "default", "handbook-original"
LANGUAGE = "zh"

TITLES = ("寒暄致意与自我介绍", "介绍伙伴", "说明意图", "具体说明", "达成约访", "事后沟通")

DEFAULT_TEXTS = (
    "〔客户称呼〕您好。我是〔公司全称〕的业务主管〔主管姓名〕，执业证编号〔编号〕。"
    "这通电话与保险服务有关，大约三分钟。现在方便吗？\n"
    "不方便：请问什么时间合适？不愿接听：好的，不再打扰；需要的话，我为您登记不再致电。",
    "〔伙伴姓名〕是我们公司的营销员。想请您回忆一下：最近一周有没有我们的同事拜访过您？"
    "大概是哪一天？\n"
    "如果客户说没有：可能是我这边记错了，打扰您了。（不追问，不评论，如实记录。）",
    "打电话是想听听您的意见：这次服务您满意吗？一到五分，您给几分？还有什么建议？"
    "我会如实记下，并转告我们的同事。",
    "您对保险产品有没有还不清楚的地方？我先记下您的问题。"
    "（只回答有把握的内容，不比较收益，不承诺回报；说不准的，请同事带正式材料说明。）",
    "如果您愿意，可以请〔伙伴姓名〕再向您说明一次。您看需要吗？什么时间方便？\n"
    "客户不需要：好的，谢谢您的时间。（不劝说，不二选一地追问。）",
    "二十四小时内与伙伴沟通：如实说明客户的反馈，给出一条重点建议，确认再访时间；"
    "发现技巧不足，约定辅导。客户否认拜访的，先听伙伴说明，不作结论。",
)

ORIGINAL_TEXTS = (
    "**先生(女士)您好，请问打扰到您了吗。\n"
    "我是〔公司〕的业务经理***，***是我的属员，我是他的主管。",
    "今天上午我的伙伴***去您那里进行了拜访是吗。(如客户否定，解释为自己搞错了)\n"
    "***是我部门最优秀的同事，最近我们公司开发了一套非常好的家庭投资理财工具，"
    "我们要求每位同事要把这套工具介绍给5位平时帮助我们最多，最优秀的客户，"
    "所以他去拜访了您，回来之后他向我讲您是在**方面非常成功的人士，而且经常给他帮助，"
    "我为他能认识您这样的人而感到骄傲。",
    "我打电话给您是想了解一下我的伙伴***为您提供的服务是否满意，"
    "同时我想知道您对我们的服务还有什么建议。我会把这些问题反馈给***，"
    "以便他能够继续为您提供更好的服务。",
    "我了解到您对我们的……有些疑问(很感兴趣)，是吗。究竟是怎们回事呢。(简要说明)",
    "**先生(女士)，我已经基本了解了您的想法，我觉得您想得非常周到，"
    "为了给您提供更好的服务，我会让我的伙伴***再次去拜访您，为您作进一步的说明。"
    "您看是今天下午2:00还是明天上午10:00比较方便。",
    "进行完以上步骤后，与伙伴进行沟通，说明你了解到的情况，给伙伴重点建议，"
    "通知再次拜访时间，如果发现技巧方面的不足，要进行有效的辅导。",
)


def default_steps() -> tuple[ScriptStep, ...]:
    """Return the script that obeys today's rules."""
    return _steps(DEFAULT_TEXTS)


def original_steps() -> tuple[ScriptStep, ...]:
    """Return the handbook's script, kept for comparison."""
    return _steps(ORIGINAL_TEXTS)


def _steps(texts: tuple[str, ...]) -> tuple[ScriptStep, ...]:
    titled = zip(TITLES, texts, strict=True)
    return tuple(ScriptStep(no, title, text) for no, (title, text) in enumerate(titled, start=1))
