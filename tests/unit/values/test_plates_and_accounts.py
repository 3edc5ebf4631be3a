"""Numbers of plates and of bank accounts, as they are kept and as they are refused."""

import re

import pytest

from shared.values.accounts import ACCOUNT, read_account_number
from shared.values.plates import PLATE, read_plate
from shared.values.unusable import Unusable


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("新A12345", "新A12345"),
        (" 新a·12345\n", "新A12345"),
        ("新AD12345", "新AD12345"),
        ("新A1234学", "新A1234学"),
        ("粤Z1234港", "粤Z1234港"),
    ],
)
def test_a_plate_is_kept_in_capitals(sent: str, kept: str) -> None:
    assert read_plate(sent) == kept
    assert re.search(PLATE, sent)


@pytest.mark.parametrize("sent", ["A12345", "新A1234", "新I12345", "新A1234O", "新A1234567", ""])
def test_what_is_no_plate_is_refused(sent: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_plate(sent)
    assert refused.value.code == "plate-form"
    assert not re.search(PLATE, sent)


@pytest.mark.parametrize("sent", ["6222 0000 1111 2222 333", "62220000-11112222333", "12345678"])
def test_an_account_is_kept_as_its_digits(sent: str) -> None:
    assert read_account_number(sent).isdigit()
    assert re.search(ACCOUNT, sent)


@pytest.mark.parametrize("sent", ["1234567", "1" * 31, "6222a0001111", "１２３４５６７８", ""])
def test_what_is_no_account_is_refused(sent: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_account_number(sent)
    assert refused.value.code == "account-form"
    assert not re.search(ACCOUNT, sent)
