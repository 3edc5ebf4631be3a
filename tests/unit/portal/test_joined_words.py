"""Every code that a template joins to the name of a text has its text, in both languages."""

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from services.issuance.papers.giving import PaperState
from services.portal.addresses import SERVICES
from services.portal.cases.contact import PAGE as CONTACT
from services.portal.cases.supplement import supplement_page
from services.portal.counter.receiving import PAGE as RECEPTION
from services.portal.counter.reception import CHANNELS
from services.portal.counter.taken import originals_page
from services.portal.desk.actions import ACTIONS
from services.portal.desk.asked.steps import OUTCOMES
from services.portal.desk.documents import ENDORSEMENTS
from services.portal.desk.lists import FILTERS, MADE
from services.portal.forms.drawing import pages_of
from services.portal.forms.parts import DATE_PARTS, FormPage
from services.portal.pages.asking import CLOSED
from services.portal.pages.states import DRAFT, STATES
from services.portal.pages.verification import NOT_YET, STANDINGS
from services.portal.words.catalogue import LANGUAGES, load
from shared.case import Ending, Status
from shared.case.deciding.stages_shown import State
from shared.case.facts.parts import Channel
from shared.case.intake.counter import HowTaken
from shared.case.issuance.document import Standing
from shared.case.issuance.paper import PaperKind
from shared.case.notify.notice import NoticeStatus
from shared.casework.reading.application import WORDS
from shared.casework.reading.prerequisites import Found
from shared.catalogue.definition.words import DeliveryKind, Form
from shared.clock.counting.limits import Unit
from shared.values.identity import IdentityKind
from tests.support.forms_filled import filled_in, forms
from tests.support.portal_cases import STAGES

PORTAL = Path(__file__).parents[3] / "services" / "portal"
JOINED = re.compile(r'\bt\("([a-z0-9-]+-)" ~')
# Joined where the template looks first whether there is such a text.
ASKED_FIRST = {"guide-kind-", "hint-", "lead-", "lead-do-"}
HELD: tuple[Mapping[str, Any], ...] = (
    {"originals": []},
    {"originals": [{"material": "x", "returned_at": None}]},
)
DESK: Mapping[str, Any] = {
    "item_text": {},
    "criteria": [],
    "validity_open": [
        {"result": "x", "needs": ["original_until", "authority_changed", "years"], "may": []}
    ],
    "stages": STAGES,
    "owed": [{"service": "review", "step": "step:inspection"}],
}


def source(ending: str) -> Iterator[str]:
    """The files of the portal with this ending."""
    return (path.read_text("utf-8") for path in PORTAL.rglob(f"*.{ending}"))


def drawn() -> list[FormPage]:
    """The pages of every form, of the desk and of a case."""
    dice = random.Random(3)  # noqa: S311 (a sample that is the same every time)
    asked = {"supplement": {"missing": [{"code": "x", "name": "x"}]}}
    return [
        *(page for form in forms() for page in pages_of(form, filled_in(form, dice))),
        *(FormPage(key=name, inputs=one.asks(DESK)) for name, one in ACTIONS.items()),
        *(CONTACT, RECEPTION, supplement_page(asked)),
        *(originals_page(held, {"materials": [{"code": "x", "name": "x"}]}) for held in HELD),
    ]


def faults() -> set[str]:
    """The codes of what is wrong, as they stand in the source."""
    said = {"choose", "needed", "declare"}
    for text in source("py"):
        said |= {*re.findall(r'NotReadable\("([a-z-]+)"\)', text)}
        said |= {*re.findall(r'NOTHING, "([a-z-]+)"\)', text)}
        said |= {*re.findall(r'"((?:picture|too-many)-[a-z-]+)"', text)}
        for table in re.findall(r"codes = \{(.+?)\}", text, re.DOTALL):
            said |= {*re.findall(r': "([a-z-]+)"', table)}
    return said - {"picture-later", "picture-lead", CLOSED}


@pytest.fixture(scope="module")
def joined() -> dict[str, set[str]]:
    """What can stand after each beginning that a template joins."""
    pages = drawn()
    inputs = [one for page in pages for one in page.inputs]
    return {
        "ask-next-": {"awaiting-supplement", "refused", "not-accepted", "withdrawn"},
        "ask-ended-": {"refused", "not-accepted", "withdrawn"},
        "answer-": {"yes", "no", "pictures", "no-pictures", "nothing-typed"},
        "channel-": {*get_args(Channel)},
        "chosen-": {"variant", "situation"},
        "counter-now-": {*CHANNELS},
        "delivery-": {*get_args(DeliveryKind)},
        "desk-lead-": {*MADE},
        "desk-list-": {*FILTERS, *MADE},
        "desk-taken-in-": {*get_args(HowTaken)},
        "desk-waits-": {
            *("submitted", "awaiting-payment", "awaiting-supplement"),
            *("ready", "unclaimed", "dispatched"),
        },
        "do-": {*ACTIONS},
        "docs-": {*SERVICES},
        "document-": {*get_args(IdentityKind)},
        "done-": {"withdrawal", "contact", "supplement"},
        "ended-": {*get_args(Ending)},
        "fault-": faults(),
        "how-": {*CHANNELS} | {*get_args(HowTaken)},
        "guide-rank-": {"promise", "law"},
        "guide-unit-": {*get_args(Unit)},
        "input-": {one.words for one in inputs if not one.title.zh} | {*DATE_PARTS},
        "next-": {*get_args(Status)},
        "means-": {*get_args(Status), DRAFT},
        "notice-": {*get_args(NoticeStatus)},
        "outcome-": {"title", *get_args(Ending)},
        "page-": {page.words for page in pages if page.words and not page.title.zh},
        "paper-": {*get_args(Form)},
        "particular-": {
            *("name", "id_kind", "id_number", "phone", "email", "delivery_address"),
            *("representative", "member"),
        },
        "pick-": {
            pick.words
            for one in inputs
            for pick in one.picks
            if not pick.title.zh and one.words != "delivery"
        },
        "pick-endorsement-": {*ENDORSEMENTS},
        "pick-outcome-": {*OUTCOMES},
        "pick-proposal-": {"approve", "refuse"},
        "problem-": {
            f"{name}-{part}"
            for name in ("not-found", "forbidden", "forged", "gone", "refused", "internal")
            for part in ("title", "text")
        },
        "problem-away-": {
            f"{one}-{part}" for one in (*SERVICES, "portal") for part in ("title", "text")
        },
        "sheet-": {"get", *get_args(PaperState)} - {"ready"}
        | ({*get_args(PaperKind)} - {"slip", "result"}),
        "stage-": {*get_args(State)} - {"left-out"},
        "prerequisite-": {*get_args(Found)},
        "standing-": {*get_args(Standing)},
        "states-part-": {*STATES},
        "status-": {*get_args(Status)},
        "verified-": {
            f"{one}-{part}" for one in (*STANDINGS, NOT_YET) for part in ("title", "text")
        },
        "words-": (WORDS - {"remarks"}) | {"remark"},
    }


def test_every_joined_text_is_there_in_both_languages(joined: dict[str, set[str]]) -> None:
    texts = load()
    for beginning, ends in joined.items():
        assert len(ends) > 1, beginning
        for end in ends:
            text = texts.get(f"{beginning}{end}", {})
            assert all(text.get(one) for one in LANGUAGES), f"{beginning}{end}"


def test_the_table_has_every_beginning_that_a_template_joins(joined: dict[str, set[str]]) -> None:
    found = {one for text in source("html") for one in JOINED.findall(text)}
    assert found == {*joined} | ASKED_FIRST


def test_what_a_verification_can_say_is_all_that_a_document_can_be() -> None:
    assert {*STANDINGS} == {*get_args(Standing)}
