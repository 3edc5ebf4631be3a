"""The checkpointer: tiles, checkpoints and head notes, step by step, alone and in company."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pymongo
import pytest
from bson.binary import Binary

from shared.audit import Checkpointer
from shared.audit.tree.checkpoint import DEEP_S, Step
from shared.audit.tree.merkle import inclusion_path, verify_inclusion
from shared.audit.tree.tiles import StoredTree, Tile, TileConflict, TileMissing, TileStore, edge
from shared.config import Databases
from shared.eventlog.signed.chain import NoteChain, head_chain, lane_chain
from shared.eventlog.signed.notes import Checkpoint, open_checkpoint, open_head
from shared.relay.ledger.ledger import Row
from tests.support.audit_world import START, World, signing_key
from tests.support.trees import root_of

pytestmark = pytest.mark.mongo


@pytest.fixture
def world(databases: Databases) -> World:
    return World(databases.log)


def last_checkpoint(world: World, lane: int) -> Checkpoint:
    stored = lane_chain(world.db, lane).last()
    assert stored is not None
    return open_checkpoint(world.key.public, lane, stored.note)


def leaves(world: World, lane: int) -> list[bytes]:
    with pymongo.timeout(60):  # more rows than anybody reads at once
        return [row.leaf for row in world.ledger.rows(lane, 0, 1 << 20)]


def add_rows(world: World, lane: int, count: int) -> None:
    """Rows alone, quickly: trees do not look at commits."""
    start = world.positions.get(lane, 0)
    rows = [
        {
            "lane": lane,
            "position": position,
            "stream": f"x/{lane}/{position}",
            "first_version": 1,
            "last_version": 1,
            "leaf": Binary(position.to_bytes(32, "big")),
            "events": [],
            "sequenced_at": START,
        }
        for position in range(start + 1, start + count + 1)
    ]
    with pymongo.timeout(60):
        world.db["ledger"].insert_many(rows)
    world.positions[lane] = start + count
    world.ledger.raise_head(lane, start + count)


def steps(world: World, checkpointer: Any = None) -> list[Step]:
    done = []
    while (step := (checkpointer or world.checkpointer).step()) is not None:
        done.append(step)
    return done


def test_a_lane_that_grew_gets_tiles_then_a_checkpoint_then_a_head_note(world: World) -> None:
    add_rows(world, 1, 5)
    assert steps(world) == [
        Step("tiles", 1, 5),
        Step("checkpoint", 1, 5),
        Step("head", None),
    ]
    assert last_checkpoint(world, 1).root == root_of(leaves(world, 1))
    stored = head_chain(world.db).last()
    assert stored is not None
    head = open_head(world.key.public, stored.note)
    assert [size for size, _ in head.lanes] == [0, 5]
    assert head.lanes[1][1] == root_of(leaves(world, 1))


def test_a_growing_lane_is_signed_once_an_interval_and_within_it(world: World) -> None:
    add_rows(world, 0, 1)
    steps(world)
    add_rows(world, 0, 1)
    world.clock.seconds += 19
    assert steps(world) == []
    world.clock.seconds += 1
    assert Step("checkpoint", 0, 2) in steps(world)
    world.clock.seconds += 3600
    assert steps(world) == [], "a lane that stands still is not signed again"


class InMemory:
    """A ledger of one lane that is large without costing a database its time."""

    def __init__(self, size: int) -> None:
        self.leaves = [position.to_bytes(32, "big") for position in range(1, size + 1)]
        self.size = 0

    def head(self, lane: int) -> int:
        return self.size if lane == 0 else 0

    def noted_heads(self, lanes: Collection[int]) -> dict[int, int]:
        return {lane: self.head(lane) for lane in lanes}

    def rows(self, lane: int, after: int, upto: int) -> list[Row]:
        assert lane == 0
        assert upto <= self.size
        return [
            Row(0, at, f"x/{at}", 1, 1, self.leaves[at - 1], (), START)
            for at in range(after + 1, upto + 1)
        ]


def signed_in_memory(world: World, sizes: Sequence[int]) -> Iterator[InMemory]:
    """Sign a lane at each of these sizes."""
    ledger = InMemory(max(sizes))
    checkpointer = Checkpointer(world.db, world.key, 1, 20.0, ledger=ledger, monotonic=world.clock)
    for size in sizes:
        ledger.size = size
        world.clock.seconds += 30
        checkpointer.tick()
        yield ledger


@pytest.mark.parametrize("sizes", [(255, 256, 257), (1, 511, 700), (256, 512, 65_536 + 300)])
def test_trees_over_several_tiles_have_the_roots_of_their_leaves(
    world: World, sizes: tuple[int, ...]
) -> None:
    for ledger in signed_in_memory(world, sizes):
        size = ledger.size
        assert last_checkpoint(world, 0) == Checkpoint(
            f"{world.key.installation}/lane/0", size, root_of(ledger.leaves[:size])
        )
        for tile in edge(0, size):
            assert len(TileStore(world.db).read(tile)) == tile.width * 32


def test_a_proof_reads_a_few_tiles(world: World) -> None:
    ledger = list(signed_in_memory(world, [66_000]))[-1]
    tree = StoredTree(TileStore(world.db), 0, 66_000)
    for index in (0, 40_000, 65_999):
        path = inclusion_path(index, 66_000, tree.node)
        assert verify_inclusion(
            leaf=ledger.leaves[index],
            index=index,
            size=66_000,
            path=path,
            root=last_checkpoint(world, 0).root,
        )
    assert len(tree._cache) <= 3 + 2 + 1 + 1


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(0, 0, 1234067, 256).path == "tile/0/x001/x234/067"
    assert Tile(0, 1, 0, 17).path == "tile/1/000.p/17"
    found = {(tile.level, tile.index, tile.width) for tile in edge(0, 70_000)}
    assert found == {(0, 273, 112), (1, 1, 17), (2, 0, 1)}
    assert {(tile.level, tile.width) for tile in edge(0, 256)} == {(0, 256), (1, 1)}


def test_a_crash_between_any_two_steps_loses_nothing(world: World) -> None:
    """Given a checkpointer that dies after each single step while the lanes go on growing."""
    for n in range(12):
        add_rows(world, n % 2, 100)
        world.clock.seconds += 30
        world.new_checkpointer().step()
    world.clock.seconds += 30
    world.checkpointer.tick()
    for lane in (0, 1):
        assert last_checkpoint(world, lane).root == root_of(leaves(world, lane))


def test_two_checkpointers_in_any_interleaving_sign_one_chain(world: World) -> None:
    one, two = world.new_checkpointer(), world.new_checkpointer()
    yielded = 0
    for n in range(10):
        add_rows(world, 0, 60)
        world.clock.seconds += 30
        one.step()  # has read the lane and stored tiles
        if n % 2:
            add_rows(world, 0, 1)  # the other one sees more
        two.step()
        for step in (*steps(world, two), *steps(world, one)):
            yielded += step.what == "yielded"
    assert yielded > 0, "they did meet"
    world.clock.seconds += 30
    one.tick()
    assert last_checkpoint(world, 0).root == root_of(leaves(world, 0))
    sizes = []
    for stored in lane_chain(world.db, 0).walk():
        assert not isinstance(stored, int)
        checkpoint = open_checkpoint(world.key.public, 0, stored.note)
        assert checkpoint.root == root_of(leaves(world, 0)[: checkpoint.size])
        sizes.append(checkpoint.size)
    assert sizes == sorted(set(sizes))
    assert not one.refused
    assert not two.refused


def test_a_ledger_that_shrank_is_not_signed(world: World) -> None:
    add_rows(world, 0, 10)
    world.sign()
    world.db["ledger"].delete_one({"lane": 0, "position": 10})
    world.db["lanes"].update_one({"_id": "head/0"}, {"$set": {"position": 9}})
    assert world.sign() == 0
    assert "below the signed size" in world.checkpointer.refused[0]


@pytest.mark.parametrize("changed", [1, 10, 256])
def test_a_ledger_that_changed_below_the_signature_is_not_signed(
    world: World, changed: int
) -> None:
    signed = 256 if changed == 256 else 10
    add_rows(world, 0, signed)
    world.sign()
    world.set_row(0, changed, leaf=Binary(bytes(32)))
    add_rows(world, 0, 5)
    world.sign()
    assert "not the one that was signed" in world.checkpointer.refused[0]
    assert last_checkpoint(world, 0).size == signed


def test_tiles_that_changed_are_not_signed_over(world: World) -> None:
    add_rows(world, 0, 300)
    world.sign()
    world.db["tiles"].update_one({"_id": "0/tile/0/000"}, {"$set": {"hashes": Binary(bytes(8192))}})
    world.db["tiles"].update_one(
        {"_id": "0/tile/1/000.p/1"}, {"$set": {"hashes": Binary(bytes(32))}}
    )
    add_rows(world, 0, 5)
    world.sign()
    assert "do not give the root" in world.checkpointer.refused[0]


def test_what_is_signed_is_what_was_read_back_and_continues_the_last(world: World) -> None:
    """Given tiles that change between being stored and being signed."""
    add_rows(world, 0, 200)
    world.sign()
    add_rows(world, 0, 100)
    world.clock.seconds += 30
    assert world.checkpointer.step() == Step("tiles", 0, 300)
    world.db["tiles"].update_one({"_id": "0/tile/0/000"}, {"$set": {"hashes": Binary(bytes(8192))}})
    steps(world)
    assert "does not continue 200" in world.checkpointer.refused[0]
    assert last_checkpoint(world, 0).size == 200


def test_a_gap_in_the_ledger_is_not_signed_and_the_other_lane_goes_on(world: World) -> None:
    add_rows(world, 0, 10)
    add_rows(world, 1, 10)
    world.db["ledger"].delete_one({"lane": 0, "position": 4})
    world.sign()
    assert "gap" in world.checkpointer.refused[0]
    assert lane_chain(world.db, 0).last() is None
    assert last_checkpoint(world, 1).size == 10
    add_rows(world, 1, 1)
    world.sign()
    assert last_checkpoint(world, 1).size == 11


def test_a_lane_is_signed_again_once_it_is_mended(world: World) -> None:
    add_rows(world, 0, 10)
    row = world.db["ledger"].find_one_and_delete({"lane": 0, "position": 4})
    world.sign()
    assert world.checkpointer.refused
    world.db["ledger"].insert_one(row)
    world.sign()
    assert not world.checkpointer.refused
    assert last_checkpoint(world, 0).size == 10


def test_a_foreign_key_signs_nothing_on_an_old_chain(world: World) -> None:
    add_rows(world, 0, 10)
    world.sign()
    stranger = world.new_checkpointer(signing_key("stranger"))
    add_rows(world, 0, 10)
    world.clock.seconds += 30
    stranger.tick()
    assert "not signed by" in stranger.refused[0]
    assert last_checkpoint(world, 0).size == 10


def test_a_head_note_never_lists_a_lane_shorter_than_before(world: World) -> None:
    """Given a lane that lost its end together with its tiles and checkpoints."""
    add_rows(world, 0, 10)
    world.sign()
    world.db["ledger"].delete_many({"lane": 0, "position": {"$gt": 5, "$lte": 10}})
    world.db["lanes"].update_one({"_id": "head/0"}, {"$set": {"position": 5}})
    world.db["checkpoints"].delete_one({"_id": "lane/0/1"})
    world.db["tiles"].delete_many({"lane": 0})
    world.clock.seconds += 30
    world.new_checkpointer().tick()
    assert last_checkpoint(world, 0).size == 5, "by itself the lane looks like a new one"
    last = head_chain(world.db).last()
    assert last is not None
    assert last.n == 1


def test_a_lane_longer_than_one_checkpoint_is_signed_in_pieces(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.audit.tree.checkpoint.ROWS_PER_CHECKPOINT", 100)
    add_rows(world, 0, 250)
    sizes = [step.size for step in steps(world) if step.what == "checkpoint"]
    assert sizes == [100, 200, 250], "at once, without waiting for the next interval"


def test_a_tile_stored_with_other_hashes_is_a_conflict(world: World) -> None:
    store = TileStore(world.db)
    tile = Tile(0, 0, 0, 1)
    store.insert([(tile, bytes(32))])
    store.insert([(tile, bytes(32)), (Tile(0, 0, 1, 1), bytes(32))])
    with pytest.raises(TileConflict):
        store.insert([(tile, bytes(31) + b"x")])
    with pytest.raises(TileMissing):
        store.read(Tile(0, 5, 0, 1))


def test_a_partial_tile_is_read_from_the_full_one_that_replaced_it(world: World) -> None:
    add_rows(world, 0, 300)
    world.sign()
    assert TileStore(world.db).read(Tile(0, 0, 0, 7)) == b"".join(leaves(world, 0)[:7])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 63, 64, 65, 130])
def test_the_newest_note_is_found_among_any_number(world: World, count: int) -> None:
    world.db["checkpoints"].insert_many(
        [{"_id": f"x/{n}", "note": str(n), "signed_at": ""} for n in range(1, count + 1)]
        or [{"_id": "y/1"}]
    )
    found = NoteChain(world.db, "x").last()
    assert (found.n if found else 0) == count
    walked = [note.n for note in NoteChain(world.db, "x").walk() if not isinstance(note, int)]
    assert walked == list(range(1, count + 1))


def test_the_newest_note_is_found_again_by_one_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, other = NoteChain(world.db, "x"), NoteChain(world.db, "x")
    for n in range(1, 6):  # notes of this process and of another one
        (other if n % 2 else chain).append(n, note=str(n), signed_at="")
        found = chain.last()
        assert found is not None
        assert (found.n, found.note) == (n, str(n))
    asked = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(world.db["checkpoints"], name)

    monkeypatch.setattr(chain, "_notes", Counted())
    found = chain.last()
    assert found is not None
    assert found.n == 5
    assert asked == ["find"]
    world.db["checkpoints"].delete_one({"_id": "x/5"})
    assert chain.last() is None, "a note that was there and is gone is no older note"


class Asking(pymongo.monitoring.CommandListener):
    """Which collections were read or written, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def started(self, event: Any) -> None:
        self.asked.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: Any) -> None:
        """Nothing more is of interest."""

    def failed(self, event: Any) -> None:
        """Nothing more is of interest."""


def test_one_look_tells_of_all_lanes_and_nothing_else_is_asked_where_none_grew(
    world: World,
) -> None:
    add_rows(world, 0, 10)
    world.sign()
    world.sign()
    asking = Asking()
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        *world.db.client.address, directConnection=True, event_listeners=[asking]
    )
    try:
        checkpointer = Checkpointer(
            client[world.db.name], world.key, world.lanes, 2.0, monotonic=world.clock
        )
        checkpointer.tick()  # the first look is at the ledger itself
        for _ in range(3):
            asking.asked.clear()
            world.clock.seconds += 2
            assert checkpointer.tick() == 0
            assert asking.asked == ["find checkpoints", "find lanes"]
        add_rows(world, 1, 3)
        world.clock.seconds += 2
        asking.asked.clear()
        assert checkpointer.tick() == 3, "tiles, checkpoint, head note"
        assert asking.asked.count("find checkpoints") == 2, "before signing, and for the head note"
        asking.asked.clear()
        world.clock.seconds += 2
        assert checkpointer.tick() == 0
        assert asking.asked == ["find checkpoints", "find lanes"], "its own notes are known"
    finally:
        client.close()


def test_a_note_of_the_head_that_lags_is_found_out(world: World) -> None:
    """Nobody can keep a lane from being signed by lowering what the sequencer noted."""
    checkpointer = Checkpointer(world.db, world.key, 2, 2.0, monotonic=world.clock)
    add_rows(world, 0, 10)
    checkpointer.tick()
    add_rows(world, 0, 5)
    world.db["lanes"].update_one({"_id": "head/0"}, {"$set": {"position": 10}})
    world.clock.seconds += 2
    checkpointer.tick()
    assert last_checkpoint(world, 0).size == 10
    world.clock.seconds += DEEP_S
    checkpointer.tick()
    assert last_checkpoint(world, 0).size == 15


def test_a_number_of_a_chain_is_given_once(world: World) -> None:
    chain = NoteChain(world.db, "x")
    assert chain.append(1, note="a", signed_at="")
    assert not chain.append(1, note="b", signed_at="")
    last = chain.last()
    assert last is not None
    assert last.note == "a"


def test_a_server_that_is_away_is_no_crash(databases: Databases) -> None:
    from pymongo import MongoClient  # noqa: PLC0415 - only here

    world = World(databases.log)
    away: MongoClient[dict[str, Any]] = MongoClient(
        "mongodb://127.0.0.1:9/", serverSelectionTimeoutMS=50
    )
    try:
        assert Checkpointer(away["x"], world.key, 2, 20).tick() == 0
    finally:
        away.close()
