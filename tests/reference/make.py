"""Makes the reference log and its digests, once: `python -m tests.reference.make <exports>`.

`<exports>` is a folder with further exports of the same code, each made by `caseledger audit
export`; here the one of the soak (`CASELEDGER_SOAK_EXPORT=<exports>/soak`). A file that is there is
never written again. The server is the one that the tests use.
"""

import io
import json
import lzma
import os
import sys
import tarfile
import tempfile
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from shared.audit import Checkpointer
from shared.audit.export import export_log
from shared.case import Rules
from shared.catalogue import packaged_catalogue
from shared.clock import packaged_calendars
from shared.config import Databases, Settings, connect
from shared.eventlog import decode_commit, event_values, prepare, sha256
from shared.relay.ledger.ledger import Ledger, Row
from tests.reference.digests import computed, rules_of, verified
from tests.reference.kept import DIGESTS, LOG, read_log, sha256_of
from tests.reference.memory import LANES, Logs
from tests.reference.ways import former_of, walk_all
from tests.support import servers
from tests.support.audit_world import Ticking, signing_key
from tests.support.databases import drop

SIGNED_AT = datetime(2040, 1, 1, tzinfo=UTC)
ROWS = 500
KINDS = ("longer", "fewer", "more-stages")


def main() -> int:
    """Make what is not there; 2 where it is there."""
    (given,) = sys.argv[1:]
    if LOG.exists() or DIGESTS.exists():
        sys.stderr.write("The reference log is there: it is never made again.\n")
        return 2
    rules = Rules(packaged_catalogue(), packaged_calendars())
    logs, moved = Logs(), set[tuple[str, str]]()
    ways: dict[str, int] = {}
    for way, item, _case in walk_all(logs, rules):
        ways[way] = ways.get(way, 0) + 1
        kind = next((one for one in KINDS if way.startswith(f"moved-{one}")), "")
        if kind:
            moved.add((item, kind))
    print(len(logs.store.documents), "commits", ways)  # noqa: T201 - whoever makes it reads it
    with tempfile.TemporaryDirectory() as folder:
        walked = Path(folder) / "walked"
        _export(logs, walked)
        exports = {"walked": walked, **{path.name: path for path in sorted(Path(given).iterdir())}}
        LOG.parent.mkdir(parents=True, exist_ok=True)
        _pack(exports, _editions(rules, moved))
        _digest(Path(folder))
    for path in (LOG, DIGESTS):
        print(path.name, path.stat().st_size, sha256_of(path))  # noqa: T201 - as above
    return 0


def _export(logs: Logs, target: Path) -> None:
    """Put the commits into an event log, in the order of their times, and export it."""
    made = sorted(map(decode_commit, logs.store.documents), key=lambda c: c.body.recorded_at)
    documents = {(d["stream"], d["first_version"]): d for d in logs.store.documents}
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.mongo(servers.choose_mongo(os.environ), Path(folder)) as uri,
    ):
        prefix = f"r{uuid.uuid4().hex[:12]}"
        environ = {"CASELEDGER_LOG_URI": uri, "CASELEDGER_DATABASE_PREFIX": prefix}
        databases = connect(Settings.from_env(environ), appname="reference")
        try:
            prepare(databases.log)
            ledger = Ledger(databases.log)
            ledger.ensure_indexes()
            rows, heads = [], dict.fromkeys(range(LANES), 0)
            for commit in made:
                lane = commit.body.lane
                heads[lane] += 1
                rows.append(
                    Row(
                        lane=lane,
                        position=heads[lane],
                        stream=commit.stream,
                        first_version=commit.first_version,
                        last_version=commit.last_version,
                        leaf=commit.leaf,
                        events=tuple(sha256(value) for value in event_values(commit)),
                        sequenced_at=datetime.fromisoformat(commit.body.recorded_at),
                    )
                )
            for start in range(0, len(made), ROWS):
                some = made[start : start + ROWS]
                databases.log["commits"].insert_many(
                    [dict(documents[c.stream, c.first_version]) for c in some]
                )
                ledger.insert(rows[start : start + ROWS])
            for lane, head in heads.items():
                ledger.raise_head(lane, head)
            key, clock = signing_key(), Ticking()
            checkpointer = Checkpointer(
                databases.log, key, LANES, 20.0, monotonic=clock, now=lambda: SIGNED_AT
            )
            for _ in range(3):
                clock.seconds += 30
                checkpointer.tick()
            export_log(databases.log, target, key=key.public, now=SIGNED_AT)
        finally:
            _drop(databases)


def _drop(databases: Databases) -> None:
    drop(databases)


def _editions(rules: Rules, moved: set[tuple[str, str]]) -> bytes:
    """Every edition that a kept case is judged by."""
    catalogue = rules.catalogue

    def told(items: Any) -> list[Mapping[str, Any]]:
        return [{"hash": item.hash, "text": msgspec.to_builtins(item.text)} for item in items]

    kept = {
        "version": catalogue.version,
        "items": told(catalogue.items()),
        "former": told(former_of(catalogue.item(name), kind) for name, kind in sorted(moved)),
    }
    return msgspec.json.encode(kept, order="deterministic")


def _pack(exports: Mapping[str, Path], editions: bytes) -> None:
    """The exports and the editions as one file, without owners and times of this machine."""
    with tarfile.open(LOG, "w:xz", preset=9 | lzma.PRESET_EXTREME) as tar:
        _add(tar, "editions.json", editions)
        for name, folder in exports.items():
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    _add(tar, f"{name}/{path.relative_to(folder)}", path.read_bytes())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _digest(folder: Path) -> None:
    """What this code makes of the exports."""
    exports, editions = read_log()
    rules = rules_of(editions)
    found = {
        name: {**computed(export, rules), "roots": verified(export, folder / "checked")}
        for name, export in exports.items()
    }
    text = json.dumps(found, sort_keys=True, indent=1).encode()
    DIGESTS.write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    raise SystemExit(main())
