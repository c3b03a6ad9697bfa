"""Errors as problem details (RFC 9457): one shape for whatever goes wrong under /api.

A refusal of the domain has ``type`` ``urn:shilu:refusal:<class>`` and its facts as extra members;
what this API itself refuses has ``urn:shilu:problem:<name>``; plain HTTP errors ``about:blank``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from eventsourcing.persistence import PersistenceError
from flask import Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from domain.refusals import Refusal, Stale
from service.api.answers import json_answer
from service.branches import Moving
from service.language import reader_language
from service.refusals import sentence, status

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
RETRY_SECONDS = 1

# name: status, sentence in Chinese, sentence in English
PROBLEMS: Mapping[str, tuple[int, str, str]] = {
    "bad-json": (400, "请求正文不是有效的 JSON。", "The body is not valid JSON."),
    "not-utf8": (400, "请求正文不是 UTF-8 编码。", "The body is not UTF-8."),
    "too-deep": (400, "JSON 嵌套过深。", "The JSON is nested too deeply."),
    "key-missing": (
        400,
        "缺少 Idempotency-Key 请求头。",
        "This request needs an Idempotency-Key header.",
    ),
    "key-malformed": (
        400,
        "Idempotency-Key 须为 1 到 128 个可见 ASCII 字符。",
        "Idempotency-Key is 1 to 128 visible ASCII characters.",
    ),
    "not-signed-in": (401, "请先登录。", "Sign in first."),
    "wrong-password": (401, "登录名或密码不正确。", "The login or the password is wrong."),
    "wrong-code": (401, "验证码不正确。", "The code is wrong, was used before or has expired."),
    "code-missing": (401, "此账号需要验证码。", "This account needs a code as well."),
    "first-password-expired": (
        401,
        "初始密码已过期,请管理员重设。",
        "The first password has expired; an administrator can set one anew.",
    ),
    "password-to-change": (
        403,
        "请先换成自己的密码。",
        "Choose a password of your own first: POST /sessions/first-password.",
    ),
    "second-factor-missing": (
        403,
        "此账号须有两步验证,请先在登录页设置。",
        "This account must have a second factor; set it up on the sign-in page.",
    ),
    "weak-password": (422, "密码太容易猜到。", "The password is too easily guessed."),
    "csrf": (403, "X-CSRF-Token 与会话不符。", "X-CSRF-Token does not match the session."),
    "forbidden": (403, "您无权进行此操作。", "You may not do this."),
    "not-found": (404, "没有这项内容。", "There is no such thing."),
    "already-exists": (409, "已存在同名的登录。", "This login exists already."),
    "stale": (
        412,
        "内容已被更新,请重新读取后再提交。",
        "It has changed since you read it; read it again.",
    ),
    "media-type": (
        415,
        "请求正文须为 application/json(UTF-8,不压缩)。",
        "The body must be application/json in UTF-8, not compressed.",
    ),
    "invalid": (422, "有些内容填写不正确。", "Some of the values are not right."),
    "signer-away": (
        503,
        "签名服务暂时不可用，请稍后再取回执。",
        "The signer is away; ask for the receipt later.",
    ),
    "no-checkpoint": (
        409,
        "还没有签过这样的存证。",
        "No such checkpoint was signed yet.",
    ),
    "no-pdf": (
        503,
        "这台服务器缺少排版用的程序库。",
        "This server lacks the libraries that lay a PDF out.",
    ),
    "key-reused": (
        422,
        "此 Idempotency-Key 已用于另一请求。",
        "This Idempotency-Key was used for another request.",
    ),
    "if-match-missing": (
        428,
        "请用 If-Match 请求头给出读取时的 ETag。",
        "Say with If-Match which version you have read.",
    ),
    "too-many-attempts": (429, "尝试次数过多,请稍后再试。", "Too many attempts; try later."),
    "moving": (
        503,
        "营业部的记录正在搬家,请稍后重试。",
        "The branch is being moved to another database; try again soon.",
    ),
    "busy": (503, "系统繁忙,请稍后重试。", "The store is busy; try again."),
    "internal": (500, "系统内部错误。", "Something went wrong inside."),
}

# What werkzeug itself raises, by status; anything else keeps its English name.
HTTP_SENTENCES: Mapping[int, tuple[str, str]] = {
    400: ("请求有误。", "The request cannot be understood."),
    404: ("没有这个地址。", "There is nothing at this address."),
    405: ("此地址不支持这种方法。", "This address does not take this method."),
    413: ("请求正文超过 256 KiB。", "The body is larger than 256 KiB."),
    429: (
        "请求太快，请按 Retry-After 稍后再试。",
        "Too many requests; try again after Retry-After.",
    ),
    431: ("请求头过大。", "The request headers are too large."),
    503: ("系统繁忙,请稍后重试。", "Too much is asked at once; try again."),
}


class Problem(Exception):
    """A request that the API does not take; ``name`` is one of PROBLEMS."""

    def __init__(
        self, name: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        self.name = name
        self.headers = dict(headers or {})
        self.extra = extra
        super().__init__(name)


def problem_response(error: Exception) -> Response:
    """Return any exception as problem+json; one nobody foresaw is logged and answers 500."""
    if isinstance(error, Problem):
        return _of_problem(error)
    if isinstance(error, Refusal):
        return _of_refusal(error)
    if isinstance(error, Moving):
        return _of_problem(Problem("moving", headers={"Retry-After": str(error.retry_after)}))
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, PersistenceError | OperationalError):
        logger.warning("the store did not answer: %s", type(error).__name__)
        return _of_problem(Problem("busy", headers={"Retry-After": str(RETRY_SECONDS)}))
    logger.error("unforeseen error in %s %s", request.method, request.path, exc_info=error)
    return _of_problem(Problem("internal"))


def kebab(name: str) -> str:
    """Return a class name as words with hyphens: ``NotYours`` becomes ``not-yours``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _of_problem(problem: Problem) -> Response:
    code, zh, en = PROBLEMS[problem.name]
    detail = zh if reader_language() == "zh" else en
    return _response(
        code, f"urn:shilu:problem:{problem.name}", detail, problem.extra, problem.headers
    )


def _of_refusal(refusal: Refusal) -> Response:
    facts = {name: _plain(value) for name, value in refusal.facts.items()}
    kind = f"urn:shilu:refusal:{kebab(type(refusal).__name__)}"
    return _response(_status_of(refusal), kind, sentence(refusal, reader_language()), facts, {})


def _of_http(error: HTTPException) -> Response:
    given = error.get_response()
    zh, en = HTTP_SENTENCES.get(given.status_code, (error.name, error.name))
    kept = {
        name: value
        for name, value in given.headers.items()
        if name in ("Allow", "Location", "Retry-After")
    }
    detail = zh if reader_language() == "zh" else en
    return _response(given.status_code, "about:blank", detail, {}, kept)


def _status_of(refusal: Refusal) -> int:
    # Who sends If-Match is told 412 (RFC 9110, 13.1.1), where a page has a conflict.
    return 412 if isinstance(refusal, Stale) else status(refusal)


def _response(
    code: int, kind: str, detail: str, extra: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    body = {name: value for name, value in extra.items() if name not in _OWN_MEMBERS}
    body |= {"type": kind, "title": _title(code), "status": code, "detail": detail}
    response = json_answer(body, code, PROBLEM_TYPE)
    response.headers.extend(dict(headers))
    response.headers["Content-Language"] = reader_language()
    if code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="shilu"'
    return response


_OWN_MEMBERS = frozenset({"type", "title", "status", "detail"})


def _title(code: int) -> str:
    return HTTPStatus(code).phrase


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
