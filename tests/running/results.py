"""What stages found, read from pytest's JUnit files: counts, a closing line, a page."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from tests.support.telling import TOLD

NOTHING = "<testsuites/>"
PASSED_OR_FAILED = frozenset({0, 1})
# What a skipped test asks for, and the program with which the machine could have had it.
OBTAINABLE = {
    "make mongo": "cargo",
    "make kafka": "mvn",
    "apt-get install chromium": "apt-get",
}


@dataclass(frozen=True)
class Result:
    """How a stage ended. `cpu_s`: of the processes it waited for, not of detached systems."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    reasons: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def after(self, *, seconds: float, cpu_s: float) -> "Result":
        """The same with the time it took."""
        return replace(self, seconds=seconds, cpu_s=cpu_s)


def counted(name: str, code: int, junit: str) -> Result:
    """The result of a pytest that ended with a code; one that did not count is a failure."""
    found = ET.fromstring(junit)  # noqa: S314 - pytest wrote it
    suites = list(found.iter("testsuite"))
    total = {
        kind: sum(int(suite.get(kind, "0")) for suite in suites)
        for kind in ("tests", "failures", "errors", "skipped")
    }
    failed = total["failures"] + total["errors"]
    if code not in PASSED_OR_FAILED or (code and not failed):
        failed += 1  # it ended without saying which test is to blame
        total["tests"] += 1
    return Result(
        name,
        passed=total["tests"] - failed - total["skipped"],
        failed=failed,
        skipped=total["skipped"],
        reasons=tuple(one.get("message", "") for one in found.iter("skipped")),
        told=tuple(
            one.get("value", "") for one in found.iter("property") if one.get("name") == TOLD
        ),
    )


def could_have_run(
    result: Result, which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """Reasons of skipped tests that this machine has no excuse for."""
    return tuple(
        reason
        for reason in result.reasons
        if any(target in reason and which(tool) for target, tool in OBTAINABLE.items())
    )


def closing_line(results: Sequence[Result]) -> str:
    """The last line of a run: all its stages in one count."""
    passed, failed, skipped = (
        sum(getattr(one, kind) for one in results) for kind in ("passed", "failed", "skipped")
    )
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def table(results: Sequence[Result]) -> str:
    """A line for each stage, in Markdown."""
    lines = ["| stage | passed | failed | skipped | seconds | CPU seconds |", "|---" * 6 + "|"]
    lines += [
        f"| {one.name} | {one.passed} | {one.failed} | {one.skipped} "
        f"| {one.seconds:.0f} | {one.cpu_s:.0f} |"
        for one in results
    ]
    return "\n".join(lines)


def page(results: Sequence[Result], run: dict[str, str]) -> str:
    """docs/reference/long-run.md: the last whole run. `run`: when, of what, on which servers."""
    facts = "\n".join(f"| {name} | {value} |" for name, value in run.items())
    said = [f"- {sentence}" for one in results for sentence in one.told]
    parts = [
        "# The last whole run",
        "`make long` writes this page. What it runs: [CONTRIBUTING](../../CONTRIBUTING.md).",
        f"| | |\n|---|---|\n{facts}",
        table(results),
        "\n".join(["What tests said of themselves:", "", *said]) if said else "",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
