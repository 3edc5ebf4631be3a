"""Each question's own canary is read at the step that its file names, by the person of the step.

For every item that somebody applies for, over HTTP on a real log: applications that together ask
all of its questions are made from the form, carried to their end, and read before each deed by one
person of each duty. What they are given is compared with what is theirs, question by question.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.catalogue import Item
from shared.clock import Calendars, end_of_day
from shared.clock.calendar.packaged import Announced
from shared.config import Settings, connect
from tests.support.by_hand import ByHand
from tests.support.databases import drop
from tests.support.given import rules
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4
from tests.support.question_canaries import PlantedApplication, applications
from tests.support.question_reading import QuestionsRead
from tests.support.walking import open_at

pytestmark = pytest.mark.mongo
NOTICES = ("average-wage-published", "notice-received")
APPLIED_FOR = [
    one
    for one in rules().catalogue.items()
    if one.text.offered and one.text.initiated_by == "applicant"
]


@pytest.fixture(scope="module")
def callers(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByHand]:
    """One installation for all items: each has cases of its own there."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    environ = {"CASELEDGER_LOG_URI": mongo_uri, "CASELEDGER_DATABASE_PREFIX": prefix}
    databases = connect(Settings.from_env(environ), appname="tests")
    # One item is taken once notices of this year are out.
    notices = tuple(Announced(event, datetime.now(UTC)) for event in NOTICES)
    known = rules().calendars
    used = replace(rules(), calendars=Calendars(known.layers, notices))
    yield ByHand(Path4(databases, tmp_path_factory.mktemp("questions"), rules=used))
    drop(databases)


def carried(callers: ByHand, item: Item, made: PlantedApplication) -> QuestionsRead:
    """A case of this application at its end; it begins at a time when the item is taken."""
    world, now = callers.path.world, datetime.now(UTC)

    def pass_over(day: date) -> None:
        world.ahead = end_of_day(day) + timedelta(minutes=1) - datetime.now(UTC)

    chosen = {name: made.body[name] for name in ("delivery", "variant") if name in made.body}
    chosen["situations"] = tuple(made.body["situations"])
    walk = HttpWalk(callers, item, world.rules, changes=chosen, pass_over=pass_over)
    read = QuestionsRead(callers, walk, made)
    world.ahead = open_at(item, world.rules, now) - now
    read.apply()
    world.ahead = timedelta()
    read.carry()
    return read


@pytest.mark.parametrize("item", APPLIED_FOR, ids=lambda one: one.id)
def test_each_question_is_read_at_its_step(callers: ByHand, item: Item) -> None:
    opening = open_at(item, rules(), datetime.now(UTC))
    seen, by_machine = set[str](), set[str]()
    for made in applications(item, rules(), opening):
        read = carried(callers, item, made)
        seen |= {code for code, _ in read.seen}
        by_machine |= {code for code, _ in read.by_machine}
    assert seen | by_machine == {fact.code for fact in item.text.facts}
