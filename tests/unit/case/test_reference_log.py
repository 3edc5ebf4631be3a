"""The reference log: what the code of commit 1a3d13c computed is what the present code computes.

Nothing here is made by the present code but the comparison (docs/adr/0014): the two files are
those of that commit, by their SHA-256.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.reference.digests import computed, rules_of, verified
from tests.reference.kept import (
    DIGESTS,
    DIGESTS_SHA256,
    LOG,
    LOG_SHA256,
    Export,
    digest,
    read_digests,
    read_log,
    sha256_of,
)

ADR = Path(__file__).parents[3] / "docs" / "adr" / "0014-the-house-laid-anew.md"
NAMES = ("soak", "walked")
CORPUS = Path(__file__).parents[2] / "corpus" / "commits"
# Every type of that commit but two: notify corrects no fact, and no catalogue was loaded.
TYPES = 66


@pytest.fixture(scope="module")
def kept() -> tuple[dict[str, Export], bytes]:
    return read_log()


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return read_digests()


def test_the_files_are_those_of_the_first_code() -> None:
    assert sha256_of(LOG) == LOG_SHA256
    assert sha256_of(DIGESTS) == DIGESTS_SHA256
    told = ADR.read_text("utf-8")
    assert LOG_SHA256 in told
    assert DIGESTS_SHA256 in told


def test_it_has_enough_of_everything(expected: dict[str, Any]) -> None:
    assert tuple(sorted(expected)) == NAMES
    assert sum(len(expected[name]["cases"]) for name in NAMES) >= 500
    written = {path.name.rpartition("-")[0] for path in CORPUS.iterdir()}
    had = {kind for name in NAMES for kind in expected[name]["types"]}
    assert had <= written
    assert len(had) == TYPES


@pytest.mark.parametrize("name", NAMES)
def test_the_code_computes_what_the_first_code_computed(
    kept: tuple[dict[str, Export], bytes], expected: dict[str, Any], name: str
) -> None:
    exports, editions = kept
    found, wanted = computed(exports[name], rules_of(editions)), expected[name]
    differs = sorted(
        f"{case}: {part}"
        for case, parts in wanted["cases"].items()
        for part in parts
        if found["cases"].get(case, {}).get(part) != parts[part]
    )
    assert not differs, "\n".join([f"{len(differs)} digests differ:", *differs[:20]])
    assert found["cases"].keys() == wanted["cases"].keys()
    assert found["lanes"] == wanted["lanes"]
    assert found["types"] == wanted["types"]


@pytest.mark.parametrize("name", NAMES)
def test_the_merkle_roots_are_the_same(
    kept: tuple[dict[str, Export], bytes], expected: dict[str, Any], name: str, tmp_path: Path
) -> None:
    assert verified(kept[0][name], tmp_path) == expected[name]["roots"]


def test_a_digest_is_of_the_value_and_not_of_its_layout() -> None:
    assert digest({"b": 1, "a": ""}) == digest({"a": None, "b": 1}) == digest({"b": 1})
    assert digest({"a": 0}) != digest({"a": False}) != digest({})
    whole = digest({"at": "2026-11-21T16:00:00Z"})
    assert whole == digest({"at": "2026-11-21T16:00:00.250000+00:00"})
    assert whole == digest({"at": "2026-11-22T00:00:00+08:00"})
    assert whole != digest({"at": "2026-11-21T16:00:01Z"})
    assert digest({"a": ["x", ""]}) != digest({"a": ["", "x"]})
