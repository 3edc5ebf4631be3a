"""The name of a log: drawn once, kept in its database, in its vault and beside the keys.

In the databases it is a document of a collection of its own, so no byte of the log changes. Beside
the keys it is the file `log.id`. Keys without it have never been used with a log, or are of before.
"""

import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.config.wall_clock import utc_now
from shared.config.writer_keys import sync_folder

COLLECTION: Final = "installation"
LOG: Final = "log"
ID_BYTES: Final = 16
Document = dict[str, Any]


@dataclass(frozen=True)
class LogName:
    """The id of a log and, hexadecimal, the key that its checkpoints are signed with."""

    id: str
    key: str


def id_path(folder: Path) -> Path:
    """The file beside the keys in which the id of their log is."""
    return folder / "log.id"


def kept_id(folder: Path) -> str:
    """The id of the log that these keys belong to; empty where nothing is kept."""
    try:
        return id_path(folder).read_text("ascii").strip()
    except FileNotFoundError:
        return ""


def keep_id(folder: Path, log_id: str) -> None:
    """Write the id beside the keys, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    path = id_path(folder)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(f"{log_id}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(folder)


def log_name(log: Database[Document]) -> LogName | None:
    """The name that is written in a log's database; None where there is none yet."""
    row = log[COLLECTION].find_one({"_id": LOG})
    return None if row is None else LogName(str(row["id"]), str(row["key"]))


def in_vault(vault: Database[Document], log_id: str) -> bool:
    """Whether the vault says that it keeps the keys of this log."""
    return vault[COLLECTION].find_one({"_id": log_id}, {"_id": 1}) is not None


def write_name(log: Database[Document], vault: Database[Document], name: LogName) -> LogName:
    """Write the name into the vault and then into the log, where it is not there yet.

    Returns:
        The name that the log has: another process may have been first.
    """
    _insert(vault, {"_id": name.id, "key": name.key, "at": utc_now()})
    _insert(log, {"_id": LOG, "id": name.id, "key": name.key, "at": utc_now()})
    found = log_name(log) or name
    if found.id != name.id:
        _insert(vault, {"_id": found.id, "key": found.key, "at": utc_now()})
    return found


def new_id() -> str:
    """A new id."""
    return random.token_hex(ID_BYTES)


def _insert(database: Database[Document], row: Document) -> None:
    try:
        database[COLLECTION].insert_one(row)
    except DuplicateKeyError:
        return
