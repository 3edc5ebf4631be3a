"""What binds a request to its caller: case ids, command ids, fingerprints, callback signatures."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.security import (
    CallbackRefused,
    Principal,
    Role,
    case_ids,
    http_command_id,
    request_mac,
    request_macs,
    sign_callback,
    verify_callback,
)
from shared.security.callbacks import SIGNATURE_HEADER, TIMESTAMP_HEADER

NEW, OLD = b"n" * 32, b"o" * 32
CALLER = Principal(issuer="i", subject="s", portal="p", roles=frozenset({Role.APPLICANT}))


def test_a_repeat_after_a_rotation_still_meets_its_own_case() -> None:
    before = case_ids([OLD], CALLER, "k")[0]
    assert before in case_ids([NEW, OLD], CALLER, "k")
    assert case_ids([NEW, OLD], CALLER, "k")[0] != before


@pytest.mark.parametrize(
    "other",
    [replace(CALLER, issuer="j"), replace(CALLER, subject="t"), replace(CALLER, portal="q"),
     replace(CALLER, issuer='i","p', portal="")],
)  # fmt: skip
def test_nobody_takes_the_case_or_command_of_another_by_the_same_key(other: Principal) -> None:
    assert case_ids([NEW], other, "k") != case_ids([NEW], CALLER, "k")
    assert http_command_id(NEW, other, "k") != http_command_id(NEW, CALLER, "k")


@given(a=st.text(), b=st.text(), c=st.text(), d=st.text())
@example(a="ab", b="c", c="a", d="pbc")
@example(a="abp", b="c", c="ab", d="pc")
def test_the_parts_of_an_id_cannot_run_into_each_other(a: str, b: str, c: str, d: str) -> None:
    one = case_ids([NEW], replace(CALLER, issuer=a, subject=b), "k")
    two = case_ids([NEW], replace(CALLER, issuer=c, subject=d), "k")
    assert (one == two) == ((a, b) == (c, d))


def test_ids_tell_nothing_and_fit_everywhere() -> None:
    (case,) = case_ids([NEW], CALLER, "k")
    assert len(case) == 26
    assert case.isalnum()
    assert case == case.lower()
    assert http_command_id(NEW, CALLER, "secret-key").startswith("http:")
    assert "secret-key" not in http_command_id(NEW, CALLER, "secret-key")


def test_a_fingerprint_is_of_what_is_asked_not_of_how_it_is_spelled() -> None:
    def of(body: object, path: str = "/v1/cases", key: bytes = NEW) -> str:
        return request_mac("request-1", key, method="POST", path=path, body=body)

    assert of({"a": 1, "b": 2}) == of({"b": 2, "a": 1})
    assert of({"a": 1}) != of({"a": 2})
    assert of({"a": 1}) != of({"a": 1}, path="/v1/cases/c/withdrawal")
    assert of({"a": 1}) != of({"a": 1}, key=OLD)
    assert of(b'{"a":1}') == of({"a": 1})
    assert of({"a": 1}).startswith("request-1:")


BODY = b'{"paid":"40.00"}'


def signed(key: bytes = NEW, at: int = 1000) -> dict[str, str]:
    return sign_callback(key, message_id="m1", timestamp_s=at, body=BODY)


def test_the_reference_vector_of_standard_webhooks_verifies() -> None:
    import base64  # noqa: PLC0415

    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = {
        "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "Webhook-Timestamp": "1614265330",
        "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert verify_callback([key], headers, body, now_s=1614265330) == headers["Webhook-Id"]


def test_a_callback_is_known_by_any_of_our_keys_and_any_of_its_signatures() -> None:
    assert verify_callback([OLD, NEW], signed(), BODY, now_s=1100) == "m1"
    several = signed(OLD)
    several[SIGNATURE_HEADER] += " v2,xxx v1,!!! " + signed()[SIGNATURE_HEADER]
    assert verify_callback([NEW], several, BODY, now_s=1000) == "m1"


@pytest.mark.parametrize(
    ("headers", "body", "now_s"),
    [
        (signed(OLD), BODY, 1000),
        (signed(), BODY + b" ", 1000),
        (signed(), BODY, 1301),
        (signed(), BODY, 699),
        ({**signed(), TIMESTAMP_HEADER: "1001"}, BODY, 1000),
        ({**signed(), TIMESTAMP_HEADER: "1e3"}, BODY, 1000),
        ({**signed(), "Webhook-Id": "m2"}, BODY, 1000),
        ({**signed(), SIGNATURE_HEADER: ""}, BODY, 1000),
        ({**signed(), SIGNATURE_HEADER: "v1,"}, BODY, 1000),
        ({}, BODY, 1000),
    ],
)
def test_a_callback_that_is_not_the_gateways_is_refused(
    headers: dict[str, str], body: bytes, now_s: float
) -> None:
    with pytest.raises(CallbackRefused):
        verify_callback([NEW], headers, body, now_s=now_s)


def test_without_a_key_nothing_is_believed() -> None:
    with pytest.raises(CallbackRefused):
        verify_callback([], signed(), BODY, now_s=1000)


def test_the_fingerprints_under_all_keys_are_those_under_each() -> None:
    keys = {"request-2": b"b" * 32, "request-1": b"a" * 32}
    asked: dict[str, Any] = {
        "method": "POST",
        "path": "/v1/cases",
        "body": {"b": 1, "a": [2, "三"]},
    }
    each = tuple(request_mac(name, key, **asked) for name, key in keys.items())
    assert request_macs(keys, **asked) == each
    assert request_macs({}, **asked) == ()
