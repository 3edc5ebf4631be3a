"""A licence that lies ready to be collected, and the pages on which it is collected.

The case is brought there over HTTP, as others test it; what is looked at are the pages.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.case.deciding.assemble import open_rules
from shared.catalogue import packaged_catalogue
from tests.e2e.actors import scene
from tests.e2e.system import System
from tests.e2e.test_each_template import OverHttp
from tests.pages.browsing import Visitor, keep_sheet
from tests.pages.visits_of_cases import APPLICANT, MADE, NUMBER, Visit, send, until
from tests.support.http_walking import HttpWalk

LICENCE = "000-09"
PRODUCER = "周师傅"
READY = f"{LICENCE} ready"
# The systems that run, by the address of their pages.
RUNNING: dict[str, System] = {}


def lies_ready(at: Visitor) -> str:
    """A case of the applicant whose licence waits to be collected; made once a run."""
    if (at.at, READY) not in MADE:
        with scene(RUNNING[at.at]) as stage:
            rules = open_rules(stage.settings)
            item = packaged_catalogue().item(LICENCE)
            walk = HttpWalk(OverHttp(stage), item, rules).begin()
            assert walk.until("handover")["status"] == "ready"
            MADE[at.at, READY] = walk.case
    at.sign_in(APPLICANT, back="/cases")
    return MADE[at.at, READY]


def code(at: Visitor) -> None:
    case = lies_ready(at)
    until(at, f"/cases/{case}", ".portal-code")
    at.looked("case-ready")
    at.page.locator(f'a[href="/cases/{case}/voucher"]').click()
    at.looked("case-voucher")


def new_code(at: Visitor) -> None:
    case = lies_ready(at)
    until(at, f"/cases/{case}", ".portal-code")
    before = at.page.locator(".portal-code").inner_text()
    at.go(f"/cases/{case}/voucher")
    send(at)
    assert at.path == f"/cases/{case}?done=voucher"
    assert at.page.locator(".portal-code").inner_text() != before
    at.looked("case-voucher-new")


def handed_over(at: Visitor) -> None:
    """The code is read by the applicant, and entered by whoever hands over: wrongly, then right."""
    case = lies_ready(at)
    until(at, f"/cases/{case}", ".portal-code")
    code = at.page.locator(".portal-code").inner_text().strip()
    at.page.context.clear_cookies(name="caseledger")
    at.sign_in(PRODUCER, back="/desk")
    at.looked("desk-production")
    until(at, "/desk?list=hand-over", f'a[href="/desk/{case}/do/handover"]')
    at.looked("desk-hand-over")
    at.page.locator(f'a[href="/desk/{case}/do/handover"]').click()
    at.looked("desk-handover")
    enter(at, "00000000" if code != "0000 0000" else "11111111")
    at.page.locator(".govuk-error-summary").wait_for()
    at.looked("desk-handover-wrong")
    enter(at, code)
    assert at.path == f"/desk/{case}?done=handover"
    at.looked("desk-handed-over")
    checked_by_a_stranger(at, case)
    MADE.pop((at.at, READY))


def checked_by_a_stranger(at: Visitor, case: str) -> None:
    """The holder opens the licence; whoever has its number reads what it is worth."""
    at.page.context.clear_cookies(name="caseledger")
    at.sign_in(APPLICANT, back="/cases")
    name = packaged_catalogue().item(LICENCE).text.results[0].name
    paper = f'a[href^="/cases/{case}/papers/"]:has-text("{name}")'
    if at.language == "zh":
        until(at, f"/cases/{case}/papers", paper)
        link = at.page.locator(paper).first.get_attribute("href")
        content = at.page.context.request.get(f"{at.at}{link}").body()
        keep_sheet(content, "paper", at.language)
    until(at, f"/cases/{case}", 'main a[href^="/verify/"]')
    number = at.page.locator('main a[href^="/verify/"]').first.get_attribute("href")
    at.page.context.clear_cookies(name="caseledger")
    at.go(str(number))
    assert at.page.locator(".portal-standing--good").count() == 1
    at.looked("verified-valid")


def enter(at: Visitor, code: str) -> None:
    """Somebody of the company came, with the code and the authorisation."""
    at.page.locator('[name="to"][value="unit"]').check()
    at.page.locator("#voucher").fill(code)
    at.page.locator('[name="id_kind"][value="resident-id"]').check()
    at.page.locator("#last_four").fill(NUMBER[-4:])
    at.page.locator("#authorisation_seen").check()
    send(at)


def both(at: Visitor) -> None:
    new_code(at)
    handed_over(at)


VISITS_OF_COLLECTING: Mapping[str, Visit] = MappingProxyType(
    {
        "GET /cases/<case>/voucher": code,
        "POST /cases/<case>/voucher": both,
    }
)
"""Each route of collecting a document, and a visit that comes through it."""
