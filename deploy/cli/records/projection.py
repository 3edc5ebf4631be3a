"""`caseledger projection …`: rebuild a read model beside the live one; compare it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, reporting, say
from deploy.topology import READ_MODELS, view_of

if TYPE_CHECKING:
    from shared.projection.parts import Parts

ViewName = Annotated[str, typer.Option("--view", help="Which read model.")]


def rebuild(*, view: ViewName = "progress", as_json: Json = False) -> None:
    """Make a new generation beside the live one, compare it, switch to it."""
    from shared.projection.building import rebuild as build_anew

    with reporting(as_json=as_json), _parts(view) as parts:
        found = build_anew(parts)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def compare(*, view: ViewName = "progress", as_json: Json = False) -> None:
    """Compare the projection with the fold of the log, case by case, at equal versions."""
    from shared.projection.comparing import compare as compare_with_log

    with reporting(as_json=as_json), _parts(view) as parts:
        found = compare_with_log(parts).as_dict()
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


@contextmanager
def _parts(name: str) -> "Iterator[Parts]":
    from deploy.cli.session import opened
    from shared.projection.parts import parts_of

    if name not in READ_MODELS:
        raise bad_use(f"There is no read model {name!r}: {', '.join(READ_MODELS)}.")
    with opened() as session:
        parts = (session.settings, session.secrets, session.databases)
        yield parts_of(view_of(name), *parts)


def _show(found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        if name not in {"ok", "findings"}:
            say(f"{name:<14} {value}")
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
    say("Equal to the log." if found["ok"] else "See the findings above.")
