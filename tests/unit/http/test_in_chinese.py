"""Every sentence that a problem can say in English is said in Chinese too, and in Chinese alone."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest

from shared.casework.topics import NotPossibleNow
from shared.http import fields as house
from shared.http.problems import PROBLEM_TYPES, FieldError, Problem
from shared.http.words.in_chinese import TABLE, chinese
from tests.support.http_world import World, make_world

LETTER = re.compile(r"[A-Za-z]")
HOLE = "\x00"
OF_ITS_OWN = 3  # the place of `detail_zh` among what a FieldError is made of

# Which argument of a call is a sentence of a problem document.
CALLS = {
    "ValidationError": 0,
    "Problem": 1,
    "FieldError": 1,
    "must_allow": 2,
    "_fail": 0,
    "_Refused": 0,
    "ClaimRefused": 0,
    "PostRefused": 0,
    "NotPossibleNow": 0,
}
# The same of helpers whose names are used in other files for other things.
CALLS_IN = {
    ("shared/http/strict_json.py", "_refuse"): 1,
    ("shared/case/deciding/validity.py", "_fault"): 3,
    ("services/intake/items/own_times.py", "_wrong"): 0,
}
# Functions whose texts stand in a sentence, or are one.
SAYING = {"text_fault", "_key_fault"}
BASES = {"Refused", "Instead"}
# Rooms of which no problem document tells: the lines of written files, the processes of operators.
ELSEWHERE = (
    "shared/catalogue/",
    "shared/clock/",
    "shared/audit/",
    "shared/kafka/",
    "shared/relay/",
    "shared/config/",
    "shared/messaging/",
    "services/portal/",
    "services/notify/",
    "services/intake/application/questions/wrong.py",
)
# Sentences made elsewhere: where they come from, or who gives their Chinese.
MADE_ELSEWHERE = {
    ("services/intake/application/faults.py", "self.said.en"): "a fault has its Chinese",
    ("services/intake/acceptance/accepting.py", "fault.said.en"): "a fault has its Chinese",
    ("services/intake/materials.py", "said.en"): "a fault has its Chinese",
    ("services/intake/items/bulk.py", "en"): "its Chinese is given with it",
    ("services/intake/items/bulk.py", "said.en"): "its Chinese is given with it",
    ("services/intake/items/bulk.py", "told.en"): "its Chinese is given with it",
    ("services/intake/acceptance/rejection.py", "str(error)"): "the fact's rule: REASONS below",
    ("services/review/verdict.py", "str(error)"): "the fact's rule: REASONS below",
    ("services/review/limits.py", "str(error)"): "the clock's: CLOCK below",
    ("services/review/old_documents.py", "told"): "its Chinese is given with it",
    (
        "services/review/validity.py",
        "' '.join((f'{one.result}, {one.field}: {one.text}' for one in wrong))",
    ): "its Chinese is given with it",
    ("shared/case/deciding/validity.py", "str(error)"): "the clock's: CLOCK below",
    ("services/issuance/documents/revocation.py", "wrong"): "its one sentence: AS_SAID below",
    ("services/intake/counter/sittings.py", "wrong.en"): "Unusable has its Chinese",
    ("services/intake/items/own_times.py", "sentence"): "what _wrong was given",
    (
        "services/intake/items/own_times.py",
        "dict.fromkeys(body['stated'], str(error))",
    ): "the clock's: CLOCK below",
    ("services/intake/fields.py", "wrong"): "the messages of single values",
    ("shared/http/faults.py", "error.detail"): "the refusal's own, or AS_SAID below",
    ("shared/http/faults.py", "str(error)"): "CasesOpen: AS_SAID below; a file has its Chinese",
    ("shared/http/body.py", "str(message)"): "what a schema says",
    ("shared/http/access.py", "str(error)"): "ClaimRefused, collected where it is raised",
    ("shared/security/tokens.py", "str(error)"): "PostRefused, collected where it is raised",
    ("shared/http/strict_json.py", "why"): "what _fail and _refuse were given",
    ("shared/http/strict_json.py", "node.why"): "what _Refused was given",
    ("shared/http/fields.py", "fault"): "a text_fault",
    ("shared/casework/topics.py", "detail"): "what must_allow was given",
}
REASONS = (
    "review.CaseRefused needs reasons, legal_basis",
    "review.CaseRefused with a reason that says nothing",
    "intake.CaseNotAccepted needs appeal_body",
)
CLOCK = (
    "The limit 'promised' has no extension.",
    "The limit 'promised' has been extended once already.",
    "The limit 'promised' ended on 2026-11-21; it cannot be extended now.",
    "The limit 'promised' ended on ; it cannot be extended now.",
    "The day 1899-01-01 is outside the calendar, which runs from 1990-01-01 to 2100-12-31.",
    "The date is after 2100-12-31.",
    "12 months from 2100-12-31 is outside the calendar.",
    "No opening in 400 days after 2026-11-21.",
    "A span of 0 calendar_days is not possible.",
    "The validity may not be longer than until 2036-11-21.",
)
AS_SAID = (
    "The case is at version 7, not 5 or 6.",
    "The document is at version 7; a weak entity tag never matches.",
    "The document is kept until None, and destroyed after it.",
    "stands with the grounds decision and authority, and only there",
    "2 cases of this person are still open.",
    "this text is stored in plain: leave out the number of an identity document",
    "this text is stored in plain: leave out the telephone number",
    "this text is stored in plain: leave out the mail address",
    "The step site-visit lasts until 2026-11-21.",
    "On criterion-2 the step found otherwise.",
    "The next step is site-visit.",
    "The next step is .",
)


@cache
def trees() -> dict[str, ast.Module]:
    files = sorted(path for top in ("services", "shared") for path in Path(top).rglob("*.py"))
    named = {path.as_posix(): path for path in files}
    return {
        name: ast.parse(path.read_text("utf-8"))
        for name, path in named.items()
        if not name.startswith(ELSEWHERE)
    }


@cache
def refusals() -> frozenset[str]:
    """The names of the classes that are refusals of the domain, however far down."""
    found, classes = set(BASES), [n for tree in trees().values() for n in ast.walk(tree)]
    for _ in range(3):
        found |= {
            node.name
            for node in classes
            if isinstance(node, ast.ClassDef)
            and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & found
        }
    return frozenset(found)


def text_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or HOLE for part in node.values)
    return None


def texts_of(node: ast.expr, tree: ast.Module) -> Iterator[str | None]:
    """The sentences that an argument can be; None where it is made in another place."""
    if (text := text_of(node)) is not None:
        yield text
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body, tree)
        yield from texts_of(node.orelse, tree)
    elif isinstance(node, ast.BoolOp):
        yield from texts_of(node.values[-1], tree)
    elif isinstance(node, ast.List):
        for one in node.elts:
            yield from texts_of(one, tree)
    elif isinstance(node, ast.Dict):
        for one in node.values:
            yield from texts_of(one, tree)
    elif isinstance(node, ast.DictComp):
        yield from texts_of(node.value, tree)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "dict.fromkeys":
        yield from texts_of(node.args[1], tree)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "BadValue.of":
        return  # it has its Chinese
    elif isinstance(node, ast.Name | ast.Attribute):
        yield from assigned(node.id if isinstance(node, ast.Name) else node.attr, tree) or [None]
    else:
        yield None


def assigned(name: str, tree: ast.Module) -> list[str]:
    """The texts that a module gives to a name: alone, in a tuple, inside a list."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.NamedExpr):
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = list(zip(target.elts, value.elts, strict=True)) if both else [(target, value)]  # type: ignore[union-attr]
        else:
            continue
        for target, value in pairs:
            where = target.value if isinstance(target, ast.Subscript) else target
            if name in {getattr(where, "id", None), getattr(where, "attr", None)}:
                parts = [value] if text_of(value) is not None else list(ast.walk(value))
                parts = parts if isinstance(value, ast.IfExp | ast.List) else parts[:1]
                found += [text for one in parts if (text := text_of(one)) and " " in text]  # type: ignore[arg-type]
    return found


def argument(file: str, call: ast.Call) -> ast.expr | None:
    name = ast.unparse(call.func).rpartition(".")[2]
    place = CALLS.get(name, 0 if name in refusals() - BASES else CALLS_IN.get((file, name)))
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "FieldError" and len(call.args) > OF_ITS_OWN and text_of(call.args[OF_ITS_OWN]):
        return None  # its Chinese stands beside it
    if place is None:
        return given.get("text") if name == "ValidityFault" else None
    if place < len(call.args) and not isinstance(call.args[place], ast.Starred):
        return call.args[place]
    return given.get("detail")


def collected() -> Iterator[tuple[str, str, str | None]]:
    """File, source of the argument, and the sentence with its holes."""
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (given := argument(file, node)) is not None:
                for text in texts_of(given, tree):
                    yield file, ast.unparse(given), text
            if isinstance(node, ast.FunctionDef) and node.name in SAYING:
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and one.value and text_of(one.value):
                        yield file, ast.unparse(one.value), text_of(one.value)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "(code, text)":
                said = text_of(node.value.elts[1]) if isinstance(node.value, ast.Tuple) else None
                yield from [(file, "text", said)] if said else []


FOUND = list(collected())
SENTENCES = sorted({text for _, _, text in FOUND if text})


def filled(sentence: str) -> Iterator[str]:
    """The sentence with each hole filled, once by a number and once by a word."""
    parts = sentence.split(HOLE)
    for values in product(("7", "abc"), repeat=len(parts) - 1):
        yield "".join(part + value for part, value in zip(parts, (*values, ""), strict=True))


def test_the_walk_finds_what_there_is() -> None:
    assert len(SENTENCES) > 150
    for known in (
        "must be a string",
        f"must have {HOLE} to {HOLE} items",
        f"more than {HOLE} members",
        "Nobody has the case.",
        f"The step {HOLE} lasts until {HOLE}.",
        "The criteria found not met are: " + HOLE + ".",
        "An older document is named twice for it.",
        "the character NUL is not allowed",
        "stands with outcome delivered, and only there",
        "Papers cannot be drawn now: the font is not installed (make fonts).",
    ):
        assert known in SENTENCES


def test_a_sentence_that_is_made_elsewhere_is_known() -> None:
    unknown = {(file, source) for file, source, text in FOUND if text is None}
    assert unknown == MADE_ELSEWHERE.keys()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_ours_is_said_in_chinese(sentence: str) -> None:
    first, *others = map(chinese, filled(sentence))
    assert first, sentence
    assert [zh for zh in (first, *others) if LETTER.search(zh) or not zh.isprintable()] == []


@pytest.mark.parametrize("sentence", [*REASONS, *CLOCK, *AS_SAID])
def test_a_sentence_as_it_was_said_is_said_in_chinese(sentence: str) -> None:
    zh = chinese(sentence)
    assert zh
    assert not LETTER.search(zh)


def defaults() -> Iterator[str]:
    """What marshmallow says by itself, of each class of field that the house uses."""
    used = {ma.fields.Dict, ma.fields.Raw}
    used |= {
        one
        for one in vars(house).values()
        if isinstance(one, type) and issubclass(one, ma.fields.Field)
    }
    for kind in used:
        for parent in kind.__mro__:
            yield from vars(parent).get("default_error_messages", {}).values()
    yield from ma.Schema._default_error_messages.values()


@pytest.mark.parametrize("sentence", sorted(set(defaults())))
def test_what_marshmallow_says_is_said_in_chinese(sentence: str) -> None:
    zh = chinese(re.sub(r"\{.+?\}", "datetime", sentence))
    assert zh, sentence
    assert not LETTER.search(zh)


def test_every_row_is_chinese_and_a_whole_sentence() -> None:
    titles = [kind.zh for kind in PROBLEM_TYPES.values()]
    for zh in (*titles, *(zh for _, zh in TABLE)):
        assert not LETTER.search(zh), zh
        assert zh.endswith("。"), zh


def test_numbers_and_days_stand_in_the_sentence() -> None:
    assert chinese("must have 2 to 40 items") == "须有2至40项，请调整后重新填写。"
    assert "2026-11-21" in chinese("The step site-visit lasts until 2026-11-21.")
    assert chinese("A sentence that nobody wrote.") == ""


def test_what_a_problem_brings_itself_stays() -> None:
    own = Problem(
        "refused",
        "No step of the procedure is open.",
        errors=[FieldError("/a", "too long", "own", "太长。"), FieldError("/b", "Foreign words.")],
        detail_zh="另有说明。",
    ).document()
    assert own["detail_zh"] == "另有说明。"
    assert own["errors"][0]["detail_zh"] == "太长。"
    assert own["errors"][1] == {"pointer": "/b", "detail": "Foreign words."}
    assert "detail_zh" not in Problem("not-found").document()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def in_chinese(document: dict[str, Any]) -> None:
    assert document["title_zh"]
    assert not LETTER.search(document["title_zh"])
    told = [one for one in (document, *document.get("errors", ())) if "detail" in one]
    for one in told:
        assert one["detail_zh"]
        assert not LETTER.search(one["detail_zh"])


def test_what_is_not_there_or_not_offered_has_its_title_in_chinese(world: World) -> None:
    for response, status in (
        (world.client.get("/v1/nothing"), 404),
        (world.client.delete("/v1/cases"), 405),
    ):
        assert response.status_code == status
        in_chinese(response.json)


def test_a_refusal_is_said_in_chinese(world: World) -> None:
    world.done.raises = NotPossibleNow("The case is closed.", actions=["appeal"])
    response = world.client.post("/v1/cases", json={"item": "x"}, headers=world.headers())
    assert response.status_code == 409
    in_chinese(response.json)
    assert response.json["detail_zh"] == "该办件已经办结，不能再更改。"
    assert response.json["title_zh"] == "按照规定，目前不能这样办理。"


def test_each_wrong_field_is_said_in_chinese(world: World) -> None:
    body = {"strange": 1, "means": "rocket", "copies": 1000, "materials": ["a"] * 6, "day": "x"}
    response = world.client.post("/v1/cases", json=body, headers=world.headers())
    assert response.status_code == 422
    in_chinese(response.json)
    said = {one["pointer"]: one["detail_zh"] for one in response.json["errors"]}
    assert said == {
        "/strange": "没有此项，请核对项目名称，或者删除此项后重新提交。",
        "/item": "此项必填，请填写后重新提交。",
        "/means": "须为给出的选项之一，请重新选择。",
        "/copies": "须在0至99之间，请重新填写。",
        "/materials": "须有0至5项，请调整后重新填写。",
        "/day": "须为日期，格式如2026-11-21，请重新填写。",
    }
