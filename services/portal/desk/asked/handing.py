"""Handing over at the desk: what is asked of whoever comes for a document, and what is sent.

What is collected at an office asks for its code and an identity document; anything else is
delivered or comes back.
"""

from collections.abc import Mapping
from typing import Any

from services.portal.forms.parts import NOTHING, Bilingual, FormInput, InputKind, Pick, Typed
from services.portal.forms.values import value_typed, was_typed

Body = dict[str, Any]
TO = ("applicant", "representative", "unit")
KINDS = (
    "resident-id",
    "hk-macao-taiwan-residence-permit",
    "permanent-residence-card",
    "passport",
)
RETURNED = ("nobody-there", "address-unknown", "refused-by-addressee", "lost-by-carrier")
_FOUR = Bilingual(
    "只填写最后四位，由系统与申请时的号码核对，号码本身不显示。",
    "The last four alone: they are compared with the application; the number is not shown.",
)
_CODE = Bilingual(
    "申请人登录后在办件页面看到的八位数字。负责人核对身份的，可以不填。",
    "The eight digits on the applicant's page of the case. A head who checks identity leaves it.",
)


def inputs_of(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """What is filled in for this case."""
    document = case.get("document") or {}
    asks, goes_to = document.get("asks"), document.get("goes_to") or TO
    if asks is None:
        return (
            _choice("outcome", "delivered", "returned"),
            _choice("to", *TO, required=False),
            _choice("code", *RETURNED, required=False),
        )
    code = (_text("voucher", hint=_CODE),) if asks == "code" else ()
    return (
        _choice("to", *goes_to),
        *code,
        _choice("id_kind", *KINDS),
        _text("last_four", hint=_FOUR, required=True),
        _input("authorisation_seen", "yes-no"),
    )


def body_of(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """What is sent: the identity document as one part, delivered where nothing else is asked."""
    said = {one.name: value_typed(one, typed) for one in inputs if was_typed(one, typed)}
    if all(one.name != "last_four" for one in inputs):
        return said
    identity = {"kind": said.pop("id_kind", ""), "last_four": said.pop("last_four", "")}
    return {"outcome": "delivered", **said, "identity": identity}


def _input(name: str, kind: InputKind, **more: Any) -> FormInput:
    identity = {"id_kind": "/identity/kind", "last_four": "/identity/last_four"}
    pointer = identity.get(name, f"/{name}")
    return FormInput(name=name, kind=kind, pointer=pointer, words=f"desk-{name}", **more)


def _text(name: str, *, hint: Bilingual, required: bool = False) -> FormInput:
    return _input(name, "text", hint=hint, required=required)


def _choice(name: str, *codes: str, required: bool = True) -> FormInput:
    picks = tuple(Pick(code, NOTHING, words=f"{name}-{code}") for code in codes)
    return _input(name, "one", picks=picks, required=required)
