"""Each way of paying tells what a gateway tells on such a day, in a form that intake takes."""

from collections.abc import Iterator, Mapping
from itertools import count

import pytest

from deploy.embedded.gateway.ways import GIVING_BACK, PAYING, Callback, GivingBack, Paying, in_fen
from services.intake.money.callbacks import CallbackSchema

ORDER = Paying(case="c1", amount_fen=4000, method="alipay")
BACK = GivingBack(reference="c1:p1", case="c1", payment="p1", amount_fen=4001)


@pytest.fixture
def new() -> "Numbers":
    return Numbers()


class Numbers:
    """Ids that can be foreseen: a word and a number."""

    def __init__(self) -> None:
        self._next: Iterator[int] = count(1)

    def __call__(self, word: str) -> str:
        return f"{word}-{next(self._next)}"


def kinds(told: list[Callback]) -> list[tuple[str, str]]:
    return [(one.body["kind"], one.body.get("amount", "")) for one in told]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("once", [("payment", "40.00")]),
        ("all-the-same", [("payment", "40.00")]),
        ("late", [("payment", "40.00")]),
        ("twice", [("payment", "40.00")] * 2),
        ("wrong-amount", [("payment", "41.00")]),
        ("doubled", [("payment", "40.00")] * 3),
        ("out-of-order", [("payment", "40.00"), ("payment-failed", "")]),
        ("failed", [("payment-failed", "")]),
    ],
)
def test_paying_tells(way: str, said: list[tuple[str, str]], new: Numbers) -> None:
    told = list(PAYING[way](ORDER, new))
    assert kinds(told) == said
    transactions = {one.body["transaction"] for one in told}
    assert len(transactions) == (1 if way == "doubled" else len(told))
    assert {one.held for one in told} == {way == "late"}


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("whole", [("refund", "40.01")]),
        ("in-parts", [("refund", "20.00"), ("refund", "20.01")]),
        ("refund-failed", [("refund-failed", "")]),
        ("bounced", [("refund", "40.01"), ("refund-bounced", "40.01")]),
    ],
)
def test_giving_back_tells(way: str, said: list[tuple[str, str]], new: Numbers) -> None:
    told = list(GIVING_BACK[way](BACK, new))
    assert kinds(told) == said
    assert {one.body["payment"] for one in told} == {"p1"}
    assert len({one.body["transaction"] for one in told}) == len(told)


def test_what_is_told_thrice_is_one_transaction_and_two_messages(new: Numbers) -> None:
    first, again, other = PAYING["doubled"](ORDER, new)
    assert first == again
    assert other.message != first.message
    assert other.body == first.body


def test_a_single_fen_goes_back_whole(new: Numbers) -> None:
    one = GivingBack(reference="r", case="c1", payment="p1", amount_fen=1)
    assert kinds(list(GIVING_BACK["in-parts"](one, new))) == [("refund", "0.01")]


def test_intake_takes_the_form_of_every_message(new: Numbers) -> None:
    paid = [one.body for way in PAYING.values() for one in way(ORDER, new)]
    back = [one.body for way in GIVING_BACK.values() for one in way(BACK, new)]
    wrong: list[Mapping[str, object]] = [CallbackSchema().validate(one) for one in paid + back]
    assert [one for one in wrong if one] == []


@pytest.mark.parametrize(("text", "fen"), [("40.00", 4000), ("0.05", 5), ("7", 700), ("1.5", 150)])
def test_an_amount_is_read_as_the_api_has_it(text: str, fen: int) -> None:
    assert in_fen(text) == fen
