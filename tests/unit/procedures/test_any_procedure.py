"""A case of any procedure, under deeds, outcomes and lateness in any order: it never just stops."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.topics import INTAKE
from services.issuance.topics import ISSUANCE
from services.review.topics import REVIEW
from shared.case import Case, Owed, data_of, fold, owed, status
from shared.case.facts.parts import Valid
from shared.catalogue import Item, packaged_catalogue
from shared.catalogue.definition.choosing import Choices
from shared.eventlog import Event
from shared.eventlog.errors import Refused
from tests.support.commands import at_intake, at_issuance, at_review, intake, issuance, review
from tests.support.given import rules
from tests.support.inspecting import found_for
from tests.support.walking import OFFICER, WATCHED, Dated, Walk, open_at

START = datetime(2026, 9, 25, 4, 0, tzinfo=UTC)
STEPS = {"intake": INTAKE.steps, "review": REVIEW.steps, "issuance": ISSUANCE.steps}
FIRES = {
    "intake": (at_intake, intake.FireTimer),
    "review": (at_review, review.FireTimer),
    "issuance": (at_issuance, issuance.FireTimer),
}
ACTS = (
    "deed",
    "deed",
    "deed",
    "deed",
    "late",
    "rectify",
    "fail",
    "withdraw",
    "payout-fails",
    "unclaimed",
    "unclaimed",
    "destroy",
    "any",
)


def one_of_each_procedure() -> list[Item]:
    """An item for each sequence of stages that the catalogue makes."""
    found: dict[tuple[str, ...], Item] = {}
    for item in packaged_catalogue().items():
        if item.text.offered:
            stages = rules().procedure(item, Choices(), "pickup").stages
            found.setdefault(tuple(stage.code for stage in stages), item)
    return list(found.values())


DAY = date(2026, 10, 25)
VALID = (
    None,
    Valid(since=DAY, until=None, basis="printed"),
    Valid(since=DAY, until=date(2028, 2, 29), basis="printed"),
)
DELIVERIES = ("on-the-spot", "post", "pickup")


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(one_of_each_procedure()),
    st.lists(st.sampled_from(ACTS), max_size=40),
    st.sampled_from(VALID),
    st.sampled_from(DELIVERIES),
)
def test_an_open_case_of_any_procedure_owes_a_deed(
    item: Item, acts: list[str], valid: Valid | None, delivery: str
) -> None:
    walk = Dated(item, rules(), open_at(item, rules(), START))
    walk.valid = valid
    if walk.rules.calendar_of(item) and any(hasattr(rule, "needs") for rule in item.text.windows):
        return  # opens by an outside event that nobody announced here
    kinds = {way.kind for way in item.text.delivery if way.when is None}
    walk.submit(**({"delivery": delivery} if delivery in kinds else {}))
    refusals: list[Refused] = []
    for act in acts:
        try:
            _act(walk, act)
        except Refused as refusal:
            refusals.append(refusal)
        _holds(walk)
    assert all(one.code != Refused.code and one.detail for one in refusals)


def _act(walk: Walk, act: str) -> None:
    step = walk.next()
    if step is None:
        return
    match act:
        case "deed":
            walk.act(step)
        case "late":
            _late(walk, owed(walk.case)[0])
        case "rectify" | "fail" if step.step.startswith("step:"):
            code = step.step.partition(":")[2]
            outcome = "rectify" if act == "rectify" else "failed"
            found = found_for(walk.case, code, outcome, walk.rules, walk.now)
            stated: dict[str, Any] = {"legal_basis": ("《测试规定》第一条",), **found, **OFFICER}
            wish = review.CompleteStep(step=code, outcome=outcome, **stated)  # type: ignore[arg-type]
            walk.do(at_review, wish)
            walk.refuse = walk.refuse or act == "fail"
        case "withdraw" if walk.case.version % 5 == 0:
            walk.do(at_intake, intake.WithdrawCase())
        case "payout-fails":
            walk.do(at_issuance, issuance.RecordPayout(officer="s", failure="funds-short"))
        case "unclaimed":
            _made(walk)
            kept = issuance.RegisterUnclaimed(office="office-1", officer="s")
            walk.do(at_issuance, kept)
            _holds(walk)
        case "destroy":
            walk.do(at_issuance, issuance.DestroyDocument(officer="s"))
        case "any":
            _late(walk, owed(walk.case)[-1])


def _made(walk: Walk) -> None:
    """Go on until a document waits to be collected, or there is none: a rare state, made common."""
    walk.until("handover")
    document = walk.case.document
    if document is not None and document.dispatched:
        walk.do(at_issuance, issuance.RecordReturn(code="nobody-there"))


def _late(walk: Walk, step: Owed) -> None:
    decide, kind = FIRES[step.service]
    walk.now = max(walk.now, step.due_at)
    facts = walk.do(decide, kind(step=step.step, version=step.version))  # type: ignore[operator]
    assert facts, f"nothing came of {step} that was due"
    again = [one for one in owed(walk.case) if (one.step, one.version) == (step.step, step.version)]
    assert not again, f"{step} is still owed by the same version"


def _holds(walk: Walk) -> None:
    case, steps = walk.case, owed(walk.case)
    if case.open:
        deeds = [one for one in steps if one.step.partition(":")[0] not in WATCHED]
        assert deeds, f"{walk.item.id} is open and nothing is owed: {status(case)}"
    assert len({one.step for one in steps}) == len(steps)
    for one in steps:
        assert one.step.partition(":")[0] in STEPS[one.service]
        assert 1 <= one.since <= one.version <= case.version
    stored = [
        Event(
            version=n,
            type=fact.TYPE,
            schema=fact.SCHEMA,
            data=msgspec.json.decode(msgspec.json.encode(data_of(fact))),
            occurred_at=at.isoformat(),
        )
        for n, (fact, at) in enumerate(zip(walk.facts, walk.times, strict=True), 1)
    ]
    assert fold(stored, case_id="c1") == case
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(case), type=Case) == case
