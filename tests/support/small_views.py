"""A small database of views in memory: what the projector and `Generations` need of it.

`bulk_write` replaces only where the guard matches, as the server does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared.eventlog import Event

Row = dict[str, Any]


@dataclass(frozen=True)
class Come:
    """A received event, as far as a projector looks at it."""

    stream: str
    event: Event


class SmallCollection:
    """Documents by id."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.before_write: list[Any] = []

    def find(self, query: dict[str, Any]) -> Iterator[Row]:
        wanted = query.get("_id", {})
        for key in wanted.get("$in", sorted(self.rows)):
            if key in self.rows and wanted.get("$gt", "") < key < wanted.get("$lt", "\uffff"):
                yield self.rows[key]

    def find_one(self, query: dict[str, Any], fields: object = None) -> Row | None:
        del fields
        if "_id" not in query:
            return next(iter(self.rows.values()), None)
        return self.rows.get(query["_id"])

    def insert_one(self, row: Row) -> None:
        if row["_id"] in self.rows:
            raise DuplicateKeyError("there is one")
        self.rows[row["_id"]] = row

    def update_one(self, query: dict[str, Any], change: dict[str, Row]) -> Any:
        row = self.rows.get(query["_id"])
        matched = row is not None and all(row.get(k) == v for k, v in query.items())
        if row is not None and matched:
            row.update(change["$set"])

        class Result:
            matched_count = int(matched)

        return Result()

    def bulk_write(self, operations: list[Any], *, ordered: bool) -> None:
        assert not ordered
        if self.before_write:
            self.before_write.pop(0)()
        errors = []
        for index, operation in enumerate(operations):
            assert operation._upsert
            there = self.rows.get(operation._filter["_id"])
            if there is not None and there["versions"] != operation._filter["versions"]:
                errors.append({"index": index, "code": 11000})
            else:
                self.rows[operation._filter["_id"]] = operation._doc
        if errors:
            raise BulkWriteError({"writeErrors": errors})


class SmallViews:
    """Collections by name."""

    def __init__(self) -> None:
        self.collections: dict[str, SmallCollection] = {}

    def __getitem__(self, name: str) -> SmallCollection:
        return self.collections.setdefault(name, SmallCollection())
