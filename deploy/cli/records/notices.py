"""`caseledger notices …`: messages that were given up, and sending them again."""

import getpass
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, moment, reporting, say, warn

if TYPE_CHECKING:
    from deploy.cli.session import Session
    from services.notify.decisions import NoticeFilter

Code = Annotated[str, typer.Option(help="Only those given up with this code, such as smtp-away.")]
Over = Annotated[str, typer.Option(help="Only this channel: email or phone.")]
Since = Annotated[
    str, typer.Option(help="Only those given up since a time such as 2026-11-21T16:00:00Z.")
]
# The ledger's clock may be behind that of the worker that gave up.
MARGIN = timedelta(minutes=1)


def list_(*, code: Code = "", channel: Over = "", since: Since = "", as_json: Json = False) -> None:
    """List messages that were given up, with the code why."""
    from deploy.cli.session import opened
    from services.notify.resending import given_up_rows
    from shared.eventlog import open_reader

    with reporting(as_json=as_json):
        wanted = _wanted(code=code, channel=channel, since=since)
        with opened() as session:
            log = open_reader(session.settings, session.secrets, session.databases)
            rows, findings = given_up_rows(log, streams_of(session, wanted), wanted)
        document = {"ok": not findings, "given_up": rows, "findings": findings}
        answer(document, as_json=as_json, show=_show, exit_code=FINDINGS if findings else FINE)


def resend(
    notice: Annotated[
        str, typer.Argument(metavar="[NOTICE]", help="One, by its id of `notices list`.")
    ] = "",
    *,
    code: Code = "",
    channel: Over = "",
    since: Since = "",
    every: Annotated[bool, typer.Option("--all", help="Everything that was given up.")] = False,
    as_json: Json = False,
) -> None:
    """Send again what was given up; that you asked for it is recorded.

    Nothing is sent to a person who was erased. Safe to repeat.
    """
    from deploy.cli.session import opened
    from services.notify.resending import resend as owe_again
    from shared.eventlog import Actor, open_log

    with reporting(as_json=as_json):
        wanted = _wanted(notice=notice, code=code, channel=channel, since=since)
        if every is bool(notice or code or since):
            raise bad_use("Say which: a notice, --code, --since, or --all.")
        user = getpass.getuser()
        actor = Actor(kind="operator", ref=f"console:{user}", reason="notices resend")
        with opened() as session:
            log = open_log(session.settings, session.secrets, session.databases, writer="notify")
            streams = streams_of(session, wanted)
            owed, findings = owe_again(log, streams, wanted, actor=actor, now=datetime.now(UTC))
        if notice and not owed:
            findings.append(f"{notice} is not given up, or its person was erased.")
        document = {"ok": not findings, "resent": owed, "by": actor.ref, "findings": findings}
        code_ = FINDINGS if findings else FINE
        answer(document, as_json=as_json, show=_show_resent, exit_code=code_)


def streams_of(session: "Session", wanted: "NoticeFilter") -> list[str]:
    """The streams of notices in which such a message may be, by the ledger."""
    category, _, rest = wanted.notice.partition("/")
    if category == "case":  # a notice about a case stands on the stream of that case's notices
        return [f"notice/{rest.partition('/')[0]}"]
    query: dict[str, Any] = {
        "lane": {"$in": list(range(session.settings.lanes))},
        "stream": {"$gte": "notice/", "$lt": "notice0"},
    }
    if wanted.since is not None:
        query["sequenced_at"] = {"$gte": wanted.since - MARGIN}
    rows = session.databases.log["ledger"].find(query, {"_id": 0, "stream": 1})
    return sorted({row["stream"] for row in rows})


def _wanted(*, notice: str = "", code: str, channel: str, since: str) -> "NoticeFilter":
    from services.notify.decisions import NoticeFilter
    from shared.case.facts.parts import CHANNELS

    if channel and channel not in CHANNELS:
        raise bad_use(f"There is no channel {channel}: give {' or '.join(CHANNELS)}.")
    at = moment(since) if since else None
    return NoticeFilter(notice=notice, code=code, channel=channel, since=at)


def _show(found: Mapping[str, Any]) -> None:
    for row in found["given_up"]:
        say(f"{row['given_up_at']}  {row['code']}  {row['about']}  {row['notice']}")
    counts = Counter(row["code"] for row in found["given_up"])
    for code, count in counts.most_common():
        say(f"{count} with {code}")
    if not counts:
        say("No message was given up.")
    for finding in found["findings"]:
        warn(finding)


def _show_resent(found: Mapping[str, Any]) -> None:
    for notice in found["resent"]:
        say(notice)
    say(f"{len(found['resent'])} messages are owed again; asked for by {found['by']}.")
    for finding in found["findings"]:
        warn(finding)
