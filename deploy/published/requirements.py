"""The page of requirements: what the judge said of each row, and the tests that prove it.

`docs/requirements.yaml` holds the rows and is changed by the judge alone; the tests say by a mark
which row they prove (`deploy.published.marks`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from deploy.published.marks import RowMark, RowMarks, marks_of

ROOT = Path(__file__).parents[2]
DATA = Path("docs/requirements.yaml")
WAITING = Path("docs/requirements-waiting.yaml")
REACHED = "ABCDEFQ"  # parts that the items' files reach: each open row says what it waits for
PAGE = "../requirements.md"  # from docs/reference: the page stands beside the file of its rows

State = Literal["works", "part", "missing", "out"]
SIGNS: Mapping[State, str] = {"works": "●", "part": "◐", "missing": "○", "out": "–"}
HEAD = """# Requirements

This page is generated: `make docs`. Its rows are [requirements.yaml](requirements.yaml), which the
judge alone changes; the tests are those that carry the row's mark. How a row becomes ●:
[prove a requirement](how-to/prove-a-requirement.md).

● works: what the row asks for is seen by one call or on one screen, and a test would turn red
without it · ◐ partly · ○ missing · – no software, or left out by a decision. Somebody who has not
seen the code judges; the author does not. A row marked † is our inference, not the source's words.
What an open row waits for is said in [requirements-waiting.yaml](requirements-waiting.yaml).

| part | ● | ◐ | ○ | – |
| --- | --- | --- | --- | --- |
"""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement as it was judged."""

    text: str
    stated: bool
    quotes: tuple[str, ...]
    state: State
    found: str
    judged_by: str
    seen_by: str = ""
    note: str = ""


Parts = Mapping[str, Mapping[str, Row]]


def read_rows(path: Path) -> Parts:
    """The rows by part and number; msgspec.ValidationError where one is not as it should be."""
    return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), dict[str, dict[str, Row]])


def read_waiting(path: Path) -> Mapping[str, str]:
    """What each row waits for, by its number."""
    return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), dict[str, str])


def not_waiting(parts: Parts, waiting: Mapping[str, str]) -> list[str]:
    """Open rows that do not say what they wait for, and others that do: a sentence each."""
    reached = {
        number
        for title, rows in parts.items()
        for number, row in rows.items()
        if title[0] in REACHED and row.state in {"part", "missing"}
    }
    silent = [f"{number} does not say what it waits for" for number in reached - waiting.keys()]
    done = [f"{number} waits for something and is not open" for number in waiting.keys() - reached]
    return sorted([*silent, *done])


def problems(parts: Parts, marks: RowMarks) -> list[str]:
    """Why the rows and the marks do not go together: a sentence each."""
    rows = {number: row for part in parts.values() for number, row in part.items()}
    found = list(marks.malformed)
    found += [
        f"{mark.file}: {mark.test} names {mark.number}, which is no row"
        for mark in marks.found
        if mark.number not in rows
    ]
    proven = {mark.number for mark in marks.found if not mark.why_not}
    for number, row in rows.items():
        if not row.judged_by.strip() or not row.found.strip():
            found.append(f"{number} does not say who judged it, or on what")
        if row.state != "works":
            continue
        if not row.seen_by.strip():
            found.append(f"{number} is ● and names no call or screen by which it is seen")
        if number not in proven:
            why = ", ".join(
                f"{mark.test} is {mark.why_not}" for mark in marks.found if mark.number == number
            )
            found.append(f"{number} is ● and no test proves it{why and f': {why}'}")
    return found


def page(root: Path = ROOT) -> str:
    """The whole page."""
    parts, marks = read_rows(root / DATA), marks_of(root / "tests")
    waiting = read_waiting(root / WAITING)
    lines = [_counts(title, part.values()) for title, part in parts.items()]
    every = [row for part in parts.values() for row in part.values()]
    lines.append(_counts("**all**", every))
    for title, part in parts.items():
        lines += ["", f"## {title}", ""]
        lines += ["| | | requirement | seen by | judged by | what was found | tests |"]
        lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
        lines += [
            _row(number, row, marks.found, waiting.get(number, "")) for number, row in part.items()
        ]
    return HEAD + "\n".join([*lines, ""])


def _counts(title: str, rows: Iterable[Row]) -> str:
    states = [row.state for row in rows]
    return f"| {title} | " + " | ".join(str(states.count(state)) for state in SIGNS) + " |"


def _row(number: str, row: Row, marks: Sequence[RowMark], waits: str) -> str:
    text = row.text if row.stated else f"† {row.text}"
    if row.note:
        text += f" *{row.note}*"
    # By name alone, so that the page stays what it is when a test moves to another file.
    tests = sorted(
        {mark.test for mark in marks if mark.number == number and not mark.why_not},
    )
    proofs = " ".join(f"`{test}`" for test in tests)
    found = f"{row.found} — *waits for:* {waits}" if waits else row.found
    cells = [number, SIGNS[row.state], text, _code(row.seen_by), row.judged_by, found, proofs]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(seen_by: str) -> str:
    """Calls as code; what stands in backquotes already is left."""
    return re.sub(r"\b(?:GET|POST) /v1/[^\s,;]+", lambda call: f"`{call.group()}`", seen_by)
