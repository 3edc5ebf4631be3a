"""Counts of the work lists for the head of an office: due, late, waiting; by item and officer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.progress.worklists.view import WAITS_FOR, due_key
from shared.case import Rules
from shared.catalogue import UnknownItem
from shared.clock import end_of_day, local_day

MOST = 20_000  # rows of one answer's counting
FIELDS = ("item", "officer", "waits", "place")
Row = Mapping[str, Any]
Counted = dict[str, int]


def statistics(rows: Iterable[Row], rules: Rules, now: datetime) -> dict[str, Any]:
    """The counts over the first rows of the view, by due date. Nothing personal is in a row."""
    total = _none()
    by_item: dict[str, Counted] = {}
    by_officer: dict[str | None, Counted] = {}
    at, today = due_key(now), due_key(end_of_day(local_day(now)))
    found = list(rows)
    for row in found[:MOST]:
        for counted in (
            total,
            by_item.setdefault(row["item"], _none()),
            by_officer.setdefault(row["officer"], _none()),
        ):
            _count(counted, row, at, today)
    return {
        "at": now,
        "total": total,
        "by_item": [
            {"item": item, **_names(item, rules), **by_item[item]} for item in sorted(by_item)
        ],
        "by_officer": [
            {"officer": officer, **by_officer[officer]}
            for officer in sorted(by_officer, key=lambda one: (one is None, one or ""))
        ],
        "more": len(found) > MOST,
    }


def _none() -> Counted:
    return dict.fromkeys(("open", "due_today", "late", *WAITS_FOR), 0)


def _count(counted: Counted, row: Row, at: str, today: str) -> None:
    """By the bounds of the lists themselves (`queries.wanted`)."""
    place = row["place"]
    counted["open"] += 1
    counted["late"] += place < f"{at}/"
    counted["due_today"] += f"{at}/" < place < f"{today}0"
    if row["waits"]:
        counted[row["waits"]] += 1


def _names(item: str, rules: Rules) -> dict[str, str | None]:
    """The names of the item's present edition; none where the catalogue has it no more."""
    try:
        text = rules.catalogue.item(item).text
    except UnknownItem:
        return {"item_zh": None, "item_en": None}
    return {"item_zh": text.name, "item_en": text.name_en or None}
