"""The older document that a result stands in for: named by the officer with the approval (R-173).

By its printed number where that is one of ours; else the last one of the result's series is meant.
"""

from collections.abc import Sequence

import msgspec

from services.review.room import Review
from shared.case import Case, Rules
from shared.casework.topics import Instead
from shared.http.words.in_chinese import chinese

NUMBER = r"[a-z0-9][a-z0-9-]*/[1-9][0-9]{0,11}"


class OldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """For which result an older document was named, and its id; empty: the person has none."""

    result: str
    document: str


class OldDocumentWrong(Instead):
    """An older document that was named is none of this person; `faults` says of which results.

    It is the same for a number that does not exist and for somebody else's.
    """

    code = "old-document-wrong"


def found(case: Case, named: Sequence[dict[str, str]], review: Review) -> tuple[OldDocument, ...]:
    """What was named (`result`, perhaps `number`), each with the document that it means.

    Raises:
        LogUnavailable: the server is away.
    """
    series = {one.code: one.scheme or one.code for one in review.rules.results_of(case)}

    def document(one: dict[str, str]) -> str:
        if one["result"] not in series:
            return ""
        number = one.get("number", "")
        return review.holdings.find(case, series=series[one["result"]], number=number) or ""

    return tuple(OldDocument(result=one["result"], document=document(one)) for one in named)


def must_be_theirs(case: Case, named: Sequence[OldDocument], rules: Rules) -> None:
    """Every older document that was named exists, is this person's, and gives way to its result.

    Raises:
        OldDocumentWrong: one is not; `faults` names all of them at once.
    """
    gives_way = {one.code for one in rules.results_of(case) if one.replaces != "nothing"}
    faults = []
    for n, one in enumerate(named):
        earlier = named[:n]
        if one.result not in gives_way:
            code, text = "replaces-nothing", "This result stands in for no older document."
        elif any(one.result == other.result for other in earlier):
            code, text = "named-twice", "An older document is named twice for it."
        elif not one.document:
            code, text = "not-theirs", "This person holds no such document whose number counts."
        else:
            continue
        wrong = {"result": one.result, "code": code, "text": text, "detail_zh": chinese(text)}
        faults.append(wrong)
    if faults:
        told = " ".join(f"{one['result']}: {one['text']}" for one in faults)
        zh = "".join(dict.fromkeys(one["detail_zh"] for one in faults))
        raise OldDocumentWrong(told, faults=faults, detail_zh=zh)
