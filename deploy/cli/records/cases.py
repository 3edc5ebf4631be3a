"""`caseledger case show` and `case replay`: one case, folded from its log, never from a view."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, moment, reporting, say

if TYPE_CHECKING:
    from deploy.cli.session import Session
    from shared.eventlog import Commit, Event, LogReader

CaseId = Annotated[str, typer.Argument(help="The case's id.")]
AsOf = Annotated[
    str, typer.Option("--as-of", help="A version, or a time such as 2026-11-21T16:00:00Z.")
]


def show(case: CaseId, *, as_of: AsOf = "", as_json: Json = False) -> None:
    """Show where a case stands, now or as of a version or time."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        document = shown(session, case, as_of=as_of)
        code = FINE if document["ok"] else FINDINGS
        answer(document, as_json=as_json, show=_show_case, exit_code=code)


def replay(case: CaseId, *, as_json: Json = False) -> None:
    """Replay every event of every stream of a case, and hold its chain and the ledger to it."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        document = replayed(session, case)
        code = FINE if document["ok"] else FINDINGS
        answer(document, as_json=as_json, show=_show_replay, exit_code=code)


def shown(session: "Session", case_id: str, *, as_of: str = "") -> dict[str, Any]:
    """The case folded up to `as_of`, with what the ledger has of it and the log has not.

    Raises:
        CommandError: when there is no such case (then).
        StreamDamaged: its stream is refused.
    """
    from shared.case import fold, owed, status
    from shared.case.streams import case_stream

    log, findings = _log(session), list[str]()
    loaded = log.load(case_stream(case_id))
    _held_to_ledger(session, log, case_stream(case_id), findings)
    events = [
        event for commit in loaded for event in commit.events if _within(commit, event, as_of)
    ]
    if not events and findings:
        return {"case": case_id, "ok": False, "findings": findings}
    if not events:
        raise bad_use(f"There is no case {case_id}{f' as of {as_of}' if as_of else ''}.")
    case = fold(events, case_id=case_id)
    return {
        "case": case_id,
        "ok": not findings,
        "findings": findings,
        "status": status(case),
        "version": case.version,
        "item": case.item,
        "department": case.department,
        "subject": case.subject,
        "submitted_at": case.submitted.at.isoformat() if case.submitted else None,
        "due": [
            {"limit": due.limit, "due": str(due.due), "provisional": due.provisional}
            for due in case.due
        ],
        "document": case.document.id if case.document else None,
        "outcome": case.outcome,
        "owed": [
            {"service": one.service, "step": one.step, "due_at": one.due_at.isoformat()}
            for one in owed(case)
        ],
        "lane": loaded.commits[0].body.lane,
    }


def replayed(session: "Session", case_id: str) -> dict[str, Any]:
    """Every event of the case's streams, by causation, then by recorded time, with what is wrong.

    Raises:
        CommandError: when there is no such case.
    """
    from shared.case.streams import (
        case_stream,
        document_stream,
        notice_stream,
    )

    log, findings = _log(session), list[str]()
    case = _believed(session, log, case_stream(case_id), findings)
    if not case and not findings:
        raise bad_use(f"There is no case {case_id}.")
    streams = [case, _believed(session, log, notice_stream(case_id), findings)]
    papers = _documents(session, case_id, case)
    streams += [_believed(session, log, document_stream(one), findings) for one in papers]
    commits = in_order([commit for commits in streams for commit in commits])
    destroyed = _destroyed(session, commits)
    lines = [_line(commit, event, destroyed) for commit in commits for event in commit.events]
    return {
        "case": case_id,
        "ok": not findings,
        "findings": findings,
        "personal_data": _overall({state for line in lines for state in line["personal"].values()}),
        "events": lines,
    }


def _believed(
    session: "Session", log: "LogReader", stream: str, findings: list[str]
) -> "list[Commit]":
    """The commits of a stream; none, and a finding, where the stream is refused."""
    from shared.eventlog.errors import LogCorrupt

    try:
        loaded = list(log.load(stream))
    except LogCorrupt as error:
        findings.append(str(error))
        return []
    _held_to_ledger(session, log, stream, findings)
    return loaded


def _held_to_ledger(session: "Session", log: "LogReader", stream: str, findings: list[str]) -> None:
    """A finding where the ledger has a commit of the stream that the log has not: it ends early."""
    from shared.eventlog.errors import LogCorrupt
    from shared.relay.ledger.ledger import Ledger

    try:
        Ledger(session.databases.log, log.door).stream(stream, lanes=session.settings.lanes)
    except LogCorrupt as error:
        findings.append(str(error))


def in_order(commits: "Sequence[Commit]") -> "list[Commit]":
    """By causation, then by recorded time: a commit never stands before what caused it.

    Within a stream the versions decide. `causation` names an event as `<stream>/<version>`.
    """
    waiting = sorted(commits, key=lambda c: (c.body.recorded_at, c.stream, c.first_version))
    present = {c.event_id(e.version) for c in commits for e in c.events}
    before = _before_each(commits)
    placed: list[Commit] = []
    seen: set[str] = set()
    while waiting:
        first = next(
            (c for c in waiting if before[_at(c)] & present <= seen),
            waiting[0],
        )
        waiting.remove(first)
        placed.append(first)
        seen.update(first.event_id(event.version) for event in first.events)
    return placed


def _before_each(commits: "Sequence[Commit]") -> "dict[tuple[str, int], set[str | None]]":
    """What comes before each commit, by its place: its cause, and the last event of its stream.

    That need not be at the version before: a forged commit that was set aside may stand there.
    """
    before: dict[tuple[str, int], set[str | None]] = {}
    last: dict[str, str] = {}
    for commit in sorted(commits, key=lambda c: c.first_version):
        before[_at(commit)] = {last.get(commit.stream), commit.body.causation}
        last[commit.stream] = commit.event_id(commit.events[-1].version)
    return before


def _at(commit: "Commit") -> tuple[str, int]:
    return commit.stream, commit.first_version


def _log(session: "Session") -> "LogReader":
    from shared.eventlog import open_reader

    return open_reader(session.settings, session.secrets, session.databases)


def _within(commit: "Commit", event: "Event", as_of: str) -> bool:
    """Whether an event belongs to the past that is asked for."""
    if not as_of:
        return True
    if as_of.isdecimal():
        return event.version <= int(as_of)
    return datetime.fromisoformat(commit.body.recorded_at) <= moment(as_of)


def _documents(session: "Session", case_id: str, commits: "Sequence[Commit]") -> list[str]:
    """Ids of the documents that the case's events name, then of whatever else it was granted.

    A voucher or a temporary document has a number, and nothing in the case's own events names it.
    """
    from services.issuance.numbers.store import Numbers, Owner
    from shared.case import fold

    events = [event for commit in commits for event in commit.events]
    named = [event.data.get("document") for event in events]
    approval = fold(events, case_id=case_id).approval
    owners = [Owner(case_id, one.grant) for one in (approval.fact.grants if approval else ())]
    given = Numbers(session.databases.log).given_to(owners) if owners else ()
    found = [*(name for name in named if isinstance(name, str)), *(one.document for one in given)]
    return list(dict.fromkeys(found))


def _destroyed(session: "Session", commits: "Sequence[Commit]") -> set[str]:
    """The keys of these commits that were destroyed by an erasure."""
    from shared.eventlog import sealed_fields
    from shared.vault import open_vault

    keys = open_vault(session.settings, session.secrets, session.databases).vault.keys
    return keys.destroyed({key for commit in commits for key in sealed_fields(commit).values()})


def personal(commit: "Commit", event: "Event", destroyed: set[str]) -> dict[str, str]:
    """Each personal field of an event: `sealed`, or `erased` where its key was destroyed."""
    from shared.eventlog import sealed_fields

    own = f"{event.version}/"
    return {
        place.removeprefix(own): "erased" if key_ref in destroyed else "sealed"
        for place, key_ref in sorted(sealed_fields(commit).items())
        if place.startswith(own)
    }


def _overall(states: set[str]) -> str:
    if not states:
        return "none"
    return states.pop() if len(states) == 1 else "partly erased"


def _line(commit: "Commit", event: "Event", destroyed: set[str]) -> dict[str, Any]:
    body = commit.body
    return {
        "id": commit.event_id(event.version),
        "type": event.type,
        "recorded_at": body.recorded_at,
        "actor": {"kind": body.actor.kind, "ref": body.actor.ref},
        "writer": body.writer,
        "causation": body.causation,
        "data": event.data,
        "personal": personal(commit, event, destroyed),
        "hash": commit.hash.hex(),
    }


def _show_case(found: Mapping[str, Any]) -> None:
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
    if "status" not in found:
        return
    say(
        f"case {found['case']}  {found['status']}  version {found['version']}  lane {found['lane']}"
    )
    say(f"item {found['item']}  department {found['department']}")
    for one in found["due"]:
        provisional = " (provisional)" if one["provisional"] else ""
        say(f"due  {one['due']}  {one['limit']}{provisional}")
    for one in found["owed"]:
        say(f"owed {one['service']}: {one['step']}, due {one['due_at']}")


def _show_replay(found: Mapping[str, Any]) -> None:
    for one in found["events"]:
        say(f"{one['recorded_at']}  {one['type']:<32} {one['id']}  {one['hash'][:16]}")
        if one["personal"]:
            told = ", ".join(f"{field} {state}" for field, state in one["personal"].items())
            say(f"{'':<29}personal data: {told}")
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
    say(f"Personal data: {found['personal_data']}.")
    fine = "Every hash, chain and author is right, and the ledger has nothing more."
    say(fine if found["ok"] else "The replay found faults.")
