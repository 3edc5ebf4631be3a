"""A receipt with its proof and the public key shows that the commit is in the log."""

from typing import Any

import pymerkle
import pytest

from shared.audit import NotProven, check_proof, prove
from shared.config import Databases
from shared.eventlog import Commit
from shared.eventlog.signed.notes import open_checkpoint, split_note
from tests.support.audit_world import World, signing_key
from tests.support.trees import root_of

pytestmark = pytest.mark.mongo


@pytest.fixture
def world(databases: Databases) -> World:
    world = World(databases.log, lanes=1)
    world.grow(300)
    world.sign()
    return world


def proof_of(world: World, commit: Commit) -> dict[str, Any]:
    return prove(world.db, commit.hash.hex(), key=world.key.public)


def test_every_commit_is_proven_to_the_holder_of_its_receipt(world: World) -> None:
    for stream in world.commits.values():
        for commit in stream[::17]:
            document = proof_of(world, commit)
            receipt = commit.hash.hex()
            assert check_proof(document, hash_hex=receipt, key=world.key.public) == []
            assert (document["stream"], document["position"]) == (
                commit.stream,
                world.position_of(commit),
            )


def test_the_proof_is_that_of_an_independent_tree(world: World) -> None:
    lane = 0
    commits = {c.leaf: c for stream in world.commits.values() for c in stream}
    rows = world.ledger.rows(lane, 0, 1000)
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for row in rows:
        tree.append_entry(commits[row.leaf].hash)
    document = proof_of(world, commits[rows[100].leaf])
    theirs = tree.prove_inclusion(101)
    assert [bytes.fromhex(step) for step in document["path"]] == theirs.path[1:]
    checkpoint = open_checkpoint(world.key.public, lane, document["checkpoint"])
    assert checkpoint.root == tree.get_root() == root_of(row.leaf for row in rows)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("index", 3),
        ("path", []),
        ("path", ["00" * 32]),
        ("path", "zz"),
        ("lane", 1),
        ("size", 1),
        ("position", 1),
        ("checkpoint", "nothing"),
        ("index", None),
    ],
)
def test_a_proof_in_which_anything_was_changed_does_not_hold(
    world: World, field: str, value: Any
) -> None:
    commit = world.commits["case/1"][2]
    honest = proof_of(world, commit)
    document = honest | {field: value}
    assert document != honest
    receipt = commit.hash.hex()
    assert check_proof(document, hash_hex=receipt, key=world.key.public)


def test_a_proof_holds_for_no_other_receipt_and_no_other_key(world: World) -> None:
    one, two = world.commits["case/1"][:2]
    document = proof_of(world, one)
    assert check_proof(document, hash_hex=two.hash.hex(), key=world.key.public)
    assert check_proof(document, hash_hex="short", key=world.key.public)
    stranger = signing_key("stranger").public
    assert check_proof(document, hash_hex=one.hash.hex(), key=stranger)
    elsewhere = signing_key(installation="elsewhere.example").public
    assert check_proof(document, hash_hex=one.hash.hex(), key=elsewhere)


def test_what_is_not_there_or_not_signed_yet_is_not_proven(world: World) -> None:
    with pytest.raises(NotProven, match="No commit"):
        prove(world.db, "ab" * 32, key=world.key.public)
    young = world.append("case/0")
    with pytest.raises(NotProven, match="not yet signed"):
        proof_of(world, young)
    world.sign()
    assert proof_of(world, young)
    with pytest.raises(ValueError, match="64"):
        prove(world.db, "ab", key=world.key.public)


def test_the_proof_comes_in_the_form_of_c2sp_too(world: World) -> None:
    document = proof_of(world, world.commits["case/1"][0])
    top, _, checkpoint = document["tlog_proof"].partition("\n\n")
    lines = top.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {document['index']}"]
    assert len(lines) == 2 + len(document["path"])
    assert checkpoint == document["checkpoint"]
    assert split_note(checkpoint)
