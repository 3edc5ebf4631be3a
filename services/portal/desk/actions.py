"""What can be done with a case at the desk: for each action its inputs, and the body of its call.

The names of the actions are the API's: a service names in `actions` what is possible now, and what
is not in this table is not offered here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from services.portal.desk.asked import granting, handing, limits, steps
from services.portal.desk.asked.basis import NAME, basis_asked, basis_said
from services.portal.desk.asked.inputs import (
    Body,
    desk_choice,
    desk_input,
    desk_words,
    picks_in_words,
    values_of,
)
from services.portal.forms.parts import (
    NOTHING,
    Bilingual,
    FormInput,
    Pick,
    Typed,
    one_typed,
)

Inputs = Callable[[Mapping[str, Any]], tuple[FormInput, ...]]


@dataclass(frozen=True, kw_only=True)
class DeskAction:
    """One action: its service, the last word of its address, its inputs for a case, its body.

    `cites`: whether it `may` end in a refusal, or `must`; a refusal has a legal basis.
    """

    service: str
    path: str
    inputs: Inputs = lambda _case: ()
    body: Callable[[tuple[FormInput, ...], Typed], Body] = values_of
    cites: Literal["", "may", "must"] = ""

    def asks(self, case: Mapping[str, Any]) -> tuple[FormInput, ...]:
        """Its inputs for a case, with the legal basis where it cites one."""
        own = self.inputs(case)
        return (*own, basis_asked(case, needed=self.cites == "must")) if self.cites else own

    def sends(self, inputs: tuple[FormInput, ...], typed: Typed) -> Body:
        """The body of its call, by what was typed."""
        if not self.cites:
            return self.body(inputs, typed)
        own = tuple(one for one in inputs if one.name != NAME)
        return {**self.body(own, typed), **basis_said(typed)}


def _missing(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Which papers are missing, of those that the item asks for."""
    asked = case["item_text"].get("materials") or ()
    listed = asked if isinstance(asked, list) else ()
    picks = tuple(
        Pick(one["code"], Bilingual(one["name"], one.get("name_en") or "")) for one in listed
    )
    return (desk_input("missing", "any", picks=picks),)


def _originals(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Whose originals were seen and given back, of what the item asks for."""
    asked = case["item_text"].get("materials") or ()
    listed = asked if isinstance(asked, list) else ()
    picks = tuple(
        Pick(one["code"], Bilingual(one["name"], one.get("name_en") or "")) for one in listed
    )
    return tuple(
        FormInput(
            name=f"originals.{name}",  # `seen` alone is the form's own
            kind="any",
            pointer=f"/{name}",
            words=f"desk-{name}",
            required=False,
            picks=picks,
        )
        for name in ("seen", "returned")
    )


def _missing_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    names = {pick.code: pick.title.zh for pick in inputs[0].picks}
    chosen = [code for code in typed.get("missing", ()) if code in names]
    return {"missing": [{"code": code, "name": names[code]} for code in chosen]}


def _findings(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Met or not, for each criterion; then what follows from it."""
    asked = tuple(
        FormInput(
            name=f"criterion.{one['code']}",
            kind="yes-no",
            pointer=f"/findings/{at}",
            title=_asked(one),
            hint=_source_of(one),
            required=True,
            code=one["code"],
        )
        for at, one in enumerate(_open_criteria(case))
    )
    return (*asked, desk_choice("proposal", "approve", "refuse"), desk_words())


def _open_criteria(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The criteria that an officer looks at; those of steps have their outcome already."""
    return [one for one in case["criteria"] if not one["code"].startswith("step-")]


def _findings_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    findings = [
        {"criterion": one.code, "met": one_typed(typed, one.name) == "yes"}
        for one in inputs
        if one.code
    ]
    rest = tuple(one for one in inputs if not one.code)
    return {"findings": findings, **values_of(rest, typed)}


def _reasons(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Which criteria are not met, with what is told of each: those proposed are chosen already."""
    picks = tuple(Pick(one["code"], _asked(one), _told(one)) for one in case["criteria"])
    by_steps = (one for one in case.get("step_criteria", ()) if not one["met"])
    picks += tuple(Pick(one["code"], Bilingual(one["text"])) for one in by_steps)
    return (desk_input("reasons", "any", picks=picks), desk_words("explanation"))


def _asked(criterion: Mapping[str, Any]) -> Bilingual:
    """What is looked at, in the item's own sentence; in the source's words where it has none."""
    return Bilingual(criterion.get("asked") or criterion["text"], criterion.get("asked_en") or "")


def _source_of(criterion: Mapping[str, Any]) -> Bilingual:
    """The source's words, where another sentence is asked."""
    text = criterion["text"]
    return NOTHING if _asked(criterion).zh == text else Bilingual(f"依据：{text}")


def _told(criterion: Mapping[str, Any]) -> Bilingual:
    """The sentence that an applicant is told where a criterion is not met."""
    zh, en = criterion.get("unmet"), criterion.get("unmet_en")
    return Bilingual(f"{zh}。", f"{en}." if en else "") if zh else NOTHING


def _stage(case: Mapping[str, Any]) -> FormInput:
    """The stage that is under way, and those to come: the API says which may be begun."""
    picks = tuple(
        Pick(one["code"], Bilingual(one["zh"], one["en"]))
        for one in case["stages"]
        if one["state"] in {"now", "to-come"}
    )
    return desk_input("stage", "one", picks=picks)


def _with_outcome(*failures: str, done: str) -> Inputs:
    """Whether it was done, and a code where it did not come off."""
    failed = Pick("failed", NOTHING, words="outcome-not-done")  # of a step it means "not passed"
    outcome = desk_input("outcome", "one", picks=(*picks_in_words("outcome", done), failed))
    return lambda _case: (outcome, desk_choice("failure", *failures, required=False))


_FAILED = ("chip-unreadable", "print-defect", "data-rejected", "other")
_UNPAID = ("account-closed", "account-unknown", "funds-short", "other")
CARRIERS = (
    *("ems", "china-post", "sf-express"),
    *("jd-logistics", "zto-express", "yto-express"),
)
GROUNDS = (
    *("not-needed", "not-competent", "out-of-scope", "not-entitled"),
    *("not-complete", "repeated"),
)

ACTIONS: Mapping[str, DeskAction] = MappingProxyType(
    {
        "acceptance": DeskAction(service="intake", path="cases/{case}/acceptance"),
        "supplement-request": DeskAction(
            service="intake",
            path="cases/{case}/supplement-request",
            inputs=_missing,
            body=_missing_body,
        ),
        "rejection": DeskAction(
            service="intake",
            path="cases/{case}/rejection",
            cites="may",
            inputs=lambda _case: (
                desk_input("grounds", "any", picks=picks_in_words("grounds", *GROUNDS)),
                desk_words("explanation"),
            ),
        ),
        "originals": DeskAction(service="intake", path="cases/{case}/originals", inputs=_originals),
        "assignment": DeskAction(service="review", path="reviews/{case}/assignment"),
        "visit": DeskAction(
            service="review", path="reviews/{case}/visit", inputs=steps.visit_inputs
        ),
        "step": DeskAction(
            service="review",
            path="reviews/{case}/step-outcome",
            cites="may",
            inputs=steps.step_inputs,
            body=steps.step_body,
        ),
        "public-notice": DeskAction(
            service="review",
            path="reviews/{case}/public-notice",
            inputs=steps.notice_inputs,
        ),
        "delay": DeskAction(
            service="review", path="reviews/{case}/delay", inputs=limits.delay_inputs
        ),
        "extension": DeskAction(
            service="review", path="reviews/{case}/extension", inputs=limits.extension_inputs
        ),
        "restart": DeskAction(
            service="review", path="reviews/{case}/restart", inputs=limits.restart_inputs
        ),
        "recomputation": DeskAction(service="review", path="reviews/{case}/recomputation"),
        "proposal": DeskAction(
            service="review", path="reviews/{case}/proposal", inputs=_findings, body=_findings_body
        ),
        "approval": DeskAction(
            service="review",
            path="reviews/{case}/approval",
            inputs=granting.grant_inputs,
            body=granting.grant_body,
        ),
        "refusal": DeskAction(
            service="review", path="reviews/{case}/refusal", inputs=_reasons, cites="must"
        ),
        "production": DeskAction(
            service="issuance",
            path="issuance/{case}/production",
            inputs=_with_outcome(*_FAILED, done="produced"),
        ),
        "dispatch": DeskAction(
            service="issuance",
            path="issuance/{case}/dispatch",
            inputs=lambda _case: (
                desk_choice("carrier", *CARRIERS),
                desk_input("tracking", "text"),
            ),
        ),
        "readiness": DeskAction(
            service="issuance",
            path="issuance/{case}/readiness",
            inputs=lambda _case: (desk_input("office", "text"),),
        ),
        "handover": DeskAction(
            service="issuance",
            path="issuance/{case}/handover",
            inputs=handing.inputs_of,
            body=handing.body_of,
        ),
        "unclaimed": DeskAction(
            service="issuance",
            path="issuance/{case}/unclaimed",
            inputs=lambda _case: (desk_input("office", "text"),),
        ),
        "destruction": DeskAction(service="issuance", path="issuance/{case}/destruction"),
        "record": DeskAction(
            service="issuance",
            path="issuance/{case}/record",
            inputs=lambda case: (
                _stage(case),
                desk_choice("outcome", "recorded", "surrendered", "not-existing"),
                desk_input("reference", "text", required=False),
            ),
        ),
        "payout": DeskAction(
            service="issuance",
            path="issuance/{case}/payout",
            inputs=_with_outcome(*_UNPAID, done="made"),
        ),
    }
)
