"""How an officer comes to each page of the counter, and applies for somebody who is there."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.pages.browsing import Visitor
from tests.pages.visits_of_cases import NUMBER, OFFICER, do, picture, send

Visit = Callable[[Visitor], None]
ITEM = "001-03"
PERSON = "张𠮷·样例"


def received(at: Visitor, how: str = "present") -> None:
    """The officer signs in and records who is there."""
    at.sign_in(OFFICER, back="/counter")
    at.page.locator(f'[name="how"][value="{how}"]').check()
    kind = "resident-id" if how == "present" else "none"
    at.page.locator(f'[name="document.id_kind"][value="{kind}"]').check()
    if how == "present":
        at.page.locator("#document-id_number").fill(NUMBER)
    send(at)
    at.page.wait_for_url("**/counter/items")


def begun_here(at: Visitor) -> None:
    """The item's guide is agreed to: its first question is open."""
    received(at)
    at.go(f"/counter/items/{ITEM}")
    at.page.locator("main form button").last.click()
    at.page.wait_for_url("**/counter/form/**")


def answer(at: Visitor, key: str) -> None:
    """Fill in the page of this key."""
    page = at.page
    if key == "applicant":
        page.locator("#applicant-name").fill(PERSON)
        page.locator("#applicant-id_number").fill(NUMBER)
    elif key == "contact":
        page.locator("#applicant-phone").fill("13900001111")
    elif key.startswith("materials-"):
        page.locator("input[type=file]").set_input_files([picture()])  # type: ignore[list-item]
        do(at, "upload")
    else:
        fill_in_any(at)


def fill_in_any(at: Visitor) -> None:
    """The first choice of each question, a day of this year, and a word for the rest."""
    page = at.page
    for one in page.locator("main fieldset").all():
        if one.locator("input[type=radio]").count():
            one.locator("input[type=radio]").first.check()
    for one in page.locator("main input[type=text], main textarea").all():
        end = (one.get_attribute("name") or "").rpartition(".")[2]
        one.fill({"year": "2026", "month": "1", "day": "5"}.get(end, "样例街1号"))


def to_the_key(at: Visitor, *keys: str) -> None:
    """Answer page after page until one of these is open."""
    for _ in range(40):
        key = at.path.rsplit("/", 1)[-1]
        if key in keys:
            return
        answer(at, key)
        do(at, "continue")
    raise AssertionError(at.path)


def checked(at: Visitor) -> None:
    begun_here(at)
    to_the_key(at, "check")


def taken(at: Visitor) -> None:
    """The whole of it: received, filled in, declared, taken in."""
    checked(at)
    at.page.locator("#declared").check()
    send(at)
    at.page.wait_for_url("**/counter/taken")


def start(at: Visitor) -> None:
    at.sign_in(OFFICER, back="/counter")
    at.looked("counter")


def received_wrong(at: Visitor) -> None:
    at.sign_in(OFFICER, back="/counter")
    at.page.locator('[name="how"][value="present"]').check()
    at.page.locator('[name="document.id_kind"][value="resident-id"]').check()
    send(at)
    at.page.locator("#document-id_number-error").wait_for()
    at.page.locator("#document-id_number").fill("999999190001010008")
    send(at)
    at.page.locator("#document-id_number-error").wait_for()
    assert at.page.locator("#document-id_number").input_value() == "999999190001010008"
    at.looked("counter-errors")


def items(at: Visitor) -> None:
    received(at, "telephone")
    assert at.page.locator(".portal-found").count() > 1
    at.looked("counter-items")


def guide(at: Visitor) -> None:
    received(at)
    at.go(f"/counter/items/{ITEM}")
    at.looked("counter-guide")
    at.go("/counter/items/000-01")
    at.looked("counter-not-here")


def agreed(at: Visitor) -> None:
    begun_here(at)
    at.looked("counter-first-question")


def question(at: Visitor) -> None:
    begun_here(at)
    to_the_key(at, "applicant")
    do(at, "continue")
    at.page.locator("#applicant-name-error").wait_for()
    at.looked("counter-question")


def check(at: Visitor) -> None:
    checked(at)
    at.looked("counter-check")


def taken_in(at: Visitor) -> None:
    checked(at)
    send(at)
    at.page.locator("#declared-error").wait_for()
    at.page.locator("#declared").check()
    send(at)
    at.page.wait_for_url("**/counter/taken")
    at.looked("counter-taken")


def originals(at: Visitor) -> None:
    taken(at)
    at.go("/counter/originals")
    at.looked("counter-originals")
    send(at)
    at.page.locator(".govuk-error-summary").wait_for()
    at.page.locator('input[value="kept"]').first.check()
    send(at)
    at.page.wait_for_url("**/counter/taken")
    at.looked("counter-originals-kept")
    at.go("/counter/originals")
    at.page.locator('input[value="back"]').first.check()
    send(at)
    at.page.wait_for_url("**/counter/taken")


def receipt(at: Visitor) -> None:
    taken(at)
    at.go("/counter/receipt")
    assert PERSON not in at.page.locator("main").inner_text()
    at.looked("counter-receipt")
    at.page.emulate_media(media="print")
    for hidden in ("header", "footer", ".portal-screen"):
        assert not at.page.locator(hidden).first.is_visible(), hidden
    assert at.page.locator(".portal-receipt").is_visible()
    at.page.emulate_media(media="screen")


def next_person(at: Visitor) -> None:
    begun_here(at)
    to_the_key(at, "contact")
    at.go("/counter/items")
    at.page.locator('form[action="/counter/next"] button').click()
    assert at.path == "/counter"
    at.go("/counter/form/applicant")
    assert at.path == "/counter"
    assert PERSON not in at.page.content()
    at.looked("counter-next")


VISITS_OF_THE_COUNTER: Mapping[str, Visit] = MappingProxyType(
    {
        "GET /counter": start,
        "POST /counter": received_wrong,
        "POST /counter/next": next_person,
        "GET /counter/items": items,
        "GET /counter/items/<item>": guide,
        "POST /counter/items/<item>": agreed,
        "GET /counter/form/<key>": question,
        "POST /counter/form/<key>": question,
        "GET /counter/check": check,
        "POST /counter/check": taken_in,
        "GET /counter/taken": taken_in,
        "GET /counter/originals": originals,
        "POST /counter/originals": originals,
        "GET /counter/receipt": receipt,
    }
)
"""Each route of the counter and a visit that comes through it."""

NO_PAGES_OF_THE_COUNTER: Mapping[str, str] = MappingProxyType(
    {"GET /counter/form": "leads to the first page that is to be answered"}
)
"""Routes that nobody visits, each with the reason."""
