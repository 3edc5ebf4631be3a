"""Log lines are filtered by their event: each is one constant word, written in the same way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MODULES = sorted(
    path for room in ("shared", "services", "deploy") for path in (ROOT / room).rglob("*.py")
)
MADE = "_log = structlog.get_logger(__name__)"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
EVENT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
EXCEPT = {
    "shared/config/logging.py": "sets up both libraries",
    "shared/catalogue/files/compiled.py": "tells a person at a terminal, where no log is set up",
}


def faults(source: str) -> Iterator[str]:
    """What is wrong with the logging of a module."""
    tree = ast.parse(source)
    made = {node for node in tree.body if ast.unparse(node) == MADE}
    right = {id(part) for node in made for part in ast.walk(node)}
    called: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None), *(alias.name for alias in node.names)]
            if "logging" in names:
                yield f"{node.lineno}: logs by the standard library"
        if isinstance(node, ast.Call):
            if ast.unparse(node.func).endswith("get_logger") and id(node) not in right:
                yield f"{node.lineno}: a logger is made as `{MADE}`"
            if isinstance(node.func, ast.Attribute) and _is_log(node.func.value):
                called.add(id(node.func.value))
                yield from _faults_of_call(node, node.func.attr)
    for node in ast.walk(tree) if made else ():
        if _is_log(node) and id(node) not in called | right:
            yield f"{node.lineno}: a logger is only called"  # type: ignore[attr-defined]


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "_log"


def _faults_of_call(call: ast.Call, level: str) -> Iterator[str]:
    if level not in LEVELS:
        yield f"{call.lineno}: {level} is no level"
    event = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if len(call.args) != 1 or not isinstance(event, str) or not EVENT.fullmatch(event):
        yield f"{call.lineno}: the event is not one constant in snake_case"


def test_events_are_constant_words_and_loggers_are_alike() -> None:
    found = {str(path.relative_to(ROOT)): list(faults(path.read_text("utf-8"))) for path in MODULES}
    assert {name: told for name, told in found.items() if told and name not in EXCEPT} == {}


def test_each_exception_is_still_one() -> None:
    assert all(list(faults((ROOT / name).read_text("utf-8"))) for name in EXCEPT)


HEAD = f"import structlog\n{MADE}\n"


@pytest.mark.parametrize(
    "source",
    [
        "import logging\n",
        "from logging import getLogger\n",
        "import structlog\nlog = structlog.get_logger(__name__)\n",
        "import structlog\n_log = structlog.stdlib.get_logger('caseledger.http')\n",
        "import structlog\ndef f():\n    _log = structlog.get_logger(__name__)\n",
        HEAD + "_log.info('Something happened')\n",
        HEAD + "_log.info(f'case_{case}')\n",
        HEAD + "_log.info(event)\n",
        HEAD + "_log.info('a', 'b')\n",
        HEAD + "_log.info()\n",
        HEAD + "_log.bind(a=1).info('a')\n",
        HEAD + "say = _log.info\nother = _log\n",
    ],
)
def test_the_check_sees_what_it_is_for(source: str) -> None:
    assert list(faults(source))


def test_the_check_lets_right_ones_be() -> None:
    assert list(faults(HEAD + "_log.info('case_opened', case=case)\n_log.exception('a')\n")) == []
