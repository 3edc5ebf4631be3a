"""What functions can do, read from their syntax with every name resolved to the object it names.

The structure tests ask this of the decisions: which events can they make, which steps can be owed.
Because names are resolved in the function's own module, a renamed or moved function reads the same.
"""

import ast
import builtins
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from shared.case import evolve

T = TypeVar("T")
# Where the walk goes on; a fold reads events and makes none, so it is not entered.
OURS = ("services.", "shared.case")
FOLDING = frozenset({evolve})
COMPARES = frozenset({isinstance, issubclass})


def made_by(
    roots: Iterable[object], kind: type[T], *, short_of: Iterable[object] = ()
) -> set[type[T]]:
    """The classes of `kind` that these functions build, or hand on to a function that does.

    The functions in `short_of` are not entered.
    """
    return {
        found
        for function in _reachable(roots, short_of)
        for found in _handled(function)
        if isinstance(found, type) and issubclass(found, kind)
    }


def steps_of(root: Callable[..., Any]) -> set[tuple[str, str]]:
    """Each (service, kind of step) that `root` can say is owed.

    A call counts by the parameters `service` and `step` of the function that is called. A value
    that cannot be read is an error, so that no step is passed over.
    """
    found: set[tuple[str, str]] = set()
    for function in _reachable([root]):
        for call in _calls(function):
            called = _resolve(function, call.func)
            if not isinstance(called, FunctionType) or not _takes_a_step(called):
                continue
            given = _bound(called, call)
            services = _texts(function, given["service"])
            steps = _texts(function, given["step"])
            found |= {(service, step) for service in services for step in steps}
    return found


def _takes_a_step(function: FunctionType) -> bool:
    return list(inspect.signature(function).parameters)[:2] == ["service", "step"]


def _bound(function: FunctionType, call: ast.Call) -> dict[str, ast.expr]:
    keywords = {one.arg: one.value for one in call.keywords if one.arg}
    return inspect.signature(function).bind(*call.args, **keywords).arguments


def _texts(function: FunctionType, given: ast.expr) -> set[str]:
    """The strings that an expression can be, each up to its colon."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return {given.value.partition(":")[0]}
    if isinstance(given, ast.JoinedStr):
        return _texts(function, given.values[0])
    if isinstance(given, ast.IfExp):
        return _texts(function, given.body) | _texts(function, given.orelse)
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute):
        table = _resolve(function, given.func.value)
        if isinstance(table, Mapping) and given.func.attr == "get":
            return set(table.values()) | _texts(function, given.args[1])
    if isinstance(given, ast.Name):
        values = [
            one.value
            for node in _nodes(function)
            for one in ast.walk(node)
            if isinstance(one, ast.Assign)
            and any(isinstance(to, ast.Name) and to.id == given.id for to in one.targets)
        ]
        if values:
            return {text for value in values for text in _texts(function, value)}
    raise AssertionError(f"{function.__qualname__}: no step can be read in {ast.unparse(given)}")


def _reachable(roots: Iterable[object], short_of: Iterable[object] = ()) -> Iterator[FunctionType]:
    """The functions that `roots` name, and those name, through tables and closures too."""
    roots = list(roots)
    todo, seen = list(roots), {id(one) for one in short_of}
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, partial):
            todo.append(one.func)
        elif isinstance(one, Mapping):
            todo.extend(one.values())
        elif isinstance(one, tuple | list | frozenset):
            todo.extend(one)
        elif isinstance(one, FunctionType):
            if one.__module__.startswith(OURS) and one not in FOLDING:
                yield one
                todo.extend(_named(one))
        elif isinstance(one, type) and any(one is root for root in roots):
            todo.extend(vars(one).values())


def _named(function: FunctionType) -> list[object]:
    """What a function names: functions and tables of its module, and what its closure holds."""
    names = [
        node
        for top in _nodes(function)
        for node in ast.walk(top)
        if isinstance(node, ast.Name | ast.Attribute)
    ]
    return [found for node in names if (found := _resolve(function, node)) is not None]


def _handled(function: FunctionType) -> Iterator[object]:
    """What is called in a function, or handed to a call that does more than compare."""
    for call in _calls(function):
        called = _resolve(function, call.func)
        yield called
        if called not in COMPARES:
            for given in (*call.args, *(one.value for one in call.keywords)):
                yield _resolve(function, given)


def _calls(function: FunctionType) -> Iterator[ast.Call]:
    for top in _nodes(function):
        yield from (node for node in ast.walk(top) if isinstance(node, ast.Call))


def _resolve(function: FunctionType, node: ast.expr) -> Any:
    """The object of a plain name, or of a module's attribute; None for anything else."""
    if isinstance(node, ast.Attribute):
        owner = _resolve(function, node.value)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    if not isinstance(node, ast.Name) or node.id in function.__code__.co_varnames:
        return None
    held = inspect.getclosurevars(function).nonlocals
    return held.get(node.id, function.__globals__.get(node.id, getattr(builtins, node.id, None)))


def _nodes(function: FunctionType) -> tuple[ast.AST, ...]:
    """The syntax of a function: what begins on its first line, several where lambdas share one."""
    lines = _lines(inspect.getmodule(function))
    return tuple(lines.get(function.__code__.co_firstlineno, ()))


@cache
def _lines(module: ModuleType | None) -> dict[int, list[ast.AST]]:
    assert module is not None
    lines: dict[int, list[ast.AST]] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            lines.setdefault(first, []).append(node)
        elif isinstance(node, ast.Lambda):
            lines.setdefault(node.lineno, []).append(node)
    return lines
