"""What a grant leaves to the officer: how long a result is valid, and the document it replaces."""

from collections.abc import Mapping
from typing import Any

from services.portal.desk.asked.inputs import Body
from services.portal.forms.parts import Bilingual, FormInput, InputKind, Typed, one_typed
from services.portal.forms.values import value_typed, was_typed

_OLD = "old"
_MEANT = Bilingual(
    "指申请人现有的最近一份同类证照。准予以后，它不再有效，核验时显示已换发。没有的，选否。",
    "The applicant's last document of this kind. It counts no more once this is granted.",
)


def grant_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """What is asked for this case."""
    old = tuple(
        FormInput(
            name=f"{_OLD}.{one['result']}",
            kind="yes-no",
            pointer="/old_documents",
            title=Bilingual(
                f"{one['name']}：是否替换申请人原有的证照？",
                f"{one['name_en']}: does it replace an older one?" if one.get("name_en") else "",
            ),
            hint=_MEANT,
            code=one["result"],
        )
        for one in case.get("old_documents_open", ())
    )
    return (*_validity(case), *old)


def grant_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """What was stated of each result; the older documents are those that were said to be there."""
    named = [one for one in inputs if one.name.startswith(f"{_OLD}.")]
    old = [{"result": one.code} for one in named if one_typed(typed, one.name) == "yes"]
    body = _validity_body(tuple(one for one in inputs if one not in named), typed)
    return body | ({"old_documents": old} if old else {})


def _validity(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """What the item leaves to the officer about how long a result is valid."""
    found: list[FormInput] = []
    for one in case["validity_open"]:
        asked = [*one.get("needs", ()), *one.get("may", ())]
        parts: tuple[tuple[str, InputKind], ...] = (
            ("original_until", "date"),
            ("authority_changed", "yes-no"),
            ("years", "number"),
        )
        for part, kind in parts:
            if part in asked or (part == "years" and "span" in asked):
                found.append(
                    FormInput(
                        name=f"validity.{one['result']}.{part}",
                        kind=kind,
                        pointer=f"/validity/{part}",
                        words=f"desk-{part}",
                        required=part in one["needs"]
                        or (part == "years" and "span" in one["needs"]),
                        code=one["result"],
                        title=Bilingual(""),
                    )
                )
    return tuple(found)


def _validity_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """What was stated of each result."""
    stated: dict[str, Body] = {}
    for one in inputs:
        if was_typed(one, typed):
            said = stated.setdefault(one.code, {"result": one.code})
            value = value_typed(one, typed)
            part = one.pointer.rsplit("/", 1)[-1]
            said |= {"span": {"n": value, "unit": "years"}} if part == "years" else {part: value}
    return {"validity": list(stated.values())} if stated else {}
