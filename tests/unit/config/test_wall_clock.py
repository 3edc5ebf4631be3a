"""Who wants the present time asks one function for it, or is given the time."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
CLOCK = ROOT / "shared/config/wall_clock.py"


def _reads_the_clock(path: Path) -> bool:
    """Whether a module calls `datetime.now(UTC)` itself."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node) == "datetime.now(UTC)"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def test_shared_reads_the_wall_clock_in_one_place() -> None:
    assert [p for p in (ROOT / "shared").rglob("*.py") if _reads_the_clock(p)] == [CLOCK]
