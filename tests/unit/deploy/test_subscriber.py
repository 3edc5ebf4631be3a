"""The reader that the how-to gives away keeps the topic's contract."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.later import with_more
from tests.support.subscriber import FOLDER, load

PAGE_OF_FEED = 2


subscriber = load()


class Killed(Exception):
    """The process ends in the middle of an effect."""


class World:
    """Lanes of made-up commits, the feed over them, and what the reader did."""

    def __init__(self, lanes: list[list[int]]) -> None:
        self.lanes = [self._lane(lane, counts) for lane, counts in enumerate(lanes)]
        self.known = [0] * len(lanes)  # positions that are in the ledger by now
        self.done: list[tuple[str, int]] = []
        self.kill = False
        self.asked = 0
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE did (stream, version, type)")
        self.reader = subscriber.Reader(self.db, self.feed, self.effect)

    def _lane(self, lane: int, counts: list[int]) -> list[dict[str, Any]]:
        commits, version = [], 0
        for position, count in enumerate(counts, start=1):
            events = [{"version": version + n, "type": "t"} for n in range(1, count + 1)]
            version += count
            body = json.dumps({"stream": f"case/{lane}", "events": events})
            digest = hashlib.sha256(body.encode()).hexdigest()
            commits.append({"position": position, "hash": digest, "body": body})
        return commits

    def feed(self, path: str) -> Any:
        if path == "/v1/lanes":
            heads = [{"lane": lane, "head": head} for lane, head in enumerate(self.known)]
            return {"lanes": heads}
        lane, after = int(path.split("/")[3]), int(path.partition("after=")[2])
        upto = min(self.known[lane], after + PAGE_OF_FEED)
        self.asked += 1
        return {"lane": lane, "head": self.known[lane], "records": self.lanes[lane][after:upto]}

    def effect(self, db: sqlite3.Connection, event: dict[str, Any]) -> None:
        db.execute(
            "INSERT INTO did VALUES (?, ?, ?)", (event["stream"], event["version"], event["type"])
        )
        if self.kill:
            self.kill = False
            raise Killed

    def deliver(self, lane: int, position: int) -> None:
        self.known[lane] = max(self.known[lane], position)
        self.reader.take(lane, [position])

    def did(self) -> list[tuple[str, int]]:
        return self.db.execute("SELECT stream, version FROM did ORDER BY rowid").fetchall()

    def all(self) -> dict[str, list[int]]:
        return {
            f"case/{lane}": [e["version"] for c in commits for e in json.loads(c["body"])["events"]]
            for lane, commits in enumerate(self.lanes)
        }


LANES = st.lists(st.lists(st.integers(1, 3), max_size=6), min_size=1, max_size=2)


@given(lanes=LANES, data=st.data())
def test_each_event_once_and_in_order_whatever_the_topic_does(
    lanes: list[list[int]], data: st.DataObject
) -> None:
    world = World(lanes)
    places = [
        (lane, position)
        for lane, counts in enumerate(lanes)
        for position, _ in enumerate(counts, start=1)
    ]
    forged = st.tuples(st.integers(0, len(lanes) - 1), st.none() | st.integers(-3, 10**12))
    moves = st.one_of(
        st.just("look"),
        st.just("kill"),
        forged.map(lambda place: ("forged", *place)),
        *([st.sampled_from(places)] * 4 if places else []),
    )
    for move in data.draw(st.lists(moves, max_size=30)):
        try:
            if move == "look":
                world.reader.look()
            elif move == "kill":
                world.kill = True
            elif move[0] == "forged":
                world.reader.take(move[1], [move[2]])
            else:
                world.deliver(*move)
        except Killed:
            world.reader = subscriber.Reader(world.db, world.feed, world.effect)
    world.kill = False
    world.known = [len(commits) for commits in world.lanes]
    world.reader.look()
    for stream, versions in world.all().items():
        assert [v for s, v in world.did() if s == stream] == versions


def test_the_page_shows_the_file() -> None:
    page = (FOLDER / "subscribe-to-events.md").read_text("utf-8")
    code = (FOLDER / "subscriber.py").read_text("utf-8")
    shown = page.partition("```python\n")[2].partition("```")[0]
    assert shown in code
    assert "class Reader" in shown


def test_members_and_types_that_the_reader_does_not_know_do_not_stop_it() -> None:
    world = World([[1, 2]])
    later = [json.dumps(with_more(json.loads(one["body"]))) for one in world.lanes[0]]
    for commit, body in zip(world.lanes[0], later, strict=True):
        commit["body"] = body.replace('"t"', '"intake.AddedLater"')
        commit["hash"] = hashlib.sha256(commit["body"].encode()).hexdigest()
    world.deliver(0, 1)
    world.deliver(0, 2)
    assert world.did() == [("case/0", 1), ("case/0", 2), ("case/0", 3)]


# ---- what nobody of ours said


@pytest.mark.parametrize("position", [2, 7, 10**30, None])
def test_a_forged_record_is_not_handled_and_displaces_nothing(position: int | None) -> None:
    world = World([[1, 2]])
    world.deliver(0, 1)
    world.reader.take(0, [position])  # the ledger has no second position yet
    assert (world.did(), world.reader.mark(0)) == ([("case/0", 1)], (1, 0))
    world.deliver(0, 2)  # the genuine one
    assert world.did() == [("case/0", 1), ("case/0", 2), ("case/0", 3)]


def test_doubled_and_old_records_ask_the_feed_for_nothing_and_many_forged_ones_once() -> None:
    world = World([[1, 1]])
    world.deliver(0, 2)
    asked = world.asked
    world.reader.take(0, [1, 2, 2, 1, -5])
    assert world.asked == asked
    world.reader.take(0, [None, 3, 10**9] * 100)
    assert world.asked == asked + 1
    assert len(world.did()) == 2


def test_the_position_of_a_record_is_read_and_nothing_else_of_it() -> None:
    assert subscriber.position_of([("ce_position", b"7"), ("ce_lane", b"99")]) == 7
    for odd in (b"", b"seven", b"1e3", b"\xff", None, b"9" * 5000):
        assert subscriber.position_of([("ce_position", odd)]) is None
    assert subscriber.position_of([]) is None


def spoiled(world: World, **change: Any) -> None:
    world.lanes[0][1] = world.lanes[0][1] | change


def hole(world: World) -> None:
    del world.lanes[0][1]


def another_body(world: World) -> None:
    spoiled(world, body=world.lanes[0][1]["body"].replace('"t"', '"x"'))


def another_place(world: World) -> None:
    spoiled(world, position=7)


def doubled(world: World) -> None:
    world.lanes[0].insert(1, world.lanes[0][0])


SPOILED = [hole, another_body, another_place, doubled]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_feed_that_cannot_be_true_never_moves_the_mark(spoil: Any) -> None:
    world = World([[1, 1, 1], [1]])
    whole = list(world.lanes[0])
    spoil(world)
    world.known = [3, 1]
    with pytest.raises(subscriber.FeedFault, match="Lane 0"):
        world.reader.look()
    assert world.reader.mark(0) == (1, 0)
    assert world.did() == [("case/0", 1), ("case/1", 1)]  # the other lane goes on
    world.lanes[0] = whole
    world.reader.look()
    assert [s for s, _ in world.did()].count("case/0") == 3


def test_a_piece_of_another_lane_is_not_taken_for_this_one() -> None:
    world = World([[1], [1]])
    world.known = [1, 1]
    world.reader.feed = lambda path: world.feed(path.replace("/lanes/0/", "/lanes/1/"))
    with pytest.raises(subscriber.FeedFault, match="gave lane 1 for lane 0"):
        world.reader.catch_up(0)
    assert world.did() == []


def test_a_log_that_ends_before_what_was_handled_is_said() -> None:
    world = World([[1, 1]])
    world.deliver(0, 2)
    world.known = [1]
    with pytest.raises(subscriber.FeedFault, match="handled up to 2"):
        world.reader.look()


# ---- the token, and a feed that is away


class FeedServer:
    """The feed of one lane over HTTP: one token is good, as long as it is."""

    def __init__(self) -> None:
        self.world = World([[1, 1]])
        self.world.known = [2]
        self.good = "first"
        self.status = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fresh = self.headers["Authorization"] == f"Bearer {outer.good}"
                status = outer.status or (200 if fresh else 401)
                said = json.dumps(outer.world.feed(self.path)) if status == 200 else "{}"
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def feed_server() -> Iterator[FeedServer]:
    one = FeedServer()
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield one
    finally:
        one.server.shutdown()
        thread.join(10)
        one.server.server_close()


class Enough(Exception):
    """The test has seen what it wanted."""


class NoTopic:
    """A consumer whose topic has nothing."""

    def assign(self, _: object) -> None: ...

    def seek_to_end(self) -> None: ...

    def position(self, _: object) -> int:
        return 0

    def poll(self, timeout_ms: int) -> dict[Any, Any]:
        assert timeout_ms > 0
        raise Enough


def followed(reader: Any, then: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Follow until the topic is asked; `then` happens at each sentence that is said."""
    monkeypatch.setattr(subscriber, "RETRY_S", 0)
    said: list[str] = []

    def say(sentence: str) -> None:
        said.append(sentence)
        then(len(said))

    with pytest.raises(Enough):
        subscriber.follow(reader, NoTopic(), "t", say)
    return said


def test_an_expired_token_is_said_and_its_file_renews_it(
    feed_server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token.txt"
    file.write_text("old\n")
    feed = subscriber.http_feed(feed_server.address, f"@{file}")
    db = sqlite3.connect(":memory:")
    reader = subscriber.Reader(db, feed)
    said = followed(reader, lambda _: file.write_text("first\n"), monkeypatch)
    (sentence,) = said
    assert sentence.startswith("The feed refused the token (401)")
    assert sentence.endswith(f"Put a fresh one into {file}.")
    assert reader.mark(0) == (2, 0)
    db.close()


def test_a_token_that_no_file_renews_ends_the_reader_with_a_sentence(
    feed_server: FeedServer,
) -> None:
    with pytest.raises(SystemExit, match="The feed refused the token") as ended:
        subscriber.http_feed(feed_server.address, "old")("/v1/lanes")
    assert "old" not in str(ended.value)


def test_a_feed_that_is_away_is_said_once_and_asked_again(
    feed_server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = subscriber.http_feed(feed_server.address, "first")
    dead = subscriber.http_feed("http://127.0.0.1:1", "first")
    tries: list[str] = []

    def feed(path: str) -> Any:
        tries.append(path)
        return (dead if len(tries) < 4 else ask)(path)

    db = sqlite3.connect(":memory:")
    reader = subscriber.Reader(db, feed)
    said = followed(reader, lambda _: None, monkeypatch)
    assert said == ["The feed does not answer (URLError)."]
    assert reader.mark(0) == (2, 0)
    db.close()


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_an_answer_that_is_none_is_said(status: int, feed_server: FeedServer) -> None:
    feed_server.status = status
    with pytest.raises(subscriber.FeedFault, match=str(status)):
        subscriber.http_feed(feed_server.address, "first")("/v1/lanes")
