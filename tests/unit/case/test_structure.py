"""Structure: every event is known, documented and its service's own; every command has its way in.

A forgotten row is found here, not in production.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from flask import Flask
from typer.main import get_command

from deploy.cli.app import app as command_line
from deploy.processes import notify_web
from services.feed.api import FeedDesk
from services.intake import worker as intake_worker
from services.intake import wsgi as intake_web
from services.intake.migration.moving import MigrateCase
from services.intake.room import Intake
from services.intake.topics import INTAKE
from services.issuance import worker as issuance_worker
from services.issuance import wsgi as issuance_web
from services.issuance.numbers.numbering import Numbering
from services.issuance.papers.making import Workshop
from services.issuance.room import Issuance
from services.issuance.topics import ISSUANCE
from services.notify import decisions as notify_decisions
from services.notify import sending as notify_sending
from services.notify.words.table import NOTICES, SILENT
from services.review import worker as review_worker
from services.review import wsgi as review_web
from services.review.room import Review
from services.review.topics import REVIEW
from shared.case import (
    BY_SERVICE,
    EVENTS,
    Case,
    Fact,
    IssuedDocument,
    Notices,
    Recorded,
    SignedPaper,
    Transaction,
    data_of,
    json_schema,
    owed,
    owed_document,
    owed_notices,
)
from shared.case.facts.fact import Mark, NotOfThisStream
from shared.case.facts.parts import Renewal, Valid
from shared.case.fold import evolve_document, evolve_notices
from shared.case.issuance.number import DocumentNumbered
from shared.case.notify.notice import NotificationQueued
from shared.case.registry import BY_WRITER, UnknownEvent, decode
from shared.casework.log import drafts
from shared.casework.reaction import Reaction
from shared.casework.topics import CaseCommand, FireTimer, Topics
from shared.casework.worker import Casework
from shared.eventlog import WRITES, Event
from shared.eventlog.model import Sealed
from shared.http import Deps
from shared.projection.serving import Reads
from shared.security import Kind, permissions_of
from shared.security.permissions import FURNITURE, template
from tests.corpus.samples import FACTS
from tests.support.given import (
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
from tests.support.reading import made_by, steps_of

ROOT = Path(__file__).parents[3]
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


def test_type_strings_are_unique_and_belong_to_one_class() -> None:
    assert len(EVENTS) == sum(len(facts) for facts in BY_SERVICE.values())


def subclasses(cls: type[Any]) -> set[type[Any]]:
    found = set(cls.__subclasses__())
    return found | {deeper for one in found for deeper in subclasses(one)}


def test_every_fact_class_is_in_the_registry_of_its_writer() -> None:
    written = {cls for cls in subclasses(Fact) if cls.TYPE and cls.__module__.startswith("shared.")}
    assert written == {fact for facts in BY_WRITER.values() for fact in facts}


@pytest.mark.parametrize("writer", BY_WRITER)
def test_every_file_of_a_writer_is_one_of_its_topics(writer: str) -> None:
    package = importlib.import_module(f"shared.case.{writer}")
    files = {path.stem for path in Path(*package.__path__).glob("*.py")} - {"__init__"}
    assert files == set(package.TOPICS)


def closed(schema: Any) -> bool:
    """Whether an object anywhere in a schema refuses members that it does not name."""
    if isinstance(schema, dict):
        shut = schema.get("additionalProperties") is False
        return shut or any(closed(inner) for inner in schema.values())
    return isinstance(schema, list) and any(closed(inner) for inner in schema)


def test_every_event_has_a_schema_that_is_open_at_every_depth() -> None:
    for name in EVENTS:
        schema = json_schema(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        (top,) = [schema["$defs"][ref] for ref in [schema["$ref"].rpartition("/")[2]]]
        assert top["type"] == "object"
        assert not closed(schema)


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
    later = msgspec.structs.replace(event, data={**data, "surprise": 1})
    assert decode(later).fact == fact, "a field of later code is not read"
    with pytest.raises(TypeError, match="surprise"):
        type(fact)(**{name: getattr(fact, name) for name in fact.__struct_fields__}, surprise=1)


def test_no_field_of_an_event_has_the_name_of_a_personal_one() -> None:
    personal = {"name", "id_number", "phone", "email", "delivery_address", "note", "explanation"}
    personal |= {"holder"}
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
    from deploy.published.event_reference import reference  # noqa: PLC0415

    assert (ROOT / "docs/reference/events.md").read_text(encoding="utf-8") == reference()


# --- the inner grammar of a service ---
#
# Each rule compares what it finds with a list of exceptions, both ways: a new exception is red, and
# so is one that no longer is one. The lists only get shorter, but for what is on disk.

NONE: Any = None  # what a table or an app is built over here: nothing of it is called
DEPS = Deps(verifier=NONE, find_subject=NONE, ping_log=NONE, beats=NONE, request_keys={})
AT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
Decide = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Service:
    """The furniture of a service. `beside` decides too, and stands in no table of decisions."""

    web: Callable[[], Flask]
    worker: Callable[[], Casework]
    command: type[Any] | None = None
    commands: frozenset[type[Any]] = frozenset()
    records: frozenset[type[Fact]] = frozenset()
    decide: tuple[Decide, ...] = ()
    decisions: Mapping[type[Any], Decide] | None = None
    reactions: tuple[Reaction, ...] = ()
    steps: frozenset[str]
    working: tuple[object, ...] = ()
    beside: tuple[object, ...] = ()


def of_topics(topics: Topics, **furniture: Any) -> Service:
    """A service that is sliced by topic: everything is read from its list of topics."""
    room = f"services.{topics.service}."
    tables = (topics.decisions, topics.on_documents, topics.on_papers, topics.on_payments)
    decided = [decision for table in tables for decision in table.values()]
    return Service(
        command=CaseCommand,
        commands=frozenset(
            kind
            for kind in (*subclasses(CaseCommand), CaseCommand)
            if kind.__module__.startswith(room) or kind is FireTimer
        ),
        decide=(*decided, *topics.effects.values()),
        decisions={kind: decision for table in tables for kind, decision in table.items()},
        reactions=topics.reactions,
        steps=topics.steps,
        records=frozenset(kind for kind in (topics.overdue, topics.recomputed) if kind is not None),
        **furniture,
    )


def _numbering() -> Numbering:
    return Numbering(NONE, NONE, NONE, document_key=b"")


def _telling() -> Casework:
    sender = notify_sending.Sender(NONE, NONE, NONE, NONE, installation="")
    handlers = notify_sending.handlers_of(sender)
    return Casework(service="notify", log=NONE, handlers=handlers, fire=sender.fire)


SERVICES: Mapping[str, Service] = {
    "intake": of_topics(
        INTAKE,
        web=lambda: intake_web.build(
            Intake(
                log=NONE,
                vault=NONE,
                blobs=NONE,
                unnamed=NONE,
                callbacks=NONE,
                unplaced=NONE,
                applications=NONE,
                asking=NONE,
                source=NONE,
                case_id_keys=(),
                numbers=NONE,
                regions={},
                now=NONE,
            ),
            DEPS,
        ),
        worker=lambda: intake_worker.casework(NONE, NONE, NONE, NONE, NONE),
        working=(intake_worker.casework,),
    ),
    "review": of_topics(
        REVIEW,
        web=lambda: review_web.build(
            Review(
                **dict.fromkeys(("log", "vault", "blobs", "unnamed", "holdings", "drafts"), NONE),
                source=NONE,
                say=NONE,
                now=NONE,
            ),
            DEPS,
        ),
        worker=lambda: review_worker.casework(NONE, NONE),
        working=(review_worker.casework,),
    ),
    "issuance": of_topics(
        ISSUANCE,
        web=lambda: issuance_web.build(
            Issuance(
                **dict.fromkeys(
                    ("log", "vault", "numbers", "blobs", "orders", "fonts", "paper_keys"), NONE
                ),
                source=NONE,
                now=NONE,
                sequenced=NONE,
            ),
            DEPS,
        ),
        worker=lambda: issuance_worker.casework(NONE, _numbering(), NONE),
        # Who gives numbers commands `document/<id>`, who makes papers `paper/<id>`.
        working=(issuance_worker.casework, Numbering, Workshop),
    ),
    "notify": Service(
        web=lambda: notify_web.build(
            Reads(events=NONE, views={"generations": NONE}, rules=NONE),
            FeedDesk(NONE, lambda: 1),
            DEPS,
        ),
        worker=_telling,
        steps=frozenset({notify_sending.STEP_PREFIX.removesuffix(":")}),
        # `notice/<case>` has no commands and no table.
        beside=(notify_decisions.queue, notify_decisions.record, notify_decisions.requeue),
    ),
}
# Events that only what stands beside the tables makes.
MADE_BESIDE = frozenset(
    {
        "notify.NotificationAbandoned",
        "notify.NotificationFailed",
        "notify.NotificationQueued",
        "notify.NotificationRequeued",
        "notify.NotificationSent",
    }
)
# Events that nothing makes: they can be read, and nobody can write one.
NEVER_MADE = frozenset(
    {
        "intake.FactCorrected",
        "issuance.FactCorrected",
        "notify.FactCorrected",
        "notify.NotificationDelivered",
        "notify.StepOverdue",
    }
)
# Late steps and corrections belong wherever they are written.
FOLDED_EVERYWHERE = frozenset(
    f"{service}.{name}" for service in BY_SERVICE for name in ("StepOverdue", "FactCorrected")
)
# Events that notify has no words for, and no reason to be silent about.
NO_WORDS = frozenset(
    {
        "issuance.DocumentNumbered",
        "issuance.NumberVoided",
        *(f"{service}.FactCorrected" for service in BY_SERVICE if service != "review"),
        *(f"{service}.StepOverdue" for service in BY_SERVICE),
        *(fact.TYPE for fact in BY_SERVICE["notify"]),
    }
)
# Steps of `document/<id>`, which is fired without a table of steps.
STEPS_BESIDE = frozenset({("issuance", "renewal"), ("issuance", "expiry")})
# Commands that an operator gives, and nothing else.
BY_OPERATORS: Mapping[type[Any], str] = {
    MigrateCase: "caseledger catalogue migrate",
}
# Routes that store something and command no case.
COMMANDS_NOTHING = frozenset(
    {
        ("intake", "POST", "/v1/uploads"),
        ("intake", "POST", "/v1/drafts"),
        ("intake", "POST", "/v1/counter/scans"),
        ("intake", "POST", "/v1/cases/<case>/pictures"),
        ("intake", "POST", "/v1/counter/sittings"),  # comes before the case
        ("review", "POST", "/v1/reviews/<case>/draft"),
    }
)
# On disk in command ids, for ever: every later name begins with its service.
NAMES_ON_DISK = frozenset({"order-production", "prepare-results", "close-case"})


def only(found: AbstractSet[Any], excepted: AbstractSet[Any]) -> None:
    """What breaks the rule is what the list says, no more and no less."""
    assert not found - excepted, "breaks the rule"
    assert not excepted - found, "no exception any more: take it out of the list"


def operators() -> set[str]:
    """Every command of the command line: what an operator may do."""
    groups = get_command(command_line).commands.items()  # type: ignore[attr-defined]
    return {
        f"caseledger {group} {name}"
        for group, command in groups
        for name in getattr(command, "commands", ())
    }


def test_the_services_are_those_that_have_events() -> None:
    assert set(SERVICES) == set(BY_SERVICE)


def test_a_service_writes_its_own_events_and_no_others() -> None:
    assert set(WRITES) == set(BY_WRITER)
    for writer, allowed in WRITES.items():
        prefix = "vault" if writer == "registrar" else writer  # the type string is on disk
        assert all(name.startswith(f"{prefix}.") for name in allowed)
        assert allowed == {fact.TYPE for fact in BY_WRITER[writer]}


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_has_a_decision(name: str) -> None:
    service = SERVICES[name]
    if service.command is None or service.decisions is None:
        assert service.decisions is None
        assert service.command is None
        assert service.beside, "decides nowhere"
        return
    assert service.commands == set(service.decisions)


def test_every_command_has_a_way_in() -> None:
    """A route, a reaction, a timer or the calendar makes it; or an operator, as the list says."""
    without = set()
    for service in SERVICES.values():
        if service.command is None:
            continue
        ways = [
            *map(inspect.unwrap, service.web().view_functions.values()),
            *(reaction.command for reaction in service.reactions),
            *service.working,
        ]
        made = made_by(ways, service.command, short_of=service.decide)
        without |= service.commands - made
    only(without, set(BY_OPERATORS))
    assert set(BY_OPERATORS.values()) <= operators()


def test_every_route_that_stores_commands_a_case() -> None:
    idle = set()
    for name, service in SERVICES.items():
        app = service.web()
        stores = {
            (row.method, template(row.rule))
            for row in permissions_of(name)
            if row.kind not in {Kind.READ, Kind.TRIAL}
        }
        for rule in app.url_map.iter_rules():
            view = inspect.unwrap(app.view_functions[rule.endpoint])
            for method in (rule.methods or set()) - {"HEAD"}:
                if (method, template(rule.rule)) in stores and not (
                    service.command and made_by([view], service.command, short_of=service.decide)
                ):
                    idle.add((name, method, rule.rule))
    only(idle, COMMANDS_NOTHING)


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_has_a_permission_and_every_permission_a_route(name: str) -> None:
    offered = {
        (method, template(rule.rule))
        for rule in SERVICES[name].web().url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    rows = [(row.method, template(row.rule)) for row in (*permissions_of(name), *FURNITURE)]
    assert offered == set(rows)
    assert len(rows) == len(set(rows))


def test_every_event_is_made_by_a_decision_of_its_service() -> None:
    beside, never = set(), set()
    for name, service in SERVICES.items():
        own = set(BY_SERVICE[name])
        by_table = made_by(service.decide, Fact) | service.records
        made = by_table | made_by(service.beside, Fact)
        assert made <= own, "makes events of another service"
        beside |= {fact.TYPE for fact in made - by_table}
        never |= {fact.TYPE for fact in own - made}
    only(beside, MADE_BESIDE)
    only(never, NEVER_MADE)


ROADS = ("on_case", "on_document", "on_notices", "on_paper", "on_payment")


def test_every_event_is_folded_on_one_category_of_streams() -> None:
    many = set()
    for name, fact in EVENTS.items():
        taken = [road for road in ROADS if getattr(fact, road) is not getattr(Fact, road)]
        assert taken, name
        if len(taken) > 1:
            many.add(name)
    only(many, FOLDED_EVERYWHERE)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TYPE)
def test_a_fact_in_a_stream_of_another_category_is_refused(fact: Fact) -> None:
    states = {
        "on_case": Case(),
        "on_document": IssuedDocument(),
        "on_notices": Notices(),
        "on_paper": SignedPaper(),
        "on_payment": Transaction(),
    }
    for road, state in states.items():
        if getattr(type(fact), road) is getattr(Fact, road):
            with pytest.raises(NotOfThisStream, match=fact.TYPE):
                getattr(fact, road)(state, Mark(1, AT))


def test_reactions_and_handlers_name_events_that_exist() -> None:
    names = [reaction.name for service in SERVICES.values() for reaction in service.reactions]
    assert len(names) == len(set(names)), "two reactions would make the same command id"
    elsewhere = set()
    for name, service in SERVICES.items():
        assert set(service.worker().handlers) <= set(EVENTS)
        for reaction in service.reactions:
            assert reaction.types
            assert reaction.types <= set(EVENTS)
            assert reaction.types <= set(service.worker().handlers)
            if not reaction.name.startswith(f"{name}."):
                elsewhere.add(reaction.name)
    only(elsewhere, NAMES_ON_DISK)


def owed_on_a_document() -> set[tuple[str, str]]:
    numbered = DocumentNumbered(
        case="c1",
        grant=1,
        issue=1,
        result="r",
        scheme="s",
        number=1,
        valid=Valid(since=AT.date(), until=AT.date(), basis="printed"),
        renewal=Renewal(item="000-01", opens=AT.date()),
    )
    document = evolve_document(IssuedDocument(), Recorded(numbered, version=1, at=AT))
    return {(one.service, one.step) for one in owed_document(document)}


def owed_on_notices() -> set[tuple[str, str]]:
    (queued,) = [fact for fact in FACTS if isinstance(fact, NotificationQueued)]
    notices = evolve_notices(Notices(), Recorded(queued, version=1, at=AT))
    return {(one.service, one.step.partition(":")[0]) for one in owed_notices(notices)}


def test_every_step_that_is_ever_owed_has_a_service_that_fires_it() -> None:
    fired = {(name, step) for name, service in SERVICES.items() for step in service.steps}
    of_cases = steps_of(owed) | owed_on_notices()
    assert of_cases == fired
    only(owed_on_a_document(), STEPS_BESIDE)
    assert owed(history()) == ()
    for name, service in SERVICES.items():
        worker = service.worker()
        assert worker.service == name
        assert callable(worker.fire)
        for step in worker.recomputing.steps if worker.recomputing else ():
            assert step.removesuffix(":") in service.steps, "no such step follows the calendar"


def test_every_event_is_told_or_has_its_reason_not_to_be() -> None:
    assert not set(NOTICES) & set(SILENT)
    told = {fact.TYPE for fact in (*NOTICES, *SILENT)}
    assert told <= set(EVENTS)
    only(set(EVENTS) - told, NO_WORDS)
