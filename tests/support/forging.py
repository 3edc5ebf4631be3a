"""Commits that somebody forged who may insert into the log, and the clerk who sets them aside."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bson.binary import Binary

from deploy.cli.records.log import put_on_record, suspected
from deploy.cli.session import Session
from shared.config import Databases, Secrets, Settings
from shared.eventlog import open_log
from tests.support.relay_world import commit_document

Document = dict[str, Any]
WHY = "an exercise: nobody was harmed"


def forge(
    stream: str,
    version: int,
    *,
    lane: int,
    last: int | None = None,
    command_id: str = "",
    writer: str = "intake",
    key_id: str = "",
) -> Document:
    """A commit that is right in every field and signed by nobody: for ever refused."""
    made = commit_document(stream, version, count=1, lane=lane)
    body = json.loads(made["body"])
    body["last_version"] = version if last is None else last
    body["writer"] = writer
    body["command_id"] = command_id or f"http:{'f' * 58}{version:06d}"
    content = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    columns = {name: body[name] for name in ("last_version", "command_id")}
    digest = hashlib.sha256(content).digest()
    mac = f"{key_id or f'{writer}-1'}:{'0' * 128}"
    return {**made, **columns, "body": Binary(content), "hash": Binary(digest), "mac": mac}


class Clerk:
    """The operator at the command line, over these databases."""

    def __init__(self, settings: Settings, secrets: Secrets, databases: Databases) -> None:
        self._session = Session(settings, secrets, databases)

    def finds(self, stream: str = "", *versions: tuple[int, int]) -> dict[str, Any]:
        """What the command lists without `--yes`; of the whole log where no stream is given."""
        return suspected(self._session, self._log(), stream, list(versions))

    def sets_aside(self, stream: str = "", *versions: tuple[int, int]) -> dict[str, Any]:
        """What the command answers with `--yes`."""
        log = self._log()
        found = suspected(self._session, log, stream, list(versions))
        if found["ok"]:
            put_on_record(self._session, log, found, why=WHY, now=datetime.now(UTC))
        return found

    def _log(self) -> Any:
        session = self._session
        return open_log(session.settings, session.secrets, session.databases, writer="admin")


def places(found: Sequence[Any]) -> list[tuple[str, int]]:
    """Stream and version of each of these suspects."""
    return [(one.stream, one.version) for one in found]
