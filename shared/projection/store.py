"""One generation of a view: a collection of documents, each write guarded.

A document is replaced only where the version of every source stream is still the one it was made
from. A lost race is retried: so duplicates, a zombie and two projectors do no harm.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic

from pymongo import ASCENDING, ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.projection.view import Document, KeptState, S, View, restored, stored_form

DUPLICATE_KEY = 11000

# A document's state from the log, from its key and its stored `versions`.
Refold = Callable[[str, Any], KeptState[S]]


class Store(Generic[S]):
    """The collection `<name>.<generation>` of the views; consumer group and marks are called so."""

    def __init__(self, view: View[S], views: Database[Document], generation: int) -> None:
        self.view = view
        self.generation = generation
        self.group = f"{view.name}.{generation}"
        self.collection: Collection[Document] = views[self.group]

    def ensure_indexes(self) -> None:
        """Make the indexes of the list queries (a view owns its collections)."""
        for name, keys in self.view.indexes.items():
            self.collection.create_index([(key, ASCENDING) for key in keys], name=name)

    def get(self, key: str) -> KeptState[S] | None:
        """What is stored of one key; None where nothing is, or nothing that this code can read."""
        found = self.collection.find_one({"_id": key})
        return None if found is None else restored(self.view, found)

    def find(self, keys: Sequence[str], *, refold: "Refold[S]") -> dict[str, KeptState[S]]:
        """What is stored of those keys that are there.

        A document that this code cannot read is folded again from the log, to its own versions.
        """
        found = self.collection.find({"_id": {"$in": list(keys)}})
        return {
            document["_id"]: restored(self.view, document)
            or refold(document["_id"], document["versions"])
            for document in found
        }

    def write(self, changes: Sequence[tuple[KeptState[S], KeptState[S]]]) -> set[str]:
        """Replace each (before, after) where the document is still `before`.

        Returns:
            The keys of those that somebody else had changed.
        """
        operations = [
            ReplaceOne(
                {"_id": after.key, "versions": self.view.guard_of(before.key, before.versions)},
                stored_form(self.view, after),
                upsert=True,
            )
            for before, after in changes
        ]
        try:
            self.collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            # A guard that does not match becomes an insert, which the id refuses: the loser.
            errors = error.details["writeErrors"]
            if any(e["code"] != DUPLICATE_KEY for e in errors):
                raise
            return {changes[e["index"]][1].key for e in errors}
        return set()
