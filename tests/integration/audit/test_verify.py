"""Full verification finds every kind of tampering and names the place."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from bson.binary import Binary

from shared.config import Databases
from shared.eventlog import Commit, sha256
from shared.eventlog.signed.notes import Checkpoint, lane_origin
from tests.support.audit_world import START, World, signing_key
from tests.support.keys import writer_of

pytestmark = pytest.mark.mongo


@pytest.fixture
def world(databases: Databases) -> World:
    world = World(databases.log)
    world.grow(24)
    world.sign()
    world.grow(13)
    world.sign()
    return world


@pytest.fixture
def victim(world: World) -> Commit:
    """A commit in the middle of its stream, with sealed parts."""
    return next(c for c in world.commits["case/0"][2:] if c.sealed)


def named(world: World, commit: Commit) -> set[str]:
    """The kinds of finding that name exactly this commit."""
    return {
        finding["kind"]
        for finding in world.verify()["findings"]
        if (finding["stream"], finding["version"]) == (commit.stream, commit.first_version)
    }


def test_an_honest_log_verifies(world: World) -> None:
    result = world.verify()
    assert result["ok"], result["findings"]
    assert result["commits"] == 37
    assert result["events"] == sum(len(c.events) for s in world.commits.values() for c in s)
    assert [lane["size"] for lane in result["lanes"]] == [
        world.ledger.head(0),
        world.ledger.head(1),
    ]
    assert all(lane["signed_size"] == lane["size"] for lane in result["lanes"])
    assert (result["macs"], result["pending"]) == ("checked", 0)
    assert msgspec.json.encode(result)


def test_an_empty_log_verifies(databases: Databases) -> None:
    world = World(databases.log)
    assert world.sign() == 1, "a head note is signed even for an empty log"
    assert world.verify()["ok"]


def test_a_flipped_bit_is_named(world: World, victim: Commit) -> None:
    body = bytearray(victim.body_bytes)
    body[body.index(b'"n":') + 4] ^= 1
    world.set_commit(victim, body=Binary(bytes(body)))
    assert {"hash", "leaf", "events", "writer"} <= named(world, victim)


def test_an_edit_that_makes_the_body_unreadable_is_named(world: World, victim: Commit) -> None:
    world.set_commit(victim, body=Binary(b"{" + victim.body_bytes))
    assert named(world, victim) == {"unreadable"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("last_version", 99),
        ("command_id", "http:other"),
        ("lane", 7),
        ("authority", "civil-affairs"),
        ("format", 2),
    ],
)
def test_a_column_that_leaves_its_body_is_named(
    world: World, victim: Commit, column: str, value: Any
) -> None:
    world.set_commit(victim, **{column: value})
    assert named(world, victim) == {"column"}


def test_a_swapped_sealed_part_is_named(world: World, victim: Commit) -> None:
    world.set_commit(victim, sealed=Binary(b"{}"))
    assert named(world, victim) == {"sealed"}


def test_a_forgery_without_the_writers_key_is_named(world: World, victim: Commit) -> None:
    world.forge(victim, with_mac=False, with_ledger=True, code_version="forged")
    assert "writer" in named(world, victim)


def test_event_types_of_another_service_are_named(world: World, victim: Commit) -> None:
    events = msgspec.to_builtins(victim.events)
    events[0]["type"] = "review.CaseApproved"
    world.forge(victim, with_mac=True, with_ledger=True, events=events)
    assert "writer" in named(world, victim)


def test_without_writer_keys_macs_are_said_to_be_unchecked(world: World, victim: Commit) -> None:
    world.set_commit(victim, mac="intake-1:00")
    assert "writer" in world.kinds()
    result = world.verify(writer_keys=None)
    assert (result["ok"], result["macs"]) == (True, "not checked")


def test_an_insider_with_every_writers_key_meets_the_signed_root(world: World) -> None:
    """Given a forger who rewrites the end of a stream, its ledger row and all macs."""
    last = world.commits["case/3"][-1]
    world.forge(last, with_mac=True, with_ledger=True, code_version="forged")
    findings = world.verify()["findings"]
    assert {finding["kind"] for finding in findings} == {"root"}
    assert findings[0]["lane"] == last.body.lane


def test_a_forged_middle_breaks_the_chain_too(world: World, victim: Commit) -> None:
    world.forge(victim, with_mac=True, with_ledger=True, code_version="forged")
    assert world.kinds() == {"chain", "root"}


def test_a_back_dated_commit_is_named(world: World, victim: Commit) -> None:
    world.forge(victim, with_mac=True, with_ledger=True, recorded_at="2026-11-20T00:00:00.000000Z")
    assert "time" in named(world, victim)


def test_gaps_in_versions_are_named(world: World) -> None:
    last = world.commits["case/2"][-1]
    events = msgspec.to_builtins(last.events)
    events[-1]["version"] += 1
    world.forge(last, with_mac=True, with_ledger=True, events=events)
    assert "versions" in named(world, last)


def test_an_unknown_format_is_named(world: World) -> None:
    last = world.commits["case/2"][-1]
    world.forge(last, with_mac=True, with_ledger=True, format=2)
    assert "format" in named(world, last)


def test_a_body_that_is_not_canonical_is_named(world: World, victim: Commit) -> None:
    """Given a body with a second, hidden value, hashed and signed with the writer's own key."""
    body = victim.body_bytes.replace(b'"format":1', b'"format":2,"format":1')
    digest = sha256(body)
    mac = writer_of("intake").mac(digest)
    world.set_commit(victim, body=Binary(body), hash=Binary(digest), mac=mac)
    assert "canonical" in named(world, victim)


def test_a_stream_whose_beginning_was_removed_is_named(world: World) -> None:
    first, second = world.commits["case/4"][:2]
    world.db["commits"].delete_one({"hash": Binary(first.hash)})
    world.db["ledger"].delete_one({"leaf": Binary(first.leaf)})
    assert named(world, second) == {"predecessor"}


def test_a_removed_commit_is_named(world: World, victim: Commit) -> None:
    world.db["commits"].delete_one({"hash": Binary(victim.hash)})
    assert "missing" in named(world, victim)


def test_a_commit_removed_with_its_row_leaves_a_gap(world: World, victim: Commit) -> None:
    position = world.position_of(victim)
    world.db["commits"].delete_one({"hash": Binary(victim.hash)})
    world.db["ledger"].delete_one({"leaf": Binary(victim.leaf)})
    found = [f for f in world.verify()["findings"] if f["kind"] == "position"]
    assert [(f["lane"], f["position"]) for f in found] == [(victim.body.lane, position)]


def test_a_removed_end_is_shorter_than_what_was_signed(world: World) -> None:
    last = max(
        (c for stream in world.commits.values() for c in stream if c.body.lane == 0),
        key=world.position_of,
    )
    position = world.position_of(last)
    world.db["commits"].delete_one({"hash": Binary(last.hash)})
    world.db["ledger"].delete_one({"leaf": Binary(last.leaf)})
    world.db["lanes"].update_one({"_id": "head/0"}, {"$set": {"position": position - 1}})
    assert world.kinds() == {"truncated"}


def test_reordered_rows_are_found(world: World) -> None:
    """Given two rows of one lane that changed places, of different streams."""
    rows = world.ledger.rows(0, 0, 30)
    first = rows[0]
    other = next(row for row in rows if row.stream != first.stream)
    world.db["ledger"].delete_many({"lane": 0, "position": {"$in": [1, other.position]}})
    swapped = [(first, other.position), (other, first.position)]
    for row, position in swapped:
        world.ledger.insert([msgspec.structs.replace(row, position=position)])
    assert "root" in world.kinds()


def test_an_inserted_commit_without_a_position_is_named(world: World) -> None:
    """Given a genuine looking commit that the sequencer never took, long ago."""
    commit = world.build("case/0")
    world.store([commit])
    assert named(world, commit) == {"unsequenced"}
    result = world.verify(now=START + timedelta(seconds=world.written + 5))
    assert (result["ok"], result["pending"]) == (True, 1), "a young one is merely on its way"


def test_a_foreign_commit_without_a_position_is_named_at_once(world: World) -> None:
    commit = world.build("case/0")
    world.store([commit])
    world.set_commit(commit, mac="intake-1:00")
    result = world.verify(now=START + timedelta(seconds=world.written + 5))
    assert [f["kind"] for f in result["findings"]] == ["unsequenced"]


def test_an_insertion_into_the_ledger_moves_the_root(world: World) -> None:
    commit = world.build("case/new")
    world.store([commit])
    lane = commit.body.lane
    later = world.ledger.rows(lane, 2, 100)
    world.db["ledger"].delete_many({"lane": lane, "position": {"$gt": 2, "$lte": 100}})
    moved = [msgspec.structs.replace(row, position=row.position + 1) for row in later]
    world.ledger.insert([world.row(commit, 3), *moved])
    world.db["lanes"].update_one({"_id": f"head/{lane}"}, {"$inc": {"position": 1}})
    assert world.kinds() == {"root"}


def test_changed_event_hashes_in_the_ledger_are_named(world: World, victim: Commit) -> None:
    events = [Binary(bytes(32)) for _ in victim.events]
    world.set_row(victim.body.lane, world.position_of(victim), events=events)
    assert named(world, victim) == {"events"}


def test_a_row_that_speaks_of_more_versions_is_named(world: World, victim: Commit) -> None:
    world.set_row(victim.body.lane, world.position_of(victim), last_version=77)
    assert named(world, victim) == {"ledger"}


def test_a_forged_checkpoint_is_found(world: World) -> None:
    note = world.db["checkpoints"].find_one({"_id": "lane/0/1"})
    assert note is not None
    forged = note["note"].replace("\n", "\n1", 1)
    world.db["checkpoints"].update_one({"_id": "lane/0/1"}, {"$set": {"note": forged}})
    assert world.kinds() == {"signature", "head"}


def test_a_checkpoint_signed_with_another_key_is_found(world: World) -> None:
    stranger = signing_key("stranger")
    text = f"{lane_origin(stranger.installation, 0)}\n3\n{'A' * 43}=\n"
    note = stranger.sign(text, name=lane_origin(stranger.installation, 0))
    world.db["checkpoints"].update_one({"_id": "lane/0/1"}, {"$set": {"note": note}})
    assert world.kinds() == {"signature", "head"}


def test_a_removed_checkpoint_is_found(world: World) -> None:
    world.db["checkpoints"].delete_one({"_id": "lane/0/1"})
    assert world.kinds() == {"checkpoint", "head"}


def test_a_checkpoint_that_does_not_grow_is_found(world: World) -> None:
    first = world.db["checkpoints"].find_one({"_id": "lane/0/1"})
    assert first is not None
    world.db["checkpoints"].insert_one({**first, "_id": "lane/0/3"})
    assert world.kinds() == {"checkpoint"}


def test_a_removed_and_a_forged_head_note_are_found(world: World) -> None:
    world.db["checkpoints"].delete_one({"_id": "head/1"})
    assert world.kinds() == {"head"}
    stranger = signing_key("stranger").sign("x\n", name=f"{world.key.installation}/head")
    world.db["checkpoints"].update_one({"_id": "head/2"}, {"$set": {"note": stranger}})
    assert world.kinds() == {"head", "signature"}


def test_a_head_note_that_lists_another_tree_is_found(world: World) -> None:
    """Given a note with the right key over a root that no checkpoint of the lane has."""
    from shared.eventlog.signed.notes import Head  # noqa: PLC0415 - made only here

    head = Head(world.key.installation, ((5, bytes(32)), (6, bytes(32))), "2026")
    note = world.key.sign(head.text(), name=f"{world.key.installation}/head")
    world.db["checkpoints"].insert_one({"_id": "head/3", "note": note, "signed_at": ""})
    assert world.kinds() == {"head"}


def test_a_head_note_that_leaves_a_lane_out_is_found(world: World) -> None:
    from shared.eventlog.signed.notes import Head  # noqa: PLC0415 - made only here

    checkpoint = world.verify()["lanes"][0]
    listed = (checkpoint["signed_size"], bytes.fromhex(checkpoint["signed_root"]))
    head = Head(world.key.installation, (listed,), "2026")
    note = world.key.sign(head.text(), name=f"{world.key.installation}/head")
    world.db["checkpoints"].insert_one({"_id": "head/3", "note": note, "signed_at": ""})
    assert world.kinds() == {"head"}


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_tile_is_found(world: World, damage: str) -> None:
    tile = world.db["tiles"].find_one({"lane": 0})
    assert tile is not None
    if damage == "gone":
        world.db["tiles"].delete_one({"_id": tile["_id"]})
    else:
        hashes = Binary(bytes(len(tile["hashes"])))
        world.db["tiles"].update_one({"_id": tile["_id"]}, {"$set": {"hashes": hashes}})
    assert world.kinds() == {"tile"}


def test_a_log_that_was_cut_and_regrown_contradicts_what_an_auditor_holds(
    databases: Databases,
) -> None:
    """Given everything restored from an old copy and grown otherwise, even re-signed."""
    honest = World(databases.log)
    honest.grow(10)
    honest.sign()
    held = [honest.db["checkpoints"].find_one({"_id": f"lane/{n}/1"})["note"] for n in (0, 1)]  # type: ignore[index]
    for name in ("commits", "ledger", "lanes", "tiles", "checkpoints"):
        databases.log[name].delete_many({})
    regrown = World(databases.log)
    regrown.written = 1000
    regrown.grow(20)
    regrown.sign()
    assert regrown.verify()["ok"], "by itself the fork is a perfect log"
    assert regrown.kinds(trusted=held) == {"root"}
    assert regrown.kinds(trusted=["no note"]) == {"trusted"}


def test_a_log_shorter_than_what_an_auditor_holds_is_found(databases: Databases) -> None:
    honest = World(databases.log)
    honest.grow(30)
    honest.sign()
    held = [honest.db["checkpoints"].find_one({"_id": f"lane/{n}/1"})["note"] for n in (0, 1)]  # type: ignore[index]
    assert honest.kinds(trusted=held) == set()
    for name in ("commits", "ledger", "lanes", "tiles", "checkpoints"):
        databases.log[name].delete_many({})
    cut = World(databases.log)
    cut.grow(5)
    cut.sign()
    assert cut.kinds(trusted=held) == {"truncated"}


def test_verification_goes_on_from_an_earlier_result(world: World) -> None:
    earlier = world.verify()
    made = world.grow(9)
    world.sign()
    result = world.verify(since=earlier)
    assert result["ok"], result["findings"]
    assert result["commits"] == 46
    assert result["events"] == sum(len(commit.events) for commit in made)
    assert result["lanes"] == world.verify()["lanes"]
    last = made[-1]
    world.set_commit(last, command_id="http:other")
    assert world.kinds(since=earlier) == {"column"}


def test_what_an_auditor_holds_is_looked_at_when_going_on_too(world: World) -> None:
    earlier = world.verify()
    note = world.db["checkpoints"].find_one({"_id": "lane/0/1"})
    assert note is not None
    assert world.kinds(since=earlier, trusted=[note["note"]]) == set()
    origin = lane_origin(world.key.installation, 0)
    lie = world.key.sign(Checkpoint(origin, 3, bytes(32)).text(), name=origin)
    assert world.kinds(since=earlier, trusted=[lie]) == {"root"}


def test_an_earlier_result_that_the_log_does_not_continue_is_a_finding(world: World) -> None:
    earlier = world.verify()
    earlier["lanes"][0]["signed_root"] = "00" * 32
    findings = world.verify(since=earlier)["findings"]
    assert [(f["kind"], f["lane"]) for f in findings] == [("root", 0)]
    assert "earlier verification" in findings[0]["detail"]


def test_long_streams_are_followed_beyond_what_is_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.audit.lane.STREAMS_REMEMBERED", 1)
    monkeypatch.setattr("shared.audit.lane.ROWS_PER_READ", 3)
    assert world.verify()["ok"]


def test_what_is_signed_while_a_verification_runs_is_no_finding(world: World) -> None:
    """Given a lane that grew and was signed after its head was read: the rest waits."""
    verifier_head = world.ledger.head(0)
    grown = world.grow(20)
    world.sign()
    assert grown
    import shared.audit.lane as lane_module  # noqa: PLC0415 - patched only here

    original = lane_module.Ledger.head
    answers = [verifier_head]

    def stale_once(self: Any, lane: int) -> int:
        return answers.pop() if lane == 0 and answers else original(self, lane)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lane_module.Ledger, "head", stale_once)
        result = world.verify()
    assert [f for f in result["findings"] if f["kind"] != "unsequenced"] == []
    assert result["lanes"][0]["size"] == verifier_head
