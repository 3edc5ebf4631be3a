"""`caseledger up`, `down` and `status`."""

import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, SERVER_MISSING, Json, answer, reporting, say, warn
from deploy.embedded import launch
from deploy.embedded.home import Home, State

Moved = Annotated[
    bool,
    typer.Option(
        "--moved",
        help="You moved the databases or Kafka yourself: take the servers that are asked for by "
        "name. The log there must be this home's own.",
    ),
]
Empty = Annotated[
    bool,
    typer.Option(
        "--empty", help="Begin anew: all that the home holds is put aside in a folder of it first."
    ),
]


def up(
    *,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when the system is ready; it goes on running.")
    ] = False,
    moved: Moved = False,
    empty: Empty = False,
    as_json: Json = False,
) -> None:
    """Start the embedded system and keep it running (until Ctrl-C, unless detached).

    It takes the servers that hold this home's cases; others that are asked for are refused.
    """
    home, began = Home.from_env(os.environ), time.monotonic()
    wish = launch.Wish(moved=moved, empty=empty)
    reporter = Reporter(quiet=as_json, began=began, addresses=not detach)
    with reporting(as_json=as_json):
        if detach:
            launch.up_detached(home, os.environ, progress=reporter, wish=wish)
            found = launch.status(home) | {"seconds": round(time.monotonic() - began, 1)}
            answer(found, as_json=as_json, show=_show_addresses)
        launch.run(home, os.environ, progress=reporter, wish=wish)


def move_log(
    *,
    to: Annotated[str, typer.Option("--to", help="The server: secantusd-rs or secantusd-py.")],
    as_json: Json = False,
) -> None:
    """Carry the log of a stopped system to the other kind of event log server.

    All databases are copied, the copy is held against the old one and verified, then the home takes
    it. Killed on the way, the old one stays; begun again, it starts over.
    """
    home, began = Home.from_env(os.environ), time.monotonic()
    with reporting(as_json=as_json):
        moved = launch.carry_log(home, os.environ, to=to, say=_unsaid if as_json else warn)
        found = {"ok": True, **asdict(moved), "seconds": round(time.monotonic() - began, 1)}
        answer(found, as_json=as_json, show=_show_moved)


def down(*, as_json: Json = False) -> None:
    """Stop the embedded system in order; nothing is lost."""
    home = Home.from_env(os.environ)
    with reporting(as_json=as_json):
        was_running = launch.down(home)

        def show(_: Mapping[str, Any]) -> None:
            say("Stopped." if was_running else "The system was not running.")

        answer({"stopped": was_running}, as_json=as_json, show=show)


def status(*, as_json: Json = False) -> None:
    """Say what runs: 0 when all is well, 1 when something is not, 3 when nothing runs."""
    with reporting(as_json=as_json):
        found = launch.status(Home.from_env(os.environ))
        well = found["ready"] and not found["problems"]
        code = FINE if well else FINDINGS if found["running"] else SERVER_MISSING
        answer(found, as_json=as_json, show=show_status, exit_code=code)


class Reporter:
    """Tells each process's coming up as it happens, and the addresses once all are ready.

    `addresses` False: whoever reports tells them himself.
    """

    def __init__(self, *, quiet: bool, began: float, addresses: bool = True) -> None:
        self._quiet = quiet
        self._addresses = addresses
        self._began = began
        self._told: dict[str, str] = {}
        self._ready = False

    def __call__(self, state: State) -> None:
        """Say what changed since the last call."""
        if self._quiet:
            return
        if not self._told:
            said = [f"event log: {state.mongo}", f"Kafka:     {state.kafka}", *state.notes]
            warn("\n".join(said))
        for seen in state.processes:
            if self._told.get(seen.name) != seen.state:
                self._told[seen.name] = seen.state
                if seen.state in {"ready", "restarting"}:
                    warn(f"{time.monotonic() - self._began:5.1f} s  {seen.name} {seen.state}")
        if state.ready and not self._ready:
            self._ready = True
            if self._addresses:
                warn(_addresses(state.pages, state.payments, state.services))


def show_status(found: Mapping[str, Any]) -> None:
    """The processes as a table."""
    if not found["running"]:
        say("The system is not running: start it with `caseledger up --detach`.")
    for one in found["processes"]:
        say(f"{one['name']:<18} {one['state']:<11} pid {one['pid']:<8} restarts {one['restarts']}")
    for problem in found["problems"]:
        say(f"WRONG  {problem}")
    if found["running"]:
        _show_addresses(found)


def _unsaid(_text: str) -> None:
    """With `--json` what happens on the way is not told."""


def _show_moved(found: Mapping[str, Any]) -> None:
    say(
        f"{found['documents']} documents of {found['collections']} collections are in "
        f"{found['to']} now, {found['commits']} commits verified, in {found['seconds']} s."
    )
    say(f"The old data are in {found['old']}: nothing uses them any more.")


def _show_addresses(found: Mapping[str, Any]) -> None:
    say(_addresses(found["pages"], found["payments"], found["services"]))
    say(f"event log  {found['mongo_uri']}  {found['servers']['mongo']}")
    say(f"Kafka      {found['kafka']}  {found['servers']['kafka']}")
    say(f"memory     {found['memory_mb']} MB, all processes together")
    if "seconds" in found:
        say(f"ready      after {found['seconds']} s")
    say(f"logs       {found['logs']}")
    for note in found["notes"]:
        say(f"note       {note}")


def _addresses(pages: str, payments: str, services: Mapping[str, str]) -> str:
    """Where everything is, the pages first."""
    lines = [f"pages      {pages}/  (in a browser; people to sign in as are made up)"]
    lines += [f"payments   {payments}/  (made-up money: what was paid, refunds to carry out)"]
    lines += [f"{name:<10} {url}  (API: {url}/docs)" for name, url in services.items()]
    return "\n".join(lines)
