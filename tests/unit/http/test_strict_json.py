"""The reader refuses by itself what a schema might let through (a field that takes anything)."""

import pytest

from shared.http.problems import FieldError
from shared.http.strict_json import BadJson, JsonLimits, parse

DEEP = '{"a":' * 16 + "{}" + "}" * 16


@pytest.mark.parametrize(
    ("text", "pointer", "why"),
    [
        ('{"a":NaN}', "/a", "NaN"),
        ('{"a":[9007199254740992]}', "/a/0", "2^53"),
        ('{"a":1e999}', "/a", "out of range"),
        ('{"a":"\\u0000"}', "/a", "NUL"),
        ('{"a":"\\udc00"}', "/a", "surrogate"),
        ('{"a":{"$b":1}}', "/a", "dollar"),
        ('{"a.b":1}', "", "dot"),
        ('{"a":1,"a":1}', "/a", "more than once"),
        (DEEP, "/a" * 16, "too deeply"),
        ('{"a":[' + "0," * 1000 + "0]}", "/a", "1000 items"),
        ('{"a":"' + "x" * 10_001 + '"}', "/a", "longer"),
        ('{"' + "x" * 101 + '":1}', "", "longer"),
    ],
)
def test_each_fault_is_named_with_its_place(text: str, pointer: str, why: str) -> None:
    with pytest.raises(BadJson) as raised:
        parse(text.encode(), JsonLimits())
    (error,) = raised.value.errors
    assert isinstance(error, FieldError)
    assert error.pointer == pointer
    assert why in error.detail


def test_what_is_at_the_limits_is_taken() -> None:
    assert parse(b'{"a":[9007199254740991,-9007199254740991,1.5,"\\ud83d\\ude00"]}', JsonLimits())
    assert parse(DEEP.replace("{}", "1").encode(), JsonLimits())
