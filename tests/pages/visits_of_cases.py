"""How one comes to the pages of an application, of a case, and of the desk, and walks through them.

Inputs are found by their ids, which are the same in both languages.
"""

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

from PIL import Image
from playwright.sync_api import expect

from deploy.demo import people as made_up
from tests.pages.browsing import Visitor

Visit = Callable[[Visitor], None]
APPLICANT, OFFICER = "张三", "王警官"
CARD, HOTEL = "000-01", "000-09"
FIRST = "facts-lost-on"  # the card's first page
NUMBER = "999999190001010007"
WAIT_MS = 60_000
# A case that was made by an earlier visit of the same run, by the portal's address and its item.
MADE: dict[tuple[str, str], str] = {}


def picture() -> dict[str, object]:
    """A picture that is plainly no document."""
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "#eeeeee").save(out, "PNG")
    return {"name": "made-up.png", "mimeType": "image/png", "buffer": out.getvalue()}


def do(at: Visitor, value: str) -> None:
    """Press the visible button of a form that does this."""
    at.page.locator(f'button[value="{value}"]:not(.portal-enter)').last.click()


def send(at: Visitor) -> None:
    """Press the one button of a form that has no other."""
    at.page.locator("main form[novalidate] button:not(.portal-enter)").last.click()


def begun(at: Visitor, item: str, who: str = APPLICANT) -> None:
    """Sign in and open the form of an item, without a draft from before."""
    at.sign_in(who, back="/cases")
    while (old := at.page.locator('form[action$="/discard"] button')).count():
        old.first.click()
    at.go(f"/apply/{item}")  # leads to the guide, whose button begins
    at.page.wait_for_url(f"**/items/{item}?first=yes")
    at.page.locator('form[action$="/agreement"] button').click()
    at.page.wait_for_url(f"**/apply/{item}/*")


def questions(at: Visitor) -> None:
    """Answer the card's questions of its own, the day in three parts."""
    assert at.path == f"/apply/{CARD}/{FIRST}"
    for part, value in (("year", "2026"), ("month", "11"), ("day", "28")):
        at.page.locator(f'[name="facts.lost-on.{part}"]').fill(value)
    do(at, "continue")
    assert at.path == f"/apply/{CARD}/facts-online-conditions"
    for code, answer in made_up.FACTS.items():
        value = "yes" if answer else "no"
        at.page.locator(f'[name="facts.{code}"][value="{value}"]').check()
    do(at, "continue")


def identity(at: Visitor) -> None:
    at.page.locator("#applicant-name").fill(APPLICANT)
    at.page.locator("#applicant-id_number").fill(NUMBER)
    do(at, "continue")


def contact(at: Visitor) -> None:
    at.page.locator("#applicant-phone").fill("13900001111")
    do(at, "continue")


def to_the_check(at: Visitor) -> None:
    """Fill in the form of the card up to the check of the answers."""
    begun(at, CARD)
    questions(at)
    identity(at)
    contact(at)
    at.page.locator("#representation").check()
    do(at, "continue")
    at.page.locator("input[type=file]").set_input_files([picture()])  # type: ignore[list-item]
    do(at, "upload")
    do(at, "continue")
    at.page.locator("#delivery_address").fill("样例街1号")
    do(at, "continue")
    assert at.path == f"/apply/{CARD}/check"


def submitted(at: Visitor) -> str:
    """Tick the declaration and submit; the case that was made."""
    at.page.locator("#declared").check()
    send(at)
    at.page.wait_for_url("**/submitted")
    return at.path.split("/")[2]


def case_of_the_card(at: Visitor) -> str:
    """A case of the applicant, made once a run."""
    if (at.at, CARD) not in MADE:
        to_the_check(at)
        MADE[at.at, CARD] = submitted(at)
    else:
        at.sign_in(APPLICANT, back="/cases")
    return MADE[at.at, CARD]


def hotel(at: Visitor) -> str:
    """A case of a company that hands in no paper; made once a run, by the pages."""
    if (at.at, HOTEL) in MADE:
        at.sign_in(APPLICANT, back="/cases")
        return MADE[at.at, HOTEL]
    begun(at, HOTEL)
    answers: Mapping[str, Callable[[], None]] = {
        "facts-hotel": lambda: premises(at),
        "facts-security": lambda: at.page.locator('[value="yes"]').check(),
        "facts-people": lambda: people(at),
        "applicant-kind": lambda: at.page.locator("[value=organisation]").check(),
        "applicant": lambda: company(at),
        "contact": lambda: at.page.locator("#applicant-phone").fill("13900001111"),
        "acting": lambda: at.page.locator("[value=unit-handler]").check(),
        "representative": lambda: handler(at),
    }
    for _ in range(40):
        key = at.path.rsplit("/", 1)[-1]
        if key == "check":
            break
        answers.get(key, lambda: None)()
        do(at, "continue")
    MADE[at.at, HOTEL] = submitted(at)
    return MADE[at.at, HOTEL]


def premises(at: Visitor) -> None:
    said = {"hotel-name": "样例旅馆", "premises-address": "样例街2号"}
    for name, value in {**said, "floor-area": "420.5", "guest-rooms": "20"}.items():
        at.page.locator(f'[name="facts.{name}"]').fill(value)


def people(at: Visitor) -> None:
    for who in ("legal-representative", "manager"):
        at.page.locator(f'[name="facts.{who}.name"]').fill("负责·样例")
        at.page.locator(f'[name="facts.{who}.id_number"]').fill(NUMBER)


def company(at: Visitor) -> None:
    at.page.locator("#applicant-name").fill("测试样例有限公司")
    at.page.locator("#applicant-id_number").fill("91650100MA7700006Q")


def handler(at: Visitor) -> None:
    at.page.locator("#representative-name").fill(APPLICANT)
    at.page.locator("#representative-id_number").fill(NUMBER)


def until(at: Visitor, path: str, selector: str) -> None:
    """Load a page again until it has this: what machines do takes them a moment."""
    at.go(path)
    found = at.page.locator(selector).first
    for _ in range(WAIT_MS // 1000):
        if found.count():
            return
        at.page.wait_for_timeout(1000)
        at.page.reload()
    expect(found).to_be_visible()


def agreed(at: Visitor) -> None:
    """From the guide of an item, by its notice, to the first question: signed in, and not yet."""
    begun(at, CARD)
    assert at.path == f"/apply/{CARD}/{FIRST}"
    at.looked("apply-from-the-guide")
    at.page.context.clear_cookies(name="caseledger")
    at.go(f"/items/{CARD}")
    at.page.locator('form[action$="/agreement"] button').click()
    at.page.get_by_role("link", name=APPLICANT, exact=True).click()
    assert at.path == f"/apply/{CARD}/{FIRST}"
    at.looked("apply-after-signing-in")


def begin(at: Visitor) -> None:
    begun(at, CARD)
    assert at.path == f"/apply/{CARD}/{FIRST}"
    at.looked("apply-first-question")
    questions(at)
    assert at.path == f"/apply/{CARD}/applicant"
    at.looked("apply-applicant")


def wrong(at: Visitor) -> None:
    begun(at, CARD)
    questions(at)
    at.page.locator("#applicant-id_number").fill("65010")
    do(at, "continue")
    at.page.locator(".govuk-error-summary a").first.wait_for()
    assert at.page.locator(".govuk-error-summary a").count() == 1
    at.page.locator("#applicant-name").fill(APPLICANT)
    do(at, "continue")
    at.page.locator("#applicant-id_number-error").wait_for()
    assert at.page.locator("#applicant-id_number").input_value() == "65010"
    at.looked("apply-errors")


def question(at: Visitor) -> None:
    begun(at, CARD)
    questions(at)
    identity(at)
    contact(at)
    at.looked("apply-acting")


def check(at: Visitor) -> None:
    to_the_check(at)
    at.looked("apply-check")


def submit(at: Visitor) -> None:
    to_the_check(at)
    send(at)
    at.page.locator("#declared-error").wait_for()
    MADE[at.at, CARD] = submitted(at)
    at.looked("apply-submitted")


def discard(at: Visitor) -> None:
    begun(at, CARD)
    do(at, "later")
    assert at.path == "/cases"
    at.looked("cases-with-a-draft")
    at.page.locator('form[action$="/discard"] button').first.click()
    assert at.page.locator('form[action$="/discard"]').count() == 0


def mine(at: Visitor) -> None:
    case = case_of_the_card(at)
    until(at, "/cases", f'a[href="/cases/{case}"]')
    at.looked("cases")


def of_case(path: str) -> Visit:
    """A page about a case of the applicant."""

    def visit(at: Visitor) -> None:
        case = case_of_the_card(at)
        until(at, f"/cases/{case}", f'a[href="/cases/{case}/messages"]')
        at.go(f"/cases/{case}{path}")
        at.looked(f"case{path.replace('/', '-')}")

    return visit


def contact_changed(at: Visitor) -> None:
    case = case_of_the_card(at)
    at.go(f"/cases/{case}/contact")
    send(at)
    at.page.locator("#phone-error").wait_for()
    at.page.locator("#phone").fill("13900002222")
    send(at)
    assert at.path == f"/cases/{case}?done=contact"
    at.looked("case-contact-done")


def withdrawn(at: Visitor) -> None:
    to_the_check(at)
    case = submitted(at)
    at.go(f"/cases/{case}/withdraw")
    at.looked("case-withdraw-form")
    send(at)
    assert at.path == f"/cases/{case}?done=withdrawal"
    at.looked("case-withdrawn")


def supplement(at: Visitor) -> None:
    case = hotel(at)
    until(at, f"/cases/{case}", f'a[href="/cases/{case}/supplement"]')
    at.go(f"/cases/{case}/supplement")
    at.looked("case-supplement")


def supplemented(at: Visitor) -> None:
    MADE.pop((at.at, HOTEL), None)
    supplement(at)
    case = MADE[at.at, HOTEL]
    do(at, "send")
    at.page.locator(".govuk-error-summary").wait_for()
    for one in at.page.locator("input[type=file]").all():
        one.set_input_files([picture()])  # type: ignore[list-item]
    do(at, "upload")
    at.looked("case-supplement-uploaded")
    do(at, "send")
    assert at.path == f"/cases/{case}?done=supplement"
    at.looked("case-supplement-done")
    MADE.pop((at.at, HOTEL))


def at_the_desk(at: Visitor) -> str:
    """The officer signs in, and there is a case of the office to be seen."""
    case = hotel(at)
    at.page.context.clear_cookies(name="caseledger")
    at.sign_in(OFFICER, back="/desk")
    return case


def desk(at: Visitor) -> None:
    case = at_the_desk(at)
    until(at, "/desk?list=unassigned", f'a[href="/desk/{case}"]')
    at.looked("desk")


def desk_case(at: Visitor) -> None:
    case = at_the_desk(at)
    at.go(f"/desk/{case}")
    at.looked("desk-case")


def desk_application(at: Visitor) -> None:
    case = at_the_desk(at)
    at.go(f"/desk/{case}/application")
    at.looked("desk-application")


def desk_papers(at: Visitor) -> None:
    case = at_the_desk(at)
    until(at, f"/desk/{case}", f'a[href="/desk/{case}/papers"]')
    at.go(f"/desk/{case}/papers")
    at.looked("desk-papers")


def accepted(at: Visitor) -> None:
    """A company hands in everything; the officer accepts, takes the case and reads it."""
    supplemented_case = handed_in(at)
    at.page.context.clear_cookies(name="caseledger")
    at.sign_in(OFFICER, back="/desk")
    until(at, f"/desk/{supplemented_case}", 'a[href$="/do/acceptance"]')
    at.page.locator('a[href$="/do/acceptance"]').click()
    at.looked("desk-accept")
    send(at)
    assert at.path.endswith("?done=acceptance")
    until(at, f"/desk/{supplemented_case}", 'a[href$="/do/assignment"]')
    at.page.locator('a[href$="/do/assignment"]').click()
    send(at)
    at.go(f"/desk/{supplemented_case}/application")
    at.page.locator(".govuk-summary-list").wait_for()
    at.looked("desk-application-read")
    shown = at.page.request.get(
        at.at + str(at.page.locator('a[href*="/pictures/"]').first.get_attribute("href"))
    )
    assert shown.headers["content-type"] == "image/png"


def handed_in(at: Visitor) -> str:
    """A case of the company with all that was asked for."""
    MADE.pop((at.at, HOTEL), None)
    case = hotel(at)
    until(at, f"/cases/{case}", f'a[href="/cases/{case}/supplement"]')
    at.go(f"/cases/{case}/supplement")
    for one in at.page.locator("input[type=file]").all():
        one.set_input_files([picture()])  # type: ignore[list-item]
    do(at, "upload")
    do(at, "send")
    MADE.pop((at.at, HOTEL))
    return case


VISITS_OF_CASES: Mapping[str, Visit] = MappingProxyType(
    {
        "POST /items/<item>/agreement": agreed,
        "GET /apply/<item>": begin,
        "GET /apply/<item>/<key>": question,
        "POST /apply/<item>/<key>": wrong,
        "GET /apply/<item>/check": check,
        "POST /apply/<item>/check": submit,
        "POST /apply/<item>/discard": discard,
        "GET /cases": mine,
        "GET /cases/<case>": of_case(""),
        "GET /cases/<case>/submitted": of_case("/submitted"),
        "GET /cases/<case>/messages": of_case("/messages"),
        "GET /cases/<case>/papers": of_case("/papers"),
        "GET /cases/<case>/readings": of_case("/readings"),
        "GET /cases/<case>/application": of_case("/application"),
        "GET /cases/<case>/contact": of_case("/contact"),
        "POST /cases/<case>/contact": contact_changed,
        "GET /cases/<case>/withdraw": of_case("/withdraw"),
        "POST /cases/<case>/withdraw": withdrawn,
        "GET /cases/<case>/supplement": supplement,
        "POST /cases/<case>/supplement": supplemented,
        "GET /desk": desk,
        "GET /desk/<case>": desk_case,
        "GET /desk/<case>/application": desk_application,
        "GET /desk/<case>/papers": desk_papers,
        "POST /desk/<case>/do/<action>": accepted,
    }
)
"""Each route of an application, a case and the desk, and a visit that comes through it."""

NO_PAGES_OF_CASES: Mapping[str, str] = MappingProxyType(
    {
        "GET /apply/<item>/template/<section>": "a spreadsheet to keep and fill in",
        "GET /cases/<case>/papers/<paper>": "a file to keep, once the paper is made",
        "GET /cases/<case>/state": "what the script of a case's page asks",
        "GET /desk/<case>/papers/<paper>": "a file to keep, once the paper is made",
        "GET /desk/<case>/do/<action>": "the visit that acts comes through it",
        "GET /desk/<case>/pictures/<blob>": "a picture, asked for by the visit that acts",
    }
)
"""Routes that nobody visits, each with the reason."""
