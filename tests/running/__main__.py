"""Runs all stages, then says how long each took and counts all tests in one last line.

`drawn` is `make test`, `whole` is `make long`, which writes its result into a page. It ends with 1
when a test failed, or when something that could have run was skipped.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from deploy.embedded.find import find_kafka, find_mongo
from tests.running.results import Result, closing_line, could_have_run, page, table
from tests.running.stages import RESULTS, ROOT, run, stages
from tests.selection import SEED

PAGE = ROOT / "docs" / "reference" / "long-run.md"
# A folder where .ci/run writes what it did before, and how its building of servers ended.
CI = "CASELEDGER_CI"
BUILDING_S = 45 * 60


def main(words: Sequence[str]) -> int:
    """Run what is asked for."""
    whole = list(words) == ["whole"]
    if not whole and list(words) != ["drawn"]:
        sys.stderr.write("drawn or whole?\n")
        return 2
    seed = os.environ.get(SEED) or str(random.randrange(1_000_000))  # noqa: S311 - to be printed
    folder = Path(os.environ[CI]) if CI in os.environ else None
    say(f"{'everything' if whole else 'some of the many alike'}, {SEED}={seed}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    began, results = datetime.now(UTC), list[Result]()
    for stage in stages(whole=whole, seed=seed, in_ci=folder is not None):
        results += built(folder) if folder and stage.best_servers else []
        say(stage.name)
        result = run(stage, whole=whole, seed=seed)
        strict = stage.best_servers and (whole or folder)
        results.append(_without_excuse(result) if strict else result)
    say("how long each stage took")
    before = (folder / "stages").read_text("utf-8") if folder else ""
    print(f"{before}{table(results)}\n\n{closing_line(results)}", flush=True)  # noqa: T201
    if whole:
        PAGE.write_text(page(results, _facts(began, seed, results)), "utf-8")
    return int(any(one.failed for one in results))


def say(sentence: str) -> None:
    """A heading of the run."""
    print(f"\n== {sentence}", flush=True)  # noqa: T201


def built(folder: Path) -> list[Result]:
    """Wait for the event log server, where .ci/run builds it meanwhile. No build is no result."""
    log, ended = folder / "event-log.log", folder / "event-log.ended"
    if not log.exists():
        return []
    say("the build of the event log server")
    deadline = time.monotonic() + BUILDING_S
    while not ended.exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    sys.stdout.write(log.read_text("utf-8")[-3000:])
    code, seconds = ended.read_text("utf-8").split() if ended.exists() else ("late", BUILDING_S)
    return [Result("build of the event log", failed=int(code != "0"), seconds=float(seconds))]


def _without_excuse(result: Result) -> Result:
    """What could have run and did not is a failure."""
    reasons = could_have_run(result)
    for reason in sorted(set(reasons)):
        sys.stdout.write(f"could have run and did not: {reason}\n")
    return replace(
        result, failed=result.failed + len(reasons), skipped=result.skipped - len(reasons)
    )


def _facts(began: datetime, seed: str, results: Sequence[Result]) -> dict[str, str]:
    seconds = (datetime.now(UTC) - began).total_seconds()
    changed = " with changes that are not committed" if _git("status", "--porcelain") else ""
    return {
        "began": f"{began:%Y-%m-%d %H:%M} UTC",
        "commit": f"`{_git('rev-parse', '--short=12', 'HEAD')}`{changed}",
        "result": closing_line(results),
        "seconds": f"{seconds:.0f}",
        "seed": f"`{SEED}={seed}`",
        "event log": find_mongo(os.environ).kind,
        "Kafka": find_kafka(os.environ).kind,
        "cores": str(os.cpu_count()),
    }


def _git(*words: str) -> str:
    ran = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
