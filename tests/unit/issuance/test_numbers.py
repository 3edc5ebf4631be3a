"""The traces of `docs/models/e_numbers.py`, walked through the real code over a small store.

The store tells "there" from "majority-committed", can lose an answer and can roll back: what a
replica set does in a bad minute and a single server cannot show.
"""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect, DuplicateKeyError

from services.issuance.numbers.store import Numbers, NumberTaken, Owner, Reserved, document_id
from shared.eventlog.errors import Contended

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
X, Y = Owner("case-x", 1), Owner("case-y", 1)


class Store:
    """`numbers` on a replica set: rows, which of them are majority-committed, and faults."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.majority: set[str] = set()
        self.before_insert: list[Callable[[dict[str, Any]], None]] = []
        self.auto_commit = True
        self.concern = ""

    def get_collection(self, name: str, **options: Any) -> "Store":
        assert name == "numbers"
        self.concern = options["read_concern"].level
        assert options["write_concern"].document == {"w": "majority", "j": True}
        return self

    def list_indexes(self) -> list[dict[str, Any]]:
        return [{"key": {"owner": 1}, "unique": True}]

    def _visible(self) -> list[dict[str, Any]]:
        majority = self.concern == "majority"
        return [r for k, r in self.rows.items() if not majority or k in self.majority]

    def find_one(self, query: dict[str, Any]) -> dict[str, Any] | None:
        hits = (r for r in self._visible() if all(r[k] == v for k, v in query.items()))
        return copy.deepcopy(next(hits, None))

    def insert_one(self, row: dict[str, Any]) -> None:
        if self.before_insert:
            self.before_insert.pop(0)(row)
        self.put(row)

    def put(self, row: dict[str, Any], *, commit: bool | None = None) -> None:
        if row["_id"] in self.rows or any(r["owner"] == row["owner"] for r in self.rows.values()):
            raise DuplicateKeyError("E11000", 11000)
        self.rows[row["_id"]] = dict(row)
        if self.auto_commit if commit is None else commit:
            self.majority.add(row["_id"])

    def roll_back(self) -> None:
        self.rows = {k: r for k, r in self.rows.items() if k in self.majority}


def issuer(store: Store) -> Numbers:
    return Numbers(store, sleep=lambda _s: None, jitter=lambda: 1.0)  # type: ignore[arg-type]


def reserve(numbers: Numbers, owner: Owner) -> Reserved:
    return numbers.reserve(owner, scheme="card", document=f"doc-{owner.case}", now=NOW)


def row(number: int, owner: Owner) -> dict[str, Any]:
    return {"_id": f"card/{number}", "owner": owner.key, "document": f"doc-{owner.case}"}


def test_the_first_number_is_one_and_the_next_is_two() -> None:
    store = Store()
    assert [reserve(issuer(store), o).number for o in (X, Y)] == [1, 2]


def test_a_repeat_finds_its_number_again() -> None:
    store = Store()
    assert reserve(issuer(store), X) == reserve(issuer(store), X)
    assert len(store.rows) == 1


def test_e1_a_lost_answer_is_looked_up_by_owner() -> None:
    store = Store()

    def applied_but_lost(sent: dict[str, Any]) -> None:
        store.put(sent)
        raise AutoReconnect("answer lost")

    store.before_insert = [applied_but_lost]
    assert reserve(issuer(store), X).number == 1
    assert len(store.rows) == 1


def test_e1_another_owner_wins_the_number_in_between() -> None:
    store = Store()
    store.before_insert = [lambda _sent: store.put(row(1, Y))]
    assert reserve(issuer(store), X).number == 2


def test_e1_another_worker_serves_the_same_owner_in_between() -> None:
    store = Store()
    store.before_insert = [lambda _sent: store.put(row(1, X))]
    assert reserve(issuer(store), X).number == 1
    assert len(store.rows) == 1


def test_e2_a_number_not_yet_majority_committed_is_not_taken_for_ones_own() -> None:
    """The insert lands, its answer is lost, it is rolled back, and another gets the number."""
    store = Store()

    def landed_then_rolled_back(sent: dict[str, Any]) -> None:
        store.put(sent, commit=False)
        raise AutoReconnect("answer lost")

    def fail_over(_sent: dict[str, Any]) -> None:
        store.roll_back()
        store.put(row(1, Y))

    store.before_insert = [landed_then_rolled_back, fail_over]
    mine = reserve(issuer(store), X)
    assert mine.number == 2
    assert store.rows["card/1"]["owner"] == Y.key


def test_a_number_is_not_passed_over_while_the_one_before_it_may_be_rolled_back() -> None:
    store = Store()
    store.put(row(1, Y), commit=False)
    seen: list[str] = []

    def watch(sent: dict[str, Any]) -> None:
        seen.append(sent["_id"])
        if len(seen) == 2:
            store.roll_back()

    store.before_insert = [watch, watch]
    assert reserve(issuer(store), X).number == 1
    assert seen == ["card/1", "card/1"]


def test_too_many_lost_races_end_in_an_error_and_without_a_number() -> None:
    store = Store()
    store.put(row(1, Y), commit=False)
    with pytest.raises(Contended):
        reserve(issuer(store), X)
    assert issuer(store).of(X) is None


def test_e4_after_a_restore_the_numbers_of_the_log_are_put_back_before_anything_is_given() -> None:
    store = Store()
    given_before = reserve(issuer(store), X)
    restored = Store()  # the backup is older than the reservation
    assert issuer(restored).readmit(given_before, now=NOW)
    assert not issuer(restored).readmit(given_before, now=NOW)
    assert reserve(issuer(restored), Y).number == 2
    assert reserve(issuer(restored), X) == given_before


def test_e4_a_number_bound_to_somebody_else_stops_the_restore() -> None:
    store = Store()
    reserve(issuer(store), X)
    with pytest.raises(NumberTaken):
        issuer(store).readmit(Reserved("card", 1, Y.key, "doc-y"), now=NOW)


@given(taken=st.integers(0, 300), known=st.integers(0, 300))
def test_the_first_free_number_is_found_from_any_hint(taken: int, known: int) -> None:
    store = Store()
    for n in range(1, taken + 1):
        store.rows[f"card/{n}"] = row(n, Owner(f"c{n}", 1))
        store.majority.add(f"card/{n}")
    numbers = issuer(store)
    numbers._known["card"] = min(known, taken)
    assert numbers.head("card") == taken


@given(st.text("abc/0123", min_size=1), st.integers(1, 9))
def test_a_document_id_is_a_function_of_its_owner_and_of_the_secret(case: str, issue: int) -> None:
    owner = Owner(case, 1, issue)
    key = b"k" * 32
    assert document_id(key, owner) == document_id(key, Owner(case, 1, issue))
    assert document_id(key, owner) != document_id(b"l" * 32, owner)
    assert document_id(key, owner) != document_id(key, Owner(case, 1, issue + 1))
    assert len(document_id(key, owner)) * 5 >= 128
