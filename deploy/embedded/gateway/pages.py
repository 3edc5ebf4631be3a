"""The gateway's pages: an order to pay, and everything that waits or was told.

What is owed is asked of intake, signed, each time that a page is opened or paid, so an address that
somebody changed shows no other amount (docs/adr/0027).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from deploy.embedded.gateway.books import Entry, GatewayBooks
from deploy.embedded.gateway.delivering import Delivering
from deploy.embedded.gateway.intake import ToIntake
from deploy.embedded.gateway.refunds import ordered_back
from deploy.embedded.gateway.ways import GIVING_BACK, METHODS, PAYING, Paying, in_fen

SHOWN_AFTER_S = 5.0
STANDING = {404: "unknown", 409: "taken", 422: "refused"}


@dataclass(frozen=True, kw_only=True)
class GatewayPages:
    """The endpoints. `portal`: its address; `refunds`: the file of intake's refund orders."""

    intake: ToIntake
    books: GatewayBooks
    delivering: Delivering
    refunds: Path
    portal: str
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    def order(self, case: str, number: str) -> AnyResponse:
        """The page of an order."""
        return self._order_page(case, self._looked_up(case, number))

    def pay(self, case: str, number: str) -> AnyResponse:
        """Take the money, tell intake, and lead back to the case when intake has answered."""
        way, method = request.form.get("way", ""), request.form.get("method", "")
        found = self._looked_up(case, number)
        if way not in PAYING or found["order"] is None:
            abort(400)
        if method not in found["order"]["methods"]:
            return self._order_page(case, found, no_method=True)
        one = Paying(case=case, amount_fen=in_fen(found["order"]["amount"]), method=method)
        messages = PAYING[way](one, self.new_id)
        if way == "once":
            if found["state"] != "open":
                return self._order_page(case, found)
            # The button was pressed twice: the order is paid once.
            places = self.books.add_once(f"order:{case}/{number}", messages)
        else:
            places = self.books.add(messages)
        return self._told(places, f"{self.portal}/cases/{case}")

    def everything(self) -> AnyResponse:
        """Refunds that wait, and the latest messages."""
        done = self.books.done()
        waiting = [one for one in ordered_back(self.refunds) if _refund(one.reference) not in done]
        entries = _shown(self.books.latest())
        return _page(
            "everything.html",
            refunds=waiting,
            ways=GIVING_BACK,
            entries=entries,
        )

    def give_back(self) -> AnyResponse:
        """Carry out a refund order, in one of the ways."""
        way, reference = request.form.get("way", ""), request.form.get("reference", "")
        ordered = (one for one in ordered_back(self.refunds) if one.reference == reference)
        found = next(ordered, None)
        if found is None or way not in GIVING_BACK:
            abort(400)
        messages = GIVING_BACK[way](found, self.new_id)
        return self._told(self.books.add_once(_refund(reference), messages), url_for("everything"))

    def let_go(self, place: int) -> AnyResponse:
        """Tell a message that was held back."""
        self.books.let_go(place)
        return self._told([place], url_for("everything"))

    def _told(self, places: list[int], to: str) -> AnyResponse:
        """Have the messages told, and go on; where intake does not answer in time, say so."""
        self.delivering.wake()
        if self.delivering.wait(places, most_s=SHOWN_AFTER_S):
            return redirect(to, 303)
        return said_page("later", 200, case_at=to)

    def _looked_up(self, case: str, number: str) -> dict[str, Any]:
        """The order: `state`, `order` as it is or was, and `newer`, the number that holds instead.

        Raises:
            IntakeAway: nothing is known.
        """
        found = self.intake.asked(case, number, message=self.new_id("ask"))
        if found is None:
            abort(404)
        state, holds = found["state"], with_ways(found["order"])
        if state == "open":
            self.books.keep_order(case, number, msgspec.json.encode(holds))
            until = holds["until"]
            over = until is not None and datetime.fromisoformat(until) < self.now()
            return {"state": "over" if over else state, "order": holds, "newer": None}
        before = self.books.order(case, number)
        order = msgspec.json.decode(before) if before is not None else None
        newer = holds["number"] if holds else None
        return {"state": state, "order": order, "newer": newer}

    def _order_page(
        self, case: str, found: dict[str, Any], *, no_method: bool = False
    ) -> AnyResponse:
        newer = found["newer"]
        return _page(
            "order.html",
            422 if no_method else 200,
            state=found["state"],
            order=found["order"],
            newer=url_for("order", case=case, number=newer) if newer else None,
            no_method=no_method,
            chosen=request.form.get("method", ""),
            ways=PAYING,
            entries=_shown(self.books.latest(case)),
            case_at=f"{self.portal}/cases/{case}",
        )


def _shown(entries: list[Entry]) -> list[dict[str, Any]]:
    return [
        {"place": one.place, "said": one.said, "tries": one.tries, "standing": _standing(one)}
        for one in entries
    ]


def _standing(entry: Entry) -> str:
    """How a message stands, as the words name it."""
    if entry.status is None:
        return "held" if entry.held else "waiting"
    return STANDING.get(entry.status, "recorded")


def _refund(reference: str) -> str:
    """The name of a refund order among what is done once."""
    return f"refund:{reference}"


def said_page(said: str, status: int, **more: Any) -> AnyResponse:
    """A page of one sentence, `said` in the words."""
    return _page("said.html", status, said=said, **more)


def _page(template: str, status: int = 200, **values: Any) -> AnyResponse:
    return Response(render_template(template, **values), status=status)


def with_ways(order: Any) -> Any:
    """An order with the ways to pay it: where its item names none, any that there is."""
    return order and {**order, "methods": order["methods"] or list(METHODS)}
