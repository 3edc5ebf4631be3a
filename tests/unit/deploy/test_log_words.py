"""`caseledger log set-aside`: which words make sense, and what an operator is shown."""

from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.cli.records import log
from shared.audit.setting_aside import Suspect

RUNNER = CliRunner()
FORGED = Suspect(
    stream="case/a\x1b[2J\n",
    version=4,
    hash="ab" * 32,
    key="",
    wrong="its signature does not verify",
    kept="",
    already=False,
)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Name a stream"),
        (["case/a"], "Name a stream"),
        (["--version", "4"], "Name a stream"),
        (["case/a", "--every"], "name no stream"),
        (["--every", "--version", "4"], "name no stream"),
        (["case/a", "--version", "0"], "no range"),
        (["case/a", "--version", "9-4"], "no range"),
        (["case/a", "--version", str(2**53)], "no range"),
        (["case/a", "--version", "four"], "no version"),
        (["case/a", "--version", "4-"], "no version"),
        (["case/a", "--version", "٤"], "no version"),
        (["--every", "--yes"], "--why"),
        (["--every", "--yes", "--why", "  "], "--why"),
        (["--every", "--yes", "--why", "two\nlines"], "one line"),
        (["--every", "--yes", "--why", "x" * 501], "one line"),
    ],
)
def test_words_that_make_no_sense_end_with_2_and_a_sentence(
    words: list[str], sentence: str
) -> None:
    outcome = RUNNER.invoke(app, ["log", "set-aside", *words])
    assert outcome.exit_code == 2
    assert sentence in outcome.stderr


def test_ranges_are_read() -> None:
    assert log._ranges("case/a", ["4", "6-1003"], every=False) == [(4, 4), (6, 1003)]
    assert log._ranges("", [], every=True) == []


def shown(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    found = {
        "ok": True,
        "recorded": False,
        "set_aside": [FORGED],
        "already": [],
        "kept": [],
        "records": [],
        "findings": [],
        **changes,
    }
    log._show(msgspec.to_builtins(found))
    return capsys.readouterr().out


def test_what_would_be_set_aside_is_listed_and_nothing_of_a_forger_moves_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = shown(capsys)
    assert "WOULD SET ASIDE  case/a\\x1b[2J\\n/4  abababababababab  its signature" in text
    assert "Nothing is written without --yes." in text
    assert "\x1b" not in text


def test_what_was_done_names_the_streams_of_the_records(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = shown(capsys, recorded=True, records=["aside/1", "aside/2"])
    assert text.startswith("SET ASIDE  ")
    assert "1 set aside, on record in aside/1, aside/2." in text


def test_what_is_kept_and_what_is_on_record_already_are_told_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = msgspec.structs.replace(FORGED, kept="it is genuine")
    text = shown(
        capsys,
        ok=False,
        set_aside=[],
        already=[FORGED],
        kept=[kept],
        findings=["case/a\x1b/4: it is genuine."],
    )
    assert "ALREADY  " in text
    assert "KEPT  " in text
    assert "it is genuine" in text
    assert text.endswith("Nothing was set aside.\n")
    assert "\x1b" not in text
