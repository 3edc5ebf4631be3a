"""Where else a canary could stand: stores, records of the topic, log lines, metrics, files.

What was told to somebody has left the system: a file of messages has the address that each went to,
and nothing else of a person.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import bson
from pymongo.database import Database

from shared.kafka.headers import to_kafka
from shared.relay.ledger.ledger import Ledger
from shared.vault.stores import STORES
from tests.support.cells.canaries import Canary, seen_in
from tests.support.path_world import LANES, Path4

TOLD = frozenset({"phone", "former phone", "email"})  # where messages go
# What a case of any course leaves behind: without rows in them the search would prove nothing.
USED = (
    *("log.commits", "log.blobs.files", "log.blobs.chunks", "log.access", "log.ledger"),
    *("work.unnamed_uploads", "vault.keys", "vault.subjects"),
    *("views.progress.*", "views.worklists.*"),
)
Where = Iterator[tuple[str, bytes]]


def stored(path: Path4) -> Where:
    """Every document of every collection that the installation has on the server, as it is."""
    for name, database in _databases(path):
        for collection in sorted(database.list_collection_names()):
            for document in database[collection].find(batch_size=100):
                yield f"{name}.{collection}", bson.encode(document)


def _databases(path: Path4) -> Iterator[tuple[str, Database[dict[str, Any]]]]:
    known = path.databases
    names = {getattr(known, one).name: one for one in ("log", "work", "views", "vault")}
    common = known.log.name.partition("_")[0]
    for found in sorted(known.log.client.list_database_names()):
        if found.startswith(common):
            yield names.get(found, found), known.log.client[found]


def published(path: Path4) -> Where:
    """Every event as a sequencer hands it to Kafka: key, value and headers."""
    key, door = path.world.secrets.sequencer_key, path.world.log("notify").door
    ledger = Ledger(path.databases.log, door, sequencer_key=key)
    for lane in range(LANES):
        for record in ledger.records(lane, 0, 10_000):
            subject, value, headers = to_kafka(record)
            told = b"\n".join(name.encode() + b": " + text for name, text in headers)
            yield f"topic, {record.type}", b"\n".join((subject, value, told))


def measured(path: Path4, apps: Mapping[str, Any]) -> Where:
    """What each process tells of itself to its operator."""
    headers = path.world.headers("operator")
    for name, client in apps.items():
        told = client.get("/metrics", headers=headers)
        assert told.status_code == 200
        assert b"http_requests" in told.data or b"_total" in told.data, name
        yield f"metrics of {name}", told.data


def written(home: Path) -> Where:
    """Every file of the installation, but its secrets; its name too."""
    for file in sorted(home.rglob("*")):
        if file.is_file() and "secrets" not in file.parts:
            yield f"file {file.name}", str(file).encode() + file.read_bytes()


def stand_nowhere(canaries: Mapping[str, Canary], places: Where) -> set[str]:
    """No canary stands in any of these places; the names of the places that there were."""
    looked = set()
    for name, content in places:
        looked.add(name)
        found = seen_in(canaries, content) - (TOLD if name.startswith("file ") else set())
        assert found == set(), f"{name} has {sorted(found)}"
    return looked


def each_has_its_row(stores: set[str]) -> None:
    """Every store has a row in the table, and those that a case uses were looked into."""
    known = [one.place for one in STORES]
    strange = [one for one in stores if not any(fnmatchcase(one, row) for row in known)]
    assert strange == [], "a store without a row in shared/vault/stores.py"
    for row in USED:
        assert any(fnmatchcase(one, row) for one in stores), f"nothing was in {row}"


LINE = re.compile(r"\brequest\b.*route=/")


def said_in_logs(text: str, asked: int) -> Where:
    """The lines that the processes wrote; there is one for each request at least."""
    assert len(LINE.findall(text)) > asked // 2, "the log lines were not kept"
    yield "log lines", text.encode()
