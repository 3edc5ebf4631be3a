"""The table of commands. What a command needs beyond typer is imported when it runs."""

import typer

from deploy.cli import (
    audit,
    calendars,
    cases,
    catalogue,
    catalogue_load,
    catalogue_migrate,
    clock,
    demo,
    erase,
    fee,
    parked,
    projection,
    relay,
    system,
    tokens,
)

app = typer.Typer(
    help="Case management for public services: nothing lost, every record provable.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(system.up)
app.command()(system.down)
app.command()(system.status)
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
    "clock",
    "The legal clock of an item: when, and why.",
    {"due": clock.due, "payday": clock.payday, "window": clock.window},
)
_group(
    "calendar",
    "What was announced: days off that the clock counts by, events that open windows.",
    {"load": calendars.load, "announce": calendars.announce, "list": calendars.list_},
)
_group("relay", "From the log to Kafka.", {"status": relay.status})


def run() -> None:
    """Run the command of the command line; typer ends the process with its exit code."""
    app()
