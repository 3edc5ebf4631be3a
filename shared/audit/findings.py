"""What a verification found wrong: named so that somebody can go and look, and bounded."""

from threading import Lock
from typing import Any, Final

MAX_FINDINGS: Final = 1000


class Findings:
    """Collects findings as JSON-able documents; the first 1000 are kept, all are counted.

    Lanes are verified by threads of their own, so adding is under a lock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.kept: list[dict[str, Any]] = []
        self.count = 0

    def add(
        self,
        kind: str,
        detail: str,
        *,
        lane: int | None = None,
        position: int | None = None,
        stream: str | None = None,
        version: int | None = None,
    ) -> None:
        """Record one finding. `kind` is a stable word, `detail` a sentence for people."""
        with self._lock:
            self.count += 1
            if len(self.kept) < MAX_FINDINGS:
                self.kept.append(
                    {
                        "kind": kind,
                        "lane": lane,
                        "position": position,
                        "stream": stream,
                        "version": version,
                        "detail": detail,
                    }
                )
