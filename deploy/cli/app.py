"""The table of commands. What a command needs beyond typer is imported when it runs."""

import sys
from collections.abc import Sequence
from functools import partial
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup

from deploy.cli import system
from deploy.cli.output import BAD_USE, FINDINGS, FINE, told
from deploy.cli.records import (
    audit,
    cases,
    erase,
    log,
    notices,
    parked,
    payments,
    projection,
    relay,
)
from deploy.cli.records import lanes as records_lanes
from deploy.cli.rules import calendars, catalogue, catalogue_load, catalogue_migrate, clock, fee
from deploy.cli.trial import demo, tokens


class _Root(TyperGroup):
    """The command itself: with `--json` wrong words are told as a JSON document too."""

    def main(  # the library's signature
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002
        **extra: Any,
    ) -> Any:
        """Run; a mistake in the words ends with 2, as one sentence."""
        words = sys.argv[1:] if args is None else list(args)
        alone = standalone_mode and "--json" not in words
        run_ = partial(super().main, words, prog_name, complete_var, alone, windows_expand_args)
        if alone or not standalone_mode:
            return run_(**extra)
        try:
            code = run_(**extra)
        except typer.Abort:
            code = FINDINGS
        except Exception as error:
            sentence = getattr(error, "format_message", None)  # the library's own mistakes have one
            if sentence is None:
                raise
            code = told(sentence(), BAD_USE, as_json=True)
        sys.exit(code if isinstance(code, int) else FINE)


app = typer.Typer(
    cls=_Root,
    help="Case management for public services: nothing lost, every record provable.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(system.up)
app.command()(system.down)
app.command()(system.status)
app.command()(system.move_log)
app.command()(demo.demo)
app.command()(tokens.token)
app.command()(erase.erase)
app.command()(fee.fee)


def _group(name: str, help_: str, commands: dict[str, object]) -> None:
    group = typer.Typer(
        help=help_, rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False
    )
    for command, function in commands.items():
        group.command(command)(function)  # type: ignore[type-var]
    app.add_typer(group, name=name)


_group(
    "catalogue",
    "The items: their files, their definitions, their versions.",
    {
        "check": catalogue.check,
        "list": catalogue.list_,
        "show": catalogue.show,
        "form": catalogue.form,
        "diff": catalogue.diff,
        "compile": catalogue.compile_,
        "load": catalogue_load.load,
        "migrate": catalogue_migrate.migrate,
    },
)
_group("case", "One case, read from its log.", {"show": cases.show, "replay": cases.replay})
_group(
    "audit",
    "Prove that the log is whole.",
    {
        "verify": audit.verify,
        "reconcile": audit.reconcile,
        "proof": audit.proof,
        "export": audit.export,
    },
)
_group(
    "log",
    "The log itself, which is never changed.",
    {"set-aside": log.set_aside},
)
_group(
    "projection",
    "The read model that answers where cases stand.",
    {"rebuild": projection.rebuild, "compare": projection.compare},
)
_group(
    "parked",
    "Streams that a handler could not get past.",
    {"list": parked.list_, "redrive": parked.redrive},
)
_group(
    "notices",
    "Messages to applicants that were given up.",
    {"list": notices.list_, "resend": notices.resend},
)
_group(
    "clock",
    "The legal clock of an item: when, and why.",
    {"due": clock.due, "payday": clock.payday, "window": clock.window},
)
_group(
    "calendar",
    "What was announced: days off that the clock counts by, events that open windows.",
    {"load": calendars.load, "announce": calendars.announce, "list": calendars.list_},
)
_group(
    "payments",
    "Money that the payment gateway told of.",
    {"unplaced": payments.unplaced},
)
_group("relay", "From the log to Kafka.", {"status": relay.status, "lanes": records_lanes.lanes})


def run() -> None:
    """Run the command of the command line; typer ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Chinese on a terminal of ASCII: \u5c45, which JSON reads as it is.
            stream.reconfigure(errors="backslashreplace")
    app()
