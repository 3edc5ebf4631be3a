"""The export: everything that an auditor needs to verify the log without us.

A directory, or a plain tar of it, of JSON lines in ledger order, up to the newest head note: what
the installation has put its name to, and not a line more. It copies and judges nothing: whatever
is wrong with the log is in the export for the verifier to find. docs/reference/export-format.md.
"""

import base64
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pymongo
from pymongo.database import Database

from shared.config.wall_clock import utc_now
from shared.config.writer_keys import KeyEntry, write_entries
from shared.eventlog import sha256, timestamp
from shared.eventlog.aside.documents import stands_at
from shared.eventlog.signed.chain import StoredNote, cut_over_chain, head_chain, lane_chain
from shared.eventlog.signed.notes import Head, PublicKey, open_checkpoint, open_head
from shared.relay.ledger.ledger import Ledger, Row

FORMAT: Final = "caseledger-export/1"
ROWS_PER_READ: Final = 500
READ_TIMEOUT_S: Final = 60

Document = dict[str, Any]


class NothingSigned(LookupError):
    """There is no head note yet, so nothing that could be verified."""


def export_log(
    db: Database[Document],
    target: Path,
    *,
    key: PublicKey,
    writers: Sequence[KeyEntry] = (),
    sealed: bool = False,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Write the log, up to its newest head note, to a directory or (name ending in .tar) a tar.

    Args:
        db: the log's database.
        target: what to make; it must not exist. It appears whole or not at all.
        key: the installation's public key.
        writers: the writers' public keys (`writers.json`), without which nobody can check who
            wrote what.
        sealed: also copy the encrypted personal fields (no key is ever exported).
        now: the time to write into the manifest (default: the clock).

    Returns:
        {"target", "format", "installation", "lanes", "commits", "head", "signed_at", "sealed"}.

    Raises:
        NothingSigned: no head note yet.
        FileExistsError: the target is there.
        BadNote: the newest head note is not signed with this key.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists; an export is never written over another.")
    newest = head_chain(db).last()
    if newest is None:
        raise NothingSigned("Nothing is signed yet; a running sequencer signs within a minute.")
    head = open_head(key, newest.note)
    folder = target.with_name(target.name + ".partial")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write(folder / "heads.jsonl", _upto(head_chain(db).walk(), newest.n))
    _write(folder / "cut-over.jsonl", _upto(cut_over_chain(db).walk()))
    if writers:
        write_entries(folder, writers)
    commits = sum(
        _export_lane(db, folder / "lanes" / str(lane), lane, size, key=key, sealed=sealed)
        for lane, (size, _) in enumerate(head.lanes)
    )
    manifest = _manifest(head, key=key, head_number=newest.n, commits=commits, sealed=sealed)
    manifest["exported_at"] = timestamp(now or utc_now())
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    (folder / "key.txt").write_text(key.text() + "\n", encoding="utf-8")
    _finish(folder, target)
    return {"target": str(target), **manifest}


def _manifest(
    head: Head, *, key: PublicKey, head_number: int, commits: int, sealed: bool
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "installation": key.installation,
        "lanes": len(head.lanes),
        "commits": commits,
        "head": head_number,
        "signed_at": head.signed_at,
        "sealed": sealed,
    }


def _export_lane(
    db: Database[Document], folder: Path, lane: int, size: int, *, key: PublicKey, sealed: bool
) -> int:
    """Write one lane's checkpoints, rows and commits up to `size`; return how many rows."""
    folder.mkdir(parents=True)
    signed = (note for note in _upto(lane_chain(db, lane).walk()) if _size(note, lane, key) <= size)
    _write(folder / "checkpoints.jsonl", signed)
    ledger, count = Ledger(db), 0
    with (
        (folder / "ledger.jsonl").open("wb") as rows_file,
        (folder / "commits.jsonl").open("wb") as commits_file,
    ):
        for after in range(0, size, ROWS_PER_READ):
            with pymongo.timeout(READ_TIMEOUT_S):  # a batch is larger than what a request reads
                rows = ledger.rows(lane, after, min(size, after + ROWS_PER_READ))
                documents = _documents(db, rows)
            for row in rows:
                count += 1
                rows_file.write(orjson.dumps(_row_line(row)) + b"\n")
                document = documents.get((row.stream, row.first_version))
                if document is not None:
                    line = _commit_line(row, document, sealed=sealed)
                    commits_file.write(orjson.dumps(line) + b"\n")
    return count


def _size(note: dict[str, Any], lane: int, key: PublicKey) -> int:
    """The size that a note claims; 0 for a bad note, which is exported for the verifier."""
    try:
        return open_checkpoint(key, lane, note["note"]).size
    except ValueError:
        return 0


def _upto(notes: Iterable[StoredNote | int], last: int | None = None) -> Iterator[dict[str, Any]]:
    for note in notes:
        number = note if isinstance(note, int) else note.n
        if last is not None and number > last:
            return
        if not isinstance(note, int):
            yield {"n": note.n, "note": note.note, "signed_at": note.signed_at}


def _documents(db: Database[Document], rows: list[Row]) -> dict[tuple[str, int], Document]:
    if not rows:
        return {}
    found = db["commits"].find(
        {
            "stream": {"$in": sorted({row.stream for row in rows})},
            "first_version": {"$in": sorted({row.first_version for row in rows})},
        }
    )
    return {place: d for d in found if (place := stands_at(d)) is not None}


def _row_line(row: Row) -> dict[str, Any]:
    return {
        "position": row.position,
        "stream": row.stream,
        "first_version": row.first_version,
        "last_version": row.last_version,
        "leaf": row.leaf.hex(),
        "events": [digest.hex() for digest in row.events],
        "sequenced_at": row.sequenced_at,
    }


def _commit_line(row: Row, document: Document, *, sealed: bool) -> dict[str, Any]:
    ciphertext = document.get("sealed")
    line = {
        "position": row.position,
        "body": base64.b64encode(document["body"]).decode(),
        "hash": bytes(document["hash"]).hex(),
        "mac": document["mac"],
        "sealed_hash": None if ciphertext is None else sha256(bytes(ciphertext)).hex(),
    }
    if sealed and ciphertext is not None:
        line["sealed"] = base64.b64encode(ciphertext).decode()
    return line


def _write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    with path.open("wb") as file:
        for line in lines:
            file.write(orjson.dumps(line) + b"\n")


def _finish(folder: Path, target: Path) -> None:
    """Give the finished export its name, as a directory or as a tar."""
    if target.suffix != ".tar":
        folder.rename(target)
        return
    packed = target.with_name(target.name + ".packing")
    with tarfile.open(packed, "w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                tar.add(path, arcname=str(path.relative_to(folder)))
    packed.rename(target)
    shutil.rmtree(folder)
