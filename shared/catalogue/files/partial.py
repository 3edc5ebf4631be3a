"""Checking a broken file as far as possible, so that one mistake does not hide the others.

A field that cannot be read is put aside together with every rule that depends on it. The remainder
is never loaded; it only serves to report further faults.
"""

import copy
from collections.abc import Mapping
from typing import Any

import msgspec

from shared.catalogue.definition.item import ItemFile
from shared.catalogue.files.consistency.file import Fault, faults_of
from shared.catalogue.files.strict_reading import NO_FIELD, Misfit

# Stand-ins for the mandatory fields; no fault is reported about them.
_NOWHERE = "000"
_STAND_INS: Mapping[str, Any] = {
    "id": f"{_NOWHERE}-R0",
    "edition": 1,
    "offered": True,
    "source": {"document": _NOWHERE, "lines": [1, 1]},
    "name": "-",
    "calendar": "xinjiang",
}
_WITH_WHEN = frozenset(
    {
        "situations",
        "materials",
        "groups",
        "facts",
        "checks",
        "fee",
        "limits",
        "windows",
        "renewals",
        "results",
        "delivery",
    }
)
_DEPENDS: Mapping[str, frozenset[str]] = {
    "id": frozenset({"source"}),
    "kind": frozenset({"offered", "statements", "template"}),
    "offered": frozenset({"not_offered_because", "not_offered_because_zh"}),
    "not_offered_because": frozenset({"offered"}),
    "not_offered_because_zh": frozenset({"offered"}),
    "statements": frozenset({"kind"}),
    "variants": _WITH_WHEN,
    "situations": _WITH_WHEN,
    "representation": _WITH_WHEN,
    "channels": _WITH_WHEN,
    "materials": frozenset({"representation"}),
    "facts": frozenset({"checks", "renewals", "groups"}),
    "groups": frozenset({"facts", "checks", "renewals"}),
    "inferred": frozenset({"facts", "remedy", "kept"}),
    "offices": frozenset({"remedy"}),
    "remedy": frozenset({"appeal"}),
    "template": frozenset({"facts"}),
    "modifiers": frozenset({"facts"}),
    "results": frozenset({"facts"}),
    "limits": frozenset({"offices"}),
}


class Mended(msgspec.Struct, frozen=True):
    """The rest of a file, the fields that were put aside, and the faults of the rest."""

    file: ItemFile
    aside: frozenset[str]
    faults: tuple[Fault, ...]


def mended(value: Any, misfit: Misfit) -> Mended | None:
    """The rest of a file whose values do not fit; None if too little of the file remains."""
    if not isinstance(value, dict):
        return None
    rest = copy.deepcopy(value)
    aside: set[str] = {name for name in _STAND_INS if name not in rest}
    for path, sentence in misfit.faults:
        if path and sentence.startswith(NO_FIELD):
            *way, last = path
            _at(rest, way).pop(last, None)
        elif path:
            aside.add(str(path[0]))
    for name in aside:
        rest.pop(name, None)
        if name in _STAND_INS:
            rest[name] = _STAND_INS[name]
    try:
        file = msgspec.convert(rest, ItemFile)
    except msgspec.ValidationError:
        return None
    silent = aside.union(*(_DEPENDS.get(name, frozenset()) for name in aside))
    faults = [fault for fault in faults_of(file) if fault[0] and fault[0][0] not in silent]
    return Mended(file, frozenset(aside), tuple(faults))


def _at(value: Any, way: list[str | int]) -> Any:
    for step in way:
        value = value[step]
    return value
