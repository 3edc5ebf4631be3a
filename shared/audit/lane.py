"""Full verification of one lane: its rows, their commits and its tree, in order.

Bounded memory: a batch of rows with their commits, the right edge of the tree, and what the next
commit of the streams seen last must go on from; of older streams that is read again.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import pymongo
from pymongo.database import Database

from shared.audit.commits import (
    CommitProblem,
    Previous,
    check_body,
    check_chain,
    check_opened,
    check_row,
)
from shared.audit.findings import Findings
from shared.audit.signed import Claim, LaneTree
from shared.audit.tree.merkle import consistency_path, verify_consistency
from shared.audit.tree.tiles import StoredTree, TileMissing, TileStore
from shared.eventlog import Keyring, Opened, open_stored
from shared.eventlog.aside.documents import stands_at
from shared.eventlog.aside.stream import NOTHING, Aside
from shared.eventlog.door import Place, Places, settled
from shared.eventlog.signed.notes import CutOver, PublicKey
from shared.relay.ledger.ledger import Ledger, Row

ROWS_PER_READ: Final = 500
READ_TIMEOUT_S: Final = 60
STREAMS_REMEMBERED: Final = 50_000

Document = dict[str, Any]


class LaneVerifier:
    """Verifies one lane; several lanes may be verified by processes of their own."""

    def __init__(
        self,
        db: Database[Document],
        lane: int,
        *,
        key: PublicKey,
        findings: Findings,
        writer_keys: Keyring | None,
        cut_over: CutOver | None = None,
        aside: Aside = NOTHING,
    ) -> None:
        self._db = db
        self._commits = db["commits"]
        self._ledger = Ledger(db)
        self._lane = lane
        self._key = key
        self._findings = findings
        self._writer_keys = writer_keys
        self._cut_over = cut_over
        self._aside = aside
        self._streams: OrderedDict[str, Previous] = OrderedDict()
        self.events = 0

    def run(
        self, claims: Sequence[Claim] = (), *, since: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Verify the lane up to the ledger's present end; return its line of the result."""
        tree = self._tree(claims, since)
        head = self._ledger.head(self._lane)
        at = tree.size
        while at < head:
            upto = min(head, at + ROWS_PER_READ)
            with pymongo.timeout(READ_TIMEOUT_S):  # a batch is larger than what a request reads
                rows = self._ledger.rows(self._lane, at, upto)
                documents = self._documents(rows)
            for row in rows:
                self._gap(tree, at, row.position)
                at = row.position
                self._check(row, documents.get((row.stream, row.first_version)))
                tree.append(row.leaf)
            self._gap(tree, at, upto + 1)
            at = upto
        tree.finish(lambda: self._ledger.head(self._lane))
        return {
            "lane": self._lane,
            "size": tree.size,
            "root": tree.root().hex(),
            "signed_size": tree.signed_size,
            "signed_root": tree.signed_root.hex(),
            "checkpoints": tree.checkpoints,
        }

    def _tree(self, claims: Sequence[Claim], since: Mapping[str, Any] | None) -> LaneTree:
        """The tree to continue from; the lane's beginning if the tiles cannot be used."""
        if since is not None and since["signed_size"]:
            start = (since["signed_size"], since["checkpoints"])
            try:
                tree = self._tree_at(claims, start)
            except TileMissing:
                self._add("tile", f"the tree of {since['size']} leaves is not stored whole")
            else:
                if tree.root().hex() == since["signed_root"]:
                    self._meet_earlier(claims, start[0], tree.root())
                    return tree
                root = bytes.fromhex(since["signed_root"])
                claims = (*claims, Claim(since["signed_size"], root, "the earlier verification"))
        return self._tree_at(claims, (0, 0))

    def _meet_earlier(self, claims: Sequence[Claim], size: int, root: bytes) -> None:
        """Hold claims about less than is gone on from against the tree verified earlier."""
        node = StoredTree(TileStore(self._db), self._lane, size).node
        for claim in claims:
            if claim.size <= size and not verify_consistency(
                old=claim.size,
                new=size,
                path=consistency_path(claim.size, size, node),
                old_root=claim.root,
                new_root=root,
            ):
                self._add("root", f"{claim.who} has another root at {claim.size} leaves")

    def _tree_at(self, claims: Sequence[Claim], start: tuple[int, int]) -> LaneTree:
        later = [claim for claim in claims if claim.size > start[0] or not start[0]]
        return LaneTree(
            self._db,
            self._lane,
            key=self._key,
            findings=self._findings,
            claims=later,
            start=start,
        )

    def _documents(self, rows: Sequence[Row]) -> dict[tuple[str, int], Document]:
        if not rows:
            return {}
        found = self._commits.find(
            {
                "stream": {"$in": sorted({row.stream for row in rows})},
                "first_version": {"$in": sorted({row.first_version for row in rows})},
            }
        )
        return {place: d for d in found if (place := stands_at(d)) is not None}

    def _gap(self, tree: LaneTree, at: int, position: int) -> None:
        """Report the positions between `at` and `position`, which the ledger lacks or doubles."""
        if position != at + 1:
            tree.skip()
            what = f"no row at {at + 1} to {position - 1}" if position > at else "given twice"
            self._add("position", what, position=min(position, at + 1))

    def _check(self, row: Row, document: Document | None) -> None:
        where = {"position": row.position, "stream": row.stream, "version": row.first_version}
        if document is None:
            self._add("missing", "the commit of this position is not in the log", **where)
            return
        opened = self._opened(document, {row.leaf: Place(row.lane, row.position)})
        for problem in chain(check_opened(opened), self._problems(row, opened)):
            self._add(problem.kind, problem.detail, **where)
        if opened.commit is not None:
            self.events += len(opened.commit.events)
            self._remember(row.stream, Previous.of(opened.commit, opened.digest))

    def _opened(self, document: Document, places: Places) -> Opened:
        """Open a commit; with a key of before the signatures it must be the ledger's own."""
        opened = open_stored(document, self._writer_keys)
        if settled(opened, places, self._cut_over):
            opened = open_stored(document, self._writer_keys, settled=True)
        return opened

    def _problems(self, row: Row, opened: Opened) -> Iterator[CommitProblem]:
        commit = opened.commit
        if commit is not None:
            yield from check_body(commit)
            yield from check_chain(commit, self._previous(row), self._aside)
            yield from check_row(commit, row, digest=opened.digest, values=opened.values)

    def _previous(self, row: Row) -> Previous | None:
        known = self._streams.get(row.stream)
        if known is not None or row.first_version <= 1:
            return known
        wanted = {
            "stream": row.stream,
            "first_version": {"$gte": 1, "$lte": row.first_version - 1},
        }
        for document in self._commits.find(wanted).sort("first_version", pymongo.DESCENDING):
            opened = self._opened(document, self._places(document))
            if opened.commit is not None and not opened.wrong:
                return Previous.of(opened.commit)
        return None

    def _places(self, document: Document) -> Places:
        """The place of a commit in the ledger, by its leaf there."""
        stream, first = document["stream"], document["first_version"]
        row = self._ledger.row_of_commit(self._lane, stream, first)
        return {} if row is None else {row.leaf: Place(row.lane, row.position)}

    def _remember(self, stream: str, previous: Previous) -> None:
        self._streams[stream] = previous
        self._streams.move_to_end(stream)
        if len(self._streams) > STREAMS_REMEMBERED:
            self._streams.popitem(last=False)

    def _add(self, kind: str, detail: str, **where: Any) -> None:
        self._findings.add(kind, detail, lane=self._lane, **where)
