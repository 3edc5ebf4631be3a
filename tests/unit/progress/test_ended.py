"""A list of cases says of each that is over how it ended, from what is stored or from the log."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.progress.standing.queries import Standing
from services.progress.standing.view import VIEW
from shared.case.facts.fact import Fact
from shared.eventlog import Event
from shared.projection.view import fold, stored_form
from tests.support import histories as h
from tests.support.small_views import SmallViews
from tests.unit.progress.test_worklists import SmallList

CASE = "c" * 32
STREAM = f"case/{CASE}"


class OneCase:
    """A log with one stream."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events

    def load(self, stream: str, *, upto_version: int | None = None) -> Any:
        found = self.events[:upto_version] if stream == STREAM else []
        return SimpleNamespace(events=found, version=len(found))


def listed(facts: list[Fact], *, readable: bool = True) -> dict[str, Any]:
    """The line of a case with this history."""
    events = h.events(facts)
    row = stored_form(VIEW, fold(VIEW, CASE, {STREAM: events}))
    if not readable:
        row["state"] = b"of another format"
    rows = SmallList()
    rows.rows[CASE] = row
    standing = Standing(OneCase(events), SmallViews())  # type: ignore[arg-type]
    standing._reading = SimpleNamespace(collection=rows)  # type: ignore[assignment]
    (line,), _ = standing.page({}, after="", limit=5)
    return line


BEFORE = [*h.submitted(), *h.paid(), *h.accepted()]
ENDS: list[tuple[list[Fact], str, str | None]] = [
    (BEFORE, "accepted", None),
    ([*h.submitted(), *h.not_accepted()], "not-accepted", None),
    ([*h.submitted(), *h.not_accepted(), *h.closed("not-accepted")], "closed", "not-accepted"),
    ([*h.submitted(), *h.withdrawn(), *h.closed("withdrawn")], "closed", "withdrawn"),
    (
        [*BEFORE, *h.reviewed(met=False), *h.refused(), *h.closed("refused")],
        "closed",
        "refused",
    ),
    (
        [*BEFORE, *h.reviewed(met=False), *h.refused(), *h.refunded("refused")],
        "refunded",
        "refused",
    ),
    (h.to_delivery(), "closed", "delivered"),
]


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize(("facts", "status", "outcome"), ENDS)
def test_a_line_says_how_the_case_ended(
    facts: list[Fact], status: str, outcome: str | None, *, readable: bool
) -> None:
    line = listed(facts, readable=readable)
    assert (line["status"], line["outcome"]) == (status, outcome)
