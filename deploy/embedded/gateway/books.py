"""The gateway's books: orders that it was asked for, messages to tell, and what was done once.

They are a file of SQLite beside the other file sinks, so that a message outlives the gateway's
process and intake's. No name and no other personal data are in them.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from deploy.embedded.gateway.ways import Callback

MOST_SHOWN = 50
_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    case_id TEXT NOT NULL, number TEXT NOT NULL, shown BLOB NOT NULL,
    PRIMARY KEY (case_id, number)
);
CREATE TABLE IF NOT EXISTS callbacks (
    place INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, case_id TEXT NOT NULL,
    body BLOB NOT NULL, held INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, status INTEGER
);
CREATE TABLE IF NOT EXISTS done (name TEXT PRIMARY KEY);
"""
_COLUMNS = "place, message, case_id, body, held, tries, status"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message in the books. `status`: intake's last word on it, None while it waits."""

    place: int
    message: str
    case: str
    body: bytes
    held: bool
    tries: int
    status: int | None

    @property
    def said(self) -> dict[str, str]:
        """The body's fields."""
        return msgspec.json.decode(self.body, type=dict[str, str])


class GatewayBooks:
    """The books of one file; every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.executescript(f"PRAGMA synchronous=FULL; {_TABLES}")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def keep_order(self, case: str, number: str, shown: bytes) -> None:
        """Remember an order as intake last answered it, for those who pay it afterwards."""
        with self._lock:
            self._file.execute(
                "INSERT OR REPLACE INTO orders VALUES (?, ?, ?)", (case, number, shown)
            )

    def order(self, case: str, number: str) -> bytes | None:
        """The order as it was last answered; None where this gateway never saw it."""
        with self._lock:
            found = self._file.execute(
                "SELECT shown FROM orders WHERE case_id = ? AND number = ?", (case, number)
            ).fetchone()
        return found[0] if found else None

    def add(self, callbacks: Iterable[Callback]) -> list[int]:
        """Put messages at the end, all or none; their places."""
        with self._lock, self._file:
            self._file.execute("BEGIN")
            return self._add(callbacks)

    def add_once(self, name: str, callbacks: Iterable[Callback]) -> list[int]:
        """Put the messages of something that is done once; none where it was done before."""
        with self._lock, self._file:
            self._file.execute("BEGIN")
            done = self._file.execute("INSERT OR IGNORE INTO done VALUES (?)", (name,))
            return self._add(callbacks) if done.rowcount else []

    def done(self) -> set[str]:
        """The names of what was done once."""
        with self._lock:
            return {row[0] for row in self._file.execute("SELECT name FROM done")}

    def next_to_tell(self) -> Entry | None:
        """The first message that waits and is not held."""
        found = self._entries("WHERE status IS NULL AND NOT held ORDER BY place LIMIT 1")
        return found[0] if found else None

    def answered(self, place: int, status: int | None) -> None:
        """Count a try; with a `status` it was the last one."""
        with self._lock:
            self._file.execute(
                "UPDATE callbacks SET tries = tries + 1, status = ? WHERE place = ?",
                (status, place),
            )

    def let_go(self, place: int) -> None:
        """Hold a message no longer."""
        with self._lock:
            self._file.execute("UPDATE callbacks SET held = 0 WHERE place = ?", (place,))

    def waiting(self, places: Sequence[int]) -> bool:
        """Whether one of these is still to be told; a held one is not waited for."""
        return any(
            one.status is None and not one.held and one.place in places
            for one in self._entries("WHERE status IS NULL")
        )

    def latest(self, case: str = "") -> list[Entry]:
        """The latest messages, newest first: of a case, or of all."""
        where, values = ("WHERE case_id = ?", (case,)) if case else ("", ())
        return self._entries(f"{where} ORDER BY place DESC LIMIT {MOST_SHOWN}", values)

    def _add(self, callbacks: Iterable[Callback]) -> list[int]:
        places = []
        for one in callbacks:
            row = (one.message, one.body["case"], msgspec.json.encode(one.body), one.held)
            done = self._file.execute(
                "INSERT INTO callbacks (message, case_id, body, held) VALUES (?, ?, ?, ?)", row
            )
            places.append(done.lastrowid or 0)
        return places

    def _entries(self, rest: str, values: tuple[str, ...] = ()) -> list[Entry]:
        """The rows that `rest`, words of this module alone, picks."""
        with self._lock:
            rows = self._file.execute(
                f"SELECT {_COLUMNS} FROM callbacks {rest}",  # noqa: S608
                values,
            ).fetchall()
        return [
            Entry(
                place=place,
                message=message,
                case=case,
                body=body,
                held=bool(held),
                tries=tries,
                status=status,
            )
            for place, message, case, body, held, tries, status in rows
        ]
