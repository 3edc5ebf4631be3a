"""What strangers rely on is what the code does: schemas, the topic, settings, commands, links."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.published import asyncapi, cli_page, schemas
from deploy.published.__main__ import FOLDER, pages, stale
from deploy.published.types import TYPES
from shared.config import Settings
from tests.corpus import form
from tests.support.later import with_more

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / FOLDER
SPEC = ROOT / "tests" / "data" / "asyncapi" / "asyncapi-3.0.0.json"
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER
CORPUS = sorted(form.FOLDER.glob("*.json"))
# A page an item is made by one function, which has tests of its own.
ITEM_PAGES = REFERENCE / "catalogue"
PAGES = sorted(
    path
    for path in [
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("*.md"),
        *(ROOT / "tests").rglob("*.md"),
    ]
    if path.parent != ITEM_PAGES or path.stem in {"index", "000-01"}
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))


def test_the_generated_files_are_what_the_code_says(tmp_path: Path) -> None:
    assert stale(REFERENCE) == [], "run make docs"
    assert set(stale(tmp_path)) == set(pages())


# ---- events


def published(type_: str, schema: int) -> dict[str, Any]:
    path = REFERENCE / "schemas" / f"{type_}-{schema}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def records() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every record of the corpus: its value, and its headers as a reader has them."""
    for path in CORPUS:
        for stored in form.loads(path.read_text("utf-8"))["records"]:
            yield json.loads(stored["value"]), dict(stored["headers"])


def test_every_type_has_its_schema_and_no_schema_is_of_nothing() -> None:
    files = {path.name for path in (REFERENCE / "schemas").iterdir()}
    numbers = {f"{t.TYPE}-{n}.json" for t in TYPES.values() for n in range(1, t.SCHEMA + 1)}
    assert files == numbers
    made = [json.loads((REFERENCE / "schemas" / name).read_text("utf-8")) for name in files]
    assert len({one["$id"] for one in made}) == len(files)
    for one in made:
        jsonschema.Draft202012Validator.check_schema(one)


def test_every_record_that_was_ever_published_is_as_its_schema_says() -> None:
    seen = set()
    for value, _ in records():
        schema = published(value["type"], value["schema"])
        jsonschema.Draft202012Validator(schema, format_checker=CHECKER).validate(value)
        assert set(value) == set(schema["required"])
        seen.add(value["type"])
    assert seen == set(TYPES)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"type": "intake.CaseSubmited"},
        {"schema": 2},
        {"hash": "0"},
        {"data": {}},
        {"actor": {"kind": "officer"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_schema_refuses_what_is_not_the_event(change: dict[str, Any]) -> None:
    value = next(v for v, _ in records() if v["type"] == "intake.CaseSubmitted")
    validator = jsonschema.Draft202012Validator(published("intake.CaseSubmitted", 1))
    assert validator.is_valid(value)
    assert not validator.is_valid(value | change)


def test_a_schema_is_open_to_what_later_code_adds() -> None:
    """On the record, in its actor, in its data and in the parts of its data."""
    for value, headers in records():
        validator = jsonschema.Draft202012Validator(published(value["type"], value["schema"]))
        assert validator.is_valid(with_more(value))
        attributes = jsonschema.Draft202012Validator(asyncapi.attributes())
        assert attributes.is_valid({**headers, "ce_later": "1"})


def test_times_are_said_to_be_times() -> None:
    definitions = schemas.schema_of("intake.SupplementRequested")["$defs"]
    assert definitions["SupplementRequested"]["properties"]["due_at"]["format"] == "date-time"
    choices = definitions["DueDate"]["properties"]["due_at"]["anyOf"]
    assert schemas.TIME in choices


# ---- the topic


@pytest.fixture(scope="module")
def spec() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SPEC.read_text("utf-8")))


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / "asyncapi.json").read_text("utf-8"))
    return found


def test_the_document_of_the_topic_is_asyncapi_3(
    spec: jsonschema.Draft7Validator, document: dict[str, Any]
) -> None:
    assert [error.message for error in spec.iter_errors(document)] == []


@pytest.mark.parametrize("where", ["action", "address", "info", "bindings"])
def test_the_check_of_the_document_sees_what_is_wrong(
    spec: jsonschema.Draft7Validator, document: dict[str, Any], where: str
) -> None:
    wrong = copy.deepcopy(document)
    if where == "action":
        wrong["operations"]["publish"]["action"] = "shout"
    elif where == "address":
        wrong["channels"]["events"]["address"] = 7
    elif where == "info":
        del wrong["info"]["title"]
    else:
        wrong["channels"]["events"]["bindings"]["kafka"]["partitions"] = 0
    assert not spec.is_valid(wrong)


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert len(found) > 3 * len(TYPES)
    for reference in found:
        if reference.startswith("#/"):
            place: Any = document
            for step in reference[2:].split("/"):
                place = place[step]
        else:
            assert (REFERENCE / reference).is_file(), reference
    assert set(document["channels"]["events"]["messages"]) == set(TYPES)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)


def test_every_record_carries_the_attributes_of_the_document() -> None:
    wanted = asyncapi.attributes()
    for value, headers in records():
        jsonschema.Draft202012Validator(wanted, format_checker=CHECKER).validate(headers)
        assert set(headers) == set(wanted["properties"])
        assert headers["ce_id"] == f"{value['stream']}/{value['version']}"
        assert (headers["ce_type"], headers["ce_hash"]) == (value["type"], value["hash"])


def test_the_document_names_the_topic_of_the_settings(document: dict[str, Any]) -> None:
    assert document["channels"]["events"]["address"] == Settings().topic


# ---- settings


def test_every_variable_that_the_code_reads_is_on_the_page() -> None:
    page = (REFERENCE / "settings.md").read_text("utf-8")
    read = set()
    for folder in ("services", "shared", "deploy"):
        for path in (ROOT / folder).rglob("*.py"):
            read |= set(re.findall(r"\bCASELEDGER_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    assert {"CASELEDGER_BIND", "CASELEDGER_PORT_BASE"} <= read
    assert {name for name in read if f"`{name}`" not in page} == set()


# ---- commands


def test_every_command_says_what_it_answers() -> None:
    assert {name for name, _ in cli_page.commands()} == set(cli_page.ANSWERS)


OPTIONS = {
    name: {word for one in command.params for word in one.opts} | {"--help"}
    for name, command in cli_page.commands()
}
GROUPS = {name.split()[0] for name in OPTIONS if " " in name}


def named_commands(text: str) -> Iterator[str]:
    """What stands after `caseledger` in the code of a page, up to the end of the command."""
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in lines:
        yield from re.findall(r"(?:^|[\s/($])caseledger (-*[a-z][^|#&;)]*)", line)


@each_page
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    for text in named_commands(page.read_text("utf-8")):
        words = text.split()
        if words[0] in GROUPS and (len(words) == 1 or words[1] in {"…", "..."}):
            continue
        name = " ".join(words[:2]) if words[0] in GROUPS else words[0]
        if name == "COMMAND":
            continue
        assert name in OPTIONS, f"caseledger {text}"
        options = {word.strip("[]").partition("=")[0] for word in words if "--" in word}
        assert options <= OPTIONS[name], f"caseledger {text}"


@each_page
def test_every_make_target_that_a_page_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= targets


# ---- links


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as hosting platforms make them."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@each_page
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_is_reached_from_the_way_in() -> None:
    index = ROOT / "docs" / "index.md"
    seen, waiting = {index}, [index]
    while waiting:
        page = waiting.pop()
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            if target.suffix == ".md" and target.exists() and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert [str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md") if p not in seen] == []
    assert "docs/index.md" in (ROOT / "README.md").read_text("utf-8")
