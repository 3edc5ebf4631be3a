"""A fixed piece of work, timed beside the load: how fast the processor is at that moment.

CPU time grows when others share caches and cores. The same work, timed in the same window, grows
with it, so CPU time in units of the gauge can be compared between runs; milliseconds cannot.
"""

import hashlib
import json
import time
from typing import Any

ROUNDS = 60
ITEM: Any = {
    "events": [
        {"version": n, "type": "intake.CaseSubmitted", "data": {"item": "000-01", "place": [n] * 8}}
        for n in range(12)
    ]
}


def gauge_ms() -> float:
    """The CPU time of the fixed work in this thread, in ms: JSON to and fro, and its hash."""
    began = time.thread_time_ns()
    digest = b""
    for _ in range(ROUNDS):
        text = json.dumps(ITEM, sort_keys=True)
        digest = hashlib.sha256(digest + json.dumps(json.loads(text)).encode()).digest()
    return (time.thread_time_ns() - began) / 1e6
