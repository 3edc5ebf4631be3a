"""A run of all stages: what counts, what is a failure, and what the page of the last one says."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.running import __main__ as running
from tests.running import stages
from tests.running.results import Result, closing_line, could_have_run, counted, page, table
from tests.running.stages import Stage
from tests.selection import GROUPS, SEED

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="16" time="1.5">
<testcase name="a"><properties><property name="told" value="soak: 25 cases"/></properties>
</testcase>
<testcase name="b"><skipped message="needs secantusd-rs (make mongo) or MongoDB"/></testcase>
</testsuite></testsuites>"""


def cargo_alone(tool: str) -> str | None:
    return "/usr/bin/cargo" if tool == "cargo" else None


def test_errors_are_failures_and_what_is_left_passed() -> None:
    found = counted("unit", 1, JUNIT)
    assert (found.passed, found.failed, found.skipped) == (10, 3, 3)
    assert found.told == ("soak: 25 cases",)


@pytest.mark.parametrize(("code", "junit"), [(3, "<testsuites/>"), (1, "<testsuites/>")])
def test_a_stage_that_ends_without_a_count_failed(code: int, junit: str) -> None:
    assert counted("unit", code, junit).failed == 1


def test_a_test_session_that_crashed_after_its_tests_failed_too() -> None:
    found = counted("unit", 2, JUNIT)
    assert (found.passed, found.failed) == (10, 4)


def test_a_skip_is_no_excuse_where_the_machine_has_the_tool() -> None:
    found = counted("unit", 1, JUNIT)
    assert could_have_run(found, cargo_alone) == found.reasons
    assert could_have_run(found, lambda _: None) == ()


def test_the_closing_line_counts_all_stages() -> None:
    results = [Result("a", 3, 1, 2), Result("b", passed=4)]
    assert closing_line(results) == "7 passed, 1 failed, 2 skipped"


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("=== 1 failed, 599 passed, 1 error in 536.18s (0:08:56) ===", True),
        ("======== 4227 passed in 210.76s ========", True),
        ("=== slowest 40 durations ===", False),
        ("=== short test summary info ===", False),
    ],
)
def test_the_closing_line_of_a_stage_is_known(line: str, is_one: bool) -> None:  # noqa: FBT001
    assert bool(stages.CLOSING.match(line)) is is_one


def test_a_run_has_every_group_and_a_whole_one_no_less() -> None:
    drawn = stages.stages(whole=False, seed="7")
    words = {word for stage in drawn for word in stage.tests}
    assert {path for group in GROUPS for path in group.paths} <= words
    assert stages.PYTHON_ONLY in words
    whole = stages.stages(whole=True, seed="7")
    assert whole[: len(drawn)] == drawn
    assert [one.command for one in whole[len(drawn) :]] == [
        ("make", "models", "SEED=7"),
        ("make", "broken-rows", "SEED=7"),
    ]


@pytest.mark.parametrize("whole", [False, True])
def test_a_run_of_ci_ends_with_the_containers_and_no_other_run_has_them(*, whole: bool) -> None:
    run = stages.stages(whole=whole, seed="7")
    assert stages.CONTAINERS not in run
    assert stages.stages(whole=whole, seed="7", in_ci=True) == (*run, stages.CONTAINERS)


def test_a_command_that_cannot_run_here_is_skipped_and_no_failure() -> None:
    words = (sys.executable, "-c", f"raise SystemExit({stages.NOT_HERE})")
    found = stages.run(Stage("some", command=words), whole=False, seed="7")
    assert (found.passed, found.failed, found.skipped) == (0, 0, 1)


def test_only_one_stage_waits_for_the_best_servers() -> None:
    assert [one.name for one in stages.DRAWN if one.best_servers] == ["servers"]


def test_a_command_is_one_test_and_is_told_the_seed(capfd: pytest.CaptureFixture[str]) -> None:
    script = f"import os, sys; print(os.environ[{SEED!r}]); sys.exit(int(sys.argv[1]))"
    stage = Stage("some", command=(sys.executable, "-c", script, "0"))
    good = stages.run(stage, whole=True, seed="77")
    bad = stages.run(replace(stage, command=(*stage.command[:-1], "5")), whole=True, seed="78")
    assert (good.passed, good.failed, bad.passed, bad.failed) == (1, 0, 0, 1)
    assert capfd.readouterr().out.split() == ["77", "78"]


def test_a_pytest_that_fails_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_two.py").write_text(
        "def test_good(): pass\ndef test_bad(): assert False\n", "utf-8"
    )
    monkeypatch.setattr(stages, "RESULTS", tmp_path)
    monkeypatch.setattr(stages, "PROCESSES", 1)
    found = stages.run(Stage("some", (str(tmp_path / "test_two.py"),)), whole=True, seed="7")
    assert (found.passed, found.failed, found.skipped) == (1, 1, 0)
    assert found.seconds > 0
    assert found.cpu_s > 0
    said = capfd.readouterr().out
    assert "-- 1 failed, 1 passed" in said


def test_a_build_that_failed_is_a_failure_and_none_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert running.built(tmp_path) == []
    (tmp_path / "event-log.log").write_text("error: no linker\n", "utf-8")
    (tmp_path / "event-log.ended").write_text("101 312\n", "utf-8")
    (found,) = running.built(tmp_path)
    assert (found.failed, found.seconds) == (1, 312)
    assert "no linker" in capsys.readouterr().out
    (tmp_path / "event-log.ended").write_text("0 312\n", "utf-8")
    assert running.built(tmp_path)[0].failed == 0


def test_a_whole_run_counts_all_writes_its_page_and_fails_with_a_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "long-run.md"
    two = [
        Stage(name, command=(sys.executable, "-c", f"raise SystemExit({code})"))
        for name, code in (("good", 0), ("bad", 1))
    ]
    monkeypatch.setattr(running, "PAGE", kept)
    monkeypatch.setattr(running, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(running, "stages", lambda **_: two)
    monkeypatch.delenv(running.CI, raising=False)
    monkeypatch.setenv(SEED, "77")
    assert running.main(["whole"]) == 1
    said = capfd.readouterr().out
    assert said.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"
    assert f"{SEED}=77" in said
    assert "| result | 1 passed, 1 failed, 0 skipped |" in kept.read_text("utf-8")
    kept.unlink()
    monkeypatch.setattr(running, "stages", lambda **_: two[:1])
    assert running.main(["drawn"]) == 0
    assert not kept.exists()


def test_the_page_says_when_of_what_and_how_it_ended() -> None:
    results = [Result("unit", 3, 1, 2, 10.4, 7.6, told=("soak: 200 cases",)), Result("models", 1)]
    written = page(results, {"began": "2026-01-02 03:04 UTC", "commit": "`abc`"})
    assert "| commit | `abc` |" in written
    assert "| unit | 3 | 1 | 2 | 10 | 8 |" in written
    assert "- soak: 200 cases" in written
    assert table(results) in written
