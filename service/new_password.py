"""A new password, and the sentence that says why one is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from service.context import shilu
from service.forms import Form
from service.language import N_, _
from store.accounts import Weakness

LENGTH = N_("密码要 8 到 128 个字符")
SENTENCES: Mapping[Weakness, str] = {
    Weakness.SHORT: LENGTH,
    Weakness.LONG: LENGTH,
    Weakness.COMMON: N_("用这个密码的人太多，别人会先猜它。请换一个"),
    Weakness.PATTERN: N_("这个密码是有规律的（重复、连号、日期或号码），请换一个"),
    Weakness.OWN_WORDS: N_("密码里几乎只有账号、姓名、公司或系统的名字，请换一个"),
    Weakness.THE_FIRST_ONE: N_("这是别人替你设的初始密码，请换一个自己的"),
}


def why_not(weakness: Weakness) -> str:
    """Return why a password is not taken, in the reader's language."""
    return _(SENTENCES[weakness])


def words_about(person_id: str, *more: str) -> tuple[str, ...]:
    """Return the words that tell of a person: id, name, the name in pinyin, and ``more``."""
    member = shilu().record.organisation.member(person_id)
    names = (member.name if member else "", *more)
    return tuple(chain((person_id,), *(_spellings(name) for name in names if name)))


def typed_twice(form: Form, password: str, again: str) -> None:
    """Note in the form when a new password was not typed the same way twice."""
    if password and again and password != again:
        form.fail("again", _("两次输入的密码不一样"))


def _spellings(name: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # 57 MB: only once somebody chooses a password

    parts = lazy_pinyin(name)
    surname_last = parts[1:] + parts[:1]
    return name, "".join(parts), "".join(surname_last), "".join(part[:1] for part in parts)
