"""`caseledger catalogue load`: put the present version into force, on the record."""

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

if TYPE_CHECKING:
    from datetime import datetime

    from shared.catalogue import Catalogue
    from shared.eventlog import EventLog


def load(*, as_json: Json = False) -> None:
    """Record that the present version of the catalogue is in force, and what it changes.

    Ends with 1 when the version was loaded before with other items.
    """
    with reporting(as_json=as_json):
        from datetime import UTC, datetime

        from deploy.cli.session import opened
        from shared.catalogue import packaged_catalogue
        from shared.eventlog import open_log

        with opened() as session:
            log = open_log(session.settings, session.secrets, session.databases, writer="admin")
            found = loaded(log, packaged_catalogue(), now=datetime.now(UTC))
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def loaded(log: "EventLog", catalogue: "Catalogue", *, now: "datetime") -> dict[str, Any]:
    """Put the catalogue into force; the answer of the command."""
    import msgspec

    from shared.case.admin.catalogue import (
        AUTHORITY,
        STREAM,
        CatalogueLoaded,
        VersionTaken,
        load_version,
    )
    from shared.casework.log import drafts
    from shared.eventlog import Actor, Command, Draft, Loaded

    def decide(stream: Loaded) -> list[Draft]:
        history = [msgspec.convert(event.data, CatalogueLoaded) for event in stream.events]
        return drafts(load_version(history, catalogue))

    before = log.load(STREAM).version
    command = Command(
        # A version may come back after another one: the place in the stream tells them apart.
        command_id=f"catalogue:load:{catalogue.version}:{catalogue.hash[:16]}:{before}",
        actor=Actor(kind="operator", ref=f"console:{getpass.getuser()}", reason="catalogue load"),
        now=now,
        authority=AUTHORITY,
    )
    document = {"version": catalogue.version, "hash": catalogue.hash, "items": 0, "changed": []}
    try:
        outcome = log.execute(STREAM, command, decide)
    except VersionTaken as refused:
        return document | {"ok": False, "recorded": False, "findings": [str(refused)]}
    if outcome.commit is not None:
        (event,) = outcome.commit.events
        document |= {"items": event.data["items"], "previous": event.data["previous"]}
        document["changed"] = [one["item"] for one in event.data["changed"]]
        document["gone"] = list(event.data["gone"])
    return document | {"ok": True, "recorded": outcome.commit is not None, "findings": []}


def _show(found: Mapping[str, Any]) -> None:
    for finding in found["findings"]:
        say(finding)
    if found["ok"] and found["recorded"]:
        say(f"Version {found['version']} is in force; {len(found['changed'])} items are other.")
    elif found["ok"]:
        say(f"Version {found['version']} was in force already.")
