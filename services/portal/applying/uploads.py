"""Pictures that were chosen on a page: given to the API at once, and named in the draft."""

from flask import request

from services.portal.api import Api, ApiAnswer
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import NOTHING, Bilingual, FormInput, FormPage

MOST_BYTES = 8 * 1024 * 1024
MOST_PICTURES = 10
_TOO_LARGE = 413
UNREADABLE = "picture-unreadable"


def took_in(
    api: Api,
    token: str,
    page: FormPage,
    typed: dict[str, tuple[str, ...]],
    *,
    sitting: str = "",
    inspected: str = "",
) -> list[InputFault]:
    """Give what was chosen to the API and name it in `typed`; what is wrong with the rest.

    `sitting`: of the person at a counter to whom it belongs. `inspected`: the case of whose
    inspection it is a picture.
    """
    wrong = []
    for one in page.inputs:
        for file in request.files.getlist(one.name) if one.kind == "upload" else ():
            content = file.read(MOST_BYTES + 1)
            if not content:
                continue
            code = _refused(one, content, typed)
            if not code:
                answer = api.upload(content, token=token, sitting=sitting, inspected=inspected)
                code = _said(answer)
                if code == UNREADABLE:
                    why = _why(answer, whole=bool(inspected))
                    wrong.append(InputFault(page.key, one.name, why, code))
                    continue
                if not code:
                    typed[one.name] = (*typed.get(one.name, ()), answer.document["blob"])
            if code:
                wrong.append(InputFault(page.key, one.name, NOTHING, code))
    return wrong


def _refused(one: FormInput, content: bytes, typed: dict[str, tuple[str, ...]]) -> str:
    if len(content) > MOST_BYTES:
        return "picture-too-large"
    return "too-many-pictures" if len(typed.get(one.name, ())) >= MOST_PICTURES else ""


def _said(answer: ApiAnswer) -> str:
    """Which sentence says what the API found; empty where it took the picture."""
    if answer.ok:
        return ""
    return "picture-too-large" if answer.status == _TOO_LARGE else UNREADABLE


def _why(answer: ApiAnswer, *, whole: bool) -> Bilingual:
    """What the API measured and wants instead; nothing where it says only that it cannot.

    `whole`: where it names no part, the sentence of the whole answer counts.
    """
    otherwise = answer.document if whole else {}
    told: dict[str, str] = next(iter(answer.document.get("errors", ())), otherwise)
    return Bilingual(told.get("detail_zh", ""), told.get("detail", ""))


def taken_out(typed: dict[str, tuple[str, ...]], name: str, blob: str) -> None:
    """Take a picture out of what was chosen."""
    typed[name] = tuple(one for one in typed.get(name, ()) if one != blob)
