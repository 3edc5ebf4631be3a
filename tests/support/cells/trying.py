"""The routes that ask with a body and store nothing: none of them gives a value of the case."""

from collections.abc import Mapping
from typing import Any

from tests.support.cells.asking import AWAY, CellCase, record_away
from tests.support.cells.canaries import seen_in
from tests.support.cells.routes import TRIALS, Route

Body = Mapping[str, Any]


class Tried:
    """Trials about one case: `done` are the routes that were tried."""

    def __init__(self, at: CellCase) -> None:
        self.at = at
        self.done: set[Route] = set()

    def application(self, body: Body) -> None:
        """Before it is handed in: checked, and a day of the applicant's own asked about."""
        for rule, said in (("check", body), ("own-times", {})):
            told = self._by("applicant", "intake", f"/v1/items/{{item}}/{rule}", said)
            assert told.status_code == 200, told.json

    def decision(self, **body: str) -> None:
        """What would be told, for the officer who has the case and for who decides."""
        for who in ("review", "approve"):
            told = self._by(who, "review", "/v1/reviews/{case}/preview", body)
            assert told.status_code == 200, told.json

    def number(self, end: str) -> None:
        """Where the case stands, to who knows its number: recorded as a stranger's reading."""
        row = self.at.rows[("intake", "/v1/cases/{case}")]
        shown = self.at.apps[row.service].get(
            f"/v1/cases/{self.at.case}", headers=self.at.headers(self.at.people["applicant"])
        )
        asked = {"number": shown.json["number"], "identity_end": end}
        self.at.new_rows()
        told = self._by("", "intake", "/v1/cases/standing", asked)
        (read,) = self.at.new_rows()
        assert (told.status_code, read["duty"], read["classes"]) == (200, "ask", ["identity"])
        for fault in AWAY:
            with record_away(fault):
                unsaid = self._by("", "intake", "/v1/cases/standing", asked)
            assert unsaid.status_code == 503, unsaid.json

    def order(self) -> None:
        """What is to be paid, to the gateway."""
        route = ("intake", "/v1/payments/orders")
        client = self.at.path.client("intake")
        shown = client.get(f"/v1/cases/{self.at.case}")
        body = {"case": self.at.case, "order": shown.json["order"]["number"]}
        told = client.callback(body, path=route[1])
        assert told.status_code == 200, told.json
        self._has_none(route, told)

    def _by(self, who: str, service: str, rule: str, body: Body) -> Any:
        headers = self.at.headers(self.at.people[who]) if who else {}
        path = rule.replace("{item}", self.at.item).replace("{case}", self.at.case)
        told = self.at.apps[service].post(path, json=dict(body), headers=headers)
        self._has_none((service, rule), told)
        return told

    def _has_none(self, route: Route, told: Any) -> None:
        assert route in TRIALS
        self.done.add(route)
        known = {**self.at.planted, **self.at.retired}
        found = seen_in(known, told.data + str(told.headers).encode())
        assert found == set(), f"{route} answers {sorted(found)}"
