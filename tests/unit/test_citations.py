"""Every citation in the source names a place that exists: a requirement, invariant, pitfall, model.

A citation is prose, so only comments and docstrings are read. Pages name classes, functions and
tests without their file; those names are looked up as well.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MODELS = DOCS / "models"
FOLDERS = ("shared", "services", "deploy", "bench", "tests")
SUFFIXES = {".py", ".yaml", ".yml", ".toml"}

_NUMBER = r"\d+(?:\.\d+|[a-z]\b)?"
_SCENARIO = r"[a-hp]\d+[a-z]?'*"
_FIRST_NUMBERS_OF = "Numbers in comments are those of the pitfalls"


def _listed(item: str) -> str:
    return rf"({item}(?:(?:,| and| to|, and) {item})*)"


# What each kind of citation looks like; group 1 is one name or a list of them.
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "requirement": re.compile(r"\b(R-\d+)\b"),
    "invariant": re.compile(rf"\binvariants? {_listed(r'[0-9]+')}", re.IGNORECASE),
    "pitfall": re.compile(rf"\bpitfalls? {_listed(_NUMBER)}", re.IGNORECASE),
    "model": re.compile(r"\bmodels?/(\w+\.py)"),
    "scenario": re.compile(
        rf"(?:\bmodel (?:\()?|\btraces? |\bmodels?/\w+\.py`[,:] |\(){_listed(_SCENARIO)}(?![\w'])"
    ),
    "heading": re.compile(r"\barchitecture, \"?([A-Z][a-z]+(?: [a-z]+)*)\"?", re.IGNORECASE),
    "decision": re.compile(r"(?:\bADRs? |\bdocs/adr/|\b[Dd]ecisions? )(\d+)\b"),
    "row": re.compile(rf"\bsecurity checklist,?(?: rows?)? {_listed('[0-9]+')}", re.IGNORECASE),
    "habit": re.compile(r"\bstyle, habit (\d+)"),
    "page": re.compile(r"(\bdocs/[\w./-]+\.(?:md|json|py|yaml))\b"),
}


def _page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@cache
def known(kind: str) -> frozenset[str]:
    """The names of one kind that there are."""
    return frozenset(_known(kind))


def _known(kind: str) -> Iterator[str]:
    match kind:
        case "requirement":
            yield from _requirements()
        case "invariant":
            yield from re.findall(r"^\| (\d+) \| ", _page("invariants.md"), re.MULTILINE)
        case "pitfall":
            numbered = r"^(?:\*\*|## )?(\d+(?:\.\d+|[a-z])?)(?:\.| )"
            yield from re.findall(numbered, _page("pitfalls.md"), re.MULTILINE)
        case "model":
            yield from (path.name for path in MODELS.glob("*.py"))
        case "scenario":
            for path in MODELS.glob("[a-z]_*.py"):
                yield from re.findall(r'"([a-z]\d+[a-z]?\'*) ', path.read_text("utf-8"))
        case "heading":
            yield from re.findall(r"^## (.*)$", _page("architecture.md"), re.MULTILINE)
        case "decision":
            yield from (str(int(path.name[:4])) for path in (DOCS / "adr").glob("[0-9]*.md"))
        case "row":
            yield from re.findall(r"^\| (\d+) \| ", _page("security-checklist.md"), re.MULTILINE)
        case "habit":
            yield from re.findall(r"^(\d+)\. ", _page("style.md"), re.MULTILINE)


def _requirements() -> Iterator[str]:
    """From the page or the data file of requirements; else the numbers that were ever given."""
    pages = [DOCS / "requirements.md", DOCS / "requirements.yaml"]
    written = [page.read_text("utf-8") for page in pages if page.exists()]
    if written:
        yield from re.findall(r"\bR-\d{3}\b", "\n".join(written))
    else:
        yield from (f"R-{number:03}" for number in range(1, 257))


def cited(prose: str) -> Iterator[tuple[str, str]]:
    """Every citation as (kind, name); `4, 8 to 14` names each number of it."""
    text = re.sub(r"\s*\n\s*(?:#:?\s*)?", " ", prose)
    for kind, pattern in PATTERNS.items():
        for found in pattern.findall(text):
            yield from ((kind, name) for name in _each(found))
    if _FIRST_NUMBERS_OF in text:
        numbers = rf" \({_listed(_NUMBER)}\)|^# {_listed(_NUMBER)}(?=:|$)"
        for found in re.findall(numbers, prose, re.MULTILINE):
            yield from (("pitfall", name) for name in _each("".join(found)))


def _each(names: str) -> Iterator[str]:
    for part in re.split(r",? and |, ", names):
        first, _, last = part.partition(" to ")
        if first.isdecimal() and last.isdecimal():
            yield from (str(number) for number in range(int(first), int(last) + 1))
        else:
            yield from filter(None, (first, last))


def unresolved(prose: str) -> list[str]:
    """The citations that name nothing."""
    return [f"{kind} {name}" for kind, name in cited(prose) if not resolves(kind, name)]


def resolves(kind: str, name: str) -> bool:
    """Whether the citation names something that is there."""
    if kind == "page":
        return (ROOT / name).exists()
    if kind == "decision":
        return str(int(name)) in known(kind)
    if kind == "heading":
        return name.casefold() in {heading.casefold() for heading in known(kind)}
    return name in known(kind)


def prose_of(path: Path) -> str:
    """Comments and docstrings of a module; of other files the comments."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return "\n".join(re.findall(r"(?:^|\s)#(.*)$", text, re.MULTILINE))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [
        ast.get_docstring(node, clean=False) or ""
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return "\n\n".join([*docstrings, "\n".join(comments)])


def files() -> list[Path]:
    here = [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    beside = [ROOT / "pyproject.toml", ROOT / "docker-compose.yml"]
    return [path for path in (*here, *beside) if path.suffix in SUFFIXES and path != Path(__file__)]


def test_every_citation_in_the_source_resolves() -> None:
    missing = {
        str(path.relative_to(ROOT)): names
        for path in files()
        if (names := unresolved(prose_of(path)))
    }
    assert missing == {}


def test_there_is_something_to_resolve() -> None:
    """A pattern that matches nothing any more would be content for ever."""
    found = {kind for path in files() for kind, _ in cited(prose_of(path))}
    assert found == set(PATTERNS)


@pytest.mark.parametrize(
    ("prose", "missing"),
    [
        ("R-999 says so.", ["requirement R-999"]),
        ("no case just stops (invariant 12)", ["invariant 12"]),
        ("an invariant of\n    its own", []),
        ("Invariants 1 and 13.", ["invariant 13"]),
        ("blocks without a broker (pitfall\n4), forks (pitfalls 21, 97)", ["pitfall 97"]),
        ("(pitfalls 19a, 19b and 50 to 53)", ["pitfall 19b", "pitfall 52", "pitfall 53"]),
        ("generous (pitfalls 37 and 6.5)", []),
        ("see `docs/models/z_nothing.py`", ["model z_nothing.py", "page docs/models/z_nothing.py"]),
        ("whether the process is busy or not (c77)", ["scenario c77"]),
        ("the protocol of the model (b1, b4', b5''', b7)", ["scenario b5'''"]),
        ("`docs/models/c_consumer.py`: c1 and c9 go wrong", ["scenario c9"]),
        ('(architecture, "The moon")', ["heading The moon"]),
        ('(architecture,\n# "The log")', []),
        ("(ADR 0006; docs/adr/0099)", ["decision 0099"]),
        ("(security checklist, rows 15, 16 and 99)", ["row 99"]),
        ("(style, habit 21)", ["habit 21"]),
        ("see docs/explanation/nowhere.md", ["page docs/explanation/nowhere.md"]),
        (f"{_FIRST_NUMBERS_OF}.\n\n# 17\n# off: (19a), (88)", ["pitfall 88"]),
    ],
)
def test_a_citation_that_resolves_nowhere_is_found(prose: str, missing: list[str]) -> None:
    assert unresolved(prose) == missing


# --- names of code and tests on the pages ---


def _defined() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in files() if path.suffix == ".py")
    return set(re.findall(r"^\s*(?:async )?(?:def|class) (\w+)", text, re.MULTILINE))


def _named(page: str) -> set[str]:
    """Names in code style that look like ours: with an underline, or in capitals and small."""
    names = re.findall(r"`([A-Za-z]\w+)`", page)
    return {name for name in names if "_" in name or re.match(r"[A-Z][a-z]", name)}


PAGES = ("invariants.md", "security-checklist.md", "models/README.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_name_on_the_page_is_in_the_code(page: str) -> None:
    models = {path.stem for path in MODELS.glob("*.py")}
    named = _named(_page(page))
    assert named
    assert named - _defined() - models == set()


def test_every_citation_on_those_pages_resolves() -> None:
    pages = (*PAGES, "architecture.md", "pitfalls.md", "style.md", "debts.md")
    assert {name: unresolved(_page(name)) for name in pages} == {name: [] for name in pages}
