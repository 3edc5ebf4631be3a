"""A broken file is refused with file, line and sentence: all of them at once, nothing by halves."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.catalogue import CatalogueError
from shared.catalogue.definition.catalogue import Catalogue
from shared.catalogue.files.compiled import (
    NAME,
    compile_folder,
    decoded,
    encoded,
    opened_catalogue,
    write_compiled,
)
from shared.catalogue.files.reading import (
    read_catalogue,
    read_defaults,
    read_file,
    read_files,
    read_item,
)
from shared.catalogue.rules.defaults import used_values

ROOT = Path(__file__).parents[3]
PACKAGED = ROOT / "shared/catalogue"
GOOD = """\
id: "004-900"
edition: 1
offered: true
source: { document: "004", lines: [1, 2] }
name: 事项
calendar: xinjiang
template: T03
variants:
  - { code: initial, name: 首次 }
situations:
  - code: grounds
    name: 理由
    choose: one
    choices: [{ code: work, name: 就业 }, { code: trade, name: 经商 }]
representation: [{ kind: agent, proof: [letter] }]
facts:
  - { code: area, name: 面积, type: integer, unit: m2 }
  - { code: expiry, name: 期满, type: date }
  - { code: grade, name: 级别, type: choice, choices: [{ code: low, name: 初级 }] }
checks:
  - { code: area-60, text: 不低于60平方米, fact: area, least: 60 }
materials:
  - { code: letter, name: 委托书, when: { representative: [agent] } }
  - { code: pension, name: 甲, one_of: proof, when: { situation: [work] } }
  - { code: contract, name: 乙, one_of: proof, when: { situation: [work] } }
channels: [counter]
fee:
  state: amount
  lines:
    - { code: card, name: 工本费, amount_fen: 4000 }
  basis: 文件
limits:
  - name: promised
    raw: 5个工作日
    kind: period
    n: 5
    unit: working_days
    rank: promise
    start_event: accepted
    end_event: decided
    exclusions: [inspection]
results: [{ code: paper, name: 证 }]
modifiers: [{ kind: inspection }]
checklists:
  - { step: inspection, points: [{ code: doors, text: 门窗, when: { situation: [work] } }] }
in_force: { since: "2011-01-31" }
"""
NAME_OF_FILE = "items/004/004-900.yaml"
LINE_OF_RESULTS = GOOD[: GOOD.index("results:")].count("\n") + 1


def problems_of(text: str, name: str = NAME_OF_FILE) -> list[tuple[int, str]]:
    with pytest.raises(CatalogueError) as refusal:
        read_file(name, text.encode())
    assert all(problem.file == name for problem in refusal.value.problems)
    return [(problem.line, problem.sentence) for problem in refusal.value.problems]


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_the_good_file_is_good() -> None:
    assert read_file(NAME_OF_FILE, GOOD.encode()).file.id == "004-900"


# What is broken, by what, and how the sentence begins or what it names; the line is where the
# broken words stand.
BROKEN = [
    ("    kind: period", "\tkind: period", "A tab"),
    ("edition: 1", "edition: 1\nedition: 2", "twice"),
    ("calendar: xinjiang", "calender: xinjiang", "Is 'calendar' meant?"),
    ("calendar: xinjiang", "calendar: beijing", "'beijing' is none of: xinjiang, chongqing"),
    ("    n: 5", "    n: -1", "-1 working_days is not possible"),
    ("    n: 5", "    n: 0", "immediate"),
    ("    n: 5", "    n: 5.5", "a number (5.5)"),
    ("unit: working_days", "unit: moons", "none of: working_days"),
    ("    end_event: decided", '    end_event: ""', "must name the event"),
    ("end_event: decided", "end_event: finished", "The event 'finished' is not known"),
    ("exclusions: [inspection]", "exclusions: [holiday]", "names the cause 'holiday'"),
    ("raw: 5个工作日", 'raw: ""', "quotes the source"),
    ("rank: promise", "rank: internal", "printed limits only"),
    ("  basis: 文件", '  basis: ""', "without a basis"),
    ("state: amount", "state: unknown", "has no lines"),
    ("amount_fen: 4000", "amount_fen: -4000", "at least 0"),
    ("amount_fen: 4000", "amount_fen: 40.0", "a whole number is wanted"),
    ("amount_fen: 4000", "amount_fen: 4000, choice: one", "Only this line is in 'one'"),
    ("offered: true", "offered: false", "why: not_offered_because"),
    ("offered: true", "offered: false\nnot_offered_because: 不办", "in Chinese too"),
    ("offered: true", "offered: yes", "Write true or false"),
    ("template: T03", 'template: ""', "names its template"),
    ("template: T03", "template: T12", "'T12' is none of"),
    ("name: 事项", "name: 1234", "Put it in quotes"),
    ("name: 事项", 'name: ""', "empty"),
    ("name: 事项", "name: &a 事项\nname_en: *a", "anchor"),
    ('"2011-01-31"', '"2011-02-31"', "no day of the calendar"),
    ('"2011-01-31"', '"1900"', "cannot be meant"),
    ('"2011-01-31"', '"2200-01-01"', "cannot be meant"),
    ('"2011-01-31" }', '"2011-01-31", until: "2010" }', "before it begins"),
    ("situation: [work] } }", "situation: [wrok] } }", "no group".replace("no", "No")),
    ("representative: [agent]", "representative: [heir]", "Nobody may act as 'heir'"),
    ("representative: [agent]", "variant: [renewal]", "no variant 'renewal'"),
    ("representative: [agent]", "channel: [online]", "no channel 'online'"),
    ("representative: [agent]", "unless: [nothing]", "Neither a situation nor a variant"),
    ("when: { representative: [agent] }", "when: {}", "leave it out"),
    ("proof: [letter]", "proof: [lettre]", "no material 'lettre'"),
    ("one_of: proof, when", "one_of: prof, when", "Only this one is in the group"),
    ("code: pension", "code: letter", "'letter' is there twice"),
    ("code: pension", "code: Pension 1", "kebab-case English"),
    ("fact: area, least: 60", "fact: size, least: 60", "There is no fact 'size'"),
    ("fact: area, least: 60", "fact: area", "says nothing"),
    ("fact: area, least: 60", "fact: area, before: application", "cannot be asked"),
    ("fact: area, least: 60", "fact: area, equals: true", "never equals"),
    ("fact: area, least: 60", "fact: area, least: 60, most: 6", "No number"),
    ("fact: area, least: 60", "fact: grade, equals: high", "no choice 'high'"),
    ("fact: area, least: 60", 'fact: expiry, before: "2026-02-31"', "no day of the calendar"),
    ("fact: area, least: 60", "fact: expiry, after: grade", "Write a day"),
    ("channels: [counter]", "channels: counter", "a list or the word 'unknown'"),
    ("channels: [counter]", "channels: [counter, pigeon]", "'pigeon' is none of"),
    ("channels: [counter]", "channels: []", "An empty list says nothing"),
    ("results: [{ code: paper", "results: [{ temporary_of: x, code: paper", "no result 'x'"),
    (
        "results: [{ code: paper",
        'results: [{ renewed_by: "004-900", code: paper',
        "Only what has a validity that ends",
    ),
    (
        "results: [{ code: paper",
        'results: [{ renewed_by: "004-900", validity: { long_term: true }, code: paper',
        "Only what has a validity that ends",
    ),
    ("lines: [1, 2]", "lines: [2, 1]", "not in order"),
    ('document: "004"', 'document: "003"', "does not stand in 003"),
    ('id: "004-900"', 'id: "004-901"', "named for another item"),
    ("offered: true", "offered: null", "Say whether the item is offered"),
    ("offered: true", "not_offered_because: 不办\noffered: true", "says why it is not"),
    ("offered: true", "kind: rule\noffered: true", "A rule is not applied for"),
    ("offered: true", "kind: rule\noffered: null", "says what it rules"),
    ("code: trade", "code: work", "The choice 'work' is there twice"),
    ("code: trade", "code: initial", "The choice 'initial' is there twice"),
    (
        "{ code: initial, name: 首次 }",
        "{ code: a, name: 甲 }\n  - { code: a, name: 乙 }",
        "'a' is there twice",
    ),
    ("code: letter, name", "code: letter, alternative: b, name", "needs a group"),
    ("type: integer", "choices: [{ code: a, name: 甲 }], type: integer", "to no other"),
    ("channels: [counter]", "renewals: [{ fact: area }]", "no fact 'area' that is a date"),
    ("    - { code: card, name: 工本费, amount_fen: 4000 }", "    []", "with an amount has lines"),
    ("rank: promise", "party: applicant\n    rank: promise", "are applicant_deadlines"),
    (
        "template: T03",
        "review: { criteria: [{ code: a, text: 甲 }, { code: a, text: 乙 }] }\ntemplate: T03",
        "'a' is there twice",
    ),
    (
        "template: T03",
        "template: T03\napplicant_deadlines: [{ name: own, kind: none, raw: 三十日 }]",
        "This limit is the applicant's",
    ),
    (
        "template: T03",
        "template: T03\napplicant_deadlines: [{ name: own, kind: none, party: applicant }]",
        "A limit without a date says why",
    ),
    ("template: T03", "template: T03\ninferred: { nmae: Ours. }", "no field 'nmae'"),
    ("lines: [1, 2]", "lines: [1, 2], at: { level: 10 }", "Line 10 is not of the item's own"),
    ("lines: [1, 2]", "lines: [1, 2], at: { levle: 1 }", "no field 'levle'"),
    ("template: T03", "template: T03\ninferred_by: { nmae: police }", "no field 'nmae'"),
    (
        "template: T03",
        "template: T03\ninferred: { level: Ours. }\ninferred_by: { level: police }",
        "has a reason of its own already",
    ),
    ("template: T03", "template: T03\nleft_out: [{ what: 人像检测 }]", "Say why it is left out"),
    (
        "text: 门窗, when: { situation: [work] }",
        "text: 门窗, when: { variant: [x] }",
        "variant 'x'",
    ),
    ("text: 门窗, when: { situation: [work] }", "text: 门窗, when: {}", "leave it out"),
    ("step: inspection", "step: inspektion", "no step 'inspektion'; it has"),
    ("step: inspection", "step: rectification", "no step 'rectification'; it has"),
]


@pytest.mark.parametrize(("old", "new", "said"), BROKEN, ids=[new for _, new, _ in BROKEN])
def test_a_broken_file_is_told_by_its_line_and_a_sentence(old: str, new: str, said: str) -> None:
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    found = problems_of(text)
    assert said in " ".join(sentence for _, sentence in found), found
    assert all(sentence[-1] in ".?" for _, sentence in found)
    # The line of the fault itself, or that of the thing it belongs to.
    at = text[: GOOD.index(old) + len(new)].count("\n") + 1
    start = line_of(GOOD, "name: promised")
    whole = "must name the event" in said or "quotes the source" in said
    assert any((start if whole else at - 1) <= line <= at + 1 for line, _ in found), found


def test_a_rule_is_no_item_and_needs_no_template() -> None:
    text = GOOD.replace("offered: true", "kind: rule\noffered: null\nstatements: [照片标准]")
    read = read_file(NAME_OF_FILE, text.replace("template: T03\n", "").encode())
    assert read.file.offered is None


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = (
        GOOD.replace("calendar: xinjiang", "calendar: mars")
        .replace("n: 5", "n: five")
        .replace("amount_fen: 4000", "amount_fen: many")
        .replace("type: integer", "type: float")
    )
    found = problems_of(text)
    assert [line for line, _ in found] == [
        line_of(text, words) for words in ("mars", "float", "many", "five")
    ]


def test_the_faults_of_all_files_are_told_at_once_and_none_is_loaded(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD.replace("n: 5", "n: -1"), "004-901": "a: b"})
    with pytest.raises(CatalogueError) as refusal:
        read_catalogue(folder)
    assert {problem.file for problem in refusal.value.problems} == {
        "items/004/004-900.yaml",
        "items/004/004-901.yaml",
    }


def folder_with(folder: Path, files: dict[str, str]) -> Path:
    (folder / "items/004").mkdir(parents=True, exist_ok=True)
    for name in ("defaults.yaml", "catalogue.yaml"):
        (folder / name).write_bytes((PACKAGED / name).read_bytes())
    for id_, text in files.items():
        (folder / f"items/004/{id_}.yaml").write_text(text, encoding="utf-8")
    return folder


def other(number: int, *, needs: str = "", more: str = "") -> tuple[str, bytes]:
    text = GOOD.replace("004-900", f"004-{number}") + more
    if needs:
        text = text.replace("code: letter,", f'code: letter, result_of: "{needs}",')
    return f"items/004/004-{number}.yaml", text.encode()


def said_between(*files: tuple[str, bytes]) -> list[str]:
    return [str(problem) for problem in read_files(files)[1]]


def test_a_prerequisite_that_goes_round_is_refused_once() -> None:
    files = (other(901, needs="004-902"), other(902, needs="004-903"), other(903, needs="004-901"))
    (said,) = said_between(*files)
    assert said.startswith("items/004/004-901.yaml:23: ")
    assert "circular prerequisite: 004-901 → 004-902 → 004-903 → 004-901" in said
    assert said_between(*files[:2], other(903)) == []


def test_an_item_that_is_named_must_exist() -> None:
    (said,) = said_between(other(901, needs="004-999"))
    assert said == "items/004/004-901.yaml:23: There is no item 004-999."
    (said,) = said_between(other(901, more='same_service_as: ["003-001"]\n'))
    assert "There is no item 003-001." in said
    (said,) = said_between(other(901, needs="004-901"))
    assert "names itself" in said
    (said,) = said_between(other(901, more='rules: ["004-902"]\n'), other(902))
    assert "004-902 is an item, not a rule." in said


def renewed_by(item: str, *, more: str = "") -> tuple[str, bytes]:
    name, content = other(901, more=more)
    validity = f'renewed_by: "{item}", validity: {{ span: {{ n: 2, unit: years }} }}'
    return name, content.replace(b"code: paper,", f"code: paper, {validity},".encode())


OPENS = "renewals: [{ fact: expiry, opens: { n: 30, unit: calendar_days } }]\n"


def test_what_is_renewed_names_an_item_that_can_be_applied_for_before_the_expiry() -> None:
    (said,) = said_between(renewed_by("004-999"))
    assert said == f"items/004/004-901.yaml:{LINE_OF_RESULTS}: There is no item 004-999."
    for more in ("", "renewals: [{ fact: expiry }]\n"):
        (said,) = said_between(renewed_by("004-902"), other(902, more=more))
        assert "004-902 cannot be applied for before an expiry" in said
    name, content = other(902, more=OPENS)
    why = "offered: false\nnot_offered_because: 停办\nnot_offered_because_zh: 停办"
    closed = content.replace(b"offered: true", why.encode())
    (said,) = said_between(renewed_by("004-902"), (name, closed))
    assert "004-902 cannot be applied for" in said
    assert said_between(renewed_by("004-902"), (name, content)) == []
    assert said_between(renewed_by("004-901", more=OPENS)) == []


def test_a_field_that_came_later_changes_no_pin_until_a_default_fills_it() -> None:
    defaults = read_defaults((PACKAGED / "defaults.yaml").read_bytes())
    content = GOOD.replace("results: [{ code: paper, name: 证 }]\n", "").encode()
    item = read_item(NAME_OF_FILE, content, defaults)
    assert item.text.defaulted["results"] == "result"
    (value,) = used_values(item.text, defaults)["result"]
    assert "renewed_by" not in value
    assert value["temporary_of"] is None, "what was hashed before is hashed as before"
    (result,) = defaults.result.value
    renewed = (replace(result, renewed_by="001-04"),)
    filled = replace(defaults, result=replace(defaults.result, value=renewed))
    assert read_item(NAME_OF_FILE, content, filled).hash != item.hash


def test_two_files_of_one_id_are_refused() -> None:
    said = said_between(other(901), ("items/005/004-901.yaml", other(901)[1]))
    assert any("items/004/004-901.yaml has this id too." in one for one in said)


def test_a_file_that_cannot_be_read_is_not_missed_by_those_who_name_it() -> None:
    broken = ("items/004/004-902.yaml", b"id: [")
    (said,) = said_between(other(901, needs="004-902"), broken)
    assert said.startswith("items/004/004-902.yaml:1: ")


# --- compiled


def test_the_compiled_catalogue_is_the_files(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    compiled = compile_folder(folder)
    (folder / NAME).write_bytes(encoded(compiled))
    opened = opened_catalogue(folder)
    items, _ = read_catalogue(folder)
    assert opened.items() == tuple(items)
    assert opened.hash == Catalogue(items, version="x").hash


def test_a_changed_file_counts_before_it_is_compiled(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    compiled = compile_folder(folder)
    (folder / NAME).write_bytes(encoded(compiled))
    before = compiled.items[0].hash
    folder_with(folder, {"004-900": GOOD.replace("4000", "5000")})
    opened = opened_catalogue(folder)
    assert opened.item("004-900").text.fee.amount_fen == 5000
    # Cases that were submitted before the change are judged by what held then.
    assert opened.pinned(before).text.fee.amount_fen == 4000


def test_a_broken_file_leaves_the_compiled_catalogue_in_force(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    (folder / NAME).write_bytes(encoded(compile_folder(folder)))
    folder_with(folder, {"004-900": "id: [", "004-901": other(901)[1].decode()})
    assert [item.id for item in opened_catalogue(folder).items()] == ["004-900"]
    (folder / NAME).unlink()
    with pytest.raises(CatalogueError):
        opened_catalogue(folder)


def test_a_new_version_keeps_what_cases_are_pinned_to(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    first = compile_folder(folder)
    folder_with(folder, {"004-900": GOOD.replace("4000", "5000")})
    # Within a version too, until somebody says that nobody ever applied under it.
    draft = compile_folder(folder, first)
    assert [entry.hash for entry in draft.former] == [first.items[0].hash]
    assert draft.versions == ()
    forgotten = compile_folder(folder, draft, forget=True)
    assert (forgotten.former, forgotten.items) == ((), draft.items)
    (folder / "catalogue.yaml").write_text('version: "2027.01.01"\n', encoding="utf-8")
    second = compile_folder(folder, first)
    third = compile_folder(folder, second, forget=True)  # a former version is never forgotten
    (folder / NAME).write_bytes(encoded(third))
    opened = opened_catalogue(folder)
    assert opened.version == "2027.01.01"
    assert opened.item("004-900").text.fee.amount_fen == 5000
    assert opened.pinned(first.items[0].hash).text.fee.amount_fen == 4000
    # What is in force again is no former edition.
    folder_with(folder, {"004-900": GOOD})
    (folder / "catalogue.yaml").write_text('version: "2027.02.01"\n', encoding="utf-8")
    assert [e.hash for e in compile_folder(folder, third).former] == [third.items[0].hash]


def test_a_version_is_needed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    for text in ("version: 2026\n", "a: b\n", "[\n"):
        (folder / "catalogue.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(CatalogueError, match=r"catalogue\.yaml"):
            compile_folder(folder)


def test_a_changed_default_changes_the_items_that_stand_on_it(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    before = read_catalogue(folder)[0][0]
    text = (folder / "defaults.yaml").read_text("utf-8")
    (folder / "defaults.yaml").write_text(text.replace("days: 60", "days: 90"), encoding="utf-8")
    after = read_catalogue(folder)[0][0]
    assert (before.text.appeal.days, after.text.appeal.days) == (60, 90)
    assert after.hash != before.hash
    (folder / "defaults.yaml").write_text(text.replace("Expert", "Our"), encoding="utf-8")
    assert read_catalogue(folder)[0][0].hash == before.hash


def test_one_mistake_does_not_hide_the_others() -> None:
    """Given a misspelt field, a wrong number, a key twice, a fee without basis and an empty id."""
    broken = (
        GOOD.replace("edition: 1", "edition: 0")
        .replace("  basis: 文件", '  basis: ""')
        .replace("n: 5", "n: -1")
        .replace("template: T03", "template: T03\nname: twice\ncolour: red")
        .replace("proof: [letter]", "proof: [lettre]")
    )
    told = [sentence for _, sentence in problems_of(broken)]
    for words in ("at least 1", "without a basis", "-1 working_days", "'colour'", "twice (line"):
        assert len([one for one in told if words in one]) == 1, (words, told)
    assert len([one for one in told if "'lettre'" in one]) == 1
    assert len(told) == 6


def test_what_is_put_aside_is_not_missed_elsewhere() -> None:
    """Given facts that cannot be read, when checks name them, then only the facts are told."""
    at = GOOD.index("\nfacts:")
    broken = GOOD[:at] + "\nfacts: 5" + GOOD[at:].replace("\nfacts:", "\nx-facts:", 1)
    told = [sentence for _, sentence in problems_of(broken)]
    assert len(told) == 2, told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("variants:\n  - { code: initial", "variants:\n  - { code: 1"),
        ("template: T03", "template: 5"),
        ("modifiers: [{ kind: inspection }]", "modifiers: 5"),
        ("state: amount", "state: 5"),
        ("results: [{ code: paper", "results: [{ code: 5"),
    ],
    ids=["variants", "template", "modifiers", "fee", "results"],
)
def test_a_checklist_is_not_blamed_for_what_is_put_aside(old: str, new: str) -> None:
    text = GOOD.replace("{ situation: [work] } }] }", "{ variant: [initial] } }] }", 1)
    more = "checklists:\n  - { step: payment, points: [] }\n  - { step: handover, points: [] }\n"
    text = text.replace("checklists:\n", more, 1)
    assert len(read_file(NAME_OF_FILE, text.encode()).file.checklists) == 3
    assert text.count(old) == 1
    told = [sentence for _, sentence in problems_of(text.replace(old, new, 1))]
    assert len(told) == 1, told


def test_references_of_a_broken_file_are_still_followed() -> None:
    broken = GOOD.replace("edition: 1", "edition: 0")
    broken = broken.replace("code: letter,", 'code: letter, result_of: "004-998",', 1)
    _, problems = read_files([(NAME_OF_FILE, broken.encode())])
    assert [one.sentence for one in problems][-1] == "There is no item 004-998."
    assert len(problems) == 2


@pytest.mark.parametrize(
    ("words", "instead", "sentence"),
    [
        ("name: 事项", "name: a\x00b", "cannot be seen (U+0000)"),
        ("name: 事项", "name: a: b", "A colon too many"),
        ("name: 事项", "name: a\tb", "A tab"),
        ("edition: 1", "edition: 99999999999999999999", "a whole number is wanted"),
    ],
)
def test_a_sign_that_does_not_belong_is_told_at_its_line(
    words: str, instead: str, sentence: str
) -> None:
    ((line, told),) = problems_of(GOOD.replace(words, instead, 1))
    assert (line, sentence in told) == (line_of(GOOD, words), True), told


def test_a_catalogue_that_is_read_stays_whole_when_the_file_is_written_anew(
    tmp_path: Path,
) -> None:
    """A process has the file mapped: the newer one is put in its place, never into it."""
    first = decoded(PACKAGED / NAME)
    write_compiled(tmp_path / NAME, first)
    mapped = decoded(tmp_path / NAME)
    write_compiled(tmp_path / NAME, replace(first, items=first.items[:1]))
    assert len(decoded(tmp_path / NAME).items) == 1
    assert mapped.items == first.items
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    (tmp_path / NAME).write_bytes(b"")
    with pytest.raises(CatalogueError):
        decoded(tmp_path / NAME)
