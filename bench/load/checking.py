"""Whether a filled log is a real one: the product's own checks, and what a person can read."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from bench.load.system import System
from deploy.topology import READ_MODELS, view_of
from shared.audit import SigningKey, verify_log
from shared.eventlog import Keyring, open_door
from shared.projection.comparing import compare
from shared.projection.parts import parts_of
from shared.relay.process.reconcile import reconcile

SETTLE_S = 10.0


def checked(system: System) -> dict[str, Any]:
    """Findings of `audit verify`, `audit reconcile`, `projection compare`, and who is behind.

    Every read model is compared. `ok` when there is none, nobody is behind and nothing is parked.
    """
    settings, secrets, databases = system.settings, system.secrets, system.databases
    took: dict[str, float] = {}
    key = SigningKey.load(secrets.checkpoint_key_path, settings.installation).public
    began = time.monotonic()
    verified = verify_log(
        databases.log, key=key, lanes=settings.lanes, writer_keys=Keyring(secrets.writers)
    )
    took["verify"] = round(time.monotonic() - began, 1)
    began = time.monotonic()
    door = open_door(settings, secrets, databases)
    report = reconcile(databases.log, range(settings.lanes), door, settle=_settle)
    reconciled: Mapping[str, Any] = msgspec.to_builtins(report)
    took["reconcile"] = round(time.monotonic() - began, 1)
    began = time.monotonic()
    compared = [
        compare(parts_of(view_of(name), settings, secrets, databases)) for name in READ_MODELS
    ]
    differing = [finding for one in compared for finding in one.findings]
    took["compare"] = round(time.monotonic() - began, 1)
    behind, parked = system.behind(), system.parked()
    findings = {
        "audit verify": len(verified["findings"]),
        "audit reconcile": len(reconciled["findings"]),
        "projection compare": len(differing),
    }
    good = verified["ok"] and reconciled["ok"] and not differing and not behind and not parked
    timers = databases.work["timers"]
    return {
        "ok": bool(good),
        "findings": findings,
        "examples": [*verified["findings"], *reconciled["findings"], *differing][:5],
        "behind": behind,
        "parked": parked,
        "commits": verified["commits"],
        "cases": max(one.cases for one in compared),
        "open_with_timers": len(timers.distinct("stream", {"service": "review", "state": "owed"})),
        "seconds": took,
    }


def _settle(settled: Any) -> None:
    deadline = time.monotonic() + SETTLE_S
    while not settled() and time.monotonic() < deadline:
        time.sleep(0.1)
