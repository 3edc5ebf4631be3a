"""What everything in this room works with, handed in once at the start of a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import Response

from services.issuance.numbers.store import Numbers
from services.issuance.papers.drawn.fonts import Fonts
from services.issuance.papers.orders import PaperOrders
from shared.case import Case, Rules, RulesSource
from shared.casework.desk import at_desk
from shared.casework.log import Personal
from shared.casework.topics import CaseCommand, Topics
from shared.config.paper_keys import PaperKeySet
from shared.eventlog import Commit, EventLog, Loaded
from shared.vault import Blobs, Vault


class DocumentDesk(Protocol):
    """Decide a command on a document, append, answer. Handed to the document routes of a topic.

    `command`: what is told to the document, or a function of its case that makes it; `body`: the
    request's, where the topic seals a free text in it.
    """

    def __call__(
        self,
        document: str,
        command: CaseCommand | Callable[[Case], CaseCommand],
        body: Mapping[str, Any] | None = None,
        /,
    ) -> Response: ...


@dataclass(frozen=True, kw_only=True)
class Issuance:
    """Log, vault, numbers, papers, rules and clock of one process.

    `sequenced` gives a stream as far as the ledger has it: what the public is told of.
    `paper_keys`: the published keys of papers.
    """

    log: EventLog
    vault: Vault
    numbers: Numbers
    blobs: Blobs
    orders: PaperOrders
    fonts: Fonts
    paper_keys: PaperKeySet
    source: RulesSource
    now: Callable[[], datetime]
    sequenced: Callable[[str], Loaded]

    @property
    def rules(self) -> Rules:
        """The rules as they are at this moment; a decision asks once."""
        return self.source.present


@dataclass(frozen=True, eq=False)
class Desk:
    """Decide a command on a case, append, answer. Handed to the routes of each topic."""

    room: Issuance
    topics: Topics

    def __call__(
        self,
        case: str,
        command: CaseCommand | Callable[[Case], CaseCommand],
        personal: Callable[[Case], Personal] | None = None,
        *,
        more: Callable[[Commit], Mapping[str, Any]] | None = None,
    ) -> Response:
        """Decide a command on a case that the caller may meet; a function of the case makes one."""
        return at_desk(self.topics, self.room, case, command, personal=personal, more=more)
