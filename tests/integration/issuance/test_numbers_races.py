"""Two issuers race for numbers on a real server: unique, dense, and one for each grant (I4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from pymongo.errors import DuplicateKeyError

from services.issuance.numbers.store import Numbers, Owner, Reserved
from shared.config import Databases
from shared.eventlog.errors import IndexesMissing

pytestmark = pytest.mark.mongo
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def numbers(databases: Databases) -> Numbers:
    made = Numbers(databases.log)
    made.ensure_indexes()
    return made


def reserve(numbers: Numbers, owner: Owner) -> Reserved:
    return numbers.reserve(owner, scheme="card", document=f"d-{owner.key}", now=NOW)


def test_two_issuers_race_and_no_number_is_given_twice_or_skipped(
    databases: Databases, numbers: Numbers
) -> None:
    owners = [Owner(f"case{n}", 1) for n in range(24)]
    issuers = [Numbers(databases.log), Numbers(databases.log)]
    jobs = [(issuer, owner) for owner in owners for issuer in issuers]
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda job: reserve(*job), jobs))
    by_owner = {r.owner: r.number for r in given}
    assert {(r.owner, r.number) for r in given} == set(by_owner.items())
    assert sorted(by_owner.values()) == list(range(1, len(owners) + 1))
    assert numbers.head("card") == len(owners)


def test_a_restarted_issuer_finds_the_number_and_the_end_of_the_row(
    databases: Databases, numbers: Numbers
) -> None:
    first = [reserve(numbers, Owner(f"c{n}", 1)) for n in range(9)]
    fresh = Numbers(databases.log)
    assert reserve(fresh, Owner("c3", 1)) == first[3]
    assert reserve(fresh, Owner("new", 1)).number == 10
    assert fresh.taken("card", 4) == first[3]


def test_schemes_count_for_themselves(numbers: Numbers) -> None:
    reserve(numbers, Owner("a", 1))
    other = numbers.reserve(Owner("b", 1), scheme="permit", document="d", now=NOW)
    assert other.number == 1


def test_the_owner_is_unique_in_the_database_itself(numbers: Numbers) -> None:
    mine = reserve(numbers, Owner("a", 1))
    with pytest.raises(DuplicateKeyError):
        numbers.collection.insert_one({"_id": "card/2", "owner": mine.owner, "document": "x"})


def test_without_its_index_the_issuer_refuses_to_work(databases: Databases) -> None:
    with pytest.raises(IndexesMissing, match="unique index on owner"):
        reserve(Numbers(databases.log), Owner("a", 1))
    assert databases.log["numbers"].count_documents({}) == 0
    Numbers(databases.log).ensure_indexes()
    Numbers(databases.log).check_indexes()
