"""Bad input gets one clear error, names every wrong field, and changes nothing (invariant 11).

The corpus is that of pitfalls 6.5: each was seen to misbehave with Flask and marshmallow alone.
"""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.http_world import World, make_world

JSON = "application/json"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def post(world: World, raw: bytes | str, content_type: str | None = JSON, **headers: str) -> Any:
    return world.client.post(
        "/v1/cases", data=raw, content_type=content_type, headers=world.headers(**headers)
    )


def refused(world: World, response: Any, *statuses: int) -> dict[str, Any]:
    assert response.status_code in statuses, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    assert world.done.commands == []
    document: dict[str, Any] = response.json
    assert document["type"].startswith("urn:caseledger:problem:")
    assert document["status"] == response.status_code
    return document


CORPUS: dict[str, bytes] = {
    "NaN": b'{"item":"x","a":NaN}',
    "Infinity": b'{"item":"x","a":-Infinity}',
    "NaN in a list": b'{"item":"x","materials":[NaN]}',
    "duplicate key": b'{"item":"x","item":"y"}',
    "duplicate key inside": b'{"item":"x","address":{"street":"a","street":"b"}}',
    "100 000 brackets": b"[" * 100_000,
    "60 000 brackets": b"[" * 60_000,
    "nested objects": b'{"a":' * 5_000,
    "5000 digits": b'{"copies":' + b"9" * 5_000 + b"}",
    "2^63": b'{"copies":9223372036854775808}',
    "2^53": b'{"copies":9007199254740992}',
    "1e999": b'{"copies":1e999}',
    "lone surrogate": b'{"item":"\\ud800"}',
    "lone surrogate as a key": b'{"item":"x","\\udfff":1}',
    "NUL": b'{"item":"a\\u0000b"}',
    "key with NUL": b'{"item":"x","a\\u0000":1}',
    "key $where": b'{"item":"x","$where":"1"}',
    "key a.b": b'{"item":"x","a.b":1}',
    "1.9 for a whole number": b'{"item":"x","copies":1.9}',
    "text for a whole number": b'{"item":"x","copies":"12"}',
    "true for a whole number": b'{"item":"x","copies":true}',
    "on for a boolean": b'{"item":"x","urgent":"on"}',
    "1 for a boolean": b'{"item":"x","urgent":1}',
    "naive time": b'{"item":"x","at":"2026-11-21T16:00:00"}',
    "no such time": b'{"item":"x","at":"2026-02-30T16:00:00Z"}',
    "time before year one": b'{"item":"x","at":"0001-01-01T00:00:00+23:00"}',
    "no such day": b'{"item":"x","day":"2026-02-30"}',
    "a number for money": b'{"item":"x","fee":40.0}',
    "money without cents": b'{"item":"x","fee":"40"}',
    "unknown field": b'{"item":"x","status":"approved"}',
    "unknown field inside": b'{"item":"x","address":{"street":"a","hidden":1}}',
    "object for text": b'{"item":{"$ne":null}}',
    "object for text, no dollar": b'{"item":{"ne":null}}',
    "list for an object": b'{"item":"x","address":["a"]}',
    "text for a list": b'{"item":"x","materials":"abc"}',
    "too long a list": b'{"item":"x","materials":["a","a","a","a","a","a"]}',
    "10 MB string": b'{"item":"' + b"a" * 10_000_000 + b'"}',
    "40 kB string": b'{"item":"' + b"a" * 40_000 + b'"}',
    "bad UTF-8": b'{"item":"\xff\xfe"}',
    "UTF-16": '{"item":"x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"item":"x"}',
    "depth 150": b'{"a":' * 150 + b"1" + b"}" * 150,
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "a number": b"12",
    "two values": b'{"item":"x"}{"item":"y"}',
    "trailing comma": b'{"item":"x",}',
    "single quotes": b"{'item':'x'}",
    "control character": b'{"item":"a\x07b"}',
    "escaped control character": b'{"item":"a\\u0007b"}',
    "reading direction": b'{"item":"a\\u202eb"}',
    "line end in a code": b'{"item":"x","means":"post\\n"}',
    "nothing but blanks": b'{"item":" \\u3000\\u00a0"}',
    "nothing to see": b'{"item":"\\u200b\\u3164"}',
    "something invisible": b'{"item":"a\\u200bb"}',
    "a private code": b'{"item":"\\ue863"}',
    "null for text": b'{"item":null}',
    "empty text": b'{"item":""}',
    "a word not offered": b'{"item":"x","means":"dove"}',
}


@pytest.mark.parametrize("raw", CORPUS.values(), ids=CORPUS.keys())
def test_each_body_of_the_corpus_is_a_problem_and_changes_nothing(world: World, raw: bytes) -> None:
    refused(world, post(world, raw), 400, 413, 422)


def test_a_good_body_is_taken(world: World) -> None:
    raw = json.dumps(
        {
            "item": "000-01",
            "note": "two\nlines",
            "copies": 3,
            "urgent": False,
            "at": "2026-11-21T16:00:00.123456+08:00",
            "day": "2026-11-21",
            "fee": "40.00",
            "means": "post",
            "materials": ["户口簿"],
            "address": {"street": "cafe\u0301"},
        }
    )
    response = post(world, raw)
    assert response.status_code == 201
    taken = world.done.bodies[0]
    assert taken["at"].isoformat() == "2026-11-21T08:00:00.123456+00:00"
    assert taken["address"]["street"] == "caf\u00e9"  # in normal form C


def test_every_wrong_field_is_named_in_one_answer(world: World) -> None:
    raw = b'{"copies":"1","urgent":"on","address":{"street":1,"x":2},"materials":["a",7],"zz":0}'
    document = refused(world, post(world, raw), 422)
    assert {error["pointer"] for error in document["errors"]} == {
        "/item",
        "/copies",
        "/urgent",
        "/address/street",
        "/address/x",
        "/materials/1",
        "/zz",
    }


def test_a_text_that_cannot_be_read_says_why_in_two_languages(world: World) -> None:
    document = refused(world, post(world, b'{"item":"a\\u202eb","note":"\\u200b"}'), 422)
    assert {(e["pointer"], e["code"]) for e in document["errors"]} == {
        ("/item", "text-direction"),
        ("/note", "text-blank"),
    }
    assert all(e["detail_zh"].endswith("。") for e in document["errors"])


def test_a_text_of_one_line_is_trimmed_and_folded_and_lines_stay(world: World) -> None:
    raw = b'{"item":" a\\r\\nb\\u2028","note":"one\\r\\ntwo\\n"}'
    assert post(world, raw).status_code == 201
    assert (world.done.bodies[0]["item"], world.done.bodies[0]["note"]) == ("a b", "one\ntwo")


def test_every_fault_of_the_json_is_named_in_one_answer(world: World) -> None:
    raw = (
        b'{"a":NaN,"b":{"c":1,"c":2},"d":[1,1e999],"e":"\\ud800","f":{"$x":1},'
        b'"g/h":9007199254740993}'
    )
    document = refused(world, post(world, raw), 400)
    assert [error["pointer"] for error in document["errors"]] == [
        "/a", "/b/c", "/d/1", "/e", "/f", "/g~1h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/json, text/plain", "application/json; charset=utf-16",
     "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"],
)  # fmt: skip
def test_another_content_type_is_refused(world: World, content_type: str | None) -> None:
    refused(world, post(world, b'{"item":"x"}', content_type), 415)


def test_a_compressed_body_is_refused(world: World) -> None:
    refused(world, post(world, b"\x1f\x8b", Content_Encoding="gzip"), 415)


def test_a_declared_size_is_refused_before_anything_is_read(world: World) -> None:
    class Untouchable(io.BytesIO):
        def read(self, *_args: object) -> bytes:
            raise AssertionError("the body was read")

        readline = readinto = read  # type: ignore[assignment]

    response = world.client.post(
        "/v1/cases",
        input_stream=Untouchable(b"x" * 70_000),
        content_type=JSON,
        headers=world.headers(),
    )
    refused(world, response, 413)


def test_a_query_parameter_given_twice_or_unknown_is_refused(world: World) -> None:
    address = "/v1/cases/c1?min_version=1&min_version=2"
    document = refused(world, world.client.get(address, headers=world.headers()), 422)
    (error,) = document["errors"]
    assert (error["pointer"], error["detail"]) == ("?min_version", "given more than once")
    assert error["detail_zh"] == "同一项给出了不止一次，请只保留一次。"
    for bad in ("x=1", "min_version=-1", "min_version=1.0", "min_version=%00", "min_version="):
        refused(world, world.client.get(f"/v1/cases/c1?{bad}", headers=world.headers()), 422)


@pytest.mark.parametrize(
    "path", ["/v1/cases/a%00b", "/v1/cases/$ne", "/v1/cases/a.b", "/v1/cases/" + "a" * 65,
             "/v1/cases/%ff", "/v1//cases", "/v1/cases/c1/", "/nothing"],
)  # fmt: skip
def test_an_address_that_is_none_of_ours_is_404(world: World, path: str) -> None:
    refused(world, world.client.get(path, headers=world.headers()), 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "XX"])
def test_another_method_is_405_with_what_is_allowed(world: World, method: str) -> None:
    response = world.client.open("/v1/cases", method=method, headers=world.headers())
    refused(world, response, 405)
    assert response.headers["Allow"] == "POST"


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=_VALUES | st.dictionaries(st.sampled_from(["item", "copies", "at", "fee"]), _VALUES))
def test_no_json_at_all_is_a_fault_of_ours(world: World, value: Any) -> None:
    response = post(world, json.dumps(value))
    assert response.status_code in {201, 400, 413, 422}


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(raw=st.binary(max_size=200))
def test_no_bytes_at_all_are_a_fault_of_ours(world: World, raw: bytes) -> None:
    assert post(world, raw).status_code in {400, 422}
