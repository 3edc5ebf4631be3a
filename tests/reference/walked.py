"""One case of the reference log on its way: what the deciders decide is appended to a log."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace
from services.issuance.decisions import decide as at_issuance
from services.issuance.lasting import remind
from services.issuance.reactions import Numbering

from services.issuance import commands as issuance
from shared.case import (
    Fact,
    Recorded,
    Rules,
    case_stream,
    evolve,
    fold_document,
    owed,
    owed_document,
)
from shared.case.registrar.registration import SubjectRegistered
from shared.catalogue import Item
from shared.eventlog import Actor
from tests.reference.memory import Logs, Post
from tests.support.commands import at_intake, at_review, intake, review
from tests.support.walking import Dated, open_at

START = datetime(2026, 9, 25, 4, 0, tzinfo=UTC)  # a Friday at noon, before the autumn holiday
DOCUMENT_KEY = b"reference".ljust(32, b".")
FORMER = "version-before"
SYSTEM = {name: Actor(kind="system", ref=name) for name in ("intake", "review", "issuance")}
DECIDERS = {"intake": at_intake, "review": at_review, "issuance": at_issuance}
TIMERS: Mapping[str, Any] = {
    "intake": intake.FireTimer,
    "review": review.FireTimer,
    "issuance": issuance.FireTimer,
}


class Kept(Dated):
    """A walk whose facts are appended to a log, with numbers, and with notices if `post`."""

    def __init__(self, n: int, item: Item, rules: Rules, logs: Logs, *, post: bool) -> None:
        super().__init__(item, rules, open_at(item, rules, START + timedelta(hours=n % 97)))
        name = hashlib.sha256(f"reference case {n}".encode()).hexdigest()[:32]
        self.case = replace(self.case, id=name)
        self.subject = hashlib.sha256(f"reference subject {n // 2}".encode()).hexdigest()[:32]
        self.logs = logs
        outcomes = ("sent", "sent", "late", "sent", "waiting", "sent", "failed", "hopeless", "sent")
        self.post = Post(logs, lambda k: outcomes[(k + n) % len(outcomes)]) if post else None
        self.dated = False

    @property
    def numbering(self) -> Numbering:
        """The product's own reaction that numbers what was granted, under the rules of now."""
        return Numbering(
            self.logs.numbers,
            self.logs.of["issuance"],
            self.rules,
            document_key=DOCUMENT_KEY,
            now=lambda: self.now,
        )

    # ---- appending

    def do(self, decide: Callable[..., list[Fact]], wish: object) -> list[Fact]:
        """One command; what it decides is appended to the log, and told."""
        facts = super().do(decide, wish) if self.dated else super(Dated, self).do(decide, wish)
        self._append(facts)
        return facts

    def _append(self, facts: Sequence[Fact]) -> None:
        stream, before = case_stream(self.case.id), self.case.version - len(facts)
        actor = Actor(kind="system", ref="reference")
        self.logs.append(stream, facts, self.now, actor=actor)
        for n, fact in enumerate(facts if self.post else ()):
            assert self.post is not None
            self.post.told(stream, before + n + 1, fact, self.case, self.now)

    def add(self, *facts: Fact) -> None:
        """Facts that no command brings: a correction."""
        self.now += timedelta(minutes=1)
        for fact in facts:
            self.facts.append(fact)
            self.case = evolve(self.case, Recorded(fact, len(self.facts), self.now))
        self._append(facts)

    def submit(self, **changes: Any) -> None:
        """A conforming application of a person who was seen before, or is now."""
        if self.item.text.initiated_by == "applicant":
            self._register()
            changes = {"subject": self.subject, "contact": ("phone",), **changes}
        super().submit(**changes)

    def _register(self) -> None:
        stream = f"subject/{self.subject}"
        if not self.logs.store.stream(stream).commits:
            self.subject_fact(SubjectRegistered(key=stream))

    def subject_fact(self, fact: Fact) -> None:
        """What the vault records about the person."""
        stream, actor = f"subject/{self.subject}", Actor(kind="system", ref="vault")
        self.logs.append(stream, [fact], self.now, actor=actor)

    def _production_order(self, _: str) -> None:
        self.do(at_issuance, issuance.PrepareResults())
        order = self.numbered()
        assert order is not None
        self.do(at_issuance, order)

    def _record(self, stage: str) -> None:
        self.numbered()
        super()._record(stage)

    def numbered(self) -> issuance.OrderProduction | None:
        """The numbers of what was granted, by the product's own reaction."""
        command = self.logs.command(self.now, actor=SYSTEM["issuance"])
        return self.numbering.number(self.case, command)

    # ---- time

    def fire(self, kind: str = "") -> bool:
        """Wait for the first owed step (of a kind), and let its timer fire."""
        steps = [one for one in owed(self.case) if one.step.partition(":")[0].startswith(kind)]
        if not steps:
            return False
        one = steps[0]
        self.now = max(self.now, one.due_at)
        order = self.numbered() if one.step == "production-order" else None
        more = {"order": order} if order else {}
        self.do(
            DECIDERS[one.service], TIMERS[one.service](step=one.step, version=one.version, **more)
        )
        return True

    def on_document(self, at: Callable[[str], bool] = lambda _step: True) -> None:
        """The timers of the case's numbered papers, each when it is due."""
        for stream in self.papers():
            for _ in range(2):
                state = fold_document(stream.partition("/")[2], self._events(stream))
                for one in owed_document(state):
                    if at(one.step):
                        now = max(self.now, one.due_at + timedelta(seconds=1))
                        found = remind(
                            state, self.case, step=one.step, version=one.version, now=now
                        )
                        self.logs.append(stream, found, now, actor=SYSTEM["issuance"])

    def papers(self) -> list[str]:
        """The streams of the case's numbered papers."""
        of = self.logs.store.documents
        streams = {str(one["stream"]): None for one in of if str(one["stream"])[:9] == "document/"}
        return [s for s in streams if self._events(s)[0].data["case"] == self.case.id]

    def _events(self, stream: str) -> Sequence[Any]:
        return self.logs.of["issuance"].load(stream).events
