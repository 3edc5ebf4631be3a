"""`caseledger erase`: one person's data become unreadable everywhere; the log still verifies."""

import getpass
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

if TYPE_CHECKING:
    from deploy.cli.session import Session

Subject = Annotated[str, typer.Argument(help="The subject reference of the person.")]
Wait = Annotated[bool, typer.Option("--wait", help="Return only when the erasure is complete.")]
POLL_S = 1.0


def erase(subject: Subject, *, wait: Wait = False, as_json: Json = False) -> None:
    """Erase one person: refused, with the list, while cases of that person are open."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        found = erased(session, subject.removeprefix("subject/"), wait=wait)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def erased(session: "Session", ref: str, *, wait: bool) -> dict[str, Any]:
    """Order the erasure, and carry it on until it is complete if that is wanted.

    The keys are gone when this returns; `complete` says whether SubjectErased is in the log, which
    comes when no process can have a key in its cache any more (the running system sees to it).
    """
    from shared.case import fold
    from shared.case.streams import case_stream
    from shared.eventlog import Actor, open_log
    from shared.vault import CasesOpen, open_vault

    log = open_log(session.settings, session.secrets, session.databases, writer="admin")
    erasures = open_vault(session.settings, session.secrets, session.databases).erasures

    def is_open(case: str) -> bool:
        return fold(log.load(case_stream(case)).events, case_id=case).open

    actor = Actor(kind="operator", ref=f"console:{getpass.getuser()}", reason="erasure request")
    try:
        due = erasures.order(ref, actor=actor, case_open=is_open)
    except CasesOpen as refused:
        return refusal(ref, refused.cases)
    complete = erasures.step(ref)
    while wait and not complete:
        time.sleep(POLL_S)
        complete = erasures.step(ref)
    return {
        "ok": True,
        "subject": ref,
        "findings": [],
        "complete": complete,
        "complete_at": due.isoformat(),
    }


def refusal(ref: str, still_open: Sequence[str]) -> dict[str, Any]:
    """What an operator is told who may not erase yet: each case that has to end first."""
    named = sorted(still_open)
    findings = [f"The case {case} of this person is still open." for case in named]
    return {"ok": False, "subject": ref, "open_cases": named, "findings": findings}


def _show(found: Mapping[str, Any]) -> None:
    for finding in found["findings"]:
        say(finding)
    if found["ok"]:
        say(f"The keys of {found['subject']} are destroyed.")
        done = "Complete." if found["complete"] else f"Complete at {found['complete_at']}."
        say(done)
