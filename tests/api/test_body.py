"""Bodies: whatever bytes come in, the answer is a JSON value or a named problem."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from service.api.body import MAX_BODY, read_json
from service.api.problems import Problem


def a_request(body: bytes, content_type: str = "application/json", **headers: str) -> Request:
    """Return a POST with this body and the API's size limit."""
    builder = EnvironBuilder(method="POST", data=body, content_type=content_type, headers=headers)
    request = Request(builder.get_environ())
    request.max_content_length = MAX_BODY
    return request


def refused(body: bytes, content_type: str = "application/json", **headers: str) -> str:
    """Return the name of the problem with this body."""
    with pytest.raises(Problem) as problem:
        read_json(a_request(body, content_type, **headers))
    return problem.value.name


def test_a_json_object_is_read() -> None:
    assert read_json(a_request('{"name": "张*"}'.encode())) == {"name": "张*"}


def test_a_body_that_is_not_utf8_is_named() -> None:
    assert refused(b'{"name": "\xff"}') == "not-utf8"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b'{"a": Infinity}', b"1" * 5000, b"\xef\xbb\xbf{}"]
)
def test_what_is_not_json_is_named(body: bytes) -> None:
    assert refused(body) == "bad-json"


def test_a_key_twice_in_one_object_is_not_json_to_us() -> None:
    assert refused(b'{"role": "agent", "role": "auditor"}') == "bad-json"


@pytest.mark.parametrize("depth", [13, 500, 100_000])
def test_a_deep_body_is_refused(depth: int) -> None:
    assert refused(b"[" * depth + b"]" * depth) == "too-deep"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"],
)
def test_another_media_type_is_refused(content_type: str) -> None:
    assert refused(b"{}", content_type) == "media-type"


def test_a_compressed_body_is_refused() -> None:
    assert refused(b"{}", **{"Content-Encoding": "gzip"}) == "media-type"


def test_a_body_above_256_kib_is_too_large() -> None:
    with pytest.raises(RequestEntityTooLarge):
        read_json(a_request(b'"' + b"x" * MAX_BODY + b'"'))


def test_a_chunked_body_above_256_kib_is_too_large_too() -> None:
    environ = EnvironBuilder(method="POST", content_type="application/json").get_environ()
    environ |= {"wsgi.input": BytesIO(b"{}" + b" " * MAX_BODY), "wsgi.input_terminated": True}
    request = Request(environ)
    request.max_content_length = MAX_BODY

    with pytest.raises(RequestEntityTooLarge):
        read_json(request)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(body: bytes) -> None:
    with suppress(Problem):
        read_json(a_request(body))
