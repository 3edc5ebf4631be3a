"""A stream parked by a real fault, and redriven by the operator, who has no key of the worker."""

from typing import Any

import httpx

from deploy.demo.client import Client, Unexpected
from deploy.demo.story import Story
from tests.containers.commands import Failed, eventually
from tests.containers.system import System

# Where intake's worker orders refunds: it cannot open a folder of that name.
REFUNDS = "/state/outbox/refunds.jsonl"
PARKED_S = 60
WORKER = "intake-worker"


def parked_and_redriven(system: System, client: Client) -> list[str]:
    """Withdraw a paid case while no refund can be ordered; park, redrive, close it; its receipts.

    Raises:
        Failed: it was not parked, or the redrive did not say or do what it should.
    """
    story = Story(client, lambda _told: None)
    system.inside(WORKER, "mkdir", "-p", REFUNDS)
    try:
        story.submit()
        story.pay()
        story.until("under-review", who="system", what="accepts it and opens the review")
        story.withdraw("a reason")
        _wait_until_parked(system, f"case/{story.case}")
        _expect(_redriven(system), done=False, problem="IsADirectoryError")
        system.inside(WORKER, "rmdir", REFUNDS)
        _expect(_redriven(system), done=True, problem="")
        if story.case not in system.inside(WORKER, "cat", REFUNDS):
            raise Failed("the redrive ordered no refund")
        story.refund()
    except (Unexpected, httpx.HTTPError) as error:
        raise Failed(f"The case that is parked goes no further: {error!r}.") from error
    if system.command_line("operator", "parked", "list") != {"ok": True, "parked": []}:
        raise Failed("a stream is parked after its redrive")
    return story.receipts


def _wait_until_parked(system: System, stream: str) -> None:
    def parked() -> bool:
        rows = system.command_line("operator", "parked", "list")["parked"]
        return [(row["group"], row["stream"]) for row in rows] == [("intake", stream)]

    eventually(parked, PARKED_S, lambda: f"{stream} is not parked")


def _redriven(system: System) -> dict[str, Any]:
    found: dict[str, Any] = system.command_line("operator", "parked", "redrive")
    return found


def _expect(found: dict[str, Any], *, done: bool, problem: str) -> None:
    """Compare the answer with the one redrive that was asked for."""
    rows = [(one["done"], one["problem"] or "") for one in found.get("redriven", ())]
    if found.get("ok") is not done or len(rows) != 1:
        raise Failed(f"parked redrive says {found}")
    if rows[0][0] is not done or problem not in rows[0][1]:
        raise Failed(f"parked redrive says {found}")
