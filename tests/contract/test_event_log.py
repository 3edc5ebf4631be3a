"""What any store of commits must do. The traces a1 to a8 of the protocol's model, and races."""

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace

from shared.config import Databases
from shared.eventlog import CommitStore, Draft, EventLog, Loaded, open_stored, timestamp
from shared.eventlog.errors import (
    Contended,
    IndexesMissing,
    KeyReused,
    LogCorrupt,
    LogUnavailable,
    OutcomeUnknown,
    Refused,
    StaleVersion,
)
from shared.eventlog.store import Taken
from shared.eventlog.stored import document_of
from tests.support.keys import door
from tests.support.logs import (
    KEYS,
    NOW,
    WRITERS,
    always,
    command,
    fact,
    facts,
    new_log,
    store_of,
    writer,
)

STREAM = "case/0001"


def refuse(_loaded: Loaded) -> Sequence[Draft]:
    raise Refused("no", actions=("withdraw",))


def test_what_is_appended_is_read_back_to_the_byte(any_databases: Databases) -> None:
    log = new_log(any_databases)
    first = log.execute(STREAM, command("http:1"), always("a", "b"))
    second = log.execute(STREAM, command("http:2", if_match=2), always("c"))
    loaded = log.load(STREAM)
    assert first.commit is not None
    assert second.commit is not None
    assert loaded.commits == (first.commit, second.commit)
    assert [e.version for e in loaded.events] == [1, 2, 3]
    assert loaded.version == second.version == 3
    assert second.commit.body.prev_hash == first.commit.hash.hex()
    for stored in any_databases.log["commits"].find():
        assert hashlib.sha256(bytes(stored["body"])).digest() == bytes(stored["hash"])
        assert open_stored(stored, KEYS).wrong == ()


def test_a_version_is_taken_once_and_a_command_id_is_taken_once(any_databases: Databases) -> None:
    log = new_log(any_databases)
    store = store_of(any_databases)
    done = log.execute(STREAM, command("http:1"), always("a")).commit
    assert done is not None
    again = document_of(done) | {"command_id": "http:other"}
    with pytest.raises(Taken):
        store.insert(again)
    with pytest.raises(Taken):
        store.insert(document_of(done) | {"first_version": 2, "last_version": 2})


def test_the_same_command_twice_has_one_effect_and_one_answer(any_databases: Databases) -> None:
    log = new_log(any_databases)
    first = log.execute(STREAM, command("http:1"), always("a"))
    log.execute(STREAM, command("http:2"), always("b"))
    repeat = log.execute(STREAM, command("http:1", if_match=0), refuse)
    assert repeat.commit == first.commit
    assert repeat.replayed
    assert not first.replayed
    assert log.load(STREAM).version == 2


def test_the_same_key_with_another_body_is_refused(any_databases: Databases) -> None:
    """Trace a8: without the comparison somebody is given the answer to another request."""
    log = new_log(any_databases)
    log.execute(STREAM, command("http:1"), always("a"))
    with pytest.raises(KeyReused):
        log.execute(STREAM, command("http:1", request_mac="request-1:other"), always("a"))
    older = command("http:1", request_mac="request-2:x", older_request_macs=("request-1:http:1",))
    assert log.execute(STREAM, older, always("a")).replayed


def test_if_match_is_compared_before_anything_is_decided(any_databases: Databases) -> None:
    log = new_log(any_databases)
    log.execute(STREAM, command("http:1"), always("a", "b"))
    with pytest.raises(StaleVersion) as stale:
        log.execute(STREAM, command("http:2", if_match=1), always("c"))
    assert (stale.value.expected, stale.value.present) == (frozenset({1}), 2)
    with pytest.raises(StaleVersion, match="a weak entity tag never matches"):
        log.execute(STREAM, command("http:4", if_match=frozenset()), always("c"))
    one_of = frozenset({2, 99})
    assert log.execute(STREAM, command("http:5", if_match=one_of), always("c")).version == 3
    assert log.execute(STREAM, command("http:3", if_match="*"), always("c")).version == 4


def test_nothing_to_do_leaves_nothing_behind(any_databases: Databases) -> None:
    """Trace a6: it is decided afresh when it is repeated."""
    log = new_log(any_databases)
    log.execute(STREAM, command("http:1"), always("a"))
    idle = log.execute(STREAM, command("http:2"), lambda _: [])
    assert (idle.commit, idle.version) == (None, 1)
    assert log.execute(STREAM, command("http:2"), always("b")).version == 2


def test_a_stream_taken_for_new_is_corrected_where_it_is_not(any_databases: Databases) -> None:
    """ADR 0006: not reading first changes nothing but the number of reads."""
    log = new_log(any_databases)
    first = log.execute(STREAM, command("http:1"), always("a"), probably_new=True)
    assert (first.version, first.replayed) == (1, False)
    repeat = log.execute(STREAM, command("http:1"), always("a"), probably_new=True)
    assert (repeat.commit, repeat.replayed) == (first.commit, True)
    with pytest.raises(KeyReused):
        log.execute(STREAM, command("http:1", request_mac="x"), refuse, probably_new=True)
    only_new = log.execute(
        STREAM, command("http:2"), lambda at: facts("b") if at.version else [], probably_new=True
    )
    assert only_new.version == 2
    with pytest.raises(Refused):
        log.execute("case/none", command("http:3"), refuse, probably_new=True)

    def gone(_loaded: Loaded) -> Sequence[Draft]:
        raise LookupError("what the decision needs was destroyed since")

    erased = log.execute(STREAM, command("http:1"), gone, probably_new=True)
    assert (erased.commit, erased.replayed) == (first.commit, True)
    with pytest.raises(LookupError):
        log.execute("case/none", command("http:4"), gone, probably_new=True)


class StaleOnce(CommitStore):
    """The first reading comes from a deposed primary: it lacks what was committed since."""

    def __init__(self, log: Any) -> None:
        super().__init__(log, door(*WRITERS))
        self.stale = 1

    def stream(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        found = super().stream(stream, upto_version=upto_version)
        if self.stale:
            self.stale -= 1
            return replace(found, commits=found.commits[:-1])
        return found


def test_no_refusal_from_a_stale_view(any_databases: Databases) -> None:
    """Traces a3 and a4: 412 or 409 for a command that was in fact done."""
    plain = new_log(any_databases)
    plain.execute(STREAM, command("http:0"), always("a"))
    done = plain.execute(STREAM, command("http:1", if_match=1), always("b"))
    stale = new_log(any_databases, store=StaleOnce(any_databases.log))
    assert stale.execute(STREAM, command("http:1", if_match=9), always("b")).commit == done.commit
    stale = new_log(any_databases, store=StaleOnce(any_databases.log))
    assert stale.execute(STREAM, command("http:1", if_match=1), refuse).commit == done.commit


def test_a_refusal_that_is_confirmed_is_a_refusal(any_databases: Databases) -> None:
    log = new_log(any_databases)
    log.execute(STREAM, command("http:1"), always("a"))
    with pytest.raises(Refused) as refused:
        log.execute(STREAM, command("http:2"), refuse)
    assert refused.value.actions == ("withdraw",)


class LosesAnswers(CommitStore):
    """An insert whose answer is lost: applied or not, as told; then perhaps nothing is readable."""

    def __init__(self, log: Any, *, applied: bool, then_away: bool = False) -> None:
        super().__init__(log, door(*WRITERS))
        self.applied, self.then_away, self.lost = applied, then_away, False

    def insert(self, document: Any) -> None:
        if self.lost:
            super().insert(document)
            return
        self.lost = True
        if self.applied:
            super().insert(document)
        raise OutcomeUnknown("lost")

    def stream(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        if self.lost and self.then_away:
            raise LogUnavailable("away")
        return super().stream(stream, upto_version=upto_version)


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_looked_up(any_databases: Databases, *, applied: bool) -> None:
    log = new_log(any_databases, store=LosesAnswers(any_databases.log, applied=applied))
    done = log.execute(STREAM, command("http:1"), always("a"))
    assert done.version == 1
    assert any_databases.log["commits"].count_documents({"stream": STREAM}) == 1


def test_an_outcome_that_cannot_be_looked_up_is_said_to_be_unknown(
    any_databases: Databases,
) -> None:
    store = LosesAnswers(any_databases.log, applied=True, then_away=True)
    with pytest.raises(OutcomeUnknown):
        new_log(any_databases, store=store).execute(STREAM, command("http:1"), always("a"))
    assert new_log(any_databases).execute(STREAM, command("http:1"), always("a")).replayed


def test_a_refusal_after_a_lost_insert_is_no_refusal(any_databases: Databases) -> None:
    """Our own insert may still land: then "no" would have been a lie (trace a5)."""
    answers = iter([always("a"), refuse, refuse, refuse, refuse])
    log = new_log(any_databases, store=LosesAnswers(any_databases.log, applied=False))
    with pytest.raises(OutcomeUnknown):
        log.execute(STREAM, command("http:1"), lambda loaded: next(answers)(loaded))  # noqa: PLW0108 - one each round


def test_racing_commands_all_have_their_effect_and_versions_stay_dense(
    any_databases: Databases,
) -> None:
    log = new_log(any_databases)
    start = threading.Barrier(4)

    def client(name: int) -> int:
        start.wait(10)
        tries = 0
        for number in range(5):
            while True:
                try:
                    log.execute(STREAM, command(f"http:{name}-{number}"), always("x", "y"))
                    break
                except Contended:  # the promise is: say so, write nothing, try again
                    tries += 1
        return tries

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(client, range(4)))
    loaded = log.load(STREAM)
    assert [e.version for e in loaded.events] == list(range(1, 41))
    assert len({c.body.command_id for c in loaded.commits}) == 20


def test_racing_repeats_of_one_command_get_one_answer(any_databases: Databases) -> None:
    log = new_log(any_databases)
    start = threading.Barrier(8)

    def client(_name: int) -> tuple[bytes, bool]:
        start.wait(10)
        outcome = log.execute(STREAM, command("http:same"), always("x"))
        assert outcome.commit is not None
        return outcome.commit.hash, outcome.replayed

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(client, range(8)))
    assert len({digest for digest, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 7


def test_five_lost_rounds_are_contention_and_write_nothing(any_databases: Databases) -> None:
    class AlwaysTaken(CommitStore):
        rounds = 0

        def insert(self, document: Any) -> None:  # noqa: ARG002 - never stored
            AlwaysTaken.rounds += 1
            raise Taken

    with pytest.raises(Contended):
        new_log(any_databases, store=AlwaysTaken(any_databases.log, door(*WRITERS))).execute(
            STREAM, command("http:1"), always("a")
        )
    assert AlwaysTaken.rounds == 5
    assert any_databases.log["commits"].count_documents({}) == 0


def test_recorded_time_never_goes_back_within_a_stream(any_databases: Databases) -> None:
    log = new_log(any_databases)
    log.execute(STREAM, command("http:1"), always("a"))
    earlier = NOW.replace(year=2020)
    later = log.execute(STREAM, command("http:2", now=earlier), always("b")).commit
    assert later is not None
    assert later.body.recorded_at == timestamp(NOW)


def test_a_stream_keeps_the_lane_and_authority_of_its_first_commit(
    any_databases: Databases,
) -> None:
    first = new_log(any_databases, lanes=4).execute(STREAM, command("http:1"), always("a")).commit
    more = new_log(any_databases, lanes=64).execute(
        STREAM, command("http:2", authority="other"), always("b")
    )
    assert first is not None
    assert more.commit is not None
    assert more.commit.body.lane == first.body.lane
    assert more.commit.body.authority == "public-security"


def test_a_missing_commit_is_noticed_when_the_stream_is_read(any_databases: Databases) -> None:
    log = new_log(any_databases)
    for number in range(3):
        log.execute(STREAM, command(f"http:{number}"), always("a"))
    any_databases.log["commits"].delete_one({"stream": STREAM, "first_version": 2})
    with pytest.raises(LogCorrupt):
        log.load(STREAM)


def test_without_its_indexes_a_store_refuses_to_run(any_databases: Databases) -> None:
    store = store_of(any_databases)
    any_databases.log.create_collection("commits")
    with pytest.raises(IndexesMissing, match="stream_first_version, stream_command_id"):
        store.check_indexes()
    unprepared = EventLog(
        store, writer(), sealer=None, lanes=4, code_version="test", pause=lambda _s: None
    )
    with pytest.raises(IndexesMissing):
        unprepared.execute(STREAM, command("http:1"), always("a"))
    assert store.stream(STREAM).commits == ()
    new_log(any_databases)
    assert unprepared.execute(STREAM, command("http:1"), always("a")).version == 1


def test_reading_up_to_a_version(any_databases: Databases) -> None:
    log = new_log(any_databases)
    log.execute(STREAM, command("http:1"), lambda _: facts("a", "b"))
    log.execute(STREAM, command("http:2"), lambda _: [fact("c")])
    assert log.load(STREAM, upto_version=2).version == 2
