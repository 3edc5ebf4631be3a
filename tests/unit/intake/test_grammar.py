"""The inner grammar of a service: every topic of intake is in a table."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from services.intake.api import ADDRESSES
from services.intake.topics import INTAKE
from shared.casework.topics import CaseCommand, Topic

ROOM = Path(__file__).parents[3] / "services" / "intake"
# What every service has, under the same names; the rest of the top folder is topics.
FURNITURE = {"__init__", "api", "fields", "room", "standing", "topics", "view", "worker", "wsgi"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOM.rglob("*.py")):
        if path.stem != "__init__":
            yield ".".join(path.relative_to(ROOM.parents[1]).with_suffix("").parts), path


def in_a_table(name: str) -> bool:
    module = importlib.import_module(name)
    routed = {routes.__module__ for address in ADDRESSES for routes in address.routes}
    return name in routed or getattr(module, "TOPIC", None) in INTAKE.topics


def test_every_file_of_the_top_folder_is_furniture_or_a_topic_of_a_table() -> None:
    topics = {path.stem for path in ROOM.glob("*.py")} - FURNITURE
    assert {name for name in topics if not in_a_table(f"services.intake.{name}")} == set()


def test_every_folder_has_a_topic_of_a_table() -> None:
    for folder in sorted(path.parent for path in ROOM.glob("*/__init__.py")):
        names = [name for name, path in modules() if path.parent == folder]
        assert any(map(in_a_table, names)), folder.name


def test_what_a_topic_declares_is_in_the_tables() -> None:
    """A topic that nobody lists would answer no command, and no test would call it."""
    for name, _ in modules():
        module = importlib.import_module(name)
        topic = getattr(module, "TOPIC", None)
        assert topic is None or (isinstance(topic, Topic) and topic in INTAKE.topics), name
        own = {
            kind
            for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, CaseCommand) and kind.__module__ == name
        }
        assert own <= {*INTAKE.decisions, *INTAKE.on_payments}, name
        routed = {id(routes) for address in ADDRESSES for routes in address.routes}
        assert "routes" not in vars(module) or id(vars(module)["routes"]) in routed, name
