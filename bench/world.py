"""A log of genuine commits for the benchmarks: cases from submission to approval, in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.casework.log import drafts
from shared.config import Databases, Secrets
from shared.eventlog import Commit, Loaded, Writer
from shared.eventlog.building import build
from shared.eventlog.stored import document_of
from tests.support import histories
from tests.support.logs import command

# one entry a commit: who writes it, and the facts in it
PATH = (
    ("intake", histories.submitted()),
    ("intake", histories.paid()),
    ("intake", histories.accepted()),
    *(("review", [fact]) for fact in histories.reviewed()),
    ("review", histories.approved()),
)
EVENTS_A_CASE = sum(len(facts) for _, facts in PATH)


@dataclass
class World:
    """Makes cases with the installation's own writer keys; `lanes` as the topic has."""

    databases: Databases
    secrets: Secrets
    lanes: int
    cases: int = 0
    writers: dict[str, Writer] = field(default_factory=dict)

    def make(self, cases: int) -> list[Commit]:
        """The commits of so many new cases, case after case; nothing is stored yet."""
        return [commit for _ in range(cases) for commit in self._case()]

    def store(self, commits: Sequence[Commit], *, collection: str = "commits") -> None:
        """Put commits into the log in bulk (this is not what is measured)."""
        documents: list[dict[str, Any]] = [document_of(commit) for commit in commits]
        self.databases.log[collection].insert_many(documents)

    def _case(self) -> list[Commit]:
        self.cases += 1
        loaded = Loaded(stream=f"case/bench{self.cases:08d}", commits=())
        for number, (name, facts) in enumerate(PATH):
            commit = build(
                loaded,
                command(f"http:{number}"),
                drafts(facts),
                writer=self._writer(name),
                sealer=None,
                lanes=self.lanes,
                code_version="bench",
            )
            loaded = Loaded(stream=loaded.stream, commits=(*loaded.commits, commit))
        return list(loaded.commits)

    def _writer(self, name: str) -> Writer:
        if name not in self.writers:
            self.writers[name] = Writer(name, *self.secrets.writer_key(name))
        return self.writers[name]
