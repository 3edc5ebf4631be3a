"""Whatever stands in a file, the answer is a sentence with a line, never a fault of ours."""

import re
from pathlib import Path
from typing import Any

import orjson
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.catalogue.files.reading import read_defaults, read_files
from shared.catalogue.rules.defaults import resolve
from tests.unit.catalogue.test_files import GOOD, NAME_OF_FILE, PACKAGED

DEFAULTS = read_defaults((PACKAGED / "defaults.yaml").read_bytes())
PLAIN = yaml.safe_load(GOOD)
RICH = [
    yaml.safe_load(path.read_bytes())
    for path in sorted((PACKAGED / "items").glob("*/*.yaml"))[::23]
]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**12)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["unknown", "none", "period", "T05", "000-01", "2026-02-31", "24:61-99:00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["code", "name", "kind", "when", "raw", "n"]), inner)
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        found += [place for key, one in inner for place in places(one, (*path, key))]
    return found


def told(content: bytes) -> None:
    """Reading answers: an item, or problems that each have a line and a sentence."""
    reads, problems = read_files([(NAME_OF_FILE, content)])
    assert reads or problems
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", content.decode(errors="replace"))
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert problem.sentence.strip()
    for read in reads:
        resolve(read.file, DEFAULTS)


@given(st.data(), st.sampled_from([PLAIN, *RICH]), VALUES)
@settings(max_examples=150, deadline=None)
def test_any_value_in_any_field_is_answered(data: st.DataObject, base: Any, value: Any) -> None:
    changed = orjson.loads(orjson.dumps(base))
    *way, last = data.draw(st.sampled_from(places(changed)))
    target = changed
    for step in way:
        target = target[step]
    if data.draw(st.booleans()):
        target[last] = value
    else:
        del target[last]
    told(yaml.safe_dump(changed, allow_unicode=True, sort_keys=False).encode())


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_damage_to_the_text_is_answered(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    until = data.draw(st.integers(at, min(len(GOOD), at + 20)))
    told((GOOD[:at] + data.draw(st.text(max_size=6)) + GOOD[until:]).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(content: bytes) -> None:
    told(content)


def test_what_is_too_deep_or_too_large_is_answered() -> None:
    told(b"[" * 5000)
    told(b"id: " + b"{a: " * 3000)
    told(b"#" * 2_000_000)
    assert Path(NAME_OF_FILE).stem in GOOD
