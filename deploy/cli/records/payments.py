"""`caseledger payments …`: the money that waits for a person."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

if TYPE_CHECKING:
    from services.intake.money.unplaced import UnplacedPayments

PAGE_ROWS = 200
Settled = Annotated[bool, typer.Option(help="Those that are settled, not those that wait.")]


def unplaced(*, settled: Settled = False, as_json: Json = False) -> None:
    """List payments that could not be placed and refunds that went wrong, oldest first.

    Ends with 1 when any waits for a person.
    """
    from deploy.cli.session import opened
    from services.intake.money.unplaced import UnplacedPayments
    from services.intake.money.unplaced_pages import told_of

    with reporting(as_json=as_json), opened() as session:
        payments = UnplacedPayments(session.databases.work)
        found = [told_of(row) for row in _rows(payments, settled=settled)]
        waits = bool(found) and not settled
        answer(
            {"ok": not waits, "payments": found},
            as_json=as_json,
            show=_show,
            exit_code=FINDINGS if waits else FINE,
        )


def _rows(payments: "UnplacedPayments", *, settled: bool) -> Iterator[Mapping[str, Any]]:
    """Every row, read page by page."""
    after = ""
    while True:
        page = payments.page({}, settled=settled, after=after, limit=PAGE_ROWS)
        yield from page[:PAGE_ROWS]
        if len(page) <= PAGE_ROWS:
            return
        after = page[PAGE_ROWS - 1]["place"]


def _show(found: Mapping[str, Any]) -> None:
    for row in found["payments"]:
        held = f"  held by {row['held_by']}" if row["held_by"] else ""
        code = f"  {row['code']}" if row["code"] else ""
        back = f"  settled {row['settled_at']}" if row["settled_at"] else ""
        say(
            f"{row['at']}  {row['transaction']}  {row['amount'] or '-'} yuan  {row['why']}"
            f"  case {row['case']}{code}{held}{back}"
        )
    if not found["payments"]:
        say("No payment is on this list.")
