"""Telephones and e-mail: what can be reached is taken, what cannot is refused (field, row 11)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.reach import EMAIL, PHONE, read_email, read_phone, takes_no_texts
from shared.values.unusable import Unusable


@pytest.mark.parametrize(
    "address",
    [
        "o'brien@example.com",
        "a+b@example.com",
        "a&b@example.com",
        "a/b@example.com",
        "name@mail.section.city.xj.gov.cn",
        "a@a.b.c.d.e.example.com",
        "a@xn--fsqu00a.xn--0zwm56d",
        "a" * 64 + "@example.com",
        "a@" + "b" * 63 + ".com",
    ],
)
def test_an_address_that_can_exist_is_taken_unchanged(address: str) -> None:
    assert read_email(address) == address


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a@example.com ", "a@example.com"),
        ("\u3000a@example.com\n", "a@example.com"),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_an_address_is_kept_as_it_is_sent_to(sent: str, kept: str) -> None:
    assert read_email(sent) == kept


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("a..b@example.com", "email-form"),
        (".a@example.com", "email-form"),
        ("a.@example.com", "email-form"),
        ("a@-b.com", "email-form"),
        ("a@b-.com", "email-form"),
        ("a@b..com", "email-form"),
        ("a@1.2.3.4", "email-form"),
        ("a@b", "email-form"),
        ("a＠example.com", "email-form"),
        ("张@example.com", "email-form"),
        ("a@b_c.com", "email-form"),
        ("a" * 65 + "@example.com", "email-unknown"),
        ("a@" + "b" * 64 + ".com", "email-unknown"),
        ("a@" + ".".join(["b" * 62] * 4) + ".com", "email-unknown"),
        ("a@somewhere.invalid", "email-unknown"),
    ],
)
def test_an_address_that_cannot_exist_is_refused(address: str, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_email(address)
    assert refused.value.code == code
    assert "example.com" not in refused.value.en.replace("name@example.com", "")


@pytest.mark.parametrize(
    ("phone", "textless"),
    [
        ("13900001111", False),
        ("+86 139 0000 1111", False),
        ("+852 9123 4567", False),
        ("0991-2345678", True),
        ("400-672-2705", True),
        ("+86 10 1234 5678", True),
    ],
)
def test_a_number_is_taken_and_known_by_what_it_receives(phone: str, textless: bool) -> None:  # noqa: FBT001
    assert read_phone(f" {phone}\n") == phone
    assert takes_no_texts(phone) is textless


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("110", "phone-form"),
        ("１３９００００１１１１", "phone-form"),
        ("0991-2345678转801", "phone-form"),
        ("139000011", "phone-unknown"),
        ("0991-23", "phone-unknown"),
        ("+999 1234567", "phone-unknown"),
    ],
)
def test_a_number_that_cannot_be_called_is_refused(phone: str, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_phone(phone)
    assert refused.value.code == code


@pytest.mark.parametrize("phone", ["12", "110", " 1 2 ", "+86", "1234-"])
def test_of_a_number_that_is_too_short_it_is_said_so(phone: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_phone(phone)
    assert "太短，请填写11位手机号码或者带区号的固定电话号码" in refused.value.zh
    with pytest.raises(Unusable) as refused:
        read_phone("12a")
    assert "只能由数字" in refused.value.zh


@given(st.text(max_size=30) | st.text(st.sampled_from("ab1.-@+_'例 \u3000。"), max_size=20))
def test_the_published_forms_take_whatever_is_taken(text: str) -> None:
    for read, pattern, shape in (
        (read_email, EMAIL, "email-form"),
        (read_phone, PHONE, "phone-form"),
    ):
        try:
            read(text)
            code = ""
        except Unusable as error:
            code = error.code
        assert bool(re.search(pattern, text)) == (code != shape)
