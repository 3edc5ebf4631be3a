"""That a paper was signed is recorded once: the only event of `paper/<id>`.

It is told to a paper by the `Workshop` of the worker, which has stored the sealed file before.
"""

from datetime import date, datetime

from msgspec import structs

from shared.case import Fact, Rules, SignedPaper
from shared.case.issuance.paper import PaperKind, PaperSigned
from shared.casework.topics import CaseCommand, Topic


class SignPaper(CaseCommand, frozen=True, kw_only=True):
    """Record a paper whose signed file is stored; its fields are those of the event."""

    case: str
    paper: PaperKind
    of_version: int
    item: str
    day: date
    blob: str
    sha256: str
    size: int
    key: str
    result: str = ""
    document: str = ""
    number: str = ""


def sign_paper(paper: SignedPaper, cmd: SignPaper, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record it; nothing where the paper is there: it is signed once."""
    if paper.signed is not None:
        return []
    return [PaperSigned(**structs.asdict(cmd))]


TOPIC = Topic(on_papers={SignPaper: sign_paper})
