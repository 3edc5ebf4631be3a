"""The pages know who signed in: name and number are filled in, another person's are refused."""

import pytest

from services.portal.applying.signed_in import known_of
from tests.support.made_up import numbered
from tests.support.portal_applying import Applying, passed_to, takes_applications
from tests.support.portal_world import World
from tests.unit.intake.test_items_api import World as IntakeWorld
from tests.unit.portal.test_applying import begin

OWN = {
    "applicant.name": "何访客",
    "applicant.id_kind": "resident-id",
    "applicant.id_number": "999999199001010016",
}
OTHER = {**OWN, "applicant.name": "张𠮷·样例", "applicant.id_number": "650102199001011239"}
CHILD = {**OTHER, "applicant.id_number": numbered("650102", "20201231")}
OF_AGE = "成年人由监护人代办的，请持监护关系证明到窗口办理"
REACHED = {"applicant.phone": "13900001111", "applicant.email": ""}
DIFFERS = "与您登录时核验的身份不一致"
FILLED_IN = "已按您登录时核验的身份填好"


@pytest.fixture
def visiting(world: World, intake: IntakeWorld) -> Applying:
    """Somebody whose sign-in vouches for an identity card."""
    answer = passed_to(intake.app, lambda: intake.issuer.issue("visitor"))
    for end in ("", "/form", "/check"):
        world.said[f"/v1/items/000-01{end}"] = answer
    browser = world.browser()
    world.sign_in(browser, "visitor")
    found = Applying(world, browser)
    takes_applications(found)
    return found


@pytest.mark.requirement("R-014")
def test_name_and_number_of_the_sign_in_are_filled_in(visiting: Applying) -> None:
    begin(visiting)
    assert FILLED_IN in visiting.page
    for said in ('value="何访客"', 'value="999999199001010016"'):
        assert said in visiting.page, said
    visiting.send(**OWN)
    visiting.send(**REACHED)
    assert visiting.at == "/apply/000-01/acting"
    visiting.send(representation="self")
    assert visiting.at == "/apply/000-01/materials-household-register"


def test_another_name_is_refused_where_it_is_said_who_acts(visiting: Applying) -> None:
    """An agent names somebody else first, and is not stopped before they can say so."""
    begin(visiting)
    visiting.send(**OTHER)
    visiting.send(**REACHED)
    page = visiting.send(representation="self")
    assert (visiting.at, DIFFERS in page) == ("/apply/000-01/acting", True)
    page = visiting.send(representation="guardian")  # of somebody of age: at a counter
    assert (visiting.at, OF_AGE in page) == ("/apply/000-01/acting", True)
    visiting.open("/apply/000-01/applicant")
    visiting.send(**CHILD)
    page = visiting.send(representation="guardian")
    assert visiting.at == "/apply/000-01/representative"
    assert FILLED_IN in page
    assert 'name="representative.id_number" type="text" value="999999199001010016"' in page
    own = {name.replace("applicant", "representative"): said for name, said in OWN.items()}
    page = visiting.send(**{**own, "representative.name": "别人"})
    assert (visiting.at, DIFFERS in page) == ("/apply/000-01/representative", True)
    visiting.send(**own)
    assert visiting.at.startswith("/apply/000-01/materials")


def test_an_account_that_nobody_verified_is_proposed_nothing(
    world: World, intake: IntakeWorld
) -> None:
    found = unverified(world, intake, "003-023")
    found.agree("003-023")
    found.open("/apply/003-023/applicant")
    assert FILLED_IN not in found.page
    assert 'name="applicant.name"' in found.page


@pytest.mark.requirement("R-014")
@pytest.mark.parametrize(
    ("said", "next_step"),
    [
        ("zh", "请先在登录的平台完成实名认证"),
        ("en", "Have your identity verified where you sign in"),
    ],
)
def test_an_item_of_real_name_accounts_is_not_filled_in_by_another(
    world: World, intake: IntakeWorld, said: str, next_step: str
) -> None:
    found = unverified(world, intake, "000-01")
    if said == "en":
        found.browser.set_cookie("language", "en", domain="pages.test")
    page = found.agree("000-01")
    assert next_step in page
    assert 'href="/items/000-01"' in page
    for at in ("check", "applicant", "facts-lost-on"):
        assert next_step in found.open(f"/apply/000-01/{at}")


def unverified(world: World, intake: IntakeWorld, item: str) -> Applying:
    """Somebody whose sign-in vouches for nobody, at an item."""
    answer = passed_to(intake.app, lambda: intake.issuer.issue("unverified"))
    for end in ("", "/form", "/check"):
        world.said[f"/v1/items/{item}{end}"] = answer
    browser = world.browser()
    world.sign_in(browser, "unverified")
    found = Applying(world, browser)
    takes_applications(found)
    return found


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"identity": "x", "acr": "high"},
        {"identity": {"kind": "resident-id", "number": "1"}, "acr": "low"},
        {"identity": {"kind": 7}, "acr": "high", "name": 7},
    ],
)
def test_nothing_is_proposed_of_a_token_that_is_not_sure(claims: dict[str, object]) -> None:
    assert known_of(claims) == {}
