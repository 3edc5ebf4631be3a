"""Each checker turns red on a made-up violation of its invariant, and on nothing else."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.config import Databases
from tests.faults import checkers
from tests.faults.checkers import Published, Stored
from tests.faults.history import Call, History

HASH = hashlib.sha256(b"one").hexdigest()
OTHER = hashlib.sha256(b"two").hexdigest()


def commit(
    version: int = 1,
    *,
    stream: str = "case/1",
    command: str = "http:a",
    hash_: str = HASH,
    event: Mapping[str, Any] | None = None,
    causation: str | None = None,
) -> Stored:
    """A commit of one event."""
    told = {"version": version, "type": "intake.CaseSubmitted", "data": {}, **(event or {})}
    body = {
        "stream": stream,
        "command_id": command,
        "events": [told],
        "causation": causation,
        "writer": "intake",
    }
    return Stored(body, hash_)


def call(result: Any = "ok", *, case: str = "1", key: str = "a", receipt: str = HASH) -> Call:
    """A call of a client."""
    return Call(key, "submit", case, result, 201, receipt if result == "ok" else "")


def numbered(number: int, *, case: str = "1", version: int = 1, type_: str = "") -> Stored:
    """A document with a number."""
    data = {"case": case, "grant": 1, "issue": 1, "scheme": "id", "number": number}
    event = {"type": type_ or "issuance.DocumentNumbered", "data": data}
    return commit(version, stream=f"document/{number}", event=event)


def published(
    position: int, *, index: int = 1, count: int = 1, event_id: str = "case/1/1", hash_: str = HASH
) -> Published:
    """A record of lane 0."""
    value = json.dumps({"hash": hash_}).encode()
    return Published(0, 0, position, index, count, event_id, value)


def test_i1_an_acknowledged_command_that_the_log_lacks() -> None:
    history = History([call()])
    assert checkers.i1_nothing_acknowledged_is_lost(history, [commit()]) == []
    assert checkers.i1_nothing_acknowledged_is_lost(history, [commit(hash_=OTHER)])


def test_i2_an_event_of_a_command_that_was_refused() -> None:
    refused = History([call("fail", key="b")])
    assert checkers.i2_nothing_is_invented(refused, [commit()])
    for result in ("ok", "unknown"):
        assert checkers.i2_nothing_is_invented(History([call(result)]), [commit()]) == []
    nameless = History([call("unknown", case="")])
    assert checkers.i2_nothing_is_invented(nameless, [commit()]) == []
    reaction = commit(command="reaction:x:case/1/1")
    assert checkers.i2_nothing_is_invented(refused, [reaction]) == []
    claim = commit(
        stream="payment/payment-gateway/t1",
        command="gateway:claim:1",
        event={"type": "intake.PaymentClaimed", "data": {"case": "1"}},
    )
    assert checkers.i2_nothing_is_invented(refused, [claim])
    assert checkers.i2_nothing_is_invented(History([call()]), [claim]) == []


def test_i11_a_transaction_on_two_cases() -> None:
    paid = {"type": "intake.PaymentRecorded", "data": {"transaction": "t1"}}
    one, two = commit(event=paid), commit(stream="case/2", event=paid)
    assert checkers.i11_a_transaction_counts_once([one]) == []
    assert checkers.i11_a_transaction_counts_once([one, two])


def test_i3_a_command_with_two_effects() -> None:
    once = History([call()])
    assert checkers.i3_one_effect(once, [commit(), commit(2, command="http:b")]) == []
    assert checkers.i3_one_effect(once, [commit(), commit(2)])
    elsewhere = [commit(command="reaction:x:1"), commit(command="reaction:x:1", stream="case/2")]
    assert checkers.i3_one_effect(once, elsewhere)
    assert checkers.i3_one_effect(History([call(), call(receipt=OTHER)]), [commit()])


def _reserve(databases: Databases, *numbers: int) -> None:
    databases.log["numbers"].insert_many([{"_id": f"id/{n}", "owner": str(n)} for n in numbers])


@pytest.mark.mongo
def test_i4_a_number_given_twice_or_never_reserved_or_lost(databases: Databases) -> None:
    _reserve(databases, 1, 2)
    good = [numbered(1), numbered(2, case="2")]
    assert checkers.i4_numbers_are_unique(databases, good) == []
    voided = [numbered(1), numbered(2, case="2", type_="issuance.NumberVoided")]
    assert checkers.i4_numbers_are_unique(databases, voided) == []
    assert checkers.i4_numbers_are_unique(databases, [*good, numbered(2, case="3")])
    assert checkers.i4_numbers_are_unique(databases, [*good, numbered(3, case="3")])
    assert checkers.i4_numbers_are_unique(databases, [numbered(1), numbered(2)])
    assert checkers.i4_numbers_are_unique(databases, [numbered(1)]), "number 2 vanished"


@pytest.mark.mongo
def test_i5_a_hole_in_a_stream_in_the_ledger_or_on_the_topic(databases: Databases) -> None:
    ledger = databases.log["ledger"]
    ledger.insert_many([{"lane": 0, "position": 1}, {"lane": 0, "position": 2}])
    log, topic = [commit(), commit(2)], [published(1), published(2)]
    assert checkers.i5_dense_and_in_order(databases, log, topic) == []
    repeated = [published(1), published(2), published(1), published(2)]
    assert checkers.i5_dense_and_in_order(databases, log, repeated) == []
    assert checkers.i5_dense_and_in_order(databases, [commit(), commit(3)], topic)
    assert checkers.i5_dense_and_in_order(databases, log, [published(2), published(1)])
    cut = [published(1, count=2), published(2)]
    assert checkers.i5_dense_and_in_order(databases, log, cut)
    ledger.insert_one({"lane": 0, "position": 4})
    assert checkers.i5_dense_and_in_order(databases, log, topic)


def test_i6_an_event_that_the_topic_lacks_has_otherwise_or_alone() -> None:
    log = [commit()]
    assert checkers.i6_topic_equals_log(log, [published(1), published(1)]) == []
    assert checkers.i6_topic_equals_log(log, [])
    assert checkers.i6_topic_equals_log(log, [published(1, hash_=OTHER)])
    assert checkers.i6_topic_equals_log(log, [published(1), published(1, hash_=OTHER)])
    assert checkers.i6_topic_equals_log(log, [published(1), published(2, event_id="case/2/1")])
