"""GET /v1/payments/unplaced: the money that waits for a person, oldest first, page by page."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args

import marshmallow as ma
from flask import Response

from services.intake.money.unplaced import BACK, BOUNCED, FAILED
from services.intake.room import Desk
from shared.case import case_stream
from shared.case.intake.fee import Accounted
from shared.case.intake.transaction import WhyUnplaced
from shared.casework.log import case_of
from shared.catalogue.definition.fees import yuan
from shared.http import (
    Blueprint,
    Choice,
    Items,
    Moment,
    Money,
    Nested,
    QueryInt,
    Schema,
    Str,
    answered,
    permission,
    principal,
)
from shared.security import Role

MOST_ROWS = 200
Row = Mapping[str, Any]
WHY = (
    *get_args(WhyUnplaced),
    *(one for one in get_args(Accounted) if one != "fee"),
    *(f"refund-{one}" for one in get_args(WhyUnplaced)),
    *(FAILED, BOUNCED, *BACK.values()),
)


class PlaceCursor(Str):
    """`next` of an earlier page; its inside is no promise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400, pattern="[A-Za-z0-9_-]+", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            padded = text + "=" * (-len(text) % 4)
            place = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ma.ValidationError("must be `next` of an earlier page") from error
        if _cursor(place) != text:
            raise ma.ValidationError("must be `next` of an earlier page")
        return place


class UnplacedQuery(Schema):
    """Which payments. `settled`: `true` for those that are settled; else those that wait."""

    settled = Choice("true", "false", load_default="false")
    after = PlaceCursor()
    limit = QueryInt(minimum=1, maximum=MOST_ROWS, load_default=50)


class UnplacedLine(Schema):
    """A payment that waits for a person. `held_by`: the case that has the transaction.

    `transaction`, `method`: of the payment, also where its way back is meant; `amount`: that of the
    event, null where it has none. `code`: why the gateway could not give it back.
    """

    transaction = Str()
    case = Str()
    amount = Money(allow_none=True)
    method = Str(allow_none=True)
    why = Choice(*WHY)
    held_by = Str(allow_none=True)
    code = Str(allow_none=True)
    at = Moment()
    settled_at = Moment(allow_none=True)


class UnplacedPage(Schema):
    """A page, oldest first; `next` is the `after` of the following page."""

    payments = Items(Nested(UnplacedLine), most=MOST_ROWS)
    next = Str(max_length=400, allow_none=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Read the list."""

    @blp.get("/unplaced")
    @blp.arguments(UnplacedQuery, location="query")
    @blp.response(200, UnplacedPage)
    def unplaced(query: dict[str, Any]) -> Response:
        """List payments that could not be placed: of an officer's office, else all of them.

        Money for a case that does not exist, a transaction that another case has, another amount
        than the fee, a fee that was paid before or is not owed. Those of the last three kinds go
        back by themselves, and are settled when the gateway says so. And money whose way back is
        not as it was ordered: a refund that failed, came back, came in part, went unordered or was
        too much; an officer orders it again or settles it.
        """
        limit, scope = query["limit"], _scope()
        found = desk.room.unplaced.page(
            scope,
            settled=query["settled"] == "true",
            after=query.get("after", ""),
            limit=limit,
        )
        following = _cursor(found[limit - 1]["place"]) if len(found) > limit else None
        venues = principal().supervised if scope else None
        rows = found[:limit] if venues is None else _lying(desk, found[:limit], venues)
        return answered({"payments": list(map(told_of, rows)), "next": following})


def _lying(desk: Desk, rows: Iterable[Row], venues: frozenset[str]) -> Iterator[Row]:
    """The rows whose case lies at one of the venues.

    A row does not say where its case lies: that is read from the case, which may move.
    """

    @cache
    def venue(case: str) -> str:
        return case_of(desk.room.log.load(case_stream(case))).venue

    return (row for row in rows if venue(row["case"]) in venues)


def told_of(row: Row) -> dict[str, Any]:
    """What is told of a row, by the route and the command alike."""
    names = ("transaction", "case", "why", "held_by", "at", "settled_at")
    return {
        **{name: row[name] for name in names},
        "method": row["method"] or None,
        "code": row.get("code") or None,  # rows of before have none
        "amount": yuan(row["amount_fen"]) if row["amount_fen"] else None,
    }


def _scope() -> dict[str, Any]:
    """What the caller may list, by the roles that the route's row names."""
    caller = principal()
    if {Role.AUDITOR, Role.OPERATOR} & caller.roles & permission().roles:
        return {}
    return {"authority": caller.department or "-"}


def _cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
