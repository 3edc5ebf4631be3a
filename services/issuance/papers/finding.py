"""The papers of one case with their ids: what the list, the maker and the check all begin with."""

from collections.abc import Callable

import msgspec

from services.issuance.documents.papers import documents_of
from services.issuance.numbers.store import Numbers
from services.issuance.papers.sheets import Sheet, sheets_of
from services.issuance.papers.signed.codes import paper_id
from shared.case import Case, Rules
from shared.eventlog import EventLog
from shared.vault import subject_stream


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A paper of the case with its id, which is its code."""

    id: str
    sheet: Sheet


def key_ref_of(case: Case) -> str:
    """The name of the key under which the case knows its applicant; empty for nobody's case."""
    parties = case.application.parties if case.application else ()
    own = next((one.key_ref for one in parties if one.role == "applicant" and one.key_ref), "")
    return own or (subject_stream(case.subject) if case.subject else "")


def papers_named(
    case: Case,
    *,
    rules: Rules,
    numbers: Numbers,
    log: EventLog,
    key_of: Callable[[str], bytes],
) -> tuple[Named, ...]:
    """The papers that the case has by now. A case of nobody has none.

    Raises:
        Erased: the applicant's key was destroyed, and with it the way to the papers.
        LogUnavailable, VaultUnavailable.
    """
    ref = key_ref_of(case)
    if not ref or not case.exists:
        return ()
    documents = documents_of(case, numbers, log)
    by_result = {one.numbered.result: one for one in documents if one.numbered}
    sheets = sheets_of(case, rules.results_of(case), by_result)
    key = key_of(ref)
    return tuple(
        Named(
            id=paper_id(
                key,
                case=case.id,
                kind=sheet.kind,
                result=sheet.result_code,
                of_version=sheet.of_version,
            ),
            sheet=sheet,
        )
        for sheet in sheets
    )
