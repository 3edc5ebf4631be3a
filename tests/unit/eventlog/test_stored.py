"""The one place that opens a stored commit: whatever is wrong with it is said by its reason."""

from typing import Any

import pytest

from shared.eventlog import (
    BESIDE,
    Command,
    Commit,
    Draft,
    Keyring,
    Loaded,
    Opened,
    Reason,
    document_of,
    event_values,
    open_stored,
    sha256,
)
from shared.eventlog.building import build
from shared.eventlog.codec import decode_commit
from tests.support.keys import entry, old_writer, writer_of
from tests.support.logs import ACTOR, KEYS, NOW, writer
from tests.support.relay_world import INTAKE, VERIFY_KEYS, commit_document

KEY = INTAKE.key_id
GENUINE = commit_document("case/1", 1, count=2)
DIGEST = bytes(GENUINE["hash"])


RETIRED = writer_of("intake", 8)
KEYRING = Keyring(
    [
        entry(INTAKE),
        entry(old_writer("intake", 9)),
        entry(RETIRED, until="2026-11-21T15:59:59Z"),
    ]
)


def opened(**changed: Any) -> Opened:
    return open_stored({**GENUINE, **changed}, KEYRING)


def reasons(found: Opened) -> list[Reason]:
    return [wrong.reason for wrong in found.wrong]


def signed(body: bytes) -> dict[str, Any]:
    """What a writer stores with a body of his own making."""
    digest = sha256(body)
    return {"body": body, "hash": digest, "mac": INTAKE.mac(digest)}


def test_a_genuine_commit_is_opened_whole() -> None:
    found = opened()
    commit = decode_commit(GENUINE)
    assert (found.commit, found.wrong, found.why) == (commit, (), "")
    assert (found.digest, found.values) == (commit.hash, tuple(event_values(commit)))


def test_what_is_written_is_opened() -> None:
    commit: Commit = build(
        Loaded(stream="case/1", commits=()),
        Command(command_id="http:1", actor=ACTOR, now=NOW, authority="public-security"),
        [Draft(type="intake.MaterialAttached", schema=1, data={})],
        writer=writer(),
        sealer=None,
        lanes=4,
        code_version="test",
    )
    assert open_stored(document_of(commit), KEYS) == Opened(commit=commit, digest=commit.hash)


BODY = bytes(GENUINE["body"])


CASES: list[tuple[dict[str, Any], list[Reason]]] = [
    ({"body": b"{}"}, [Reason.UNREADABLE]),
    ({"body": None}, [Reason.UNREADABLE]),
    ({"body": "text"}, [Reason.UNREADABLE]),
    ({"body": BODY.replace(b'"n":0', b'"n":"\xff"')}, [Reason.UNREADABLE]),
    ({"body": BODY.replace(b'"n":0', b'"n":' + b"[" * 99_999)}, [Reason.UNREADABLE]),
    ({"hash": 7}, [Reason.UNREADABLE]),
    ({"hash": None}, [Reason.UNREADABLE]),
    ({"mac": 7}, [Reason.UNREADABLE]),
    ({"mac": None}, [Reason.UNREADABLE]),
    ({"sealed": 10**12}, [Reason.UNREADABLE]),
    ({"hash": b"x" * 32}, [Reason.HASH]),
    ({"body": BODY.replace(b'"n":0', b'"n":7')}, [Reason.HASH, Reason.SIGNATURE]),
    ({"mac": "intake-7:" + "0" * 64}, [Reason.KEY]),
    ({"mac": ""}, [Reason.KEY]),
    ({"mac": f"{KEY}:" + "0" * 64}, [Reason.SIGNATURE]),
    ({"mac": f"{KEY}:\N{CYRILLIC SMALL LETTER A}"}, [Reason.SIGNATURE]),
    (signed(BODY.replace(b'"intake"', b'"review"')), [Reason.KEY]),
    ({"mac": old_writer("intake", 9).mac(DIGEST)}, [Reason.OLD]),
    ({"mac": RETIRED.mac(DIGEST)}, [Reason.KEY]),
    (signed(BODY.replace(b"intake.Material", b"review.Material")), [Reason.TYPE]),
    (signed(BODY.replace(b'"version":2', b'"version":3')), [Reason.VERSIONS]),
]


@pytest.mark.parametrize(("changed", "wanted"), CASES)
def test_what_is_wrong_is_said(changed: dict[str, Any], wanted: list[Reason]) -> None:
    found = opened(**changed)
    assert reasons(found) == wanted
    assert found.why == found.wrong[0].detail
    assert (found.commit is None) == (wanted == [Reason.UNREADABLE])


@pytest.mark.parametrize("name", BESIDE)
def test_a_field_beside_the_body_says_what_the_body_says(name: str) -> None:
    absent = {key: value for key, value in GENUINE.items() if key != name}
    for document in (absent, {**GENUINE, name: "other"}):
        found = open_stored(document, VERIFY_KEYS)
        assert reasons(found) == [Reason.COLUMN]
        assert f"its field {name} disagrees" in found.why


def test_without_keys_nobody_is_asked_who_wrote_it() -> None:
    assert open_stored({**GENUINE, "mac": "x-1:00"}, None).wrong == ()
    assert reasons(open_stored({**GENUINE, "hash": DIGEST[::-1]}, None)) == [Reason.HASH]


def test_every_reason_has_its_case_here() -> None:
    assert {reason for _, wanted in CASES for reason in wanted} | {Reason.COLUMN} == set(Reason)
