"""The root of a whole tree, leaf by leaf: what stored tiles and notes are held against."""

from collections.abc import Iterable

from shared.audit.tree.merkle import Frontier


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()
