"""Somebody at a browser for everybody of a case: what a walk asks of the API is done on the pages.

The walk says who does what next (`HttpWalk`); here each command is a page that is opened, filled in
and sent by a person who signed in. Reading what is owed stays with the API.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from playwright.sync_api import Browser, Locator, expect

from deploy.embedded.provider.people import BY_KEY
from deploy.topology import GATEWAY_OFFSET
from services.portal.desk.actions import ACTIONS
from services.portal.forms.parts import IN_PERSON, NO_OFFICE
from services.portal.words.catalogue import load
from shared.security.duties import ROLE_OF, Duty, duties_for
from shared.security.principal import Role
from tests.e2e.actors import Scene
from tests.pages.browsing import Visitor, visiting
from tests.pages.visits_of_cases import begun, do, picture, send, submitted, until
from tests.support.casework_world import posted
from tests.support.http_walking import Answer
from tests.support.waiting import eventually

MOST_PAGES = 80
WAIT_S = 120.0
MOST_TRIES = 4
MOVED = load()["fault-changed-meanwhile"]["zh"]
HOLDER = BY_KEY["rare"]  # who applies in a walk: a name that not every font has
NOBODY = "nobody"  # a browser in which nobody is signed in
NAME, NUMBER = HOLDER.name, HOLDER.claims["identity"]["number"]
# Who does a command that several duties may: the first of them, one duty for each person.
FIRST = (Duty.TAKE_IN, Duty.REVIEW, Duty.APPROVE, Duty.PRODUCE, Duty.HAND_OVER)
OF_A_STEP: Mapping[str, Duty] = MappingProxyType({"inspection": Duty.INSPECT, "panel": Duty.PANEL})


class ByPages:
    """Callers of a walk who use the portal; each person has a browser of their own."""

    def __init__(self, stage: Scene, browser: Browser, at: str) -> None:
        self.scene = stage
        self.at = at
        self.counter = ""  # the office where the applicant comes to; empty: they apply alone
        self.papers = True  # whether the applicant hands in what the form asks for
        self.one_person = False  # whether whoever proposed decides: they have all duties
        self._browser = browser
        self._open = ExitStack()
        self._people: dict[str, Visitor] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    def get(self, service: str, path: str, *, as_: str, office: str) -> Answer:
        """What is owed, by the API."""
        claims = posted(office) if office else {}
        claims |= HOLDER.claims if as_ == HOLDER.as_user else {}
        answer = self.scene.get(service, path, as_=as_, **claims)
        assert answer.status_code == 200, answer.text
        found: Answer = answer.json()
        return found

    def upload(self) -> str:
        """A paper is chosen on its page."""
        return ""

    def post(self, service: str, path: str, body: Answer, *, as_: str, office: str) -> Answer:
        """A command by its page."""
        if path == "/v1/cases":
            return {"case": self.apply(body)}
        action, case = action_of(service, path)
        duty = duty_of(path, body, as_)
        alone = self.one_person and duty in {Duty.REVIEW, Duty.APPROVE}
        at = self.officer("officer" if alone else duty, office)
        until_offered(at, case, action)
        at.go(f"/desk/{case}/do/{action}")
        said = {**_by_result(body), **_by_criterion(body), **_by_identity(body)}
        fill(at, {**body, **said, **_by_point(body), **_by_carrier(body)})
        faults = at.page.locator(".govuk-error-summary")
        for _ in range(MOST_TRIES):
            with at.page.expect_navigation():
                send(at)
            # A machine was quicker: the page says so, and is sent once more.
            if not (faults.count() and MOVED in faults.inner_text()):
                break
        assert not faults.count(), f"{action}: {faults.inner_text()}"
        at.page.wait_for_url(f"**/desk/{case}?done={action}")
        return {}

    def pay(self, case: str, amount: str) -> None:
        """The applicant pays at the gateway's page."""
        at = self.applicant()
        until(at, f"/cases/{case}", 'main a[role="button"].govuk-button[href^="http"]')
        at.page.locator('main a[role="button"].govuk-button[href^="http"]').first.click()
        expect(at.page.locator("main")).to_contain_text(amount)
        at.page.locator("#method-1").check()
        at.page.locator("form button").first.click()
        at.page.wait_for_url(f"**/cases/{case}")

    def settle(self, case: str, version: int) -> None:
        """Wait until a machine has done its part; money goes back at the gateway's page."""

        def moved() -> bool:
            shown = self.scene.get("intake", f"/v1/cases/{case}", as_="auditor").json()
            if any(one["step"].startswith("refund:") for one in shown["owed"]):
                self._given_back()
            return bool(shown["version"] > version)

        eventually(moved, WAIT_S, poll_s=0.2)

    def _given_back(self) -> None:
        """Whatever the gateway was ordered to give back, it gives back."""
        at, base = self.stranger(), int(self.at.rpartition(":")[2])
        at.page.goto(f"http://127.0.0.1:{base + GATEWAY_OFFSET}/")
        waiting = at.page.locator('form[action="/refunds"] button[value="whole"]')
        while waiting.count():
            with at.page.expect_navigation():
                waiting.first.click()

    def applicant(self) -> Visitor:
        """The applicant's browser, signed in; who came to a counter sees the case there too."""
        if NAME not in self._people:
            self._people[NAME] = self._somebody()
            self._people[NAME].sign_in(NAME, back="/cases")
        return self._people[NAME]

    def stranger(self) -> Visitor:
        """A browser of somebody who never signed in."""
        if NOBODY not in self._people:
            self._people[NOBODY] = self._somebody()
        return self._people[NOBODY]

    def officer(self, post: str, office: str) -> Visitor:
        """The browser of somebody at an office, signed in by the list of posts."""
        key = f"{post}@{office}"
        if key not in self._people:
            at = self._people[key] = self._somebody()
            at.go("/sign-in?back=/desk")
            at.page.locator("#office").select_option(office)
            at.page.locator("#post").select_option(post)
            at.page.locator("form button").click()
            at.page.wait_for_url("**/desk")
        return self._people[key]

    def apply(self, body: Answer) -> str:
        """Fill in the form, page after page, and submit; the case."""
        if self.counter:
            return self._taken_in(body)
        at = self.applicant()
        begun(at, body["item"], NAME)
        self._to_the_check(at, body)
        return submitted(at)

    def _taken_in(self, body: Answer) -> str:
        """The same at a counter: an officer asks, and types."""
        at = self.officer("officer", self.counter)
        at.go("/counter")
        at.page.locator('[name="how"][value="present"]').check()
        at.page.locator('[name="document.id_kind"][value="resident-id"]').check()
        person = body.get("representative", body["applicant"])
        at.page.locator("#document-id_number").fill(person["id_number"])
        send(at)
        at.page.wait_for_url("**/counter/items")
        at.go(f"/counter/items/{body['item']}")
        at.page.locator("main form button").last.click()
        at.page.wait_for_url("**/counter/form/**")
        self._to_the_check(at, body)
        at.page.locator("#declared").check()
        send(at)
        at.page.wait_for_url("**/counter/taken")
        link = at.page.locator('main a[href^="/desk/"]').first.get_attribute("href")
        return str(link).rsplit("/", 1)[-1]

    def _to_the_check(self, at: Visitor, body: Answer) -> None:
        for _ in range(MOST_PAGES):
            if at.path.endswith("/check"):
                return
            here = at.path
            fill(at, _typed(body))
            if self.papers and (files := at.page.locator("input[type=file]:not(#sheet)")).count():
                for one in files.all():
                    one.set_input_files([picture()])  # type: ignore[list-item]
                moved_by(at, "upload")
            moved_by(at, "continue")
            faults = at.page.locator(".govuk-error-summary")
            assert not faults.count(), f"{here}: {faults.inner_text()}"
            assert at.path != here, f"{here} comes again"
        raise AssertionError(f"the form of {body['item']} has no end: {at.path}")

    def _somebody(self) -> Visitor:
        return self._open.enter_context(visiting(self._browser, self.at))


def moved_by(at: Visitor, value: str) -> None:
    """Press the button that does this, and have the page that follows."""
    with at.page.expect_navigation():
        do(at, value)


def duty_of(path: str, body: Answer, role: str) -> str:
    """The post of whoever does a command: one duty of those that it belongs to."""
    able = duties_for(path.rpartition("/")[2])
    step = OF_A_STEP.get(str(body.get("step")))
    if step in able:
        return str(step)
    produces = role == Role.PRODUCER
    return next(one for one in FIRST if one in able and (ROLE_OF[one] is Role.PRODUCER) == produces)


def action_of(service: str, path: str) -> tuple[str, str]:
    """The desk's name of a command, and its case."""
    for name, one in ACTIONS.items():
        shape = re.escape(f"/v1/{one.path}").replace(re.escape("{case}"), "([^/]+)")
        if one.service == service and (found := re.fullmatch(shape, path)):
            return name, found[1]
    raise AssertionError(f"the desk has no page for {path}")


def until_offered(at: Visitor, case: str, action: str) -> None:
    """Load the case's page at the desk until it offers this."""

    def offered() -> bool:
        at.go(f"/desk/{case}")
        found = at.page.locator(f'a[href$="/do/{action}"]').count()
        assert found, f"{action} is not offered: {at.page.locator('main').inner_text()}"
        return True

    eventually(offered, WAIT_S, poll_s=0.5)


def fill(at: Visitor, body: Mapping[str, Any]) -> None:
    """Put into each input of the page what the body has for its name."""
    for one in at.page.locator("main form [name]:not([type=hidden]):not(button)").all():
        _into(one, str(one.get_attribute("name")), body)


def _into(one: Locator, name: str, body: Mapping[str, Any]) -> None:
    found = list(_values(name, body))
    if not found:
        return
    kind = one.get_attribute("type")
    if kind in {"radio", "checkbox"}:
        if one.get_attribute("value") in found:
            one.check()
    elif one.evaluate("it => it.tagName") == "SELECT":
        one.select_option(found[0])
    elif kind != "file":
        one.fill(found[0])


def _values(name: str, body: Mapping[str, Any]) -> Iterator[str]:
    """What the body says at an input's name; parts of a day, and texts of other values."""
    *path, last = name.split(".")
    value: Any = body
    if last in {"year", "month", "day"} and (day := _at(body, path)) is not None:
        yield str(getattr(date.fromisoformat(str(day)), last))
        return
    value = _at(body, [*path, last])
    if isinstance(value, list | tuple):
        yield from (str(one) for one in value if not isinstance(one, dict))
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None and not isinstance(value, dict):
        yield str(value)


def _at(body: Any, path: list[str]) -> Any:
    """A value by its place in the body: keys, and places of lists; codes may have dots."""
    if not path:
        return body
    if isinstance(body, list) and path[0].isdigit():
        place = int(path[0])
        return _at(body[place], path[1:]) if place < len(body) else None
    if not isinstance(body, Mapping):
        return None
    return _at(body[path[0]], path[1:]) if path[0] in body else None


def _typed(body: Answer) -> Answer:
    """The body of an application by the names of the form."""
    applicant = dict(body["applicant"])
    applicant.setdefault("kind", "person")
    groups = _Everywhere(body.get("situations", ()))
    return {
        **body,
        "applicant": applicant,
        "representation": body.get("representation", IN_PERSON),
        "situations": groups,
        "options": _Everywhere(body.get("options", ())),
        "office": body.get("office", NO_OFFICE),
    }


class _Everywhere(dict[str, Any]):
    """The same codes for every group of choices: of each page the one that it offers is chosen."""

    def __init__(self, codes: Any) -> None:
        super().__init__()
        self._codes = list(codes)

    def __contains__(self, _group: object) -> bool:
        return True

    def __getitem__(self, _group: str) -> list[str]:
        return self._codes


def _by_identity(body: Answer) -> Answer:
    """The identity document of whoever collects, as the desk asks for it."""
    shown = body.get("identity")
    return {"id_kind": "resident-id", "last_four": NUMBER[-4:]} if shown else {}


def _by_carrier(body: Answer) -> Answer:
    """The carrier as the desk offers it: by its code."""
    return {"carrier": body["carrier"].casefold()} if "carrier" in body else {}


def _by_criterion(body: Answer) -> Answer:
    """Findings as the desk asks for them."""
    found = {one["criterion"]: one["met"] for one in body.get("findings", ())}
    return {"criterion": found} if found else {}


def _by_point(body: Answer) -> Answer:
    """Findings on a checklist as the desk asks for them."""
    found = {one["point"]: "met" if one["met"] else "unmet" for one in body.get("points", ())}
    return {"point": found} if found else {}


def _by_result(body: Answer) -> Answer:
    """What is stated on validity as the desk asks for it."""
    stated: dict[str, Answer] = {}
    for one in body.get("validity", ()):
        own = {key: value for key, value in one.items() if key not in {"result", "span"}}
        if "span" in one:
            own["years"] = one["span"]["n"]
        stated[one["result"]] = own
    return {"validity": stated} if stated else {}
