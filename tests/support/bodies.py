"""Bodies of every command on a case, and on its documents: such as its schema and the state allow.

For each command those that could have an effect on the case as a walk left it: it is enough that
one of them has.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, get_args

import msgspec

from services.review.validity import open_to
from shared.case import Case
from shared.case.issuance.document import Endorsement
from shared.case.next.position import next_step
from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from shared.clock import local_day
from tests.support.inspecting import found_for
from tests.support.stating import stated
from tests.support.walking import BASIS, Walk

VALUES = {
    "name": "测试甲",
    "phone": "13900001111",
    "email": "nobody@example.com",
    "delivery_address": "测试路1号",
}
NONE = "none"  # a code of nothing, where the state allows no other
VOUCHER = "code-of-the-voucher"  # in its place comes the one that the applicant is shown
BLOB = "blob-of-the-caller"  # whoever sends a body puts an upload of the caller's in its place
_COLLECTED = {
    "outcome": "delivered",
    "to": "unit",
    "identity": {"kind": "passport", "last_four": "0001"},
    "authorisation_seen": True,
}
Body = dict[str, Any]
Bodies = Callable[[Walk], list[Body]]


def bodies(name: str, walk: Walk) -> Iterator[Body]:
    """The bodies of a command that this state allows."""
    yield from BODIES.get(name, lambda _: [{}])(walk)


def _step(walk: Walk) -> Body:
    stage = next_step(walk.case)
    return {"step": stage.code if stage else "none"}


def _day(walk: Walk, days: int) -> str:
    return (local_day(walk.now) + timedelta(days=days)).isoformat()


def _limits(walk: Walk, **said: str) -> list[Body]:
    running = [due.limit for due in walk.case.due] or [NONE]
    return [{"limit": limit, **said} for limit in running]


def _visit(walk: Walk) -> list[Body]:
    return [{**_step(walk), "day": _day(walk, 1), "since": "09:30", "until": "11:00"}]


def _outcome(walk: Walk) -> list[Body]:
    step = _step(walk)
    found = found_for(walk.case, step["step"], "passed", walk.rules, walk.now).get("found", {})
    points = [{"point": code, "met": met} for code, met in found.items()]
    return [{**step, "outcome": "passed", "legal_basis": list(BASIS), "points": points}]


def _notice(walk: Walk) -> list[Body]:
    words = {"text": "公示", "place": "公告栏"}
    return [{**_step(walk), **words, "since": _day(walk, 1), "until": _day(walk, 41)}]


def _approval(walk: Walk) -> list[Body]:
    found = stated(_open(walk))
    return [{"validity": found} if found else {}]


def _refusal(walk: Walk) -> list[Body]:
    words = {"explanation": "本人的话"} if walk.case.subject else {}
    return [{"reasons": _unmet(walk.case) or ["none"], "legal_basis": list(BASIS), **words}]


def asked_for(item: Item) -> list[str]:
    """The codes of the materials that an item asks for; none where nobody printed which."""
    return [one.code for one in listed(item.text.materials)]


def _materials(walk: Walk) -> list[dict[str, str]]:
    """What may be handed in: what the item asks for, and what an officer did."""
    missing = walk.case.supplement.fact.missing if walk.case.supplement else ()
    codes = [*(one.code for one in missing), *asked_for(walk.item)] or [NONE]
    return [{"code": code, "blob": BLOB} for code in dict.fromkeys(codes)]


def _supplement(walk: Walk) -> list[Body]:
    some = [{"materials": [one]} for one in _materials(walk)]
    return [*some, {"materials": [], "complete": True}]


def _payments(case: Case) -> list[str]:
    strays = (one.payment for one in case.strays)
    return [*(one.transaction for one in case.payments), *strays] or [NONE]


def _originals(walk: Walk) -> list[Body]:
    """Each original that is not in hand is seen, each that is goes back."""
    known = [one.material for one in walk.case.originals]
    back: list[Body] = [{"returned": [code]} for code in known]
    seen: list[Body] = [{"seen": [code]} for code in asked_for(walk.item)]
    return [*back, *seen] or [{"seen": [NONE]}]


def _records(walk: Walk) -> list[Body]:
    surrender = {stage.code for stage in walk.case.stages if stage.kind == "surrender-old"}
    return [
        {"stage": stage.code, "outcome": "surrendered" if stage.code in surrender else "recorded"}
        for stage in walk.case.stages
        if stage.service == "issuance"
    ]


# Of a proposal two: the same as before would change nothing. What is the applicant's is sealed
# under a key of theirs.
BODIES: Mapping[str, Bodies] = {
    "release": lambda _: [{"reason": "workload"}],
    "passing-on": lambda _: [{"reason": "workload", "to": "staff-9"}],
    "correction": lambda _: [{"why": "typing", one: value} for one, value in VALUES.items()],
    "delay": lambda walk: _limits(walk, reason="workload"),
    "draft": lambda walk: [{"proposal": "approve"}] if walk.case.subject else [],
    "proposal": lambda walk: [_proposal(walk.case, met=met) for met in (True, False)],
    "approval": _approval,
    "refusal": _refusal,
    "visit": _visit,
    "step-start": lambda walk: [_step(walk)],
    "step-outcome": _outcome,
    "public-notice": _notice,
    "extension": lambda walk: _limits(walk, approved_by="staff-head", reason="complex"),
    "restart": lambda walk: _limits(walk, rule="《测试规定》第一条"),
    "pictures": lambda _: [],  # its body is the bytes of one
    "materials": lambda walk: [{"material": one} for one in _materials(walk)],
    "supplement": _supplement,
    "contact": lambda _: [{"phone": "13900001112"}],
    "supplement-request": lambda _: [{"missing": [{"code": "plan", "name": "平面图"}]}],
    "rejection": lambda _: [{"grounds": ["out-of-scope"], "legal_basis": list(BASIS)}],
    "refund-order": lambda walk: [{"payment": one} for one in _payments(walk.case)],
    "refund-settlement": lambda walk: [
        {"payment": one, "how": "explained"} for one in _payments(walk.case)
    ],
    "originals": _originals,
    "production": lambda _: [
        {"outcome": "produced"},
        {"outcome": "failed", "failure": "print-defect"},
    ],
    "dispatch": lambda _: [{"carrier": "EMS", "tracking": "EM123456789CN"}],
    "readiness": lambda _: [{"office": "测试窗口"}],
    "handover": lambda _: [
        {"outcome": "delivered", "to": "applicant"},
        _COLLECTED,
        {**_COLLECTED, "voucher": VOUCHER},
        {"outcome": "returned", "code": "nobody-there"},
    ],
    "voucher": lambda _: [{}],
    "unclaimed": lambda _: [{"office": "测试窗口"}],
    "record": _records,
    "payout": lambda _: [
        {"outcome": "made"},
        {"outcome": "failed", "failure": "account-closed"},
    ],
    "revocation": lambda _: [{"ground": "lost"}],
    "endorsement": lambda _: [{"endorsement": one} for one in get_args(Endorsement)],
    "suspension": lambda _: [{"ground": "lost"}],
}


def _open(walk: Walk) -> Any:
    return msgspec.to_builtins(open_to(walk.case, walk.rules))


def _proposal(case: Case, *, met: bool) -> Body:
    criteria = case.review.fact.criteria if case.review else ()
    mine = [one.code for one in criteria if not one.code.startswith("step-")]
    failed = any(step.outcome == "failed" for step in case.steps.values())
    found = [{"criterion": code, "met": met} for code in mine or ["none"]]
    return {"proposal": "refuse" if failed or not met else "approve", "findings": found}


def _unmet(case: Case) -> list[str]:
    findings = case.proposal.fact.findings if case.proposal else ()
    return [one.criterion for one in findings if not one.met]
