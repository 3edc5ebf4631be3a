"""Every reading route of the four services, and what it gives of a case. By hand.

A route of the table of permissions that does not stand here is red (`test_each_cell.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.security.duties import ROLE_OF, Duty
from shared.security.permissions import TABLE, Kind, Permission
from shared.security.principal import Role

Route = tuple[str, str]  # the service and the rule


@dataclass(frozen=True, kw_only=True)
class Gives:
    """What a route gives: `kind` as a canary names it, or nothing; `why` says so in words."""

    why: str
    kind: str = ""


def nothing(why: str) -> Gives:
    """A route that gives no value of anybody."""
    return Gives(why=why)


FOLD = nothing("the case from its fold, without what is sealed")
RULES = nothing("the catalogue alone")
PUBLIC = nothing("public keys")
READINGS: Mapping[Route, Gives] = {
    ("intake", "/v1/items"): RULES,
    ("intake", "/v1/items/{item}"): RULES,
    ("intake", "/v1/items/{item}/form"): RULES,
    ("intake", "/v1/items/{item}/template"): RULES,
    ("intake", "/v1/cases/{case}"): FOLD,
    ("intake", "/v1/cases/{case}/application"): Gives(why="by class", kind="application"),
    ("intake", "/v1/cases/{case}/readings"): nothing("who read which classes, and no value"),
    ("intake", "/v1/cases/{case}/receipt"): nothing("a plain receipt names nobody"),
    ("intake", "/v1/cases/{case}/materials/{blob}"): Gives(why="an upload", kind="material"),
    ("intake", "/v1/cases/{case}/pictures/{blob}"): nothing(
        "no picture of an inspection is in these courses: `cases/test_inspecting`"
    ),
    ("intake", "/v1/payments/unplaced"): nothing("payments of no case"),
    ("review", "/v1/reviews/{case}"): FOLD,
    ("review", "/v1/reviews/{case}/application"): Gives(why="by class", kind="application"),
    ("review", "/v1/reviews/{case}/draft"): Gives(why="the desk's own draft", kind="draft"),
    ("issuance", "/v1/issuance/{case}"): Gives(why="the address for the label", kind="label"),
    ("issuance", "/v1/issuance/{case}/application"): Gives(why="by class", kind="application"),
    ("issuance", "/v1/issuance/{case}/papers"): nothing("the list, without what stands on them"),
    ("issuance", "/v1/issuance/{case}/voucher"): Gives(why="the code", kind="voucher"),
    ("issuance", "/v1/papers/{paper}"): Gives(why="a signed paper", kind="paper"),
    ("issuance", "/v1/verification/{code}"): Gives(why="the masked holder", kind="check"),
    ("issuance", "/v1/verification"): PUBLIC,
    ("issuance", "/.well-known/caseledger-papers.json"): PUBLIC,
    ("issuance", "/v1/documents/{document}/verification"): nothing("whether it is valid"),
    ("notify", "/v1/progress/{case}"): FOLD,
    ("notify", "/v1/progress"): nothing("the read model, without what is sealed"),
    ("notify", "/v1/worklists"): nothing("the read model, without what is sealed"),
    ("notify", "/v1/worklists/statistics"): nothing("counts"),
    ("notify", "/v1/notices/{case}"): nothing("what was told in words that name nobody"),
    ("notify", "/v1/lanes"): nothing("how far the lanes are"),
    ("notify", "/v1/lanes/{lane}/records"): nothing("events without what is sealed"),
}
# They ask with a body, and store nothing.
TRIALS: Mapping[Route, str] = {
    ("intake", "/v1/items/{item}/check"): "an application that is tried, and not echoed",
    ("intake", "/v1/items/{item}/own-times"): "own times are answered and forgotten",
    ("intake", "/v1/items/{item}/rows"): "a spreadsheet, as entries for who sent it; of no case",
    ("intake", "/v1/cases/standing"): "the stage, to who knows number and end of a document",
    ("intake", "/v1/payments/orders"): "the order, to the gateway",
    ("review", "/v1/reviews/{case}/preview"): "what would be told",
}


def rows_of(kind: Kind) -> Mapping[Route, Permission]:
    """The rows of the table of permissions of this kind, by their route."""
    return {(row.service, row.rule): row for row in TABLE if row.kind is kind}


def duties_on(row: Permission, duties: frozenset[Duty]) -> frozenset[Duty]:
    """Those of somebody's duties that count on a route, by the roles that it is for."""
    counted = {duty for duty in duties if ROLE_OF.get(duty) in row.roles}
    if Role.APPLICANT in row.roles:
        counted |= duties & {Duty.APPLY}
    return frozenset(counted)


# Which paper is for whom; at which stage says the class `paper`.
_DECISION = frozenset({Duty.APPLY, Duty.REVIEW, Duty.APPROVE, Duty.SUPERVISE})
PAPER_FOR: Mapping[str, frozenset[Duty]] = {
    **dict.fromkeys(
        ("receipt", "supplement-request", "acceptance", "non-acceptance"),
        _DECISION | {Duty.TAKE_IN},
    ),
    **dict.fromkeys(("grant", "refusal"), _DECISION),
    "slip": frozenset({Duty.PRODUCE}),
    "result": _DECISION | {Duty.PRODUCE, Duty.HAND_OVER},
}
# These take `?reason=`.
ASKED_WITH_REASON = frozenset({"application", "material", "paper"})
