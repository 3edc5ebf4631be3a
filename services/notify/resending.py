"""What was given up, over all cases, and owing it again because somebody asks for it.

The worker sends what is owed again as it sends everything: to the address of now, with the message
id of before.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.notify.decisions import NoticeFilter, given_up, requeue
from services.notify.telling import notices_of
from shared.case import Notice
from shared.casework.log import drafts
from shared.eventlog import Actor, Command, EventLog, LogReader
from shared.eventlog.errors import LogCorrupt
from shared.http.plain import time_of


def given_up_rows(
    events: LogReader, streams: Iterable[str], wanted: NoticeFilter
) -> tuple[list[dict[str, Any]], list[str]]:
    """Every message that was given up, as a row; and a sentence for each stream that is refused."""
    rows: list[dict[str, Any]] = []
    findings: list[str] = []
    for stream in streams:
        try:
            found = given_up(notices_of(events.load(stream)), wanted)
        except LogCorrupt as error:  # the others are listed all the same
            findings.append(str(error))
            continue
        rows += map(_row, found)
    return sorted(rows, key=lambda row: (row["given_up_at"], row["notice"])), findings


def resend(
    log: EventLog, streams: Iterable[str], wanted: NoticeFilter, *, actor: Actor, now: datetime
) -> tuple[list[str], list[str]]:
    """Owe again what was given up, a commit a case.

    Gives the notices that are owed again, and a sentence for each stream that is refused. Run
    twice, or by two at once, it owes each message once: the decision sees what is owed by then.
    """
    owed: list[str] = []
    findings: list[str] = []
    for stream in streams:
        command = Command(command_id=f"resend-notices:{uuid.uuid4().hex}", actor=actor, now=now)
        try:
            outcome = log.execute(
                stream, command, lambda loaded: drafts(requeue(notices_of(loaded), wanted))
            )
        except LogCorrupt as error:  # the others are sent all the same
            findings.append(str(error))
            continue
        if outcome.commit is not None:
            owed += [str(event.data["notice"]) for event in outcome.commit.events]
    return owed, findings


def _row(notice: Notice) -> dict[str, Any]:
    queued, at = notice.queued, notice.given_up_at
    return {
        "notice": queued.notice,
        "case": queued.case,
        "channel": queued.channel,
        "about": queued.about_type,
        "code": notice.code,
        "given_up_at": "" if at is None else time_of(at),
    }
