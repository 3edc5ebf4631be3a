"""Two editions of an item, and a case that is moved from one to the other."""

from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from services.intake.acceptance.accepting import SettleCase
from services.intake.migration.moving import MigrateCase
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after
from shared.case.intake.migration import CaseMigrated
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.asking import MaterialRule
from shared.catalogue.definition.schedule import LimitRule
from tests.support.commands import at_intake as decide
from tests.support.given import (
    ITEM,
    START,
    assessed,
    given,
    history,
    paid,
    rules,
    submitted,
)

NEW = "e" * 64
BASE = rules().catalogue.item(ITEM)
PROMISED, STATUTORY, ACCEPTANCE = BASE.text.limits
(REGISTER,) = BASE.text.materials
PHOTO = MaterialRule(code="photo", name="照片", required=True)
HOUR = START + timedelta(hours=1)


def editions(was: dict[str, Any] | None = None, **now: Any) -> Rules:
    """The rules with another present edition of 000-01 than the cases are pinned to."""
    before = Item(replace(BASE.text, **(was or {})), BASE.hash)
    present = Item(replace(before.text, **now), NEW)
    catalogue = Catalogue([present], version="later", former=[before])
    return replace(rules(), catalogue=catalogue)


def promise(**changes: Any) -> tuple[LimitRule, ...]:
    return (replace(PROMISED, **changes), STATUTORY, ACCEPTANCE)


def command(using: Rules) -> MigrateCase:
    return MigrateCase(pin=using.pin_of(using.catalogue.item(ITEM)), reason="new edition")


def moved(*facts: Fact, using: Rules, at: datetime = HOUR) -> tuple[Case, CaseMigrated]:
    """The case after the move, and the event."""
    then = given(*facts, using=using).when(decide, command(using), at=at)
    event = next(fact for fact in then.facts if isinstance(fact, CaseMigrated))
    return after(history(*facts), then.facts, at), event


def kept(event: CaseMigrated) -> dict[str, str]:
    return {one.what: one.rule for one in event.kept}


def dues(case: Case) -> dict[str, date | None]:
    return {one.limit: one.due for one in case.due}


def really_accepted(using: Rules) -> list[Fact]:
    """Accepted by the rules themselves: with the dates that they compute."""
    facts: list[Fact] = [submitted(), assessed(), paid()]
    return [*facts, *given(*facts, using=using).when(decide, SettleCase()).facts]
