"""`caseledger log set-aside`: put on record that stored commits are forged, and passed over."""

import getpass
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, reporting, say

if TYPE_CHECKING:
    from datetime import datetime

    from deploy.cli.session import Session
    from shared.audit.setting_aside import Suspect, Suspects
    from shared.eventlog import EventLog

Stream = Annotated[str, typer.Argument(help="The stream, such as case/0f1e…; none with --every.")]
Versions = Annotated[
    list[str] | None,
    typer.Option("--version", help="Where the commit begins: 4, or from 4 to 1003: 4-1003."),
]
Every = Annotated[
    bool, typer.Option("--every", help="All that may be set aside, in every stream of the log.")
]
Why = Annotated[str, typer.Option("--why", help="What happened, without a person's name.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write the records; without it they are listed.")]

Ranges = list[tuple[int, int]]


def set_aside(
    stream: Stream = "",
    *,
    version: Versions = None,
    every: Every = False,
    why: Why = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Set forged commits aside, so that their streams go on; nothing is deleted.

    Ends with 1, and writes nothing, where one of the named commits may not be set aside.
    """
    from datetime import UTC, datetime

    from deploy.cli.session import opened
    from shared.eventlog import open_log

    with reporting(as_json=as_json):
        ranges = _ranges(stream, version or [], every=every)
        _check_why(why, wanted=yes)
        with opened() as session:
            log = open_log(session.settings, session.secrets, session.databases, writer="admin")
            found = suspected(session, log, stream, ranges)
            if yes and found["ok"]:
                put_on_record(session, log, found, why=why, now=datetime.now(UTC))
        code = FINE if found["ok"] else FINDINGS
        answer(_plain(found), as_json=as_json, show=_show, exit_code=code)


def suspected(session: "Session", log: "EventLog", stream: str, ranges: Ranges) -> dict[str, Any]:
    """What would be set aside, and what would not be and why.

    With ranges of versions everything in them is meant, and one that may not be set aside is a
    finding; without any the whole log is looked through.
    """
    suspects = _suspects(session, log)
    looked_at = _named(suspects, stream, ranges) if ranges else suspects.every()
    kept = [one for one in looked_at if one.kept]
    findings = [f"{one.place}: {one.kept}." for one in kept] if ranges else []
    if ranges and not looked_at:
        findings.append(f"No commit of {stream} begins there.")
    return {
        "ok": not findings,
        "recorded": False,
        "set_aside": [one for one in looked_at if not one.kept and not one.already],
        "already": [one for one in looked_at if one.already],
        "kept": kept,
        "records": [],
        "findings": findings,
    }


def put_on_record(
    session: "Session", log: "EventLog", found: dict[str, Any], *, why: str, now: "datetime"
) -> None:
    """Write the records of what was found; a stream that is refused all the same is a finding."""
    from shared.audit.setting_aside import record_aside
    from shared.eventlog import Actor, open_reader
    from shared.eventlog.errors import StreamDamaged

    actor = Actor(kind="operator", ref=f"console:{getpass.getuser()}", reason="log set-aside")
    named: Sequence[Suspect] = found["set_aside"]
    found["records"] = record_aside(log, named, why=why, actor=actor, now=now)
    found["recorded"] = bool(found["records"])
    reader = open_reader(session.settings, session.secrets, session.databases)
    for stream in sorted({one.stream for one in named} - {""}):
        try:
            reader.load(stream)
        except StreamDamaged as error:
            found["findings"].append(f"Still refused: {error}")
    found["ok"] = not found["findings"]


def _suspects(session: "Session", log: "EventLog") -> "Suspects":
    from shared.audit.setting_aside import Suspects
    from shared.eventlog.aside.records import AsideRecords

    db = session.databases.log
    return Suspects(db, log.door, AsideRecords(db, log.door, lanes=session.settings.lanes))


def _named(suspects: "Suspects", stream: str, ranges: Ranges) -> "list[Suspect]":
    found = [one for first, last in ranges for one in suspects.at(stream, first, last)]
    return list(dict.fromkeys(found))


def _ranges(stream: str, versions: Sequence[str], *, every: bool) -> Ranges:
    """The ranges of versions that are meant; none for the whole log.

    Raises:
        CommandError: the words make no sense together.
    """
    if every:
        if stream or versions:
            raise bad_use("--every looks through the whole log: name no stream and no version.")
        return []
    if not stream or not versions:
        raise bad_use("Name a stream and a --version of it, or all with --every.")
    return [_range(text) for text in versions]


def _range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    parts = (first, last) if dash else (first, first)
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise bad_use(f"{text!r} is no version, such as 4, nor a range, such as 4-1003.")
    low, high = map(int, parts)
    if not 1 <= low <= high < 2**53:
        raise bad_use(f"{text!r} is no range of versions from 1 on.")
    return low, high


def _check_why(why: str, *, wanted: bool) -> None:
    from shared.audit.setting_aside import LONGEST_WHY

    if wanted and not why.strip():
        raise bad_use("Say with --why what happened: it stays on record for ever.")
    if len(why) > LONGEST_WHY or not why.isprintable():
        raise bad_use(f"--why is one line of at most {LONGEST_WHY} characters.")


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


def _show(found: Mapping[str, Any]) -> None:
    for one in found["set_aside"]:
        done = "SET ASIDE" if found["recorded"] else "WOULD SET ASIDE"
        say(f"{done}  {_line(one)}  {one['wrong']}")
    for one in found["already"]:
        say(f"ALREADY    {_line(one)}")
    for one in found["kept"]:
        say(f"KEPT       {_line(one)}  {one['kept']}")
    for finding in found["findings"]:
        say(ascii(finding)[1:-1])
    if found["recorded"]:
        say(f"{len(found['set_aside'])} set aside, on record in {', '.join(found['records'])}.")
    elif found["set_aside"] and found["ok"]:
        say(f"{len(found['set_aside'])} may be set aside. Nothing is written without --yes.")
    else:
        say("Nothing was set aside.")


def _line(one: Mapping[str, Any]) -> str:
    """Where a commit stands, and the beginning of its hash; whatever a forger called its stream."""
    return f"{ascii(one['stream'])[1:-1]}/{one['version']}  {one['hash'][:16]}"
