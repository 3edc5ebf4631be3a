"""What the demo shows to people, step by step."""

import email
import email.policy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from deploy.embedded.provider.people import BY_KEY

if TYPE_CHECKING:
    from deploy.demo.story import Told

MAIL_LINES = 6
APPLICANT = "applicant"  # the person that the demo's portal applies for


class Screen:
    """Prints as things happen; says nothing where one JSON document is wanted."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(quiet=quiet, highlight=False, soft_wrap=True)

    def step(self, told: "Told") -> None:
        """One step of the case."""
        events = ", ".join(event.partition(".")[2] for event in told.events)
        line = f"{told.seconds:6.2f} s  [bold]{told.who:<16}[/] {told.what}"
        if told.status:
            line += f"  → [green]{told.status}[/]"
        self._console.print(line)
        if events:
            receipt = f"  receipt {told.receipt[:16]}…" if told.receipt else ""
            self._console.print(f"          [dim]{events}{receipt}[/]")

    def told(self, notices: Sequence[Mapping[str, Any]], *, home: Path) -> None:
        """What the applicant was told, and how it reads."""
        self._title("What the applicant was told")
        for notice in notices:
            self._console.print(
                f"{notice['channel']:<6} {notice['status']:<10} {notice['subject']}  {notice['en']}"
            )
        newest = sorted((home / "mail").glob("*.eml"))[-1:]
        for path in newest:
            self._console.print(f"[dim]{_readable(path)}[/]")

    def progress(self, progress: Mapping[str, Any]) -> None:
        """The progress query's answer: each status, and when it was reached."""
        self._title(f"GET /v1/progress/{progress['case']}")
        for reached in progress.get("history", ()):
            self._console.print(f"{reached['at']}  {reached['status']}")

    def replay(self, replay: Mapping[str, Any]) -> None:
        """The log of the case, every stream, in the order of causation."""
        self._title("The replay of its log")
        table = Table(box=None, pad_edge=False)
        for column in ("recorded", "event", "id", "hash"):
            table.add_column(column, no_wrap=True)
        for event in replay["events"]:
            stream = event["id"].split("/")
            name = f"{stream[0]}/{stream[1][:8]}…/{stream[2]}"
            table.add_row(event["recorded_at"][11:23], event["type"], name, event["hash"][:16])
        self._console.print(table)

    def end(self, document: Mapping[str, Any]) -> None:
        """Proof, time, memory."""
        self._title("Its proof")
        verify = document["verify"]
        for lane in verify["lanes"]:
            root = lane["root"][:32]
            self._console.print(f"lane {lane['lane']}  {lane['size']:>5} commits  root {root}…")
        good = "the whole log verifies" if verify["ok"] else "the log does NOT verify"
        proof = document["proof"]
        inside = "is in it, under a signed checkpoint" if proof["ok"] else "is NOT proved"
        self._console.print(f"{good}; the last receipt {proof['hash'][:16]}… {inside}")
        self._console.print(
            f"\n[bold]{document['status']}[/] in {document['seconds']} s; "
            f"{document['memory_mb']} MB in all processes together; "
            f"event log {document['servers']['mongo'].split(' ')[0]}, "
            f"Kafka {document['servers']['kafka'].split(' ')[0]}"
        )
        self._console.print(
            f"In a browser: {document['pages']}/ while the system runs (`make up`). Sign in as"
            f" {BY_KEY[APPLICANT].name}, who applied, or as one of the officers."
        )

    def _title(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/]")


def _readable(path: Path) -> str:
    """Subject and first lines of a mail."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    lines = body.get_content().strip().splitlines()[:MAIL_LINES] if body else []
    return "\n".join([f"       Subject: {mail['subject']}", *(f"       {line}" for line in lines)])
