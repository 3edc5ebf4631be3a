"""One page has the names of all states, and every other page says a state in these words."""

from typing import get_args

import pytest

from services.portal.pages.states import DRAFT, STATES
from services.portal.words.catalogue import LANGUAGES, load
from shared.case import Status
from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import at_case, case
from tests.support.portal_world import PAGES, World

# The states that R-101 lists, in its order: what the sources call each, and ours.
NEEDED = {
    "draft": DRAFT,
    "submitted": "submitted",
    "awaiting payment": "awaiting-payment",
    "accepted": "accepted",
    "not accepted": "not-accepted",
    "awaiting correction": "awaiting-supplement",
    "under review": "under-review",
    "inspection": "inspection",
    "public notice": "public-notice",
    "approved": "approved",
    "refused": "refused",
    "in production": "in-production",
    "ready for collection": "ready",
    "mailed": "dispatched",
    "delivered": "delivered",
    "unclaimed": "unclaimed",
    "destroyed": "destroyed",
    "closed": "closed",
    "refunded": "refunded",
}
LISTED = [one for names in STATES.values() for one in names]


def name_of(state: str, language: str) -> str:
    """What the pages call it."""
    key = "state-draft" if state == DRAFT else f"status-{state}"
    return load()[key][language]


@pytest.mark.requirement("R-101")
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_has_the_names_of_all_states_with_what_they_mean(
    world: World, language: str
) -> None:
    browser = world.browser()
    browser.set_cookie("language", language, domain="pages.test")
    page = browser.get("/states", base_url=PAGES).text
    assert {*NEEDED.values()} <= {*LISTED}
    assert sorted(LISTED) == sorted({DRAFT, *get_args(Status)})
    for state in LISTED:
        assert f">{name_of(state, language)}</dt>" in page, state
        assert load()[f"means-{state}"][language] in page, state
    names = [name_of(state, language) for state in LISTED]
    assert len({*names}) == len(names)


@pytest.mark.requirement("R-101")
@pytest.mark.parametrize("status", get_args(Status))
def test_the_list_and_the_case_say_the_state_in_the_same_words(
    applying: Applying, status: str
) -> None:
    at_case(applying, status=status)
    tag = f"{name_of(status, 'zh')}</strong>"
    assert tag in applying.open(f"/cases/{CASE}")
    listed = {name: case()[name] for name in ("case", "number", "item")}
    applying.world.answers("/v1/progress", {"cases": [{**listed, "status": status}], "next": None})
    assert tag in applying.open("/cases")


@pytest.mark.requirement("R-101")
def test_what_is_not_submitted_is_a_draft(applying: Applying) -> None:
    applying.agree("000-01")
    day = {"year": "2026", "month": "11", "day": "28"}
    applying.send(do="later", **{f"facts.lost-on.{part}": one for part, one in day.items()})
    assert applying.at == "/cases"
    assert f"{name_of(DRAFT, 'zh')}</strong>" in applying.page
