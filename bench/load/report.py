"""What is written and shown: one document with every figure, and where it comes from."""

import os
import platform
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.load import ladder
from bench.load.filling import Filled
from bench.load.ladder import Step
from bench.load.system import System
from deploy.embedded.find import KAFKA_VERSION
from services.progress.standing.view import VIEW
from shared.config import Databases
from shared.projection.generations import Generations

ROOT = Path(__file__).parents[2]
OUTSIDE = {
    "closed_per_s": 2.25,
    "cpu_ms_per_case": 824,
    "db_ops_per_case": 584,
    "idle_percent_of_core": 22,
    "what": "measured from outside by somebody else, on another machine",
}
HEADLINE = (
    "closed_per_s",
    "cpu_bound_per_s",
    "cpu_ms_per_case",
    "cpu_gauges_per_case",
    "cpu_ms_by_process",
    "client_cpu_ms_per_case",
    "db_ops_per_case",
    "idle_percent_of_core",
    "memory_mb",
    "post_to_visible_ms",
)


@dataclass(frozen=True)
class Plan:
    """What is to be measured. `warm_up` cases come before anything is counted."""

    sizes: tuple[int, ...]
    rates: tuple[float, ...]
    base_rate: float
    step_s: float
    idle_s: float
    warm_up: int
    seed: str

    def cases(self, rate: float) -> int:
        """How many cases arrive while a rate is measured."""
        return max(2, round(rate * self.step_s))


def cases_in(databases: Databases) -> int:
    """How many cases the log has, by the live view."""
    live = Generations(VIEW, databases.views).live()
    return int(databases.views[f"progress.{live}"].count_documents({}))


def size_of(
    filled: Filled,
    check: Mapping[str, Any],
    *,
    base: Step,
    steps: list[Step],
    memory: Mapping[str, float],
    idle: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything of one size; the headline is the highest rate that was held, else the base's."""
    held = ladder.best(steps)
    step = held or base
    figures = step.figures
    cores = os.cpu_count() or 1
    return {
        "closed_per_s": held.rate if held else 0.0,
        "cpu_bound_per_s": round(cores * 1000 / figures["cpu_ms_per_case"], 2),
        "cpu_ms_per_case": figures["cpu_ms_per_case"],
        "cpu_gauges_per_case": figures["cpu_gauges_per_case"],
        "cpu_ms_by_process": figures["cpu_ms_by_process"],
        "client_cpu_ms_per_case": figures["client_cpu_ms_per_case"],
        "db_ops_per_case": figures["db_ops_per_case"],
        "idle_percent_of_core": {"all": idle["all"], "ours": idle["ours"]},
        "memory_mb": round(sum(memory.values())),
        "post_to_visible_ms": base.figures["post_to_visible_ms"],
        "at_base_rate": {"rate": base.rate, **base.figures},
        "steps": [asdict(one) | {"held": ladder.held(one)} for one in steps],
        "idle": dict(idle),
        "memory_mb_by_process": dict(memory),
        "filled": asdict(filled),
        "check": dict(check),
    }


def whole(at: Mapping[str, Any], *, plan: Plan, system: System) -> dict[str, Any]:
    """The document: the figures of the smallest log first, then how they grow, then all."""
    smallest = min(at, key=int)
    headline = {name: at[smallest][name] for name in HEADLINE}
    ordered = {size: at[size] for size in sorted(at, key=int)}
    return {
        **headline,
        "headline_is_of_cases_in_log": int(smallest),
        "growth": {size: one["at_base_rate"]["cpu_ms_per_case"] for size, one in ordered.items()},
        "growth_in_gauges": {
            size: one["at_base_rate"]["cpu_gauges_per_case"] for size, one in ordered.items()
        },
        "growth_is_at_cases_per_s": plan.base_rate,
        "outside": OUTSIDE,
        "ran_on": ran_on(system) | {"plan": asdict(plan)},
        "at": ordered,
    }


def ran_on(system: System) -> dict[str, Any]:
    """The commit, the servers and the machine that figures are of."""
    admin = system.databases.log.client.admin
    status = admin.command("serverStatus")
    servers = system.place.servers()
    own = status.get("secantus", {})
    return {
        "commit": _git("rev-parse", "HEAD"),
        "changed_files": len(_git("status", "--porcelain", "--untracked-files=no").splitlines()),
        "event_log": f"{servers['event_log']} {own.get('version', '')}".strip(),
        "mongodb_version_it_speaks": status["version"],
        "kafka": servers["kafka"] + (f" {KAFKA_VERSION}" if "apache" in servers["kafka"] else ""),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _git(*words: str) -> str:
    ran = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip()


def show(found: Mapping[str, Any]) -> None:
    """The figures of each size beside those from outside."""
    table = Table(title=f"{found['ran_on']['event_log']}, {found['ran_on']['kafka']}")
    for column in ("", *found["at"], "outside"):
        table.add_column(column, justify="right" if column else "left")
    rows: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        "closed cases a second, held": lambda one: one["closed_per_s"],
        "CPU ms a case": lambda one: one["cpu_ms_per_case"],
        "CPU ms a case at the base rate": lambda one: one["at_base_rate"]["cpu_ms_per_case"],
        "the same in gauges": lambda one: one["at_base_rate"]["cpu_gauges_per_case"],
        "database operations a case": lambda one: one["db_ops_per_case"]["all"],
        "idle, percent of a core": lambda one: one["idle_percent_of_core"]["all"],
        "idle, ours alone": lambda one: one["idle_percent_of_core"]["ours"],
        "memory MB": lambda one: one["memory_mb"],
        "POST to visible, p50 ms": lambda one: one["post_to_visible_ms"].get("p50"),
        "POST to visible, p99 ms": lambda one: one["post_to_visible_ms"].get("p99"),
        "findings in the filled log": lambda one: sum(one["check"]["findings"].values()),
    }
    outside = dict(zip(rows, (2.25, 824, "", "", 584, 22), strict=False))
    for name, value in rows.items():
        cells = [str(value(one)) for one in found["at"].values()]
        table.add_row(name, *cells, str(outside.get(name, "")))
    Console().print(table)
