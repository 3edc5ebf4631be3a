"""The page on the legal clock runs, and names what the code has."""

import re
from pathlib import Path

from shared import clock

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "legal-clock.md"


def test_the_example_of_the_page_runs() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(example, str(PAGE), "exec"), {})  # noqa: S102 (our own page)


def test_every_name_of_the_clock_on_the_page_exists() -> None:
    text = re.sub(r"```.*?```", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    names = {
        name
        for name in re.findall(r"`([A-Za-z_][\w.]*?)(?:\(\))?`", text)
        if not name.startswith("shared") and "." not in name
    }
    assert {"governing", "check_extension", "RULES_VERSION"} <= names
    assert {n for n in names if not hasattr(clock, n)} == {"unit_basis", "open"}
