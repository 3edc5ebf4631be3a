"""The tree against an independent implementation (pymerkle) and against RFC 6962's own words."""

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit.tree import merkle
from tests.support.trees import root_of

ENTRIES = [hashlib.sha256(str(number).encode()).digest() for number in range(300)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1 word for word, over leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def node(level: int, index: int) -> bytes:
    return tree_hash(LEAVES[index << level : (index + 1) << level])


def tree_of(size: int) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in ENTRIES[:size]:
        tree.append_entry(entry)
    return tree


def test_the_published_vectors_of_certificate_transparency() -> None:
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    inputs.append("606162636465666768696a6b6c6d6e6f")
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in inputs]
    roots = [root_of(leaves[:size]).hex() for size in range(9)]
    assert roots[0] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert roots[1] == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert roots[3] == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert roots[8] == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_roots_are_those_of_pymerkle_at_every_size() -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    frontier = merkle.Frontier()
    for entry, leaf in zip(ENTRIES, LEAVES, strict=True):
        tree.append_entry(entry)
        frontier.append(leaf)
        assert frontier.root() == tree.get_root()


def test_inclusion_paths_are_those_of_pymerkle() -> None:
    for size in (1, 2, 3, 7, 8, 9, 64, 65, 255, 256, 257, 300):
        tree = tree_of(size)
        for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
            theirs = tree.prove_inclusion(index + 1).path[1:]  # theirs begins with the leaf itself
            assert merkle.inclusion_path(index, size, node) == theirs


def test_pymerkle_accepts_our_roots_as_consistent() -> None:
    tree = tree_of(130)
    for old in range(1, 130):
        proof = tree.prove_consistency(old, 130)
        pymerkle.verify_consistency(root_of(LEAVES[:old]), root_of(LEAVES[:130]), proof)


@pytest.mark.parametrize("size", range(1, 70))
def test_every_leaf_of_every_small_tree_is_proven_and_no_other(size: int) -> None:
    root = root_of(LEAVES[:size])
    for index in range(size):
        path = merkle.inclusion_path(index, size, node)
        given_proof = {"size": size, "path": path, "root": root}
        assert merkle.verify_inclusion(leaf=LEAVES[index], index=index, **given_proof)
        assert not merkle.verify_inclusion(leaf=LEAVES[size], index=index, **given_proof)
        for other in range(size):
            if other != index:
                assert not merkle.verify_inclusion(leaf=LEAVES[index], index=other, **given_proof)


@pytest.mark.parametrize("new", range(70))
def test_every_small_tree_is_consistent_with_all_its_beginnings(new: int) -> None:
    new_root = root_of(LEAVES[:new])
    for old in range(new + 1):
        path = merkle.consistency_path(old, new, node)
        old_root = root_of(LEAVES[:old])
        proven = {"old": old, "new": new, "path": path}
        assert merkle.verify_consistency(**proven, old_root=old_root, new_root=new_root)
        assert not merkle.verify_consistency(**proven, old_root=LEAVES[299], new_root=new_root)
        if new > old > 0:
            assert not merkle.verify_consistency(**proven, old_root=old_root, new_root=LEAVES[299])


@given(st.integers(1, 299), st.data())
def test_a_fork_is_never_consistent(old: int, data: st.DataObject) -> None:
    """Given a tree that changed one early leaf, no path leads from the old root to its root."""
    new = data.draw(st.integers(old, 300))
    changed = data.draw(st.integers(0, old - 1))
    forked = list(LEAVES)
    forked[changed] = merkle.leaf_hash(b"forged")

    def forked_node(level: int, index: int) -> bytes:
        return tree_hash(forked[index << level : (index + 1) << level])

    path = merkle.consistency_path(old, new, forked_node)
    assert not merkle.verify_consistency(
        old=old,
        new=new,
        path=path,
        old_root=root_of(LEAVES[:old]),
        new_root=root_of(forked[:new]),
    )


@given(st.integers(1, 300), st.data())
def test_a_changed_path_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(index, size, node)
    damaged = data.draw(
        st.one_of(
            st.just([*path, LEAVES[0]]),
            st.just(path[:-1]) if path else st.just([LEAVES[0]]),
            st.just([step[:-1] + bytes([step[-1] ^ 1]) for step in path] or [b"short"]),
        )
    )
    assert not merkle.verify_inclusion(
        leaf=LEAVES[index], index=index, size=size, path=damaged, root=root_of(LEAVES[:size])
    )


def test_the_root_of_a_smaller_tree_does_not_pass_for_a_larger_one() -> None:
    """Given a path that ends too early: it leads to a genuine root, of another size."""
    for old, middle, new in ((2, 4, 8), (3, 4, 8), (1, 2, 3), (5, 8, 16)):
        path = merkle.consistency_path(old, middle, node)
        old_root, root = root_of(LEAVES[:old]), root_of(LEAVES[:middle])
        proven = {"old": old, "path": path, "old_root": old_root, "new_root": root}
        assert merkle.verify_consistency(new=middle, **proven)
        assert not merkle.verify_consistency(new=new, **proven)


@given(st.integers(0, 300), st.integers(0, 50))
def test_a_frontier_taken_from_the_stored_tree_goes_on_as_if_never_stopped(
    size: int, more: int
) -> None:
    size = min(size, 300 - more)
    frontier = merkle.frontier_at(size, node)
    assert frontier.root() == root_of(LEAVES[:size])
    for leaf in LEAVES[size : size + more]:
        frontier.append(leaf)
    assert frontier.root() == root_of(LEAVES[: size + more])
