"""`caseledger projection …`: rebuild the read model beside the live one; compare it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

if TYPE_CHECKING:
    from shared.projection.parts import Parts


def rebuild(*, as_json: Json = False) -> None:
    """Make a new generation beside the live one, compare it, switch to it."""
    from shared.projection.building import rebuild as build_anew

    with reporting(as_json=as_json), _parts() as parts:
        found = build_anew(parts)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def compare(*, as_json: Json = False) -> None:
    """Compare the projection with the fold of the log, case by case, at equal versions."""
    from shared.projection.comparing import compare as compare_with_log

    with reporting(as_json=as_json), _parts() as parts:
        found = compare_with_log(parts).as_dict()
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


@contextmanager
def _parts() -> "Iterator[Parts]":
    from deploy.cli.session import opened
    from services.progress.standing.view import VIEW
    from shared.projection.parts import parts_of

    with opened() as session:
        yield parts_of(VIEW, session.settings, session.secrets, session.databases, writer="notify")


def _show(found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        if name not in {"ok", "findings"}:
            say(f"{name:<14} {value}")
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
    say("Equal to the log." if found["ok"] else "See the findings above.")
