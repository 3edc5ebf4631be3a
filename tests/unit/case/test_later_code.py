"""What later code adds is read without it: a member more at every depth, a header more.

Each file of the corpus is taken as later code may have written it. The file itself stays.
"""

import hmac
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.published.types import TYPES
from shared.audit.verifier import Key, Verifier
from shared.case.facts.fact import Fact
from shared.case.facts.parts import CHANNELS, Finding
from shared.case.intake.contact import ContactChanged
from shared.case.registry import EVENTS, data_of, decode
from shared.case.review.verdict import DecisionProposed
from shared.eventlog import Commit, canonical, event_values, open_stored, sha256
from shared.eventlog.codec import decode_commit
from shared.eventlog.model import Event
from shared.eventlog.stored import document_of
from shared.kafka.headers import arrived, from_kafka
from shared.kafka.record import Signer, records_of
from shared.messaging.consumer import received
from tests.corpus import form
from tests.support.later import MORE, with_more
from tests.support.relay_world import consumed

FILES = sorted(form.FOLDER.glob("*.json"))
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def stored(path: Path) -> Commit:
    return decode_commit(form.loads(path.read_text("utf-8"))["document"])


def later_form(commit: Commit) -> Commit:
    """The commit as later code may write it, with its hash and its writer's mac."""
    body = canonical(with_more(json.loads(commit.body_bytes)))
    name = commit.body.writer
    signed = hmac.digest(form.key(f"writer/{name}"), sha256(body), "sha256").hex()
    mac = f"{name}-1:{signed}"
    document = document_of(commit) | {"body": body, "hash": sha256(body), "mac": mac}
    return decode_commit(document)


def fact_of(event: Event) -> Fact:
    return (
        decode(event).fact
        if event.type in EVENTS
        else msgspec.convert(event.data, TYPES[event.type])
    )


@each
def test_a_commit_with_more_verifies_and_reads_to_the_same_facts(path: Path) -> None:
    commit = stored(path)
    later = later_form(commit)
    assert open_stored(document_of(later), form.verify_keys()).wrong == ()
    for before, after in zip(commit.events, later.events, strict=True):
        assert after.data != before.data
        assert fact_of(after) == fact_of(before)
        assert MORE not in str(data_of(fact_of(after))), "what is not known is never written"
    assert MORE.encode() in later.body_bytes, "nothing that was read is encoded again"


@each
def test_a_record_with_more_in_its_value_and_its_headers_is_read(path: Path) -> None:
    later, signer = later_form(stored(path)), Signer(form.key("sequencer"))
    for record in records_of(later, lane=0, position=1, signer=signer):
        message = consumed(record, ce_addedlater=b"1", traceparent=b"00-0-0-00")
        assert from_kafka(message) == record
        claim = arrived(message)
        assert (claim.position, claim.index) == (1, record.index)
        value = canonical({**json.loads(record.value), MORE: [1]})
        place = {"lane": 0, "position": 1, "index": record.index, "count": record.count}
        got = received.decode(value, **place)
        assert got.event == later.events[record.index - 1]


@each
def test_the_offline_verifier_passes_over_what_it_does_not_know(path: Path) -> None:
    """The commit is sequenced by the code of now, whose published values have no unknown member."""
    commit = stored(path)
    assert problems(commit) == problems(later_form(commit))


def problems(commit: Commit) -> list[tuple[str, str]]:
    row = {
        "position": 1,
        "stream": commit.stream,
        "first_version": commit.first_version,
        "last_version": commit.last_version,
        "leaf": commit.leaf.hex(),
        "events": [sha256(value).hex() for value in event_values(commit)],
    }
    line: dict[str, Any] = {
        "hash": commit.hash.hex(),
        "sealed_hash": commit.body.sealed_hash,
        "mac": commit.mac,
    }
    nothing: Any = None
    checking = Verifier(nothing, Key("test", b"k" * 32))
    found = list(checking._problems(commit.body.lane, row, line, commit.body_bytes))
    return [(kind, detail) for kind, detail in found if kind != "chain"]  # of what came before it


def test_the_constructor_of_a_fact_and_of_a_part_refuses_what_it_does_not_know() -> None:
    channels = tuple(CHANNELS)
    wrong: Any = {"contact": channels, "sealed": (), MORE: 1}
    with pytest.raises(TypeError, match=MORE):
        ContactChanged(**wrong)
    wrong = {"criterion": "a", "met": True, MORE: 1}
    with pytest.raises(TypeError, match=MORE):
        Finding(**wrong)


def test_the_checks_of_a_fact_hold_for_what_later_code_wrote() -> None:
    """Tolerance is about what is unknown: a known field that is missing or wrong is refused."""
    (path,) = [one for one in FILES if one.stem == "review.DecisionProposed-1"]
    (event,) = [e for e in stored(path).events if e.type == DecisionProposed.TYPE]
    data = with_more(event.data)
    assert isinstance(decode(msgspec.structs.replace(event, data=data)).fact, DecisionProposed)
    known = next(name for name in event.data if name in DecisionProposed.__struct_fields__)
    for broken in ({**data, known: {"n": 1}}, {n: v for n, v in data.items() if n != known}):
        with pytest.raises(msgspec.ValidationError):
            decode(msgspec.structs.replace(event, data=broken))
