"""An item of each template on the pages, by people of their own offices, to each end of a case.

Every person has one duty, and a browser of their own; an officer of another place sees nothing of
it. What a case gives on paper is proved as a stranger would, and is worth nothing once revoked.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from shared.case.deciding.assemble import open_rules
from shared.catalogue import packaged_catalogue
from shared.jurisdiction import packaged_jurisdiction
from shared.security.duties import Duty
from tests.e2e.actors import Scene, scene
from tests.e2e.system import System
from tests.pages.browsing import Visitor
from tests.pages.ends import (
    ASKED,
    GRANTED,
    ITEMS_WALKED,
    REFUSED,
    WITHDRAWN,
    WITHOUT,
    impossible,
    walked,
)
from tests.pages.proving import Prover
from tests.pages.visits_of_cases import do, picture, send, until
from tests.pages.walking import NAME, NUMBER, ByPages, moved_by
from tests.support.casework_world import posted
from tests.support.given import rules as packaged_rules
from tests.support.http_walking import PERSON, Answer, HttpWalk
from tests.support.waiting import eventually
from tests.support.walking import BASIS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
ELSEWHERE = "public-security-654000"
CLOSED = "已结案"
EXPLAINED = "书面说明"  # what the refusal says of the officer's explanation
GROUND = {"ground": "lost"}
LISTS = ("all", "mine", "unassigned", "late")


@pytest.fixture(scope="module")
def stage(running: System) -> Iterator[Scene]:
    with scene(running) as one:
        yield one


@pytest.fixture
def pages(stage: Scene, browser: Browser, at: str) -> Iterator[ByPages]:
    with ByPages(stage, browser, at) as one:
        yield one


class RefusedWalk(HttpWalk):
    """Whoever decides says no, with every criterion unmet; or a step that decides fails."""

    def act(self, step: str, shown: Answer) -> None:
        kind = step.partition(":")[0]
        at = f"/v1/reviews/{self.case}"
        if step == "step:lookup":
            body = {"step": "lookup", "outcome": "failed", "legal_basis": list(BASIS)}
            self._post("review", f"{at}/step-outcome", body)
            return
        if kind not in {"proposal", "decision"}:
            super().act(step, shown)
            return
        desk = self.callers.get("review", at, as_="officer", office=self.office)
        codes = [one["code"] for one in desk["criteria"] if not one["code"].startswith("step-")]
        if kind == "proposal":
            findings = [{"criterion": code, "met": False} for code in codes]
            self._post("review", f"{at}/proposal", {"proposal": "refuse", "findings": findings})
            return
        words = {"explanation": "与所附材料不符，可补齐后重新申请。", "legal_basis": list(BASIS)}
        body = {"reasons": codes, **words}
        self._post("review", f"{at}/refusal", body)


def walk_of(pages: ByPages, item_id: str, kind: type[HttpWalk] = HttpWalk) -> HttpWalk:
    """A case that somebody of this name applied for."""
    item = packaged_catalogue().item(item_id)
    walk = kind(pages, item, open_rules(pages.scene.settings))
    pages.counter = "" if "online" in item.text.channels else walk.office
    pages.one_person = not item.text.review.second_person
    return walk.begin(applicant={**PERSON, "name": NAME, "id_number": NUMBER})


def place_elsewhere(office: str) -> str:
    """Another office: of the same authority where it has one."""
    offices = packaged_jurisdiction().offices
    same = [
        code
        for code, one in offices.items()
        if one.authority == offices[office].authority and code != office
    ]
    return [*same, ELSEWHERE][0]


def nobody_elsewhere_sees(pages: ByPages, walk: HttpWalk) -> None:
    """An officer of another place neither finds the case on a list nor opens it."""
    at = pages.officer("officer", place_elsewhere(walk.office))
    for name in LISTS:
        at.go(f"/desk?list={name}")
        assert not at.page.locator(f'a[href^="/desk/{walk.case}"]').count(), name
    for page in ("", "/application", "/papers", "/do/acceptance"):
        at.go(f"/desk/{walk.case}{page}")
        main = at.page.locator("main").inner_text()
        assert NAME not in main
        assert walk.item.text.name not in main, page


def is_named(at: Visitor, path: str) -> None:
    """The page shows the applicant's name whole."""
    until(at, path, f'main:has-text("{NAME}")')


def ended(shown: dict[str, Any], walk: HttpWalk) -> bool:
    """Whether it is closed, or its money waits for a day of its own."""
    waits = bool(walk.item.text.paydays) and shown["status"] == "payout-scheduled"
    return waits or shown["status"] == "closed"


def closed_for_the_applicant(pages: ByPages, walk: HttpWalk) -> Visitor:
    at = pages.applicant()
    until(at, f"/cases/{walk.case}", f'.govuk-tag:has-text("{CLOSED}")')
    return at


def test_who_walks_to_which_end_is_as_the_procedures_say() -> None:
    found = {cell for item in ITEMS_WALKED for cell in impossible(item, packaged_rules())}
    assert found == set(WITHOUT)
    templates = {packaged_catalogue().item(one).text.template for one in ITEMS_WALKED}
    assert templates == {f"T{n:02}" for n in range(1, 12)}


@pytest.mark.parametrize(("item_id", "end"), walked())
def test_an_item_comes_to_an_end_on_the_pages(
    pages: ByPages, item_id: str, end: str, tmp_path: Path
) -> None:
    WALKS[end](pages, item_id, tmp_path)


def to_be_granted(pages: ByPages, item_id: str, folder: Path) -> None:
    """Granted; its papers are proved, and what carries a number is worth nothing once revoked."""
    walk = walk_of(pages, item_id)
    nobody_elsewhere_sees(pages, walk)
    prover = Prover(pages, walk, folder)
    is_named(pages.applicant(), f"/cases/{walk.case}/application")
    if walk.until("production")["status"] != "closed" and "production" in owed(walk):
        of_the_producer(pages, prover)
    shown = walk.to_the_end()
    assert ended(shown, walk), shown["status"]
    if shown["status"] == "closed":
        closed_for_the_applicant(pages, walk)
    proved = prover.every_paper()
    kinds = [one.listed["kind"] for one in proved]
    assert {"receipt", "grant"} <= set(kinds), kinds
    results = [one for one in proved if one.listed["kind"] == "result"]
    drawn = {one.code for one in walk.item.text.results if not is_card(one)}
    assert {one.listed["result"] for one in results} == drawn
    documents = documents_of(pages, walk)
    assert bool(documents) == ((item_id, "revoked") not in WITHOUT)
    for one in documents:
        revoked(pages, walk, one["document"])
        for paper in results:
            if paper.listed["result"] == one["result"]:
                prover.shows(paper, "revoked")


def is_card(result: Any) -> bool:
    return result.paper is not None and result.paper.template == "slip"


def owed(walk: HttpWalk) -> set[str]:
    return {one["step"].partition(":")[0] for one in walk.show()["owed"]}


def of_the_producer(pages: ByPages, prover: Prover) -> None:
    """Whoever makes the document opens its paper from the desk, while it is owed."""
    walk = prover.walk
    at = pages.officer(Duty.PRODUCE, walk.office)
    until(at, f"/desk/{walk.case}", f'a[href="/desk/{walk.case}/papers"]')
    papers = prover.at_the_desk(at)
    assert papers, "the producer has something to make it from"


def documents_of(pages: ByPages, walk: HttpWalk) -> list[Answer]:
    """What carries a number, as the desk knows it."""
    desk = pages.get("issuance", f"/v1/issuance/{walk.case}", as_="producer", office=walk.office)
    found: list[Answer] = desk["documents"]
    return found


def revoked(pages: ByPages, walk: HttpWalk, document: str) -> None:
    """The office revokes it; the page on which anybody checks it says so."""
    path = f"/v1/documents/{document}"
    at = pages.stranger()
    until(at, f"/verify/{document}", ".portal-standing--good")
    answer = pages.scene.post(
        "issuance",
        f"{path}/revocation",
        json.dumps(GROUND).encode(),
        as_="officer",
        headers={"If-Match": "*"},
        **posted(walk.office),
    )
    assert answer.status_code == 200, answer.text

    def counts_no_more() -> bool:
        said = pages.scene.get("issuance", f"{path}/verification", as_="").json()
        return bool(said["status"] == "revoked" and not said["valid"])

    eventually(counts_no_more, 60, poll_s=0.3)
    until(at, f"/verify/{document}", ".portal-standing--bad")


def to_be_refused(pages: ByPages, item_id: str, folder: Path) -> None:
    """Refused; the applicant reads why, and has it on paper."""
    walk = walk_of(pages, item_id, RefusedWalk)
    nobody_elsewhere_sees(pages, walk)
    assert walk.to_the_end()["status"] == "closed"
    at = closed_for_the_applicant(pages, walk)
    if not DECIDED_BY_STEPS & {walk.item.text.template}:
        until(at, f"/cases/{walk.case}/messages", f'main:has-text("{EXPLAINED}")')
    proved = Prover(pages, walk, folder).every_paper()
    kinds = {one.listed["kind"] for one in proved}
    assert "refusal" in kinds, kinds
    assert not kinds & {"grant", "result"}, kinds
    assert not documents_of(pages, walk)


DECIDED_BY_STEPS = {"T02"}  # nobody explains anything there: the step's finding is the reason


def to_be_withdrawn(pages: ByPages, item_id: str, _folder: Path) -> None:
    """Withdrawn by the applicant before anybody decides."""
    walk = walk_of(pages, item_id)
    at = pages.applicant()
    until(at, f"/cases/{walk.case}", f'a[href="/cases/{walk.case}/withdraw"]')
    at.go(f"/cases/{walk.case}/withdraw")
    at.page.locator("#reason").fill("改为到窗口办理")
    send(at)
    at.page.wait_for_url(f"**/cases/{walk.case}?done=withdrawal")
    assert walk.to_the_end()["status"] == "closed"
    closed_for_the_applicant(pages, walk)


def to_be_asked(pages: ByPages, item_id: str, folder: Path) -> None:
    """Asked once for what is missing, on paper too; handed in, it goes on and is granted."""
    pages.papers = False
    walk = walk_of(pages, item_id)
    walk.until("supplement")
    at = pages.applicant()
    until(at, f"/cases/{walk.case}", f'a[href="/cases/{walk.case}/supplement"]')
    proved = Prover(pages, walk, folder).every_paper()
    assert "supplement-request" in [one.listed["kind"] for one in proved]
    at.go(f"/cases/{walk.case}/supplement")
    for one in at.page.locator("input[type=file]").all():
        one.set_input_files([picture()])  # type: ignore[list-item]
    moved_by(at, "upload")
    do(at, "send")
    at.page.wait_for_url(f"**/cases/{walk.case}?done=supplement")
    assert ended(walk.to_the_end(), walk)
    assert "supplement" not in pages.scene.get(
        "intake", f"/v1/cases/{walk.case}", as_="auditor"
    ).json().get("actions", ())


WALKS = {
    GRANTED: to_be_granted,
    REFUSED: to_be_refused,
    WITHDRAWN: to_be_withdrawn,
    ASKED: to_be_asked,
}
