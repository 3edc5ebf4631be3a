"""`caseledger catalogue migrate`: move open cases to a newer edition of their item, on the record.

Which cases there may be is asked of the progress projection, as a list and nothing more: whether a
case is open, and what changes for it, its own stream says.
"""

import getpass
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, reporting, say, warn
from deploy.cli.rules.migration_rows import MEANWHILE, head, row_of, staying

if TYPE_CHECKING:
    from datetime import datetime

    from pymongo.database import Database

    from services.intake.migration.moving import MigrateCase
    from shared.case import Case, Rules
    from shared.case.facts.parts import Pin
    from shared.catalogue import Catalogue
    from shared.eventlog import EventLog

LONGEST_REASON = 200
Item = Annotated[str | None, typer.Argument(metavar="[ITEM]", help="The item, such as 000-01.")]
Reason = Annotated[
    str, typer.Option(help="Why, for the record; without a person's name. At most 200 characters.")
]


def migrate(
    item: Item = None,
    *,
    reason: Reason,
    every: Annotated[bool, typer.Option("--all", help="The open cases of every item.")] = False,
    to: Annotated[str | None, typer.Option(help="A version; else the present one.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, case by case; record nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Move open cases to a newer edition of their item; no right that was acquired becomes less.

    Ends with 1 when the version is not in force on the record (`caseledger catalogue load`), or a
    case could not be looked at.
    """
    with reporting(as_json=as_json):
        if (item is None) is not every:
            raise bad_use("Name one item, or say --all.")
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise bad_use(f"Say why, in at most {LONGEST_REASON} characters.")
        from datetime import UTC, datetime

        from deploy.cli.session import opened
        from shared.case.deciding.assemble import open_rules
        from shared.eventlog import open_log

        with opened() as session:
            rules = open_rules(session.settings)
            log = open_log(session.settings, session.secrets, session.databases, writer="intake")
            found = migrated(
                log,
                rules,
                listed(session.databases.views, item),
                to=to or rules.catalogue.version,
                item=item,
                reason=reason.strip(),
                dry_run=dry_run,
                now=datetime.now(UTC),
            )
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def listed(views: "Database[dict[str, Any]]", item: str | None) -> list[str]:
    """The ids of cases that seem to be open, by the projection; of one item, or of all."""
    from services.progress.standing.view import VIEW
    from shared.projection.reading import Reading

    collection = Reading(VIEW, views).collection
    wanted = {"status": {"$ne": "closed"}} | ({"item": item} if item else {})
    return [found["_id"] for found in collection.find(wanted, {"_id": 1}).sort("_id", 1)]


def migrated(
    log: "EventLog",
    rules: "Rules",
    cases: Iterable[str],
    *,
    to: str,
    item: str | None,
    reason: str,
    dry_run: bool,
    now: "datetime",
) -> dict[str, Any]:
    """Move these cases; the answer of the command. Again: nothing that was done is done twice.

    Raises:
        UnknownItem: there is no such version, or no such item in any version.
    """
    target = rules.catalogue.at(to)
    if item is not None:
        _must_be_known(rules.catalogue, item)
    document: dict[str, Any] = {
        "ok": True,
        "dry_run": dry_run,
        "to": {"version": target.version, "hash": target.hash},
        "reason": reason,
        "cases": [],
        "moved": 0,
        "stays": 0,
        "already": 0,
        "findings": [] if dry_run else _not_in_force(log, target),
    }
    if not document["findings"]:
        for case_id in cases:
            row = _Moving(log, rules, target, reason, dry_run=dry_run, now=now).row(case_id)
            document["already"] += row is None
            document["cases"] += [row] if row else []
    rows = document["cases"]
    document["moved"] = sum(row["state"] in {"moved", "would-move"} for row in rows)
    document["stays"] = sum(row["state"] == "stays" for row in rows)
    document["findings"] += [row["text"] for row in rows if row["state"] == "unknown"]
    return document | {"ok": not document["findings"]}


def _must_be_known(catalogue: "Catalogue", item: str) -> None:
    from shared.catalogue import UnknownItem

    for version in catalogue.versions():
        try:
            catalogue.at(version).item(item)
        except UnknownItem:
            continue
        return
    raise UnknownItem(f"there is no item {item}")


def _not_in_force(log: "EventLog", target: "Catalogue") -> list[str]:
    """A version is in force when that is on record: then every process is to know its editions."""
    from shared.case.admin.catalogue import STREAM

    events = log.load(STREAM).events
    if events and events[-1].data["hash"] == target.hash:
        return []
    sentence = (
        f"Version {target.version} is not in force: start the processes with it, then run "
        "`caseledger catalogue load`."
    )
    return [sentence]


class _Moving:
    """Moves one case after another to one version."""

    def __init__(
        self,
        log: "EventLog",
        rules: "Rules",
        target: "Catalogue",
        reason: str,
        *,
        dry_run: bool,
        now: "datetime",
    ) -> None:
        self._log = log
        self._rules = rules
        self._target = target
        self._reason = reason
        self._dry_run = dry_run
        self._now = now

    def row(self, case_id: str) -> dict[str, Any] | None:
        """What becomes of one case; None where it is not open, or has this edition already."""
        from services.intake.migration.staying import STAYS, stays
        from shared.case.streams import case_stream
        from shared.casework.log import case_of
        from shared.catalogue import UnknownItem

        case = case_of(self._log.load(case_stream(case_id)))
        try:
            pin = self._pin(case.item)
        except UnknownItem:
            gone = ("item-gone", STAYS["item-gone"])
            return staying(case, gone) if case.open else None
        try:
            why = stays(case, pin, self._rules)
            if why is not None:
                silent = why.rule in {"not-open", "same-edition"}
                return None if silent else staying(case, (why.rule, why.text))
            return self._moved(case, pin)
        except UnknownItem as error:
            return head(case) | {"state": "unknown", "text": f"case {case.id}: {error}"}

    def _pin(self, item: str) -> "Pin":
        from shared.case.facts.parts import Pin

        found = self._target.item(item)
        return Pin(version=self._target.version, hash=self._target.hash, item_hash=found.hash)

    def _moved(self, case: "Case", pin: "Pin") -> dict[str, Any]:
        from services.intake.migration.moving import MigrateCase
        from services.intake.migration.moving import migrate as decide

        command = MigrateCase(pin=pin, reason=self._reason)
        if self._dry_run:
            facts = decide(case, command, self._rules, self._now)
            return row_of(case, facts, self._rules, self._now) | {"state": "would-move"}
        return self._recorded(case, command)

    def _recorded(self, case: "Case", wanted: "MigrateCase") -> dict[str, Any]:
        from services.intake.migration.moving import migrate as decide
        from shared.case.streams import case_stream
        from shared.casework.log import case_of, drafts
        from shared.eventlog import Actor, Command, Draft, Loaded

        told: dict[str, Any] = {}

        def decided(stream: Loaded) -> list[Draft]:
            nonlocal told  # the last round is the one that was recorded
            found = case_of(stream)
            facts = decide(found, wanted, self._rules, self._now)
            told = row_of(found, facts, self._rules, self._now) if facts else {}
            return drafts(facts)

        command = Command(
            command_id=f"migrate:{wanted.pin.version}:{wanted.pin.item_hash[:16]}",
            actor=Actor(
                kind="operator", ref=f"console:{getpass.getuser()}", reason="catalogue migrate"
            ),
            now=self._now,
        )
        outcome = self._log.execute(case_stream(case.id), command, decided)
        if outcome.commit is None or outcome.replayed or not told:
            # It moved, ended or was decided between our look and the command.
            return staying(case, MEANWHILE)
        return told | {"state": "moved", "version": outcome.version}


def _show(found: Mapping[str, Any]) -> None:
    for row in found["cases"]:
        say(f"{row['case']}  {row['item']}  {row['status']}  {row['state']}")
        if "rule" in row:
            say(f"  {row['rule']}: {row['text']}")
        for sentence in row.get("changes", ()):
            say(f"  {sentence}")
        for one in row.get("kept", ()):
            say(f"  kept ({one['rule']}): {one['text']}")
    word = "would move" if found["dry_run"] else "moved"
    say(
        f"{found['moved']} cases {word} to version {found['to']['version']}, "
        f"{found['stays']} stay, {found['already']} need nothing."
    )
    for finding in found["findings"]:
        warn(finding)
