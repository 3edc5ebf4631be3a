"""Structure: every event is known, documented and its service's own; every command has its way in.

A forgotten row is found here, not in production.
"""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import msgspec
import pytest
from typer.main import get_command

from deploy.cli.app import app
from services.intake import commands as intake_commands
from services.intake import decisions as intake_decisions
from services.intake import reactions as intake_reactions
from services.review import commands as review_commands
from services.review import decisions as review_decisions
from services.review import reactions as review_reactions
from shared.case import BY_SERVICE, EVENTS, Fact, data_of, json_schema, owed, versions
from shared.case.fold import FOLDS
from shared.case.registry import UnknownEvent, decode
from shared.eventlog import WRITES, Event
from shared.eventlog.casework import drafts
from shared.eventlog.model import Sealed
from shared.security import Kind, permissions_of
from shared.vault import facts as vault_facts
from tests.unit.given import (
    accepted,
    asked,
    assessed,
    assigned,
    history,
    opened,
    ordered,
    paid,
    proposed,
    submitted,
)

ROOT = Path(__file__).parents[2]
SAMPLES: tuple[Fact, ...] = (
    submitted(),
    assessed(),
    paid(),
    asked(),
    accepted(),
    opened(),
    assigned(),
    proposed(),
    ordered(),
)


@pytest.mark.parametrize("service", BY_SERVICE)
def test_a_service_has_events_of_its_own_only(service: str) -> None:
    for fact in BY_SERVICE[service]:
        assert fact.TYPE in WRITES[service]
        assert fact.TYPE.startswith(f"{service}.")


def test_type_strings_are_unique_and_belong_to_one_class() -> None:
    assert len(EVENTS) == sum(len(facts) for facts in BY_SERVICE.values())


def subclasses(cls: type[Any]) -> set[type[Any]]:
    found = set(cls.__subclasses__())
    return found | {deeper for one in found for deeper in subclasses(one)}


def test_no_fact_is_forgotten_in_the_registry_of_its_house() -> None:
    """The vault's facts stand in its own table: they are on a person's stream, never a case's."""
    written = {cls for cls in subclasses(Fact) if cls.TYPE and cls.__module__.startswith("shared.")}
    assert written == {*EVENTS.values(), *vault_facts.EVENTS, *versions.EVENTS}
    assert {fact.TYPE for fact in vault_facts.EVENTS} == WRITES["vault"]


def test_every_event_has_a_schema_that_closes_its_data() -> None:
    for name in EVENTS:
        schema = json_schema(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        (top,) = [schema["$defs"][ref] for ref in [schema["$ref"].rpartition("/")[2]]]
        assert top["additionalProperties"] is False
        assert top["type"] == "object"


@pytest.mark.parametrize("fact", SAMPLES, ids=lambda fact: fact.TYPE)
def test_what_is_stored_fits_its_schema_and_reads_back(fact: Fact) -> None:
    data = msgspec.json.decode(msgspec.json.encode(data_of(fact)))
    jsonschema.validate(data, json_schema(fact.TYPE))
    event = Event(
        version=3,
        type=fact.TYPE,
        schema=fact.SCHEMA,
        data=data,
        occurred_at="2026-11-21T16:00:00.000000Z",
    )
    assert decode(event).fact == fact
    with pytest.raises(UnknownEvent):
        decode(msgspec.structs.replace(event, schema=99))
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.structs.replace(event, data={**data, "surprise": 1}))


def test_every_event_of_a_case_is_folded() -> None:
    on_documents = ("DocumentNumbered", "NumberVoided", "RenewalOpened", "DocumentExpired")
    elsewhere = {f"issuance.{name}" for name in on_documents}
    for name, fact in EVENTS.items():
        everybodys = name.endswith((".StepOverdue", ".FactCorrected"))
        if not name.startswith("notify.") and name not in elsewhere and not everybodys:
            assert fact in FOLDS, name


def test_no_field_of_an_event_has_the_name_of_a_personal_one() -> None:
    personal = {"name", "id_number", "phone", "email", "delivery_address", "note", "explanation"}
    for fact in EVENTS.values():
        fields = {field.name for field in msgspec.structs.fields(fact)}
        assert not fields & (personal | fact.SEALED), fact.TYPE


def test_a_personal_value_goes_to_its_place_or_is_refused() -> None:
    value = Sealed("subject/1", "secret")
    (draft,) = drafts([submitted()], {"intake.CaseSubmitted": {"name": value}})
    assert draft.sealed == {"name": value}
    assert "secret" not in repr(draft)
    with pytest.raises(ValueError, match="no sealed field"):
        drafts([submitted()], {"intake.CaseSubmitted": {"shoe_size": value}})
    with pytest.raises(ValueError, match="not written"):
        drafts([assessed()], {"intake.CaseSubmitted": {"name": value}})
    assert drafts([], {"intake.CaseSubmitted": {"name": value}}) == []


def test_every_event_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/events.md").read_text(encoding="utf-8")
    missing = [name for name in EVENTS if f"`{name}`" not in text]
    assert missing == []


def test_the_reference_is_the_generated_one() -> None:
    from shared.case.reference import reference  # noqa: PLC0415

    assert (ROOT / "docs/reference/events.md").read_text(encoding="utf-8") == reference()


# --- commands, routes, permissions ---

# How each command of a service gets in: a route, a reaction, or a timer.
WAYS: dict[str, dict[str, str]] = {
    "intake": {
        "SubmitCase": "POST /v1/cases",
        "AttachMaterial": "POST /v1/cases/{case}/materials",
        "ProvideSupplement": "POST /v1/cases/{case}/supplement",
        "WithdrawCase": "POST /v1/cases/{case}/withdrawal",
        "ChangeContact": "POST /v1/cases/{case}/contact",
        "RecordPayment": "POST /v1/payments/callbacks",
        "RecordPaymentFailure": "POST /v1/payments/callbacks",
        "RecordRefund": "POST /v1/payments/callbacks",
        "AcceptCase": "POST /v1/cases/{case}/acceptance",
        "RequestSupplement": "POST /v1/cases/{case}/supplement-request",
        "RejectApplication": "POST /v1/cases/{case}/rejection",
        "SettleCase": "reaction intake.settle",
        "RecomputeDeadlines": "calendar",
        "OrderRefunds": "reaction intake.order-refunds",
        "FireTimer": "timer",
        "MigrateCase": "caseledger catalogue migrate",
    },
    "review": {
        "OpenReview": "reaction review.open",
        "AssignCase": "POST /v1/reviews/{case}/assignment",
        "ProposeDecision": "POST /v1/reviews/{case}/proposal",
        "ApproveCase": "POST /v1/reviews/{case}/approval",
        "RefuseCase": "POST /v1/reviews/{case}/refusal",
        "StartStep": "POST /v1/reviews/{case}/step-start",
        "CompleteStep": "POST /v1/reviews/{case}/step-outcome",
        "ExtendLimit": "POST /v1/reviews/{case}/extension",
        "RestartLimit": "POST /v1/reviews/{case}/restart",
        "RecomputeLimits": "POST /v1/reviews/{case}/recomputation",
        "FireTimer": "timer",
    },
}
ROOMS: tuple[tuple[str, ModuleType, ModuleType, ModuleType], ...] = (
    ("intake", intake_commands, intake_decisions, intake_reactions),
    ("review", review_commands, review_decisions, review_reactions),
)


def operators() -> set[str]:
    """Every command of the command line: what an operator may do."""
    groups = get_command(app).commands.items()  # type: ignore[attr-defined]
    return {
        f"caseledger {group} {name}"
        for group, command in groups
        for name in getattr(command, "commands", ())
    }


@pytest.mark.parametrize(
    ("service", "commands", "decisions", "reactions"), ROOMS, ids=[room[0] for room in ROOMS]
)
def test_every_command_has_a_decision_and_a_way_in(
    service: str, commands: ModuleType, decisions: ModuleType, reactions: ModuleType
) -> None:
    known = set(commands.Command.__subclasses__())
    assert known == set(decisions.DECISIONS)
    assert {command.__name__ for command in known} == set(WAYS[service])
    rows = [row for row in permissions_of(service) if row.kind is not Kind.TRIAL]
    posts = {f"{row.method} {row.rule}" for row in rows}
    names = {f"reaction {reaction.name}" for reaction in reactions.REACTIONS}
    used = set(WAYS[service].values())
    assert used <= posts | names | {"timer", "calendar"} | operators()
    assert names <= used
    # An initiation is a submission too; the others command no case.
    beside = {"POST /v1/uploads", "POST /v1/initiations", "POST /v1/items/{item}/check"}
    assert {post for post in posts if post.startswith("POST")} - beside <= used


def test_reactions_name_known_events_and_lie_in_their_service() -> None:
    for service, _, _, reactions in ROOMS:
        for reaction in reactions.REACTIONS:
            assert reaction.types <= set(EVENTS)
            assert reaction.name.startswith(f"{service}.")


def test_every_step_that_is_ever_owed_has_a_service_that_knows_it() -> None:
    source = (ROOT / "shared/case/owed.py").read_text(encoding="utf-8")
    steps = {
        "intake": intake_decisions.STEPS,
        "review": review_decisions.STEPS,
    }
    for service, step in re.findall(r'_step\(\s*"(\w+)",\s*f?"([\w-]+)', source):
        if service in steps:
            assert step in steps[service], step
    assert owed(history()) == ()
