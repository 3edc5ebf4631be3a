"""Erasing a person: order in the log, list outside it, destroy the keys, then report completion.

Each step is idempotent, and the row in `erasures` records the progress, so that any later run can
continue. SubjectErased is written only when no cache can hold a key any more (model f1 to f5).
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo.database import Database

from shared.case.facts.fact import Fact
from shared.case.registry import data_of
from shared.case.vault.subject import ErasureOrdered, SubjectErased
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog import Actor, Command, Commit, Draft, EventLog, Loaded
from shared.eventlog.errors import NotFound
from shared.vault.errors import CasesOpen
from shared.vault.keys import Keys
from shared.vault.subjects import AUTHORITY, SYSTEM, Subjects, subject_stream

SKEW_S = 2.0


class Erasures:
    """Erasures of data subjects, at most one for each reference.

    `case_open(case)` folds a case from the log and returns whether it is still open. `list_path` is
    the list outside the log and the keys, which a restore applies again.
    """

    def __init__(
        self,
        vault: Database[dict[str, Any]],
        keys: Keys,
        subjects: Subjects,
        log: EventLog,
        *,
        list_path: Path,
        cache_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self._rows = vault.get_collection(
            "erasures", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )
        self._keys = keys
        self._subjects = subjects
        self._log = log
        self._list_path = list_path
        self._bound = timedelta(seconds=cache_s + SKEW_S)
        self._now = now

    def order(self, ref: str, *, actor: Actor, case_open: Callable[[str], bool]) -> datetime:
        """Order the erasure and destroy every key; returns the earliest time of its completion.

        Raises:
            NotFound: no such person. CasesOpen: with the list; nothing was ordered.
        """
        if not self._log.load(subject_stream(ref)).commits:
            raise NotFound("There is no such data subject.")
        names = (name.split("/", 1) for name in self._keys.owned(ref))
        still_open = tuple(n for kind, n in names if kind == "case" and case_open(n))
        if still_open:
            raise CasesOpen(still_open)
        self._rows.update_one(
            {"_id": ref}, {"$setOnInsert": {"state": "ordering", "at": self._now()}}, upsert=True
        )
        command = Command(
            command_id=f"vault:erase:{ref}", actor=actor, now=self._now(), authority=AUTHORITY
        )
        draft = _draft(ErasureOrdered(reason="request"))
        self._log.execute(subject_stream(ref), command, lambda loaded: _once(loaded, draft))
        return self._destroy(ref)

    def pending(self) -> list[str]:
        """References whose erasure has begun and is not yet complete."""
        return [row["_id"] for row in self._rows.find({"state": {"$ne": "erased"}})]

    def step(self, ref: str) -> bool:
        """Continue an erasure; True when it is complete (SubjectErased is in the log).

        An erasure that stopped before ErasureOrdered reached the log was never ordered. Its row is
        kept for the next order of the same person.
        """
        loaded = self._log.load(subject_stream(ref))
        types = {event.type for event in loaded.events}
        if "vault.ErasureOrdered" not in types:
            return False
        row = self._rows.find_one({"_id": ref}) or {}
        if row.get("state") == "ordering":
            self._destroy(ref)
            return False
        if self._now() < row["destroyed_at"] + self._bound:
            return False
        late = len(self._keys.owned(ref))
        if late:  # from a process with an old cache, which may hold them for another bound
            again = {"$set": {"state": "ordering"}, "$inc": {"late_keys": late}}
            self._rows.update_one({"_id": ref}, again)
            self._destroy(ref)
            return False
        command = Command(
            command_id=f"vault:erased:{ref}", actor=SYSTEM, now=self._now(), authority=AUTHORITY
        )
        draft = _draft(SubjectErased(late_keys=row.get("late_keys", 0)))
        self._log.execute(subject_stream(ref), command, lambda found: _once(found, draft))
        self._rows.update_one({"_id": ref}, {"$set": {"state": "erased"}})
        return True

    def _destroy(self, ref: str) -> datetime:
        """Write the list, destroy the keys, delete the person's row; returns the due time."""
        self._append_to_list(ref)
        self._destroy_keys(ref)
        self._subjects.forget(ref)
        destroyed_at = self._now()
        self._rows.update_one(
            {"_id": ref, "state": "ordering"},
            {"$set": {"state": "destroyed", "destroyed_at": destroyed_at}},
        )
        return destroyed_at + self._bound

    def _destroy_keys(self, ref: str) -> None:
        """Destroy the person's own key in any case, then all other keys of the person."""
        self._keys.destroy(subject_stream(ref), owner=ref, now=self._now())
        for name in self._keys.owned(ref):
            self._keys.destroy(name, owner=ref, now=self._now())

    def _append_to_list(self, ref: str) -> None:
        line = json.dumps({"subject": ref, "at": self._now().isoformat()}) + "\n"
        self._list_path.parent.mkdir(parents=True, exist_ok=True)
        with self._list_path.open("a", encoding="ascii") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def _draft(fact: Fact) -> Draft:
    return Draft(type=fact.TYPE, schema=fact.SCHEMA, data=data_of(fact))


def _once(loaded: Loaded, draft: Draft) -> list[Draft]:
    return [] if any(event.type == draft.type for event in loaded.events) else [draft]


def erased(commits: tuple[Commit, ...]) -> bool:
    """Whether a subject's stream records that the person's data are erased."""
    return any(e.type == "vault.SubjectErased" for c in commits for e in c.events)
