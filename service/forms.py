"""Forms: a marshmallow schema for the shape, and what was typed kept beside what is wrong.

A bad shape or a refused command shows the same form again (422 or the refusal's status), with a
summary of the errors on top. What a value means is the domain's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

import marshmallow as ma
from flask import redirect, request
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from domain.refusals import HoldsNumbers, Refusal
from domain.words import By, Receipt
from service.context import shilu
from service.language import N_, _
from service.refusals import sentence, status
from service.sessions import reader

# What no database column takes: control characters, and halves of surrogate pairs.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ID = r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
DIGITS = {0xFF10 + n: str(n) for n in range(10)}  # full-width, as Chinese keyboards type them
FIRST_YEAR, LAST_YEAR = 2000, 2099
MAX_WAIT = 60 * 24 * 3600  # seconds that a form may have waited on a phone


def text(
    longest: int, *, missing: str = N_("请填写这一栏"), required: bool = False, **more: Any
) -> fields.String:
    """Return a field for typed text, of at most ``longest`` characters."""
    errors: Any = {"required": missing, "invalid": missing, "null": missing}
    checks: list[Callable[[Any], Any]] = [
        validate.Length(max=longest, error=N_("写得太长了，请缩短")),
        _writable,
    ]
    return fields.String(
        required=required, validate=checks, error_messages=errors, **_opt(more, required)
    )


def an_id(*, missing: str = N_("请选择"), required: bool = False, **more: Any) -> fields.String:
    """Return a field for an id of ours."""
    errors: Any = {"required": missing, "invalid": missing}
    checks: list[Callable[[Any], Any]] = [validate.Regexp(rf"^{_ID}\Z", error=N_("这个编号不对"))]
    return fields.String(
        required=required, validate=checks, error_messages=errors, **_opt(more, required)
    )


def ids(most: int, *, missing: str) -> fields.List[Any]:
    """Return a field for at least one and at most ``most`` ids of ours."""
    checks = validate.Length(1, most, error=missing)
    errors: Any = {"required": missing}
    return fields.List(an_id(), required=True, validate=checks, error_messages=errors)


def one_of(
    words: type[StrEnum], *, missing: str = N_("请选择"), required: bool = False, **more: Any
) -> fields.Enum[Any]:
    """Return a field for one of the words of an enum."""
    errors: Any = {"required": missing, "unknown": missing, "must_be_string": missing}
    return fields.Enum(
        words,
        by_value=fields.String,
        required=required,
        error_messages=errors,
        **_opt(more, required),
    )


def many_of(words: type[StrEnum]) -> fields.List[Any]:
    """Return a field for any number of the words of an enum."""
    return fields.List(one_of(words), load_default=list)


def whole(lowest: int, highest: int, *, missing: str, **more: Any) -> fields.Integer:
    """Return a field for a whole number between two, both included."""
    required = bool(more.pop("required", False))
    errors: Any = {"required": missing, "invalid": missing, "too_large": missing}
    checks: list[Callable[[Any], Any]] = [validate.Range(lowest, highest, error=missing)]
    return fields.Integer(
        required=required, validate=checks, error_messages=errors, **_opt(more, required)
    )


class Day(fields.Date):
    """A local day between 2000 and 2099."""

    default_error_messages = {  # noqa: RUF012
        "invalid": N_("请填写正确的日期"),
        "required": N_("请填写日期"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
            raise self.make_error("invalid")
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise self.make_error("invalid")
        return day


class Moment(fields.Field[datetime]):
    """A moment on the branch's wall clock, as browsers send it; becomes an aware instant."""

    default_error_messages = {  # noqa: RUF012
        "invalid": N_("请填写正确的日期和时间"),
        "required": N_("请填写时间"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", str(value)):
            raise self.make_error("invalid")
        try:
            wall = datetime.fromisoformat(str(value))
        except ValueError as problem:
            raise self.make_error("invalid") from problem
        if not FIRST_YEAR <= wall.year <= LAST_YEAR:
            raise self.make_error("invalid")
        return wall.replace(tzinfo=ZoneInfo(shilu().rules().time_zone)).astimezone(UTC)


class Tick(fields.Boolean):
    """A checkbox: there or not."""

    def __init__(self) -> None:
        super().__init__(load_default=False)


def chinese_phone(typed: str | None) -> str | None:
    """Return a number as it is dialled in China: no spaces, dashes, brackets or country code.

    Full-width digits count. Raises ValidationError when it can be no number.
    """
    if not typed or not typed.strip():
        return None
    number = re.sub(r"[\s\-‐‑–—·.()()_]", "", typed.translate(DIGITS))
    number = re.sub(r"^(\+|00)86(?=1\d{10}$|0?\d{9,11}$)", "", number)
    if not re.fullmatch(r"1\d{10}|0\d{2,3}\d{7,8}|\+\d{8,15}", number):
        raise ma.ValidationError(N_("这个电话号码不对：手机 11 位，座机带区号"))
    return number


class Phone(fields.String):
    """A Chinese phone number; spaces and dashes are ignored."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return chinese_phone(super()._deserialize(value, attr, data, **kwargs))


class Secret(fields.String):
    """A password or a code: taken exactly as it was typed."""

    def __init__(self, *, missing: str, required: bool = True, **more: Any) -> None:
        errors: Any = {"required": missing, "invalid": missing}
        super().__init__(required=required, error_messages=errors, **_opt(more, required))


class PageForm(ma.Schema):
    """A page's form; whatever it does not name is refused. Has the two hidden fields."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": N_("表单里有多余的栏目")}  # noqa: RUF012
    command_id = fields.UUID(
        required=True,
        error_messages={"required": N_("请刷新页面再试"), "invalid_uuid": N_("请刷新页面再试")},
    )
    csrf_token = fields.String(required=True)
    numbers_meant = Tick()  # offered when a text was refused for a number in it


class OfflineForm(PageForm):
    """A form that may have waited on a phone without signal (``static/offline.js``).

    ``waited``: seconds between writing and sending, by the phone's clock alone, so that a phone
    whose clock is wrong tells no wrong time.
    """

    waited = fields.Integer(
        load_default=0,
        validate=validate.Range(0, MAX_WAIT, error=N_("请刷新页面再试")),
        error_messages={"invalid": N_("请刷新页面再试")},
    )


@dataclass
class Form:
    """A form as it stands: typed values, loaded data, errors by field, and its status.

    ``command_id`` is made once for a form shown, so that sending it twice does it once.
    """

    values: Mapping[str, list[str]] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
    status: int = 200
    command_id: str = field(default_factory=lambda: str(uuid4()))
    name: str = ""
    holds_numbers: bool = False

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong so far."""
        return not self.errors and self.problem is None

    def value(self, name: str, default: object = "") -> str:
        """Return what was typed into a field, or a default for one that was not sent."""
        if name in self.values:
            return (self.values[name] or [""])[0]
        return "" if default is None else str(default)

    def chosen(self, name: str, default: Iterable[str] = ()) -> list[str]:
        """Return everything chosen in a field of several."""
        return list(self.values.get(name, ())) if self.values else [str(d) for d in default]

    def fail(self, name: str, problem: str) -> None:
        """Note an error of a field found by the page."""
        self.errors[name] = problem
        self.status = 422

    def refusals(self, **field_of: str) -> Refusals:
        """Turn a refusal of the domain inside ``with`` into this form's problem.

        ``field_of`` names the field at which a refusal is shown, by the refusal's class name or
        by the field that the refusal names.
        """
        return Refusals(self, field_of)


class Refusals:
    """Catches the refusals of a ``with`` block and writes them into a form."""

    def __init__(self, form: Form, field_of: Mapping[str, str]) -> None:
        self._form = form
        self._field_of = field_of

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, problem: object, _trace: object) -> bool:
        """Swallow a refusal; anything else goes on."""
        if not isinstance(problem, Refusal):
            return False
        self._form.holds_numbers = isinstance(problem, HoldsNumbers)
        named = str(problem.facts.get("field"))
        at = self._field_of.get(type(problem).__name__) or self._field_of.get(named)
        if at:
            self._form.errors[at] = sentence(problem)
        else:
            self._form.problem = sentence(problem)
        self._form.status = status(problem)
        return True


def sent(schema: PageForm, name: str = "") -> Form:
    """Return the form as it was sent, loaded by its schema; empty fields count as absent.

    With errors, ``data`` has what is right all the same: the page shown again is about the same
    day, week or month.
    """
    given = _given(request.form, schema)
    values = {key: request.form.getlist(key) for key in request.form}
    form = Form(
        values=values, name=name, command_id=request.form.get("command_id", "") or str(uuid4())
    )
    try:
        form.data = cast(dict[str, Any], schema.load(given))
    except ma.ValidationError as problem:
        form.data = cast(
            dict[str, Any], problem.valid_data
        )  # which day it is about is known all the same
        form.errors = error_texts(problem)
        form.status = 422
    return form


def error_texts(problem: ma.ValidationError) -> dict[str, str]:
    """Return the first error of each field, in the reader's language."""
    messages: Any = problem.messages
    return {str(key): _(_first(errors)) for key, errors in messages.items()}


def by(form: Form, part: str = "") -> By:
    """Return who does this now, with the form's command id (or one derived for a part of it)."""
    who = reader()
    return By(
        actor=who.person_id,
        role=who.role,
        occurred_at=written_at(form),
        recorded_at=shilu().now(),
        command_id=command_id(form, part),
        source="web",
        numbers_meant=form.data.get("numbers_meant", False),
    )


def written_at(form: Form) -> datetime:
    """Return when the reader wrote this: now, less the time for which it waited on the phone."""
    return shilu().now() - timedelta(seconds=form.data.get("waited", 0))


def command_id(form: Form, part: str = "") -> UUID:
    """Return the command id of a form of this reader: equal forms sent twice are one command."""
    given = f"{reader().person_id}/{form.data['command_id']}"
    return uuid5(NAMESPACE_URL, f"{given}/{part}" if part else given)


def see(address: str, receipt: Receipt, done: str = "") -> Response:
    """Return the redirect after a command: the next view waits for its position."""
    joint = "&" if "?" in address else "?"
    said = f"&done={done}" if done else ""
    return redirect(f"{address}{joint}after={receipt.position}{said}", 303)


def _opt(more: dict[str, Any], required: bool) -> dict[str, Any]:
    return more if required else {"load_default": None, "allow_none": True, **more}


def _given(typed: MultiDict[str, str], schema: PageForm) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key in typed:
        if isinstance(schema.fields.get(key), fields.List):
            given[key] = [value for value in typed.getlist(key) if value]
        elif isinstance(schema.fields.get(key), Secret):
            if typed[key]:
                given[key] = typed[key]
        elif typed[key].strip():
            given[key] = typed[key].strip()
    return given


def _first(errors: Any) -> str:
    while isinstance(errors, (list, dict)):
        errors = errors[0] if isinstance(errors, list) else next(iter(errors.values()))
    return str(errors)


def _writable(typed: str) -> None:
    if _UNWRITABLE.search(typed.replace("\r\n", "\n")):
        raise ma.ValidationError(N_("有不能保存的字符，请重新输入"))
