"""Cases offered at a fixed rate, and everything that is measured meanwhile.

Arrivals do not wait for the system: a case begins when its time has come, however many are on
their way, so a system that is too slow is seen to fall behind.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from bench.load import accounting, figures
from bench.load.carrying import NOTICES_A_CASE, Callers, Carried, Carrier, Person
from bench.load.gauge import gauge_ms
from bench.load.ladder import Step
from bench.load.system import OWN, NotSettledError, System
from services.progress.standing.view import VIEW
from shared.projection.generations import Generations
from shared.security.local_issuer import LocalIssuer

AT_ONCE_MOST = 96
SAMPLE_S = 0.5
DRAIN_S = 180.0
VISIBLE_EVERY = 4  # the projection is watched for every fourth case
VISIBLE_POLL_S = 0.005
VISIBLE_WITHIN_S = 60.0


@dataclass
class Load:
    """Carries new people's cases through one system; `run` tells its people from others."""

    system: System
    callers: Callers
    run: str
    begun: int = 0
    visible_ms: list[float] = field(default_factory=list)
    gauge_ms: list[float] = field(default_factory=list)

    def step(self, rate: float, cases: int) -> Step:
        """Offer so many cases at so many a second; wait until everything that follows is done."""
        before, sent = self._counted(), self.system.sent()
        self.visible_ms, self.gauge_ms, first = [], [], self.begun
        self.begun += cases
        unfinished: list[float] = []
        with ThreadPoolExecutor(AT_ONCE_MOST, "case") as pool:
            began = time.monotonic()
            futures = [
                pool.submit(self._case, Person(first + n, self.run), began + n / rate)
                for n in range(cases)
            ]
            self._watch(futures, began, rate, sent, unfinished)
            last = began + (cases - 1) / rate
            carried, failed = _results(futures)
        drained = self._drained(sent + NOTICES_A_CASE * len(carried), last)
        after = self._counted()
        wall_s = after.at - before.at
        found = self._figures(before, after, carried, wall_s=wall_s)
        return Step(rate, cases, failed, tuple(unfinished), round(drained, 2), found)

    def idle(self, seconds: float) -> dict[str, object]:
        """The CPU of the system while nobody asks it for anything, in percent of a core."""
        before, began = self.system.read(), time.monotonic()
        operations = self.system.operations()
        time.sleep(seconds)
        after, wall_s = self.system.read(), time.monotonic() - began
        counted = figures.operations(operations, self.system.operations(), {"command": 1})
        used = accounting.spent(before.cpu_ms, after.cpu_ms, root="launcher")
        ours = {name: ms for name, ms in used.items() if name not in {"mongo", "kafka"}}
        return {
            "seconds": round(wall_s, 1),
            "all": figures.share(sum(used.values()), wall_s),
            "ours": figures.share(sum(ours.values()), wall_s),
            "by_process": {name: figures.share(ms, wall_s) for name, ms in used.items()},
            "db_ops_per_s": {name: round(n / wall_s, 1) for name, n in counted.items()},
        }

    def _case(self, person: Person, at: float) -> Carried:
        time.sleep(max(0.0, at - time.monotonic()))
        watched = person.number % VISIBLE_EVERY == 0
        carrier = Carrier(self.callers, person, self._visible if watched else lambda _: None)
        return carrier.to_the_end()

    def _visible(self, carried: Carried) -> None:
        """Wait until the live projection has the case."""
        views = self.system.databases.views
        live = views[f"progress.{Generations(VIEW, views).live()}"]
        while live.find_one({"_id": carried.case}, {"_id": 1}) is None:
            if time.monotonic() - carried.posted_at > VISIBLE_WITHIN_S:
                raise NotSettledError(f"case {carried.case} did not show")
            time.sleep(VISIBLE_POLL_S)
        self.visible_ms.append((time.monotonic() - carried.posted_at) * 1000)

    def _watch(
        self,
        futures: "list[Future[Carried]]",
        began: float,
        rate: float,
        sent: int,
        unfinished: list[float],
    ) -> None:
        """Sample how many cases are begun and not done, until the last one has arrived."""
        while True:
            time.sleep(SAMPLE_S)
            self.gauge_ms.append(gauge_ms())
            arrived = min(len(futures), int((time.monotonic() - began) * rate) + 1)
            if arrived >= len(futures):
                return
            closed = sum(one.done() for one in futures)
            told = (self.system.sent() - sent) / NOTICES_A_CASE
            unfinished.append(round(arrived - min(closed, told), 1))

    def _drained(self, messages: int, since: float) -> float:
        """Seconds from the last arrival until all that follows was done."""
        self.system.settle(messages=messages, within_s=DRAIN_S)
        return time.monotonic() - since

    def _figures(
        self, before: "_Counted", after: "_Counted", carried: list[Carried], *, wall_s: float
    ) -> dict[str, object]:
        used = accounting.spent(before.reading.cpu_ms, after.reading.cpu_ms, root="launcher")
        own = {kind: n - before.own.get(kind, 0) for kind, n in after.own.items()}
        operations = figures.operations(before.operations, after.operations, own)
        cases = max(1, len(carried))
        return {
            "seconds": round(wall_s, 1),
            "gauge_ms": figures.percentiles(self.gauge_ms),
            "cpu_gauges_per_case": figures.in_gauges(sum(used.values()) / cases, self.gauge_ms),
            **figures.processor(
                used,
                machine_ms=after.reading.machine_ms - before.reading.machine_ms,
                client_ms=(after.client_s - before.client_s) * 1000,
                cases=cases,
                wall_s=wall_s,
            ),
            "db_ops_per_case": figures.each(operations, cases)
            | {"all": round(sum(operations.values()) / cases, 1)},
            "requests_per_case": round(sum(one.requests for one in carried) / cases, 1),
            "post_ms": figures.percentiles([one.post_ms for one in carried]),
            "post_to_visible_ms": figures.percentiles(self.visible_ms),
            "case_ms": figures.percentiles([one.whole_ms for one in carried]),
            "restarts": after.restarts - before.restarts,
        }

    def _counted(self) -> "_Counted":
        return _Counted(
            at=time.monotonic(),
            reading=self.system.read(),
            operations=self.system.operations(),
            own=OWN.counts(),
            client_s=time.process_time(),
            restarts=self.system.restarts,
        )


@dataclass(frozen=True)
class _Counted:
    at: float
    reading: accounting.Reading
    operations: dict[str, int]
    own: dict[str, int]
    client_s: float
    restarts: int


@contextmanager
def callers(system: System) -> Iterator[Callers]:
    """Everybody who calls this system, over one pool of connections."""
    settings = system.settings
    issuer = LocalIssuer(system.secrets.folder, issuer=settings.issuer, audience=settings.audience)
    limits = httpx.Limits(max_connections=AT_ONCE_MOST, max_keepalive_connections=AT_ONCE_MOST)
    with httpx.Client(timeout=30.0, trust_env=False, limits=limits) as http:
        yield Callers(dict(system.state.services), issuer, system.secrets.gateway_keys[0], http)


def _results(futures: "list[Future[Carried]]") -> tuple[list[Carried], int]:
    """The cases that came to their end, and how many did not."""
    carried: list[Carried] = []
    failed = 0
    for future in futures:
        if (error := future.exception()) is None:
            carried.append(future.result())
        else:
            failed += 1
            print(f"a case did not end: {error}")
    return carried, failed
