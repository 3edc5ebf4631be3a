"""Each check of a commit, alone: one thing is wrong, and exactly that is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.audit.commits import (
    KINDS,
    Previous,
    check_body,
    check_chain,
    check_opened,
    check_row,
)
from shared.eventlog import (
    Actor,
    Command,
    Commit,
    Draft,
    Keyring,
    Loaded,
    Reason,
    canonical,
    event_values,
    open_stored,
    sha256,
)
from shared.eventlog.building import build
from shared.eventlog.stored import document_of
from shared.relay.ledger.ledger import Row
from tests.support.keys import old_writer, ring, writer_of

KEY = writer_of("intake")
NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def made(*before: Commit, events: int = 2) -> Commit:
    return build(
        Loaded(stream="case/1", commits=before),
        Command(
            command_id=f"http:{len(before)}",
            actor=Actor(kind="applicant", ref="s-1"),
            now=NOW + timedelta(seconds=len(before)),
            authority="public-security",
        ),
        [Draft(type="intake.MaterialAttached", schema=1, data={"n": n}) for n in range(events)],
        writer=KEY,
        sealer=None,
        lanes=4,
        code_version="test",
    )


FIRST = made()
SECOND = made(FIRST)


def rewritten(commit: Commit, **body: Any) -> Commit:
    """The commit with another body, hashed and signed as if it were genuine."""
    changed = msgspec.structs.replace(commit.body, **body)
    content = canonical(msgspec.to_builtins(changed))
    digest = sha256(content)
    mac = KEY.mac(digest)
    return Commit(body=changed, body_bytes=content, hash=digest, mac=mac)


def row_of(commit: Commit) -> Row:
    return Row(
        lane=commit.body.lane,
        position=1,
        stream=commit.stream,
        first_version=commit.first_version,
        last_version=commit.last_version,
        leaf=commit.leaf,
        events=tuple(sha256(value) for value in event_values(commit)),
        sequenced_at=NOW,
    )


def row_problems(commit: Commit, row: Row) -> Any:
    digest, values = sha256(commit.body_bytes), event_values(commit)
    return check_row(commit, row, digest=digest, values=values)


def kinds(problems: Any) -> list[str]:
    return [problem.kind for problem in problems]


def test_an_honest_commit_has_no_problem() -> None:
    for commit, before in ((FIRST, None), (SECOND, Previous.of(FIRST))):
        assert kinds(check_opened(open_stored(document_of(commit), ring(KEY)))) == []
        assert kinds(check_body(commit)) == []
        assert kinds(check_chain(commit, before)) == []
        assert kinds(row_problems(commit, row_of(commit))) == []


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"prev_hash": "00" * 32}, ["chain"]),
        ({"prev_hash": None}, ["chain"]),
        ({"recorded_at": "2026-11-21T15:59:59.999999Z"}, ["time"]),
        ({"lane": 99}, ["chain"]),
        ({"authority": "civil-affairs"}, ["chain"]),
        ({"first_version": 4}, ["versions"]),
        ({"first_version": 2}, ["versions"]),
    ],
)
def test_a_commit_that_does_not_continue_its_stream_is_named(
    body: dict[str, Any], wanted: list[str]
) -> None:
    assert kinds(check_chain(rewritten(SECOND, **body), Previous.of(FIRST))) == wanted


def test_only_a_first_commit_has_nothing_before_it() -> None:
    assert kinds(check_chain(SECOND, None)) == ["predecessor"]
    assert kinds(check_chain(rewritten(FIRST, prev_hash="00" * 32), None)) == ["predecessor"]


@pytest.mark.parametrize(
    "body", [{"events": ()}, {"events": FIRST.events[::-1]}, {"last_version": 3}]
)
def test_versions_within_a_commit_are_dense(body: dict[str, Any]) -> None:
    opened = open_stored(document_of(rewritten(FIRST, **body)), None)
    assert kinds(check_opened(opened)) == ["versions"]


def test_what_follows_is_computed_and_not_believed() -> None:
    lying = msgspec.structs.replace(FIRST, hash=bytes(32))
    assert Previous.of(lying).hash == FIRST.hash


@pytest.mark.parametrize(
    ("commit", "keys"),
    [
        (msgspec.structs.replace(FIRST, mac="intake-1:00"), ring(KEY)),
        (FIRST, ring(writer_of("intake", seed="another"))),
        (FIRST, ring(writer_of("intake", 2))),
        (FIRST, ring(old_writer("intake"))),
        (rewritten(FIRST, writer="review"), ring(KEY)),
    ],
)
def test_a_writer_is_known_by_key_and_types(commit: Commit, keys: Keyring) -> None:
    assert kinds(check_opened(open_stored(document_of(commit), keys))) == ["writer"]


def test_every_reason_of_a_refusal_is_a_kind_of_finding() -> None:
    assert set(KINDS) == set(Reason)


@pytest.mark.parametrize(
    "content",
    [
        FIRST.body_bytes.replace(b'"format":1', b'"format":1 '),
        FIRST.body_bytes.replace(b'"n":0', b'"n":99999999999999999'),
        FIRST.body_bytes.replace(b'"n":0', b'"n":0,"n":0'),
    ],
    ids=["a space", "an integer that has no canonical form", "a key twice"],
)
def test_a_body_in_another_form_is_named(content: bytes) -> None:
    changed = msgspec.structs.replace(FIRST, body_bytes=content)
    assert kinds(check_body(changed)) == ["canonical"]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"lane": 99}, ["ledger"]),
        ({"stream": "case/2"}, ["ledger"]),
        ({"first_version": 2}, ["ledger"]),
        ({"last_version": 9}, ["ledger"]),
        ({"leaf": bytes(32)}, ["leaf"]),
        ({"events": ()}, ["events"]),
    ],
)
def test_a_row_speaks_of_its_commit_alone(row: dict[str, Any], wanted: list[str]) -> None:
    changed = msgspec.structs.replace(row_of(FIRST), **row)
    assert kinds(row_problems(FIRST, changed)) == wanted
