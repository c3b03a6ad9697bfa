"""One way to say what a route is: its schema, its answers, its preconditions, its documentation.

The order of the checks is the same everywhere: who asks (401), the headers (400, 428), the body
(413, 415, 400, 422), whether they may (403, 404), and only then the domain (409, 412, 422).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response

from service.api.answers import json_answer
from service.api.auth import authenticate
from service.api.body import Strict
from service.api.paging import Page, next_link
from service.api.preconditions import (
    Done,
    check_if_match,
    check_key,
    check_same_command,
    etag,
)
from service.api.problems import PROBLEM_TYPE, problem_response
from service.api.schemas import ProblemSchema, Receipt, Waiting
from service.api.views import view_position, wait_for_views
from service.receipts import signed_receipt

PREFIX = "/api/v1"
HANDLED = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 431, 500, 503)

View = Callable[..., Any]

KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "1 to 128 visible characters, best a UUID; a repeat gives the first receipt.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}
IF_MATCH_HEADER = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag under which the resource was read.",
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,9}")$'},
}
IF_NONE_MATCH_HEADER = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "An ETag; 304 if the resource still has it.",
    "schema": {"type": "string"},
}
TEXT = {"schema": {"type": "string"}}
COMMAND_HEADERS = {
    "X-Shilu-Position": {**TEXT, "description": "Where the append stands in the log."},
    "Shilu-Receipt": {**TEXT, "description": "The receipt in base64url, or `unsigned`."},
    "Idempotent-Replayed": {**TEXT, "description": "true if this is the first answer again."},
    "ETag": {**TEXT, "description": "The version of the changed stream."},
}
QUERY_HEADERS = {
    "X-Shilu-Position": {**TEXT, "description": "Up to which event the view stands."},
}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A representation with the version of the stream it shows."""

    value: Any
    version: int


class Resource(Blueprint):  # type: ignore[misc]  # flask-smorest has no type hints
    """The routes of one resource below /api/v1."""

    ARGUMENTS_PARSER = Strict()

    def __init__(self, tag: str, description: str, *, public: bool = False) -> None:
        super().__init__(f"api_{tag}", __name__, url_prefix=PREFIX, description=description)
        self.tag = tag
        self.public = public
        if not public:
            self.before_request(authenticate)
        self.register_error_handler(Exception, problem_response)
        for code in HANDLED:  # an application's handler of one code would come first otherwise
            self.register_error_handler(code, problem_response)

    def plain(
        self,
        rule: str,
        method: str,
        *errors: int,
        body: type[ma.Schema] | None = None,
        answer: type[ma.Schema] | None = None,
        status: int = 200,
        keyed: bool = False,
    ) -> Callable[[View], View]:
        """Declare a route whose view makes the response itself: a session, a file.

        ``keyed``: it appends, and needs an Idempotency-Key.
        """

        def declare(view: View) -> View:
            wrapped = self.arguments(body)(view) if body is not None else view
            wrapped = self.response(status, answer)(wrapped)
            if self.public and body is not None:
                wrapped = self.doc(security=[])(wrapped)
            if keyed:
                wrapped = _guarded(wrapped, key=True, if_match=False)
            self._declare(rule, method, wrapped, {503, *errors})
            return view

        return declare

    def query(
        self,
        rule: str,
        schema: type[ma.Schema],
        *,
        args: type[ma.Schema] = Waiting,
        views: tuple[str, ...] = (),
        errors: Iterable[int] = (),
        tagged: bool = False,
    ) -> Callable[[View], View]:
        """Declare a GET. ``views`` are the projections it reads; the view gets the parsed args."""

        shape = schema()  # made once: a schema costs more to make than to use

        def declare(view: View) -> View:
            @wraps(view)
            def answer(given: dict[str, Any], **ids: Any) -> Response:
                wait_for_views(views, given.pop("after", None))
                return _shown(view(given, **ids), shape, views)

            wrapped = self.arguments(args(), location="query")(answer)  # one for all requests
            headers = {**QUERY_HEADERS, **({"ETag": TEXT} if tagged else {})}
            wrapped = self.response(200, schema, headers=headers)(wrapped)
            if tagged:
                _document_answer(wrapped, 304)
                _document(wrapped, IF_NONE_MATCH_HEADER)
            self._declare(rule, "GET", wrapped, {401, 422, 503, *errors})
            return view

        return declare

    def command(
        self,
        rule: str,
        body: type[ma.Schema] | None = None,
        *,
        method: str = "POST",
        status: int = 201,
        errors: Iterable[int] = (),
        if_match: bool = False,
        answer: type[ma.Schema] = Receipt,
    ) -> Callable[[View], View]:
        """Declare a command. The view gets the parsed body, if any, and answers with Done."""

        def declare(view: View) -> View:
            wrapped = self._recorded(view, status)
            if body is not None:
                wrapped = self.arguments(body())(wrapped)  # one for all requests
            wrapped = self.response(status, answer, headers=COMMAND_HEADERS)(wrapped)
            wrapped = _guarded(wrapped, key=method == "POST", if_match=if_match)
            usual = {400, 401, 403, 409, 413, 415, 422, 503}
            self._declare(
                rule, method, wrapped, usual | set(errors) | ({412, 428} if if_match else set())
            )
            return view

        return declare

    def _recorded(self, view: View, status: int) -> View:
        @wraps(view)
        def record(*body: Any, **ids: Any) -> Response:
            done: Done = view(*body, **ids)
            check_same_command(done)
            return _receipt(done, status)

        return record

    def _declare(self, rule: str, method: str, view: View, errors: set[int]) -> None:
        for code in sorted(errors | {429}):  # whoever asks too fast
            _document_answer(view, code)
        self.route(rule, methods=[method], tags=[self.tag])(view)


class ShiluApi(Api):  # type: ignore[misc]  # flask-smorest has no type hints
    """The OpenAPI document; errors are problem+json and belong to the blueprints alone."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave the application's own error pages alone."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["schema"] = self.ERROR_SCHEMA
            prepare_response(response, self.spec, PROBLEM_TYPE)
            self.spec.components.response(status.name, response, lazy=True)

    def add(self, app: Flask, resource: Resource) -> None:
        """Register a resource and its documentation under its own tag."""
        app.register_blueprint(resource)
        app.extensions["flask-smorest"]["blp_name_to_api"][resource.name] = self
        resource.register_views_in_doc(self, app, self.spec, name=resource.name, parameters=None)
        self.spec.tag({"name": resource.tag, "description": resource.description})


def _guarded(view: View, *, key: bool, if_match: bool) -> View:
    """Check the headers before the body is read."""

    @wraps(view)
    def guard(*args: Any, **ids: Any) -> Any:
        check_key(required=key)
        if if_match:
            check_if_match()
        return view(*args, **ids)

    _document(guard, {**KEY_HEADER, "required": key})
    if if_match:
        _document(guard, IF_MATCH_HEADER)
    return guard


def _document_answer(view: Any, code: int) -> None:
    # not alt_response: that would wrap the view in one more call for each code
    answers = view._apidoc.setdefault("response", {}).setdefault("responses", {})
    answers.setdefault(code, []).append(HTTPStatus(code).name)


def _document(view: Any, parameter: Mapping[str, Any]) -> None:
    view._apidoc = deepcopy(view._apidoc)
    view._apidoc.setdefault("arguments", {}).setdefault("parameters", []).append(dict(parameter))
    view._apidoc["arguments"].setdefault("responses", {})


def _receipt(done: Done, status: int) -> Response:
    receipt = done.receipt
    body: dict[str, Any] = {
        "position": receipt.position,
        "version": receipt.version,
        "repeated": receipt.repeated,
        "receipt": signed_receipt(receipt.position),
        **done.ids,
        **done.shown,
    }
    response = json_answer(body, status)
    response.headers["X-Shilu-Position"] = str(receipt.position)
    response.headers["ETag"] = etag(receipt.version)
    if receipt.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    if done.location:
        response.headers["Location"] = PREFIX + done.location
    return response


def _shown(result: Any, schema: ma.Schema, views: tuple[str, ...]) -> Response:
    version = None
    if isinstance(result, Tagged):
        result, version = result.value, result.version
        if request.if_none_match.contains_weak(str(version)) and "If-None-Match" in request.headers:
            return Response(status=304, headers={"ETag": etag(version)})
    response = json_answer(schema.dump(result))
    if isinstance(result, Page) and result.next:
        response.headers["Link"] = next_link(result.next)
    if version is not None:
        response.headers["ETag"] = etag(version)
    response.headers["X-Shilu-Position"] = str(view_position(views))
    return response
