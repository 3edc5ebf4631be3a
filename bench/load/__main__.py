"""`make bench-load`: growing logs, rising rates; a table and bench/results/load.json.

With `--home` the system's home is kept, and a later run goes on from the log that is in it.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bench.load import accounting, checking, ladder, report
from bench.load.carrying import (
    NOTICES_A_CASE,
    NOTICES_UNTIL_REVIEW,
    Callers,
    Carrier,
    Person,
)
from bench.load.filling import fill
from bench.load.loading import Load, callers
from bench.load.system import Place, System, count_own_operations, running
from bench.load.template import Template, take
from deploy.embedded.home import Home
from deploy.embedded.probe import free_port
from shared.vault import open_vault

RESULTS = Path(__file__).parents[1] / "results" / "load.json"
KEPT = "bench-load.json"
SETTLE_S = 120.0
TEMPLATES_CLOSED, TEMPLATES_OPEN = 2, 2
HALVES_MOST = 2


def main(words: Sequence[str]) -> int:
    """Run what is asked for; 1 when a log that was filled does not pass the product's checks."""
    asked = _parser().parse_args(words)
    plan = report.Plan(
        sizes=tuple(int(size) for size in asked.sizes.split(",")),
        rates=tuple(float(rate) for rate in asked.rates.split(",")),
        base_rate=asked.base_rate,
        step_s=asked.step_s,
        idle_s=asked.idle_s,
        warm_up=asked.warm_up,
        seed=asked.seed,
    )
    count_own_operations()
    kept = Path(asked.home) if asked.home else None
    folder = nullcontext(str(kept)) if kept else tempfile.TemporaryDirectory(prefix="bench-load-")
    with folder as path:
        Path(path).mkdir(parents=True, exist_ok=True)
        ports = str(free_port() // 2 + 10_000)
        environ = {**os.environ, "CASELEDGER_HOME": path, "CASELEDGER_PORT_BASE": ports}
        place = Place(Home.from_env(environ), environ)
        if asked.fill_only:
            return _filled(place, plan)
        found = _measured(place, plan, Path(path) / KEPT, Path(asked.results))
    report.show(found)
    return 0 if all(one["check"]["ok"] for one in found["at"].values()) else 1


def _measured(place: Place, plan: report.Plan, kept: Path, results: Path) -> dict[str, Any]:
    """Every size in turn; the file is written after each, so that what was measured stays."""
    before: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    at: dict[str, Any] = dict(before.get("at", {}))
    run = f"{plan.seed}-{len(at)}"
    with running(place) as system, callers(system) as all_:
        templates = _templates(system, all_, run)
        present = report.cases_in(system.databases)
    for size in plan.sizes:
        filled = fill(place, templates, max(0, size - present), seed=f"{run}-{size}")
        with running(place) as system, callers(system) as all_:
            system.settle(messages=0, within_s=SETTLE_S)
            checked = checking.checked(system)
            measured = _at_size(Load(system, all_, f"{run}-{size}"), plan)
            at[str(size)] = report.size_of(filled, checked, **measured)
            present = report.cases_in(system.databases)
            found = report.whole(at, plan=plan, system=system)
        for path in (kept, results):
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return found


def _filled(place: Place, plan: report.Plan) -> int:
    """Fill the log up to the last size and measure nothing: for a home that is kept."""
    with running(place) as system, callers(system) as all_:
        present = report.cases_in(system.databases)
        templates = _templates(system, all_, f"{plan.seed}-at-{present}")
    cases = max(0, plan.sizes[-1] - present - len(templates))
    print(fill(place, templates, cases, seed=f"{plan.seed}-at-{present}"))
    return 0


def _templates(system: System, all_: Callers, run: str) -> list[Template]:
    """Cases that the real system carries, closed ones and open ones, each way of being told."""
    sent = system.sent()
    carriers = [
        Carrier(all_, Person(n, f"template-{run}"))
        for n in range(TEMPLATES_CLOSED + TEMPLATES_OPEN)
    ]
    for carrier in carriers[:TEMPLATES_CLOSED]:
        carrier.to_the_end()
    for carrier in carriers[TEMPLATES_CLOSED:]:
        carrier.to_the_desk()
    messages = TEMPLATES_CLOSED * NOTICES_A_CASE + TEMPLATES_OPEN * NOTICES_UNTIL_REVIEW
    system.settle(messages=sent + messages, within_s=SETTLE_S)
    keys = open_vault(system.settings, system.secrets, system.databases).vault.keys
    return [
        take(system.databases, keys, one.carried.case, content=all_.picture) for one in carriers
    ]


def _at_size(load: Load, plan: report.Plan) -> dict[str, Any]:
    """The base rate, which is the same at every size; the ladder; the idle system afterwards."""
    load.step(plan.base_rate, plan.warm_up)  # not counted: caches, compilers, connections
    base = load.step(plan.base_rate, plan.cases(plan.base_rate))
    above = [rate for rate in plan.rates if rate > plan.base_rate]

    def measure(rate: float) -> ladder.Step:
        return load.step(rate, plan.cases(rate))

    if ladder.held(base):
        steps = [base, *ladder.climb(measure, above, held_before=base)]
    else:
        steps = [base, *ladder.descend(measure, base.rate, times=HALVES_MOST)]
    memory = accounting.memory_mb(load.system.roots)
    return {"base": base, "steps": steps, "memory": memory, "idle": load.idle(plan.idle_s)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,50000", help="cases in the log")
    parser.add_argument("--rates", default="1.5,2,2.5,3,3.5,4,5,6,8", help="cases a second")
    parser.add_argument("--base-rate", type=float, default=1.0, help="the rate of `growth`")
    parser.add_argument("--step-s", type=float, default=40.0, help="arrivals of one rate, seconds")
    parser.add_argument("--idle-s", type=float, default=60.0, help="how long to watch it idle")
    parser.add_argument("--warm-up", type=int, default=15, help="cases before anything is counted")
    parser.add_argument("--seed", default="1", help="part of the made-up people's names")
    parser.add_argument("--home", default="", help="a home to keep, or to go on with")
    parser.add_argument("--fill-only", action="store_true", help="fill the log, measure nothing")
    parser.add_argument("--results", default=str(RESULTS), help="where the figures are written")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
