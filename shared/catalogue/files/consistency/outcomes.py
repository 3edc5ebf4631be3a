"""What one file says of a decision and of what comes after: criteria, remedy, handing over."""

from collections.abc import Iterator

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.outcome import AcceptanceRule

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


def outcomes_right(file: ItemFile) -> Iterator[Fault]:
    """Every contradiction in what a file says of the decision."""
    yield from _criteria(file)
    yield from _remedy(file)
    yield from _by_itself(file)
    vouchers = {one.code for one in listed(file.results) if one.kind == "voucher"}
    for at, result in enumerate(listed(file.results)):
        rule = result.hand_over
        if rule is not None and rule.voucher is not None and rule.voucher not in vouchers:
            path = ("results", at, "hand_over")
            yield path, f"There is no result {rule.voucher!r} that is a voucher."
    seen = [part.what for part in file.kept]
    for at, part in enumerate(file.kept):
        if part.what in seen[:at]:
            yield ("kept", at, "what"), f"How long {part.what!r} is kept is there twice."
        if not part.raw and "kept" not in file.inferred:
            yield ("kept", at), "How long it is kept quotes the source, or is inferred: kept."


def _criteria(file: ItemFile) -> Iterator[Fault]:
    """Where one criterion has its sentences, each has all four of them."""
    criteria = () if file.review == "unknown" else file.review.criteria
    names = ("met", "met_en", "unmet", "unmet_en")
    if not any(getattr(one, name) for one in criteria for name in names):
        return
    for at, one in enumerate(criteria):
        for name in names:
            if not getattr(one, name):
                said = f"The criterion {one.code!r} does not say what is told: {name}."
                yield ("review", "criteria", at), said
        if one.unmet and one.unmet.strip("。") == one.text.strip("。"):
            said = "What is told of an unmet criterion is not the criterion: it says the opposite."
            yield ("review", "criteria", at, "unmet"), said


# What the system can enter by itself: nothing that is made, handed over, numbered or paid.
_ENTERED = frozenset({"record", "confirmation", "none"})


def _by_itself(file: ItemFile) -> Iterator[Fault]:
    """Where the system decides, it accepts too, and nobody has to do anything afterwards."""
    if file.review == "unknown" or file.review.decided_by != "system":
        return
    path = ("review", "decided_by")
    if not isinstance(file.acceptance, AcceptanceRule) or file.acceptance.decided_by != "system":
        yield path, "An item that the system decides is accepted by the system: acceptance."
    if any(result.kind not in _ENTERED for result in listed(file.results)):
        yield path, "The system enters what it decides: the results are entries of a register."


def _remedy(file: ItemFile) -> Iterator[Fault]:
    if file.remedy is None:
        return
    if file.appeal is not None:
        yield ("appeal",), "The item has a remedy: leave appeal out."
    codes = set() if file.offices == "unknown" else {office.code for office in file.offices}
    everywhere = [one for one in file.remedy.bodies if not one.offices]
    if len(everywhere) > 1:
        yield ("remedy", "bodies"), "Two bodies are for every office: name the offices."
    for at, body in enumerate(file.remedy.bodies):
        for code in body.offices:
            if code not in codes:
                yield ("remedy", "bodies", at, "offices"), f"The item has no office {code!r}."
    if not file.remedy.raw and "remedy" not in file.inferred:
        yield ("remedy",), "A remedy quotes the source (raw), or says why it is this: inferred."
