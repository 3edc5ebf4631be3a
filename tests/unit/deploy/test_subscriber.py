"""The reader that the how-to gives away keeps the topic's contract."""

import json
import sqlite3
from typing import Any

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
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE did (stream, version, type)")
        self.reader = subscriber.Reader(self.db, self.feed, self.effect)

    def _lane(self, lane: int, counts: list[int]) -> list[dict[str, Any]]:
        commits, version = [], 0
        for position, count in enumerate(counts, start=1):
            events = [{"version": version + n, "type": "t"} for n in range(1, count + 1)]
            version += count
            body = json.dumps({"stream": f"case/{lane}", "events": events})
            commits.append({"position": position, "hash": "0" * 64, "body": body})
        return commits

    def feed(self, path: str) -> Any:
        if path == "/v1/lanes":
            heads = [{"lane": lane, "head": head} for lane, head in enumerate(self.known)]
            return {"lanes": heads}
        lane, after = int(path.split("/")[3]), int(path.partition("after=")[2])
        upto = min(self.known[lane], after + PAGE_OF_FEED)
        return {"head": self.known[lane], "records": self.lanes[lane][after:upto]}

    def effect(self, db: sqlite3.Connection, event: dict[str, Any]) -> None:
        db.execute(
            "INSERT INTO did VALUES (?, ?, ?)", (event["stream"], event["version"], event["type"])
        )
        if self.kill:
            self.kill = False
            raise Killed

    def deliver(self, lane: int, position: int, index: int) -> None:
        body = json.loads(self.lanes[lane][position - 1]["body"])
        self.known[lane] = max(self.known[lane], position)
        event = {"stream": body["stream"], **body["events"][index - 1]}
        self.reader.take(lane, position, index, len(body["events"]), event)

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
        (lane, position, index)
        for lane, counts in enumerate(lanes)
        for position, count in enumerate(counts, start=1)
        for index in range(1, count + 1)
    ]
    moves = st.one_of(
        st.just("look"), st.just("kill"), *([st.sampled_from(places)] * 4 if places else [])
    )
    for move in data.draw(st.lists(moves, max_size=30)):
        try:
            if move == "look":
                world.reader.look()
            elif move == "kill":
                world.kill = True
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
    world.deliver(0, 1, 1)
    world.deliver(0, 2, 2)  # a gap: the rest comes from the feed
    assert world.did() == [("case/0", 1), ("case/0", 2), ("case/0", 3)]
