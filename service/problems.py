"""Pages for what went wrong, in the reader's language. Bad input is never a 500."""

from __future__ import annotations

import structlog
from eventsourcing.persistence import PersistenceError
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
)
from werkzeug.wrappers import Response as AnyResponse

from domain.refusals import Refusal
from service.branches import Moving
from service.language import N_, _
from service.refusals import sentence, status
from service.requests_in import NotUtf8
from service.sessions import Outdated

RETRY_SECONDS = 2
log = structlog.get_logger()
SAID: tuple[tuple[type[HTTPException], str, str], ...] = (
    (
        Outdated,
        N_("这个页面过期了"),
        N_("可能在别处重新登录过。请回到首页再来一次，刚才的内容没有保存。"),
    ),
    (Unauthorized, N_("还没有登录"), N_("请登录后再来。")),
    (Forbidden, N_("这一页不归你用"), N_("你的角色没有这一页。需要的话，请找管理员。")),
    (NotFound, N_("没有这一页"), N_("地址可能写错了，或者这里的内容不归你看。")),
    (MethodNotAllowed, N_("不能这样打开"), N_("请从页面上的按钮过来。")),
    (RequestEntityTooLarge, N_("内容太大了"), N_("一次最多 256 KB。请缩短后再提交。")),
    (UnsupportedMediaType, N_("看不懂这种内容"), N_("请用页面上的表单提交。")),
    (TooManyRequests, N_("点得太快了"), N_("请等几秒再试。刚才这一次没有保存。")),
    (NotUtf8, N_("文字编码不对"), N_("内容不是 UTF-8 编码，什么也没有保存。")),
    (BadRequest, N_("看不懂这个请求"), N_("请回到首页再试。")),
    (
        Moving,
        N_("营业部的记录正在搬家"),
        N_(
            "现在可以看，还不能写，几十秒就好。刚才的内容没有保存，请稍后再提交；手机上排队的会自己再试。"
        ),
    ),
    (
        ServiceUnavailable,
        N_("现在人多，请稍等几秒"),
        N_(
            "请等几秒再刷新这一页。如果刚才是在提交，浏览器会问要不要重新提交，请选要：同一笔不会记成两笔。"
        ),
    ),
)
OTHER = (N_("出了点问题"), N_("什么也没有丢。请稍后再试；一直这样的话，请告诉管理员。"))


def set_up(app: Flask) -> None:
    """Answer refusals and errors of the pages with a page; the API answers for itself."""
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Refusal, _of_refusal)
    app.register_error_handler(PersistenceError, _of_store)
    app.register_error_handler(OperationalError, _of_store)
    app.register_error_handler(Exception, _of_error)


def _of_http(problem: HTTPException) -> AnyResponse | HTTPException:
    if request.path.startswith("/api/") or (problem.code or 500) < 400:
        return problem
    title, text = next(((t, s) for kind, t, s in SAID if isinstance(problem, kind)), OTHER)
    page = _page(problem.code or 500, _(title), _(text))
    if isinstance(problem, ServiceUnavailable | TooManyRequests):
        page.headers["Retry-After"] = str(problem.retry_after or RETRY_SECONDS)
        if request.method == "GET":  # a form is sent again by its sender alone
            page.headers["Refresh"] = page.headers["Retry-After"]
    return page


def _of_store(problem: Exception) -> AnyResponse | HTTPException:
    log.warning("the store did not answer", path=request.path, error=type(problem).__name__)
    return _of_http(ServiceUnavailable(retry_after=RETRY_SECONDS))


def _of_refusal(refusal: Refusal) -> Response:
    return _page(status(refusal), _("这样不行"), sentence(refusal))


def _of_error(problem: Exception) -> Response:
    log.error("a page failed", path=request.path, method=request.method, exc_info=problem)
    return _page(500, _(OTHER[0]), _(OTHER[1]))


def _page(code: int, title: str, text: str) -> Response:
    return make_response(render_template("problem.html", code=code, title=title, text=text), code)
