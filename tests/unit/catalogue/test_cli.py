"""The commands that others build on: what they print, and how they end."""

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from services.intake.application.form_order import order_of
from services.intake.application.form_schema import schema_of
from shared.catalogue import ItemFile, Wanted, packaged_catalogue
from shared.catalogue.definition.words import EVENTS
from shared.catalogue.files.compiled import (
    NAME,
    compile_folder,
    encoded,
    read_compiled,
    read_version,
    sources_hash,
)
from shared.catalogue.files.reading import read_file
from shared.catalogue.files.schema import FIELDS, SCHEMA_NAME, item_schema, schema_text
from shared.catalogue.rules.offices import office_codes
from shared.clock.calendar.lined_yaml import read_yaml
from shared.jurisdiction import LocalOffice, packaged_jurisdiction
from tests.unit.catalogue.test_files import GOOD, PACKAGED, folder_with, line_of

RUNNER = CliRunner()
VERSION = read_version(PACKAGED)
FILES = sorted((PACKAGED / "items").glob("*/*.yaml"))


def run(*words: str | Path, code: int = 0) -> str:
    outcome = RUNNER.invoke(app, ["catalogue", *map(str, words)])
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout


def answer(*words: str | Path, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code))


# --- the packaged catalogue


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("R1", ["001-R1"]),
        ("００１－Ｒ１", ["001-R1"]),
        ("-", []),
        ("’", []),
        ("\u0304", []),
    ],
)
def test_what_is_looked_for_is_found_and_nothing_else(text: str, ids: list[str]) -> None:
    assert [row["id"] for row in answer("list", f" {text} ")] == ids


def test_all_305_records_are_listed_and_five_are_not_offered() -> None:
    rows = answer("list")
    assert len(rows) == 305
    assert len(answer("list", "--offered")) == 296
    refused = answer("list", "--not-offered")
    assert [row["id"] for row in refused] == ["000-04", "000-05", "001-15", "004-096", "004-097"]
    assert all(row["not_offered_reason"] for row in refused)
    assert {"id", "name", "source", "department", "type", "template", "offered"} <= set(rows[0])
    assert [row["id"] for row in rows if row["offered"] is None] == [
        "001-R1",
        "001-R2",
        "001-R3",
        "001-R4",
    ]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["--source", "003"], 105),
        (["--source", "004"], 132),
        (["--template", "T11"], 4),
        (["--template", "T06"], 42),
        (["--source", "003", "--template", "T04"], 6),
        (["--department", "医保局"], 18),
        (["--source", "005"], 0),
    ],
)
def test_the_list_is_narrowed(words: list[str], count: int) -> None:
    assert len(answer("list", *words)) == count


@pytest.mark.parametrize(
    "text",
    ["居民身份证的丢失", "jumin shenfenzheng", "JMSFZDDS", "lost identity", "000-01", "reissue"],
)
def test_an_item_is_found_by_what_people_call_it(text: str) -> None:
    found = packaged_catalogue().listings(Wanted(text=text))
    assert "000-01" in [line.id for line in found]
    assert len(found) < 20


def test_the_packaged_files_are_right_and_one_promise_is_too_long() -> None:
    found = answer("check")
    assert found["errors"] == []
    assert found["items"] == 305
    long = [one["item"] for one in found["warnings"] if one["code"] == "promise-exceeds-statute"]
    assert long == ["000-24"]
    assert all(set(one) >= {"item", "code", "message"} for one in found["warnings"])


def test_every_file_is_as_the_published_schema_says() -> None:
    schema = item_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in FILES:
        said = read_yaml(path.read_bytes()).value
        assert [error.message for error in validator.iter_errors(said)] == [], path.name
    assert not validator.is_valid(said | {"nmae": "x"})
    assert not validator.is_valid(said | {"template": "T12"})
    assert not validator.is_valid(said | {"fee": {"state": "amount", "amount": 4}})


def test_the_definition_says_what_is_a_default() -> None:
    found = answer("show", "000-01")
    assert found["content_hash"] == packaged_catalogue().item("000-01").hash
    assert found["version"] == packaged_catalogue().version
    assert found["defaulted"]["appeal"] == "appeal"
    assert found["appeal"]["days"] == 60
    assert "行政复议法" in found["defaults"]["appeal"]["source"]
    assert "*(default)*" in run("show", "000-01")


def test_an_item_that_is_not_there_is_bad_use() -> None:
    assert "999-99" in answer("show", "999-99", code=2)["error"]
    assert "no version 1999" in answer("show", "000-01", "--version", "1999", code=2)["error"]


# --- a catalogue of one's own


def test_a_broken_file_ends_with_1_and_says_all_of_it(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD.replace("n: 5", "n: -1"), "004-901": "\ta: 1"})
    found = answer("check", "--folder", folder, code=1)
    assert not found["ok"]
    assert [(one["file"], one["line"]) for one in found["errors"]] == [
        ("items/004/004-900.yaml", line_of(GOOD, "    n: 5")),
        ("items/004/004-901.yaml", 1),
    ]
    assert "items/004/004-901.yaml:1: A tab" in run("check", "--folder", folder, code=1)
    # Nothing is compiled from it.
    assert "004-901" in answer("compile", "--folder", folder, code=1)["error"]
    assert not (folder / "compiled.json").exists()


def test_what_is_no_file_is_told_beside_the_other_faults(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD.replace("n: 5", "n: -1")})
    (folder / "items/004/004-901.yaml").mkdir()
    (folder / "items/004/004-902.yaml").symlink_to("004-902.yaml")
    found = answer("check", "--folder", folder, code=1)
    assert [Path(one["file"]).stem for one in found["errors"]] == ["004-900", "004-901", "004-902"]
    assert "cannot be read: Is a directory" in found["errors"][1]["message"]
    for words in (["list"], ["compile"], ["show", "004-900"]):
        assert "004-902" in answer(*words, "--folder", folder, code=1)["error"]
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert "cannot be read" in answer("check", loop, code=2)["error"]
    assert "No such file" in answer("check", tmp_path / "none.yaml", code=2)["error"]


def test_a_folder_is_checked_as_a_catalogue_or_file_by_file(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "all", {"004-900": GOOD})
    assert answer("check", folder)["items"] == 1
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    assert "no file of an item" in answer("check", drafts, code=2)["error"]
    (drafts / "004-900.yaml").write_text(GOOD.replace("n: 5", "n: -1"), encoding="utf-8")
    (drafts / "004-901.yaml").write_text(GOOD.replace("004-900", "004-901"), encoding="utf-8")
    found = answer("check", drafts, "--folder", folder, code=1)
    # The copy stands in for the file it may become: it is no second item of that id.
    assert [Path(one["file"]).name for one in found["errors"]] == ["004-900.yaml"]


def test_a_folder_named_from_here_is_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_with(tmp_path, {"004-900": GOOD})
    monkeypatch.chdir(tmp_path)
    found = answer("check", "--folder", ".", "items/../items/004/004-900.yaml")
    assert (found["items"], found["errors"]) == (1, [])


def test_a_catalogue_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    (folder / NAME).mkdir()
    assert NAME in answer("compile", "--folder", folder, code=2)["error"]


def test_a_clerk_adds_an_item_with_one_file(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    answer("compile", "--folder", folder)
    draft = tmp_path / "items/004/004-901.yaml"
    draft.write_text(GOOD.replace("004-900", "004-901"), encoding="utf-8")
    found = answer("check", draft, "--folder", folder)
    assert (found["items"], found["errors"], found["compiled"]) == (1, [], "stale")
    assert [row["id"] for row in answer("list", "--folder", folder)] == ["004-900", "004-901"]
    draft.write_text("id: [", encoding="utf-8")
    assert answer("check", draft, "--folder", folder, code=1)["errors"][0]["line"] == 1
    # The others are not blamed for it, and what is compiled stays in force.
    assert answer("check", folder / "items/004/004-900.yaml", "--folder", folder)["ok"]
    assert [row["id"] for row in answer("list", "--folder", folder)] == ["004-900"]


def test_a_missing_default_is_an_error_of_the_check(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    text = (folder / "defaults.yaml").read_text("utf-8")
    (folder / "defaults.yaml").write_text(text.replace("warn-days:", "warn-day:"), encoding="utf-8")
    said = [one["message"] for one in answer("check", "--folder", folder, code=1)["errors"]]
    assert any("'warn-days' is missing" in one for one in said), said
    (folder / "defaults.yaml").unlink()
    assert answer("check", "--folder", folder, code=1)["errors"][0]["file"] == "defaults.yaml"


def test_an_acknowledgement_of_nothing_is_an_error(tmp_path: Path) -> None:
    more = 'findings_ack: { only-applicants-window: "Yes." }\n'
    folder = folder_with(tmp_path, {"004-900": GOOD + more})
    (error,) = answer("check", "--folder", folder, code=1)["errors"]
    assert "No warning has the code" in error["message"]


def test_what_a_new_version_changes_is_told_in_words(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "a", {"004-900": GOOD})
    answer("compile", "--folder", folder)
    newer = tmp_path / "b"
    shutil.copytree(folder, newer)
    changed = GOOD.replace("4000", "5000").replace("    n: 5", "    n: 7").replace("5个", "7个")
    folder_with(newer, {"004-900": changed, "004-901": GOOD.replace("004-900", "004-901")})
    (newer / "catalogue.yaml").write_text('version: "2027.1"\n', encoding="utf-8")
    answer("compile", "--folder", newer)
    for a, b in ((folder, newer), (folder / "compiled.json", newer), (VERSION, "current")):
        found = answer("diff", a, b, "--folder", newer)
        assert [one["item"] for one in found["items"]] == ["004-900", "004-901"]
        told = [change["sentence"] for change in found["items"][0]["changes"]]
        assert told == [
            "工本费 costs more: 50.00 yuan instead of 40.00 yuan.",
            f"The limit promised is longer: {limit(7)} instead of {limit(5)}.",
        ]
    assert found["from"]["version"] == VERSION
    old = answer("show", "004-900", "--version", VERSION, "--folder", newer)
    assert old["fee"]["lines"][0]["amount_fen"] == 4000
    assert (
        "no version 1999" in answer("diff", "1999", "current", "--folder", newer, code=2)["error"]
    )


def limit(n: int) -> str:
    return f"{n} working days, without inspection"


def test_a_version_is_used_once(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    answer("compile", "--folder", folder)
    for version, code in (("2027.1", 0), (VERSION, 1)):
        (folder / "catalogue.yaml").write_text(f'version: "{version}"\n', encoding="utf-8")
        answer("compile", "--folder", folder, code=code)


def test_a_folder_without_items_is_bad_use(tmp_path: Path) -> None:
    assert "holds no catalogue" in answer("check", "--folder", tmp_path, code=2)["error"]
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    answer("diff", tmp_path / "x.json", "current", code=1)


# --- what is generated from the files


def test_the_compiled_catalogue_is_of_the_present_files() -> None:
    compiled = read_compiled(PACKAGED)
    assert compiled is not None
    assert compiled.sources == sources_hash(PACKAGED), "run make docs"
    made = compile_folder(PACKAGED, compiled)
    assert encoded(made) == (PACKAGED / NAME).read_bytes(), "run make docs"


def test_an_editor_says_something_of_every_field() -> None:
    assert set(FIELDS) == set(ItemFile.__struct_fields__)


def test_the_published_schema_is_of_the_present_structs() -> None:
    assert (PACKAGED / SCHEMA_NAME).read_text("utf-8") == schema_text(), "run make docs"


def test_a_process_has_its_catalogue_in_a_moment() -> None:
    # The best of several, so that a busy machine is not blamed on the catalogue.
    times = []
    for _ in range(5):
        start = time.perf_counter()
        packaged_catalogue()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1


def test_the_page_of_events_names_those_that_limits_can_name() -> None:
    text = (PACKAGED.parents[1] / "docs/reference/catalogue.md").read_text("utf-8")
    events = text[text.index("### Events") :]
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", events, re.MULTILINE)
    assert dict(rows) == dict(EVENTS)


def test_the_example_of_the_guide_is_right(tmp_path: Path) -> None:
    guide = (PACKAGED.parents[1] / "docs/how-to/add-an-item.md").read_text("utf-8")
    example, place, point, checklist, offices = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    (office,) = msgspec.convert(read_yaml(place.encode()).value["offices"], dict[str, LocalOffice])
    assert office == "county-town"
    told = msgspec.convert(read_yaml(point.encode()).value["offices"], dict[str, LocalOffice])
    assert told.items() <= packaged_jurisdiction().offices.items()
    permit = (PACKAGED / "items/001/001-01.yaml").read_text("utf-8")
    read = read_file("items/001/001-01.yaml", f"{permit}{offices}".encode())
    whole = (PACKAGED / "items/000/000-10.yaml").read_text("utf-8")
    licence = re.sub(r"^checklists:\n(?:[ -].*\n)+", "", whole, flags=re.MULTILINE)
    inspected = read_file("items/000/000-10.yaml", f"{licence}{checklist}".encode()).file
    assert [len(one.points) for one in inspected.checklists] == [2]
    assert "limit_days: 12" in offices
    assert office_codes(read.file) == ["county-town", "mountain-pass"]
    folder = folder_with(tmp_path, {"004-133": example})
    found = answer("check", "--folder", folder)
    assert (found["errors"], found["warnings"]) == ([], [])
    broken = example.replace("fee: { state: none, raw: 不收费 }", "fee:\n  state: amount")
    broken = broken.replace(
        "  state: amount", "  state: amount\n  lines: [{ code: a, name: 甲, amount_fen: 1 }]"
    )
    folder_with(folder, {"004-133": broken})
    (error,) = answer("check", "--folder", folder, code=1)["errors"]
    assert f"{error['message']}"[:40] in guide


def test_the_form_is_what_the_route_answers() -> None:
    found = answer("form", "000-01")
    item = packaged_catalogue().item("000-01")
    assert (found["item"], found["content_hash"]) == ("000-01", item.hash)
    assert found["order"] == json.loads(json.dumps(order_of(item)))
    assert found["schema"] == json.loads(json.dumps(schema_of(item)))


def test_an_item_without_a_form_says_why() -> None:
    said = answer("form", "000-04", code=2)
    assert "000-04 has no form." in said["error"]


def test_an_editor_says_something_of_every_key_of_a_question_and_of_a_decision() -> None:
    definitions = item_schema()["$defs"]
    for part in ("FactRule", "QuestionGroup", "CriterionRule", "RemedyRule"):
        properties = definitions[part]["properties"]
        assert [name for name, one in properties.items() if "description" not in one] == []
