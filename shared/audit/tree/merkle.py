"""RFC 6962 trees: hashing, roots, proofs and their verification (RFC 9162, section 2.1).

Pure: hashes in, hashes out. Where the hashes of a large tree are kept is the business of
`shared.audit.tree.tiles`; here a tree is whatever answers `node(level, index)`, the hash of the
complete subtree over the leaves [index * 2**level, (index + 1) * 2**level).
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

Node = Callable[[int, int], bytes]
"""(level, index) to the 32-byte hash of that complete subtree; level 0 holds the leaf hashes."""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
MAX_SIZE: Final = 1 << 62


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(00 ‖ entry): RFC 6962, 2.1; our entry is a commit's 32-byte hash."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 ‖ left ‖ right): RFC 6962, 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than `size` (size > 1): where a tree divides."""
    return 1 << ((size - 1).bit_length() - 1)


class Frontier:
    """The complete subtrees of a growing tree, largest first: its root in O(log n) memory."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees")
        self._size = size
        self._peaks = list(peaks)

    @property
    def size(self) -> int:
        """Number of leaves appended so far."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The hashes of the complete subtrees, largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right edge."""
        merged, carry = leaf, self._size
        while carry & 1:
            merged = node_hash(self._peaks.pop(), merged)
            carry >>= 1
        self._peaks.append(merged)
        self._size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self._peaks:
            return EMPTY_ROOT
        result = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            result = node_hash(peak, result)
        return result


def peaks(size: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees of a tree of `size`, largest first."""
    found: list[tuple[int, int]] = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def frontier_at(size: int, node: Node) -> Frontier:
    """The frontier of a stored tree at `size` leaves."""
    return Frontier(size, [node(level, index) for level, index in peaks(size)])


def range_root(start: int, end: int, node: Node) -> bytes:
    """MTH(D[start:end]), for a range that RFC 6962 splits off (start is aligned to it)."""
    width = end - start
    if width.bit_count() == 1 and start % width == 0:
        level = width.bit_length() - 1
        return node(level, start >> level)
    middle = start + split(width)
    return node_hash(range_root(start, middle, node), range_root(middle, end, node))


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]), from the leaf's sibling up to the root's child: RFC 6962 2.1.1.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    path.reverse()
    return path


def consistency_path(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(old, D[new]): RFC 6962 2.1.2. Empty where nothing needs proving.

    Raises:
        ValueError: the old tree is larger than the new one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is no beginning of one of {new}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end = 0, new
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    if start > 0:
        path.append(range_root(start, end, node))
    path.reverse()
    return path


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether `path` proves the leaf hash at `index` under `root`: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size <= MAX_SIZE or any(len(step) != HASH_BYTES for step in path):
        return False
    position, last, result = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(step, result)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            result = node_hash(result, step)
        position >>= 1
        last >>= 1
    return last == 0 and result == root


def verify_consistency(
    *, old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Tell whether `path` proves that the new tree begins with the old: RFC 9162, 2.1.4.2.

    Every tree begins with the empty one, whose root is known; equal sizes need equal roots.
    """
    if not 0 <= old <= new <= MAX_SIZE or any(len(step) != HASH_BYTES for step in path):
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    return _replay(old - 1, new - 1, steps) == (old_root, new_root)


def _replay(position: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that the steps lead to; None if the steps do not fit."""
    while position & 1:
        position >>= 1
        last >>= 1
    old_result = new_result = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old_result = node_hash(step, old_result)
            new_result = node_hash(step, new_result)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new_result = node_hash(new_result, step)
        position >>= 1
        last >>= 1
    return (old_result, new_result) if last == 0 else None
