"""What everything in this room works with, handed in once at the start of a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from flask import Response

from services.review.desk.draft_store import DraftStore
from shared.case import Case, Fact, Rules, RulesSource
from shared.casework.holdings import Holdings
from shared.casework.log import Personal
from shared.casework.topics import CaseCommand
from shared.catalogue import Item
from shared.eventlog import EventLog
from shared.vault import Blobs, Vault
from shared.vault.unnamed import UnnamedUploads


class ToldWords(NamedTuple):
    """What an applicant is told of a fact."""

    subject: str
    zh: str
    en: str


# (fact, case after it, its item): the words, or None where the applicant is not told.
Say = Callable[[Fact, Case, Item], ToldWords | None]


@dataclass(frozen=True, kw_only=True)
class Review:
    """Log, vault, rules and clock of one process; `holdings`: who holds which documents.

    `blobs`: stored pictures; `unnamed`: those that no case names yet. `drafts`: of proposals.
    `say`: what the applicant is told of a fact, given the case after it; the words are not ours.
    """

    log: EventLog
    vault: Vault
    blobs: Blobs
    unnamed: UnnamedUploads
    holdings: Holdings
    drafts: DraftStore
    source: RulesSource
    say: Say
    now: Callable[[], datetime]

    @property
    def rules(self) -> Rules:
        """The rules as they are at this moment; a decision asks once."""
        return self.source.present


# A command, or a function of room and case that looks something up and makes it.
Told = CaseCommand | Callable[[Review, Case], CaseCommand]


class ReviewDesk(Protocol):
    """Decides, appends and answers. It is handed to the routes of each topic.

    `body`: the request's, for the free text that the command's topic seals. `personal`: what else
    is sealed, made from the case.
    """

    def __call__(
        self,
        case: str,
        command: Told,
        body: Mapping[str, Any],
        *,
        personal: Callable[[Case], Personal] | None = None,
    ) -> Response: ...


Desk = ReviewDesk  # as the rooms of all services call what their routes are given
