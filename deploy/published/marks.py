"""Which requirement each test proves: read from the tests' source, without importing a test.

A test says so with `@pytest.mark.requirement("R-087")`. A mark on a test that may be skipped or is
expected to fail proves nothing, so it does not count.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

NAME = "requirement"
# Marks after which a run may pass without the test: `tests/conftest.py` skips for the last two.
MAY_NOT_RUN = frozenset({"skip", "skipif", "xfail", "rust_mongo", "real_kafka"})
STOPS = frozenset({"skip", "xfail", "importorskip"})


class RowMark(NamedTuple):
    """One requirement that one test names. `why_not`: why it does not count, else empty."""

    number: str
    file: str
    test: str
    why_not: str


class RowMarks(NamedTuple):
    """All marks of a tree of tests, and the places where a mark is written wrongly."""

    found: tuple[RowMark, ...]
    malformed: tuple[str, ...]


def marks_of(tests: Path) -> RowMarks:
    """The marks in every `test_*.py` below a folder, in the order of the files and lines."""
    found: list[RowMark] = []
    malformed: list[str] = []
    for path in sorted(tests.rglob("*.py")):
        name = path.relative_to(tests.parent).as_posix()
        source = path.read_text("utf-8")
        if f"mark.{NAME}" in source:
            read = _File(name, ast.parse(source), is_test=path.name.startswith("test_"))
            found += read.found
            malformed += read.malformed
    return RowMarks(tuple(found), tuple(malformed))


class _File:
    """The marks of one file."""

    def __init__(self, name: str, tree: ast.Module, *, is_test: bool) -> None:
        self.name = name
        self.found: list[RowMark] = []
        self.malformed: list[str] = []
        self._read: set[ast.AST] = set()
        # A decorator may be a name that the module gave to a mark: `slow = pytest.mark.skipif(…)`.
        self._named = {
            target.id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        whole_file = self._named.get("pytestmark")
        if is_test:
            self._collect(tree.body, [whole_file] if whole_file else [], "")
        for node in ast.walk(tree):
            if _mark_name(node) == NAME and node not in self._read:
                self._wrong(node, "stands on no test function")

    def _collect(self, body: list[ast.stmt], around: list[ast.expr], prefix: str) -> None:
        for statement in body:
            if isinstance(statement, ast.ClassDef) and statement.name.startswith("Test"):
                inner = [*around, *statement.decorator_list]
                self._collect(statement.body, inner, f"{prefix}{statement.name}::")
            elif isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_"):
                self._test(statement, around, prefix + statement.name)

    def _test(self, test: ast.FunctionDef, around: list[ast.expr], name: str) -> None:
        decorators = [*around, *test.decorator_list]
        resolved = [self._named.get(d.id, d) if isinstance(d, ast.Name) else d for d in decorators]
        why_not = _why_not(resolved, test)
        for decorator in test.decorator_list:
            named = decorator.func if isinstance(decorator, ast.Call) else decorator
            if _mark_name(named) != NAME:
                continue
            self._read.add(named)
            numbers = list(_texts(decorator)) if isinstance(decorator, ast.Call) else []
            if None in numbers or not numbers:
                self._wrong(decorator, 'names no row: write @pytest.mark.requirement("R-087")')
            self.found += [RowMark(one, self.name, name, why_not) for one in numbers if one]

    def _wrong(self, node: ast.AST, what: str) -> None:
        line = getattr(node, "lineno", 0)
        self.malformed.append(f"{self.name}:{line}: this mark {what}")


def _texts(call: ast.Call) -> Iterator[str | None]:
    """The texts a mark is given; None for what is no plain text."""
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        is_text = isinstance(given, ast.Constant) and isinstance(given.value, str)
        yield given.value if is_text and not call.keywords else None  # type: ignore[attr-defined]


def _why_not(decorators: list[ast.expr], test: ast.FunctionDef) -> str:
    for decorator in decorators:
        for node in ast.walk(decorator):
            if (name := _mark_name(node)) in MAY_NOT_RUN:
                return f"marked {name}"
    for node in ast.walk(test):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in STOPS
            and isinstance(node.value, ast.Name)
            and node.value.id == "pytest"
        ):
            return f"may call pytest.{node.attr}"
    return ""


def _mark_name(node: ast.AST) -> str:
    """`requirement` of `pytest.mark.requirement`; empty for anything else."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "mark"
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id == "pytest"
    ):
        return node.attr
    return ""
