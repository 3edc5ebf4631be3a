"""A case in the answer of `caseledger catalogue migrate`: what changes for it, and what stays."""

from typing import TYPE_CHECKING, Any

from shared.catalogue.definition.fees import yuan

if TYPE_CHECKING:
    from datetime import datetime

    from shared.case import Case, Fact, Rules

MEANWHILE = (
    "meanwhile",
    "It was moved, decided or closed meanwhile; nothing was recorded now.",
)


def head(case: "Case") -> dict[str, Any]:
    """What every row begins with."""
    from shared.case import status

    version = case.pin.version if case.pin else None
    return {
        "case": case.id,
        "item": case.item,
        "from": version,
        "status": status(case),
        "version": case.version,
    }


def staying(case: "Case", why: tuple[str, str]) -> dict[str, Any]:
    """A case that keeps its edition: by which rule, and in a sentence."""
    rule, text = why
    return head(case) | {"state": "stays", "rule": rule, "text": text}


def row_of(case: "Case", facts: "list[Fact]", rules: "Rules", now: "datetime") -> dict[str, Any]:
    """What changes for one case: in words, its dates, its fee, what is missing, and what stays."""
    from services.intake.acceptance.supplement_request import missing
    from shared.case.deciding.limits_begun import after
    from shared.case.intake.migration import CaseMigrated

    then = after(case, facts, now)
    moved = next(fact for fact in facts if isinstance(fact, CaseMigrated))
    before = {one.limit: one.due for one in case.due if one.rank != "internal"}
    since = {one.limit: one.due for one in then.due if one.rank != "internal"}
    lacking = case.accepted is None
    return head(case) | {
        "to": moved.to_pin.version,
        "changes": list(moved.changes),
        "kept": [{"what": one.what, "rule": one.rule, "text": one.text} for one in moved.kept],
        "due": [
            {"limit": name, "before": _iso(before.get(name)), "after": _iso(since.get(name))}
            for name in sorted(before.keys() | since.keys())
        ],
        "fee_yuan": {"before": _yuan(case), "after": _yuan(then)},
        "missing": {
            "before": [one.name for one in missing(case, rules)] if lacking else [],
            "after": [one.name for one in missing(then, rules)] if lacking else [],
        },
    }


def _iso(day: object) -> str | None:
    return None if day is None else str(day)


def _yuan(case: "Case") -> str | None:
    if case.fee is None:
        return None
    return yuan(case.fee.amount_fen)
