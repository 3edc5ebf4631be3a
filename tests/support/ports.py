"""Ports for a whole system, of which several test processes may each start one at a time."""

import os

from deploy.embedded.probe import port_is_free

# Below the ports that outgoing connections get: one of them would take a dead server's.
FIRST, LAST, WIDTH = 22_000, 32_000, 25
PROCESSES = 8  # of pytest-xdist, each with bases of its own


def free_base() -> int:
    """A base above which all our ports are free; no other process of this run may choose it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES
    bases = range(FIRST + worker * WIDTH, LAST, PROCESSES * WIDTH)
    start = os.getpid() % len(bases)  # beside those of another run
    turned = [*bases[start:], *bases[:start]]
    return next(base for base in turned if all(port_is_free(base + n) for n in range(20)))
