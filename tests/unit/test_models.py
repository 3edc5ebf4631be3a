"""The models of the protocol come out as their page says; `make models` runs the slow ones too."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "docs" / "models"
FAST = (
    "d_parking",
    "e_numbers",
    "f_erasure",
    "g_timers",
    "h_restore",
    "i_cutover",
    "j_aside",
    "k_payments",
)
_VERDICT = re.compile(r"^(?:  |\?\?) (\S.*)\n     (holds|VIOLATED \w+|BOUND REACHED)", re.MULTILINE)


def verdicts(output: str) -> dict[str, dict[str, str]]:
    """Part to scenario's title to its verdict."""
    parts = re.split(r"^=== (\w+)$", output, flags=re.MULTILINE)[1:]
    return {
        name: dict(_VERDICT.findall(text))
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


RECORDED = verdicts((MODELS / "results.txt").read_text("utf-8"))


@pytest.mark.parametrize("part", FAST)
def test_a_fast_part_comes_out_as_it_is_recorded(part: str) -> None:
    run = [sys.executable, str(MODELS / "run_all.py"), part]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert verdicts(done.stdout)[part] == RECORDED[part]


def test_the_record_has_every_part_and_every_scenario() -> None:
    """Also of the slow parts: a scenario that is added is run and recorded."""
    parts = {path.stem: path for path in MODELS.glob("[a-z]_*.py")}
    assert parts.keys() == RECORDED.keys()
    assert set(FAST) < set(parts)
    for name, path in parts.items():
        named = set(re.findall(r'"([a-z]\d+[a-z]?\'*) ', path.read_text("utf-8")))
        assert named == {title.split()[0] for title in RECORDED[name]}, name


def test_no_outcome_on_record_was_a_surprise() -> None:
    text = (MODELS / "results.txt").read_text("utf-8")
    assert "??" not in text
    assert "BOUND REACHED" not in text
    assert text.rstrip().endswith("=== 0 unexpected outcome(s)")
