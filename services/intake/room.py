"""What everything in this room works with, handed in once at the start of a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response

from services.intake.application.repeated import OpenApplications
from services.intake.money.messages import CallbackIds
from services.intake.money.unplaced import UnplacedPayments
from services.intake.reading.asking import AskingByNumber
from shared.case import Case, Rules, RulesSource
from shared.casework.desk import at_desk
from shared.casework.log import Personal
from shared.casework.numbering import CaseNumbers
from shared.casework.topics import CaseCommand, Topics
from shared.eventlog import EventLog
from shared.vault import Blobs, Vault
from shared.vault.unnamed import UnnamedUploads


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Log, vault, uploads, rules and clock of one process. `case_id_keys` are newest first.

    `unnamed`: uploads that no case names yet. `numbers`: where cases get their numbers. `regions`:
    whose authority printed each source. `callbacks`: the ids of the messages that the payment
    gateway sent. `unplaced`: its payments that wait for a person. `applications`: what is open, by
    applicant and item. `asking`: which case has a number, and who guessed at it. `pay_url`: the
    address of the gateway's pages, empty where there is none.
    """

    log: EventLog
    vault: Vault
    blobs: Blobs
    unnamed: UnnamedUploads
    callbacks: CallbackIds
    unplaced: UnplacedPayments
    applications: OpenApplications
    asking: AskingByNumber
    source: RulesSource
    case_id_keys: tuple[bytes, ...]
    numbers: CaseNumbers
    regions: Mapping[str, str]
    now: Callable[[], datetime]
    upload_bytes: int = 8 * 1024 * 1024
    pay_url: str = ""

    @property
    def rules(self) -> Rules:
        """The rules as they are at this moment; a decision asks once."""
        return self.source.present


@dataclass(frozen=True, eq=False)
class Desk:
    """What the routes of a topic get: the room, and the decisions of all topics."""

    room: Intake
    topics: Topics

    def __call__(
        self,
        case: str,
        command: CaseCommand,
        body: Mapping[str, Any] | None = None,
        *,
        personal: Callable[[Case], Personal] | None = None,
    ) -> Response:
        """Decide a command on a case that the caller may meet, append, and answer."""
        return at_desk(self.topics, self.room, case, command, body=body, personal=personal)
