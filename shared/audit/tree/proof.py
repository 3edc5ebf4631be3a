"""Proof that one commit is in the log, and its verification from a receipt alone.

Whoever was answered with a commit's hash can demand this document and check it offline: the
receipt gives the leaf, the path leads to a root, the installation's signature stands under it.
"""

import base64
from typing import Any, Final

from pymongo.database import Database

from shared.audit.tree.merkle import inclusion_path, leaf_hash, verify_inclusion
from shared.audit.tree.tiles import StoredTree, TileStore
from shared.eventlog.signed.chain import lane_chain
from shared.eventlog.signed.notes import BadNote, PublicKey, lane_origin, open_checkpoint
from shared.relay.ledger.ledger import Ledger

FORMAT: Final = "caseledger-proof/1"
HASH_CHARS: Final = 64


class NotProven(LookupError):
    """There is no proof for this hash (yet); the message is one sentence that says why."""


def prove(db: Database[dict[str, Any]], hash_hex: str, *, key: PublicKey) -> dict[str, Any]:
    """The proof that the commit with this hash is in the log.

    Args:
        db: the log's database.
        hash_hex: the commit's hash as its receipt gives it, 64 hexadecimal digits.
        key: the installation's public key.

    Returns:
        {"format", "hash", "stream", "first_version", "lane", "position", "index", "size",
        "leaf", "path": [hex], "checkpoint": signed note, "origin", "key", "tlog_proof"}: see
        docs/reference/export-format.md. `index` counts from 0, `position` from 1.

    Raises:
        NotProven: no such commit, or it is younger than the newest checkpoint.
        ValueError: not a hash.
    """
    leaf = leaf_hash(_hash(hash_hex))
    row = Ledger(db).row_of_leaf(leaf)
    if row is None:
        raise NotProven("No commit with this hash has a position in the log.")
    stored = lane_chain(db, row.lane).last()
    checkpoint = None if stored is None else open_checkpoint(key, row.lane, stored.note)
    if stored is None or checkpoint is None or checkpoint.size < row.position:
        raise NotProven("The commit is in the log and not yet signed; ask again in a minute.")
    index = row.position - 1
    tree = StoredTree(TileStore(db), row.lane, checkpoint.size)
    path = inclusion_path(index, checkpoint.size, tree.node)
    steps = "".join(base64.b64encode(step).decode() + "\n" for step in path)
    return {
        "format": FORMAT,
        "hash": hash_hex.lower(),
        "stream": row.stream,
        "first_version": row.first_version,
        "lane": row.lane,
        "position": row.position,
        "index": index,
        "size": checkpoint.size,
        "leaf": leaf.hex(),
        "path": [step.hex() for step in path],
        "checkpoint": stored.note,
        "origin": checkpoint.origin,
        "key": key.text(),
        "key_id": key.id(checkpoint.origin),
        "tlog_proof": f"c2sp.org/tlog-proof@v1\nindex {index}\n{steps}\n{stored.note}",
    }


def check_proof(document: dict[str, Any], *, hash_hex: str, key: PublicKey) -> list[str]:
    """The faults of a proof for the holder of this receipt; empty if it holds.

    Nothing of the document is believed but what leads from the receipt's hash to a root under
    the signature of `key`, which the holder must have from elsewhere.
    """
    try:
        leaf = leaf_hash(_hash(hash_hex))
        lane, index = int(document["lane"]), int(document["index"])
        path = [bytes.fromhex(step) for step in document["path"]]
        checkpoint = open_checkpoint(key, lane, str(document["checkpoint"]))
    except BadNote as error:
        return [f"The checkpoint of {lane_origin(key.installation, lane)} is not valid: {error}."]
    except (KeyError, TypeError, ValueError) as error:
        return [f"This is not a proof of ours ({type(error).__name__}: {error})."]
    wrong = [
        f"The proof says {name} {document.get(name)!r}, its signed part {value!r}."
        for name, value in (("size", checkpoint.size), ("position", index + 1))
        if document.get(name) != value
    ]
    if not verify_inclusion(
        leaf=leaf, index=index, size=checkpoint.size, path=path, root=checkpoint.root
    ):
        wrong.append("The path does not lead from this receipt to the signed root.")
    return wrong


def _hash(hash_hex: str) -> bytes:
    if len(hash_hex) != HASH_CHARS:
        raise ValueError("A commit's hash has 64 hexadecimal digits.")
    return bytes.fromhex(hash_hex)
