"""Chinese is the source; English is read from a .po file at the start, without a compile step.

``_`` turns a Chinese source sentence into the reader's language and fills its {slots}.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_request_context, request

LANGUAGES = ("zh", "en")
COOKIE = "language"
TRANSLATIONS = Path(__file__).parent / "translations"
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
SHORT_WEEKDAYS = {
    "zh": ("一", "二", "三", "四", "五", "六", "日"),
    "en": ("M", "T", "W", "T", "F", "S", "S"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ENGLISH_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read_catalogue(path: Path) -> dict[str, str]:
    """Return source sentence -> translation of a .po file; untranslated ones are left out."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}


@cache
def english() -> Mapping[str, str]:
    """Return the English catalogue, read once in a process."""
    return read_catalogue(TRANSLATIONS / "en.po")


def reader_language() -> str:
    """Return "zh" or "en": by cookie, else by what the browser asks for, else Chinese."""
    if not has_request_context():
        return "zh"
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, "")
        asked = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "en"], default="zh")
        g.language = chosen if chosen in LANGUAGES else str(asked)[:2]
    return str(g.language)


def translate(source: str, language: str, catalogue: Mapping[str, str], slots: Any) -> str:
    """Return the sentence in a language with its {slots} filled."""
    text = catalogue.get(source, source) if language == "en" else source
    return text.format(**slots) if slots else text


def _(source: str, **slots: object) -> str:
    """Return a Chinese source sentence in the reader's language."""
    catalogue = current_app.extensions["shilu.english"] if has_request_context() else {}
    return translate(source, reader_language(), catalogue, slots)


def N_(source: str) -> str:  # noqa: N802  # gettext's own name for "marked, translated later"
    """Mark a sentence for translation where it is written; ``_`` translates it where it is shown."""
    return source


def day_text(day: date, *, year: bool = False) -> str:
    """Return 11月23日 周一, or Mon 23 Nov."""
    if reader_language() == "en":
        text = f"{ENGLISH_DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
        return f"{text} {day.year}" if year else text
    text = f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"
    return f"{day.year}年{text}" if year else text


def month_text(month: date) -> str:
    """Return 2026 年 7 月, or Jul 2026."""
    if reader_language() == "en":
        return f"{MONTHS[month.month - 1]} {month.year}"
    return f"{month.year} 年 {month.month} 月"


def span_text(first: date, last: date) -> str:
    """Return 11 月 23–29 日, or 23–29 Nov: as short as can be."""
    if reader_language() == "en":
        begin, end = MONTHS[first.month - 1], MONTHS[last.month - 1]
        from_day = f"{first.day}–" if begin == end else f"{first.day} {begin} – "
        return f"{from_day}{last.day} {end}"
    to_day = f"{last.day} 日" if first.month == last.month else f"{last.month} 月 {last.day} 日"
    from_day = f"{first.month} 月 {first.day}" + ("" if first.month == last.month else " 日")
    return f"{from_day}–{to_day}"


def short_weekday(day: date) -> str:
    """Return 一 to 日, or M to S."""
    return SHORT_WEEKDAYS[reader_language()][day.weekday()]


def local(instant: datetime, zone: str) -> datetime:
    """Return an instant on the branch's wall clock."""
    return instant.astimezone(ZoneInfo(zone))


def set_up(app: Flask) -> None:
    """Give templates ``_`` and the texts of days."""
    app.extensions["shilu.english"] = english()
    app.jinja_env.globals.update(_=_, reader_language=reader_language)
    app.jinja_env.filters.update(day=day_text, weekday=short_weekday)
