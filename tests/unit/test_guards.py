"""No guard is always true: a condition that cannot fail tests nothing and keeps nothing out.

The linter finds the plain ones (a tuple that is asserted, a value compared with itself, `or True`).
Here are those that it passes over, in conditions of every kind, a rule's precondition included.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "deploy", "bench", "tests")


def conditions(tree: ast.AST) -> Iterator[ast.expr]:
    """Every expression on whose truth something depends."""
    for node in ast.walk(tree):
        match node:
            case ast.While(test=ast.Constant(value=True)):
                pass  # a loop that ends from within
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield test
            case ast.Assert(test=test):
                yield test
            case ast.comprehension(ifs=tests):
                yield from tests
            case ast.match_case(guard=ast.expr() as test):
                yield test
            case ast.Call(func=ast.Name(id="precondition"), args=[ast.Lambda(body=test)]):
                yield test


def decided(condition: ast.expr) -> Iterator[str]:
    """Why parts of a condition are decided before anything runs."""
    for node in _parts(condition):
        match node:
            case ast.Constant():
                yield "a constant"
            case ast.GeneratorExp() | ast.Lambda():
                yield "a generator or a function is always true"
            case ast.List(elts=[_, *_]) | ast.Tuple(elts=[_, *_]) | ast.Set() | ast.JoinedStr():
                yield "a literal is always true"
    for node in ast.walk(condition):
        match node:
            case ast.Subscript(slice=ast.Slice() as cut) if _is_empty(cut):
                yield "an empty slice"
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]) if _has_none(right):
                yield "nothing is in an empty literal"
            case ast.Compare(left=ast.Constant(value=""), ops=[ast.In() | ast.NotIn()]):
                yield "the empty text is in every text"
            case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=0)]) if (
                isinstance(op, ast.GtE | ast.Lt) and _is_call(left, "len")
            ):
                yield "a length is never below zero"
            case ast.Call(args=[argument]) if _is_call(node, "all", "any") and _has_none(argument):
                yield "all or any of nothing"


def _parts(condition: ast.expr) -> Iterator[ast.expr]:
    """The expressions that are taken for true or false: through `and`, `or` and `not`."""
    match condition:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _parts(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _parts(operand)
        case _:
            yield condition


def _is_empty(cut: ast.Slice) -> bool:
    lower, upper = cut.lower, cut.upper
    if upper is None or (cut.step is not None and not isinstance(cut.step, ast.Constant)):
        return False
    begin = ast.Constant(value=0) if lower is None else lower
    return ast.dump(begin) == ast.dump(upper)


def _has_none(node: ast.expr) -> bool:
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value=""):
            return True
    return False


def _is_call(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def found(source: str) -> list[str]:
    """Line and reason of every guard that is decided beforehand."""
    return [
        f"{condition.lineno}: {why}"
        for condition in conditions(ast.parse(source))
        for why in decided(condition)
    ]


def test_no_guard_is_decided_beforehand() -> None:
    faults = {
        str(path.relative_to(ROOT)): names
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (names := found(path.read_text("utf-8")))
    }
    assert faults == {}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('if what == "redrive" and "redrive" not in plan[:0]: pass', "an empty slice"),
        ("assert rows[3:3] == []", "an empty slice"),
        ("assert name not in []", "nothing is in an empty literal"),
        ('assert "" in answer', "the empty text is in every text"),
        ("assert len(rows) >= 0", "a length is never below zero"),
        ("if not (x and 'y'): pass", "a constant"),
        ("assert (row.valid for row in rows)", "a generator or a function is always true"),
        ("assert [row.valid]", "a literal is always true"),
        ("assert all([])", "all or any of nothing"),
        ("found = [row for row in rows if row[:0] != 1]", "an empty slice"),
        ("precondition(lambda self: True)(rule)", "a constant"),
    ],
)
def test_a_guard_that_is_always_true_is_found(source: str, why: str) -> None:
    assert found(source) == [f"1: {why}"]


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "assert rows[:1]",
        "assert rows[0:n] == [1]",
        "assert len(rows) > 0 and rows[-1:] != ()",
        "plan[:0] = ['first']",
        "assert value == ''",
        "precondition(lambda self: self.rows)(rule)",
        "assert all(row.valid for row in rows)",
    ],
)
def test_a_guard_that_can_fail_is_left_alone(source: str) -> None:
    assert found(source) == []
