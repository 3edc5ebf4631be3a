"""The stored trees: tiles of 256 hashes in the layout of C2SP tlog-tiles, insert-only.

A proof reads a few tiles, never the lane. A tile is known by its path, which holds its width: a
full tile never changes, a partial one is superseded by a wider one and stays. The same path with
other bytes is therefore a fork, and is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.audit.tree.merkle import HASH_BYTES, Frontier, frontier_at, node_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
DUPLICATE_KEY: Final = 11000


class TileMissing(LookupError):
    """The tree that a checkpoint speaks of is not stored whole."""


class TileConflict(Exception):
    """A tile is stored with other hashes than those it must have: the lane was forked."""


@dataclass(frozen=True)
class Tile:
    """Coordinates: `width` hashes from `index * 256` on, each over 256**level leaves."""

    lane: int
    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """The path of C2SP tlog-tiles, `tile/<level>/<index>[.p/<width>]`."""
        parts = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            parts.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(parts)}{partial}"

    @property
    def key(self) -> str:
        """The `_id` of the stored tile."""
        return f"{self.lane}/{self.path}"


def edge(lane: int, size: int) -> list[Tile]:
    """The last tile of each level of a tree of `size`, full or partial."""
    tiles = []
    level, count = 0, size
    while count:
        tiles.append(Tile(lane, level, (count - 1) // WIDTH, (count - 1) % WIDTH + 1))
        level, count = level + 1, count // WIDTH
    return tiles


def tile_for(lane: int, size: int, level: int, index: int) -> Tile:
    """The tile, as it is at tree size `size`, that holds the node (level, index)."""
    tile_level = level // HEIGHT
    first = index << (level % HEIGHT)
    count = size >> (HEIGHT * tile_level)
    tile_index = first // WIDTH
    return Tile(lane, tile_level, tile_index, min(WIDTH, count - tile_index * WIDTH))


def subtree(hashes: bytes, start: int, count: int) -> bytes:
    """The root over `count` (a power of two) hashes of a tile from `start` on."""
    row = [hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(start, start + count)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


class TileStore:
    """The collection `tiles`: {_id: path within its lane, lane, hashes}."""

    def __init__(self, log: Database[dict[str, Any]]) -> None:
        self._tiles = log["tiles"]

    def read(self, tile: Tile) -> bytes:
        """The hashes of a tile, cut from the full tile if only that is stored.

        Raises:
            TileMissing: neither is stored whole.
        """
        full = Tile(tile.lane, tile.level, tile.index, WIDTH)
        for candidate in dict.fromkeys((tile, full)):
            stored = self._tiles.find_one({"_id": candidate.key})
            if stored is not None and len(stored["hashes"]) == candidate.width * HASH_BYTES:
                return bytes(stored["hashes"])[: tile.width * HASH_BYTES]
        raise TileMissing(tile.key)

    def read_many(self, tiles: Iterable[Tile]) -> dict[Tile, bytes]:
        """The hashes of those tiles that are stored under exactly these coordinates."""
        by_key = {tile.key: tile for tile in tiles}
        found = self._tiles.find({"_id": {"$in": list(by_key)}}) if by_key else ()
        return {by_key[row["_id"]]: bytes(row["hashes"]) for row in found}

    def insert(self, tiles: Iterable[tuple[Tile, bytes]]) -> None:
        """Store tiles; one that is there already with the same hashes is fine.

        Raises:
            TileConflict: one is there with other hashes.
        """
        wanted = dict(tiles)
        if not wanted:
            return
        rows = [{"_id": tile.key, "lane": tile.lane, "hashes": h} for tile, h in wanted.items()]
        try:
            self._tiles.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            failures = (error.details or {}).get("writeErrors", [])
            if any(failure.get("code") != DUPLICATE_KEY for failure in failures) or not failures:
                raise
            stored = self.read_many(wanted)
            for tile, hashes in wanted.items():
                if stored.get(tile) != hashes:
                    raise TileConflict(f"{tile.key} is stored with other hashes") from error


class StoredTree:
    """One lane's tree at one size, read tile by tile; a tile is fetched once."""

    def __init__(self, store: TileStore, lane: int, size: int) -> None:
        self._store = store
        self._lane = lane
        self._cache: dict[Tile, bytes] = {}
        self.size = size

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree (see `merkle.Node`).

        Raises:
            TileMissing: its tile is not stored.
        """
        tile = tile_for(self._lane, self.size, level, index)
        if tile not in self._cache:
            self._cache[tile] = self._store.read(tile)
        count = 1 << (level % HEIGHT)
        return subtree(self._cache[tile], index * count % WIDTH, count)

    def frontier(self) -> Frontier:
        """The frontier from which the tree grows on."""
        return frontier_at(self.size, self.node)


class TileBuilder:
    """The right edge of one lane's tree, growing leaf by leaf; gives out tiles as they fill."""

    def __init__(self, lane: int, tree: StoredTree | None = None) -> None:
        self.lane = lane
        self.size = tree.size if tree else 0
        self.frontier = tree.frontier() if tree else Frontier()
        self._rows: list[list[bytes]] = []
        for tile in edge(lane, self.size) if tree else ():
            # a level whose last tile is full goes on with an empty one
            width = tile.width % WIDTH
            first = tile.index * WIDTH
            self._rows.append(
                [tree.node(HEIGHT * tile.level, first + at) for at in range(width)] if tree else []
            )

    @property
    def leaves(self) -> tuple[bytes, ...]:
        """The leaf hashes of the last tile, while it is partial."""
        return tuple(self._rows[0]) if self._rows else ()

    def append(self, leaf: bytes) -> Iterator[tuple[Tile, bytes]]:
        """Add a leaf hash; return the tiles that it completed."""
        self.frontier.append(leaf)
        self.size += 1
        carried, full = leaf, []
        for level in range(self.size.bit_length() // HEIGHT + 2):
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(carried)
            if len(row) < WIDTH:
                break
            hashes = b"".join(row)
            index = (self.size >> (HEIGHT * (level + 1))) - 1
            full.append((Tile(self.lane, level, index, WIDTH), hashes))
            carried = subtree(hashes, 0, WIDTH)
            row.clear()
        return iter(full)

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles that a checkpoint at this size needs."""
        return [
            (Tile(self.lane, level, self.size >> (HEIGHT * (level + 1)), len(row)), b"".join(row))
            for level, row in enumerate(self._rows)
            if row
        ]
