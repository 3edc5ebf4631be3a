"""The number of a document as it stands on its paper: one for everybody who is shown it. Pure."""

from shared.case.deciding.rules import Rules
from shared.case.issuance.document import IssuedDocument
from shared.case.state import Case
from shared.catalogue import UnknownItem
from shared.catalogue.rules.printed_number import printed_number
from shared.clock import local_day


def number_printed(document: IssuedDocument, case: Case, rules: Rules) -> str | None:
    """By the format of its result in the case's own edition; null where no edition is known."""
    numbered, mark = document.numbered, document.numbered_at
    if numbered is None or mark is None:
        return None
    try:
        results = rules.item_of(case).text.results
    except UnknownItem:
        return None
    rule = next((one for one in results if one.code == numbered.result), None)
    if rule is None:
        return None
    return printed_number(rule, numbered.number, year=local_day(mark.at).year)
