"""Twelve people who meet a case: of each duty, of two places, with their own case and another's.

The officer of a walk is `staff-1`. Who applied is, on every second case, an officer of the very
office too: on the own case they are an applicant and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.catalogue import ItemText
from shared.jurisdiction import packaged_jurisdiction
from shared.security.duties import Duty

ALL = tuple(duty.value for duty in Duty if duty not in {Duty.APPLY, Duty.AUDIT})


@dataclass(frozen=True)
class Person:
    """Somebody with a token: a user of the local issuer, and what their token says beside."""

    name: str
    user: str
    claims: Mapping[str, Any] = field(default_factory=dict)


def office_of(text: ItemText) -> str:
    """The office that decides a case of the item that names none."""
    region = packaged_jurisdiction().sources[text.source.document]
    return f"{text.department}-{region}"


def elsewhere(text: ItemText) -> str:
    """An office of the same authority in another region, or of another where it has none."""
    offices, own = packaged_jurisdiction().offices, office_of(text)
    other = sorted(code for code, one in offices.items() if one.region != offices[own].region)
    same = [code for code in other if offices[code].authority == text.department]
    return [*same, *other][0]


def twelve(text: ItemText, *, officer_too: bool) -> tuple[Person, ...]:
    """The people, for a case of this item. `officer_too`: whoever applied works at its office."""
    own, other = office_of(text), elsewhere(text)
    post = {"authority": text.department, "office": own}
    away = {"authority": packaged_jurisdiction().offices[other].authority, "office": other}
    works = {**post, "duties": list(ALL), "roles": ["applicant", "officer"], "staff_id": "staff-0"}
    first = {"staff_id": "staff-1"}
    small = ["take-in", "review", "approve", "inspect", "panel"]
    return (
        Person("applicant", "applicant", works if officer_too else {}),
        Person("another applicant", "neighbour"),
        Person("officer who has the case", f"review@{own}", first),
        Person("officer of the office", "officer-2", {**post, "duties": small}),
        Person("officer of another place", "officer-2", {**away, "duties": list(ALL), **first}),
        Person("inspector", f"inspect@{own}", {"duties": ["inspect", "panel"]}),
        Person("approver who proposed", f"approve@{own}", first),
        Person("another approver", f"approve@{own}"),
        Person("head", f"head@{own}"),
        Person("supervisor", f"supervise@{own}"),
        Person("producer", f"produce@{own}", {"duties": ["produce", "hand-over"]}),
        Person("auditor", "auditor"),
    )
