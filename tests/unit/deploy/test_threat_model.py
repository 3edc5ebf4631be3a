"""The pages on what an attacker can do leave out no key and no promise."""

import re
from pathlib import Path

from shared.config.needs import LOCAL, PROCESSES, TOOLS, WHERE_SET

ROOT = Path(__file__).parents[3]


def test_every_key_says_what_its_thief_can_still_do() -> None:
    text = (ROOT / "docs" / "explanation" / "proof.md").read_text("utf-8")
    section = text.partition("## What one stolen key can still do")[2]
    first_cells = " ".join(re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE))
    named = set(re.findall(r"`([^`]+)`", first_cells))
    rows = [*PROCESSES.values(), *TOOLS.values(), *LOCAL.values(), *WHERE_SET.values()]
    assert named == {name for row in rows for name in row} | {"issuer.ed25519"}


def test_every_promise_has_the_actors_against_whom_it_holds() -> None:
    security = (ROOT / "SECURITY.md").read_text("utf-8")
    promised = security.partition("## What is promised")[2].partition("## What is not")[0]
    promises = re.findall(r"^- (.*)$", promised, re.MULTILINE)
    model = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    table = model.partition("## What is promised")[2]
    rows = re.findall(r"^\| ([A-Z][^|]*) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    assert len(rows) == len(promises)
    for (opening, *_), promise in zip(rows, promises, strict=True):
        assert promise.startswith(opening)


def test_the_actors_of_the_promises_are_those_of_the_list() -> None:
    model = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    actors = re.findall(r"^\| \*\*([^*]+)\*\* \|", model, re.MULTILINE)
    table = model.partition("## What is promised")[2]
    for actor in actors:
        assert actor.split(",")[0] in table or actor == "neighbour on the wire", actor
