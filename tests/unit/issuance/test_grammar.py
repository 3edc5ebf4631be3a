"""The room of issuance reads as every service's does: a file a topic, and each command a way in."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import services.issuance
from services.issuance.documents import papers
from services.issuance.papers import giving, verification
from services.issuance.topics import ISSUANCE
from shared.case import EVENTS
from shared.casework.topics import CaseCommand
from shared.security import Kind, permissions_of

ROOT = Path(__file__).parents[3]
ROOM = Path(services.issuance.__file__).parent
FIXED = {"__init__", "room", "topics", "api", "view", "worker", "wsgi"}
# Where the topic of a folder is; its other files are the store and the process behind it.
TOPICS_OF_FOLDER = {
    "numbers": ("numbers.giving",),
    "collecting": ("collecting.vouchers",),
    "documents": (
        "documents.lasting",
        "documents.papers",
        "documents.revocation",
        "documents.endorsement",
        "documents.suspension",
    ),
    "papers": ("papers.recording", "papers.giving", "papers.verification"),
}
# What is shown, and commands nothing.
QUERIES = {papers, giving, verification}
# How each command gets in: a route, a reaction, a timer, a notice of the calendar, or the process
# that gives numbers (`reaction:number-document:...`, `void:...`) or makes papers (`paper:...`).
WAYS = {
    "OrderProduction": "reaction order-production",
    "OrderLateProduction": "timer",
    "RecordProduction": "POST /v1/issuance/{case}/production",
    "DispatchDocument": "POST /v1/issuance/{case}/dispatch",
    "RecordReady": "POST /v1/issuance/{case}/readiness",
    "RecordHandover": "POST /v1/issuance/{case}/handover",
    "RecordReturn": "POST /v1/issuance/{case}/handover",
    "RenewVoucher": "POST /v1/issuance/{case}/voucher",
    "RegisterUnclaimed": "POST /v1/issuance/{case}/unclaimed",
    "DestroyDocument": "POST /v1/issuance/{case}/destruction",
    "PrepareResults": "reaction prepare-results",
    "RecordResult": "POST /v1/issuance/{case}/record",
    "RecordPayout": "POST /v1/issuance/{case}/payout",
    "MovePayday": "calendar",
    "CloseCase": "reaction close-case",
    "FireTimer": "timer",
    "NumberDocument": "numbering",
    "VoidNumber": "numbering",
    "OpenRenewal": "timer",
    "ExpireDocument": "timer",
    "RevokeDocument": "POST /v1/documents/{document}/revocation",
    "ReplaceDocument": "numbering",
    "SignPaper": "papers",
    "EndorseDocument": "POST /v1/documents/{document}/endorsement",
    "SuspendDocument": "POST /v1/documents/{document}/suspension",
    "ReinstateDocument": "POST /v1/documents/{document}/reinstatement",
}


def modules() -> dict[str, ModuleType]:
    """The files and folders of the room that are not of the fixed names."""
    names = {path.stem for path in ROOM.iterdir() if path.suffix == ".py" or path.is_dir()}
    names -= FIXED | {"__pycache__"}
    files = [file for name in names for file in TOPICS_OF_FOLDER.get(name, (name,))]
    return {file: importlib.import_module(f"services.issuance.{file}") for file in files}


def test_every_file_of_the_room_is_a_topic_of_its_table_or_has_a_fixed_name() -> None:
    with_topic = {module for module in modules().values() if hasattr(module, "TOPIC")}
    tabled = {id(topic) for topic in ISSUANCE.topics}
    assert {id(module.TOPIC) for module in with_topic} == tabled
    assert len(with_topic) == len(ISSUANCE.topics)
    assert set(modules().values()) - with_topic == QUERIES


def test_every_topic_with_routes_is_served() -> None:
    with_routes = {module for module in modules().values() if hasattr(module, "routes")}
    served = {module for module in with_routes if module in QUERIES or module.TOPIC.routes}
    assert with_routes == served


def test_every_command_class_has_one_decision_and_every_one_its_way_in() -> None:
    declared = {
        cls
        for module in modules().values()
        for cls in vars(module).values()
        if isinstance(cls, type)
        and issubclass(cls, CaseCommand)
        and cls.__module__ == module.__name__
    }
    known = {*ISSUANCE.decisions, *ISSUANCE.on_documents, *ISSUANCE.on_papers}
    assert not set(ISSUANCE.decisions) & set(ISSUANCE.on_documents)
    assert {cls.__name__ for cls in known - declared} == {"FireTimer"}
    assert declared <= known
    assert {command.__name__ for command in known} == set(WAYS)
    rows = [row for row in permissions_of("issuance") if row.kind is not Kind.READ]
    posts = {f"{row.method} {row.rule}" for row in rows if row.method == "POST"}
    reactions = {f"reaction {reaction.name}" for reaction in ISSUANCE.reactions}
    used = set(WAYS.values())
    assert posts | reactions | {"timer", "calendar", "numbering", "papers"} == used


def test_reactions_follow_events_that_exist() -> None:
    for reaction in ISSUANCE.reactions:
        assert reaction.types <= set(EVENTS)


def test_every_step_that_issuance_ever_owes_is_looked_after() -> None:
    owed = (ROOT / "shared/case/next/owed.py").read_text(encoding="utf-8")
    steps = set(re.findall(r'_step\(\s*"issuance",\s*f?"([\w-]+)', owed))
    assert steps
    assert steps <= ISSUANCE.steps
