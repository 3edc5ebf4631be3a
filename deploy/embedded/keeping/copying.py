"""Carry every database of one event log server to another, and hold the two against each other.

Documents travel as the BSON bytes that the server gave, so nothing is decoded on the way. One
field may come out another: `seq_hint` of a commit is a server's own time, filled in at the insert
where it is empty. No hash covers it, and the sequencer reads a commit whatever it says.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from bson import encode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.database import Database

NOT_OURS: Final = frozenset({"admin", "config", "local"})
BATCH: Final = 500
BATCH_BYTES: Final = 8 * 1024 * 1024
OPERATION_S: Final = 60
HINT: Final = "seq_hint"
_SUM: Final = 1 << 256
_OF_THE_SERVER: Final = frozenset({"v", "ns", "key", "background"})
Raw = RawBSONDocument
Document = dict[str, Any]
Indexes = tuple[tuple[str, str], ...]


class CannotBeCarried(Exception):
    """A collection is of a kind that is not carried; one sentence."""


@dataclass(frozen=True)
class Contents:
    """What a collection holds: how many documents, the sum of their SHA-256, its indexes.

    The sum does not depend on the order in which a server gives the documents.
    """

    count: int
    digest: str
    indexes: Indexes


def open_client(address: str) -> MongoClient[Document]:
    """A client for carrying: patient, and durable at each write."""
    return MongoClient(
        address, w="majority", journal=True, timeoutMS=OPERATION_S * 1000, appname="move-log"
    )


def carry(source: MongoClient[Document], target: MongoClient[Document]) -> int:
    """Copy every database; the number of documents. The target must be empty.

    Raises:
        CannotBeCarried: there is a view, a capped collection or one with a validator.
        PyMongoError: a server does not answer.
    """
    count = 0
    for database in _databases(source):
        for name in _collections(database):
            into = target[database.name].create_collection(name)
            count += _copy(_raw(database, name), _raw(target[database.name], name))
            models = [_model(spec) for spec in _own_indexes(database[name])]
            if models:
                into.create_indexes(models)
    return count


def contents(client: MongoClient[Document]) -> dict[str, Contents]:
    """What every collection holds, by `<database>.<collection>`."""
    return {
        f"{database.name}.{name}": _contents(_raw(database, name))
        for database in _databases(client)
        for name in _collections(database)
    }


def differences_of(
    before: Mapping[str, Contents], after: Mapping[str, Contents]
) -> tuple[str, ...]:
    """The collections that are not the same on both sides, each with what differs."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            found.append(f"{name} is on one side only")
        elif old.count != new.count:
            found.append(f"{name} has {new.count} documents, not {old.count}")
        elif old != new:
            found.append(f"{name} differs in {'bytes' if old.digest != new.digest else 'indexes'}")
    return tuple(found)


def _databases(client: MongoClient[Document]) -> Iterator[Database[Document]]:
    for name in sorted(set(client.list_database_names()) - NOT_OURS):
        yield client[name]


def _collections(database: Database[Document]) -> list[str]:
    names = []
    for one in database.list_collections():
        name = str(one["name"])
        if name.startswith("system."):
            continue
        odd = sorted({"capped", "validator", "timeseries", "viewOn"} & set(one.get("options", {})))
        if odd or one.get("type", "collection") != "collection":
            raise CannotBeCarried(f"{database.name}.{name} cannot be carried: {odd or one['type']}")
        names.append(name)
    return sorted(names)


def _raw(database: Database[Document], name: str) -> Collection[Raw]:
    found: Any = database.get_collection(name, codec_options=CodecOptions(document_class=Raw))
    return cast("Collection[Raw]", found)  # pymongo's annotation keeps the database's document type


def _copy(source: Collection[Raw], target: Collection[Raw]) -> int:
    count, size = 0, 0
    batch: list[Raw] = []
    for document in source.find({}, batch_size=BATCH):
        batch.append(document)
        size += len(document.raw)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            target.insert_many(batch)
            count, size = count + len(batch), 0
            batch.clear()
    if batch:
        target.insert_many(batch)
    return count + len(batch)


def _contents(collection: Collection[Raw]) -> Contents:
    count, total = 0, 0
    for document in collection.find({}, batch_size=BATCH):
        count += 1
        total += int.from_bytes(hashlib.sha256(_compared(document)).digest(), "big")
    indexes = sorted((str(spec["name"]), repr(_model(spec).document)) for spec in _own(collection))
    return Contents(count, f"{total % _SUM:064x}", tuple(indexes))


def _compared(document: Raw) -> bytes:
    """The bytes of a document, without the hint that a server fills in where it is empty."""
    if HINT not in document:
        return bytes(document.raw)
    return encode({name: value for name, value in document.items() if name != HINT})


def _own(collection: Collection[Raw]) -> list[Document]:
    plain = collection.with_options(codec_options=CodecOptions(document_class=dict))
    return _own_indexes(plain)


def _own_indexes(collection: Collection[Any]) -> list[Document]:
    """The indexes besides that of `_id`, as the server describes them."""
    return [dict(spec) for spec in collection.list_indexes() if spec["name"] != "_id_"]


def _model(spec: Mapping[str, Any]) -> IndexModel:
    """An index as it can be made again on another server."""
    options = {name: value for name, value in spec.items() if name not in _OF_THE_SERVER}
    return IndexModel([(key, _direction(at)) for key, at in spec["key"].items()], **options)


def _direction(at: Any) -> Any:
    """A direction as a whole number, however the server stores it; a kind of index as it is."""
    return int(at) if isinstance(at, int | float) else at
