"""The bytes of the log: canonical by the standard, frozen for ever, published from the commit."""

import json
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog import (
    WRITES,
    Command,
    Draft,
    Loaded,
    Sealed,
    event_values,
    timestamp,
)
from shared.eventlog.building import LARGEST_COMMIT, build, lane_of, sealed_value
from shared.eventlog.codec import LARGEST_INT, canonical, check_plain, decode_commit
from shared.eventlog.errors import CommitTooLarge, ForeignEvent, LogCorrupt, NotCanonical
from shared.eventlog.stored import document_of
from tests.support.logs import ACTOR, NOW, command, fact, writer

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INT, LARGEST_INT) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_our_canonical_form_is_that_of_the_standard(value: object) -> None:
    check_plain(value)
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, {"ключ": 1}, {1: 2}, b"x", [[[[[]]]] * 2 + [{"a": 0.1}]]]
)
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        check_plain(value)


def test_a_surrogate_and_a_naive_time_are_refused() -> None:
    with pytest.raises(NotCanonical):
        canonical("\ud800")
    with pytest.raises(NotCanonical):
        timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose
    nested: object = "x"
    for _ in range(20):
        nested = [nested]
    with pytest.raises(NotCanonical):
        check_plain(nested)


class Plainly:
    """A sealer that shows where a value goes."""

    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        return f"{stream}|{version}|{field}|{value.key_ref}".encode()


def built(*drafts: Draft, loaded: Loaded | None = None, cmd: Command | None = None):  # type: ignore[no-untyped-def] # noqa: ANN201
    return build(
        loaded or Loaded(stream="case/1", commits=()),
        cmd or command("http:1"),
        drafts,
        writer=writer(),
        sealer=Plainly(),
        lanes=4,
        code_version="1",
    )


@given(st.lists(st.dictionaries(st.sampled_from("abc"), plain, max_size=3), min_size=1, max_size=3))
def test_a_published_event_is_canonical_and_made_from_the_commit_alone(
    datas: list[dict[str, object]],
) -> None:
    commit = built(*(Draft(type="intake.FactCorrected", schema=1, data=d) for d in datas))
    again = decode_commit(document_of(commit))
    assert again == commit
    for index, (value, data) in enumerate(zip(event_values(again), datas, strict=True), start=1):
        read = json.loads(value)
        assert canonical(read) == value
        assert read["data"] == data
        assert read["hash"] == commit.hash.hex()
        assert (read["stream"], read["version"]) == ("case/1", index)
        assert read["actor"]["ref"] == ACTOR.ref


def test_personal_values_go_into_the_sealed_part_and_nowhere_else() -> None:
    draft = Draft(
        type="intake.CaseSubmitted",
        schema=1,
        data={},
        sealed={"name": Sealed("subject/0", "CANARY"), "phone": Sealed("subject/0", "CANARY")},
    )
    commit = built(draft)
    assert sealed_value(commit, 1, "name") == ("subject/0", b"case/1|1|name|subject/0")
    assert sealed_value(commit, 1, "address") is None
    assert b"CANARY" not in commit.body_bytes + event_values(commit)[0] + (commit.sealed or b"")
    assert "CANARY" not in repr(draft)
    assert commit.body.sealed_hash is not None


def test_a_writer_writes_its_own_events_only() -> None:
    with pytest.raises(ForeignEvent):
        built(fact(kind="review.CaseApproved"))
    names = [name for types in WRITES.values() for name in types]
    assert len(names) == len(set(names))


def test_a_commit_has_a_largest_size() -> None:
    with pytest.raises(CommitTooLarge):
        built(fact("x" * LARGEST_COMMIT))


def test_a_body_that_is_not_ours_is_called_corrupt() -> None:
    with pytest.raises(LogCorrupt):
        decode_commit({"_id": 1, "body": b"{}", "hash": b"", "mac": ""})


def test_lanes_are_spread_and_fixed_for_ever() -> None:
    assert [lane_of(f"case/{n}", 4) for n in range(8)] == [0, 3, 2, 1, 0, 2, 1, 2]
    assert {lane_of(f"case/{n}", 64) for n in range(2000)} == set(range(64))


def test_times_are_written_with_microseconds_in_utc() -> None:
    assert timestamp(NOW) == "2026-09-25T02:00:00.000000Z"
    assert timestamp(datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)) == "2026-01-01T00:00:00.000005Z"
