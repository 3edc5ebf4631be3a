"""One person of every duty and of every place, who asks for a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from shared.jurisdiction import packaged_jurisdiction
from shared.security.duties import ROLE_OF, Duty
from shared.security.local_issuer import find_user
from shared.security.principal import Role

AT_DESK = tuple(duty for duty in Duty if duty not in {Duty.APPLY, Duty.AUDIT})
# `here`: of the office that has the case; `above`: of one over it; `away`: of any other.
Where = Literal["here", "above", "away"]


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Somebody with a token. `meets`: the case is theirs to meet, and `own`: to read too.

    `staff`: the staff id, by which they may have the case or have proposed on it.
    """

    name: str
    user: str
    duties: frozenset[Duty] = frozenset()
    where: Where = "away"
    own: bool = False
    meets: bool = False
    staff: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[Role]:
        """In which roles their token lets them in."""
        known = {Duty.AUDIT: Role.AUDITOR, Duty.APPLY: Role.APPLICANT, **ROLE_OF}
        by_name = {"portal": Role.PORTAL, "operator": Role.OPERATOR, "service": Role.SERVICE}
        named = {by_name[self.user]} if self.user in by_name else set()
        return frozenset(named | {known[duty] for duty in self.duties})


def desk(name: str, office: str, *duties: Duty, where: Where = "here", staff: str = "") -> Asker:
    """Somebody at an office by these duties alone."""
    user = f"{duties[0].value}@{office}"
    staff = staff or str(find_user(user, packaged_jurisdiction()).staff_id)
    claims = {"duties": [one.value for one in duties], "staff_id": staff, "sub": f"local-{staff}"}
    return Asker(
        name=name,
        user=user,
        duties=frozenset(duties),
        where=where,
        staff=staff,
        claims=claims,
    )


def applicants(code: str) -> tuple[Asker, ...]:
    """Who applied, the portal for them, and others who apply. `code`: of an organisation's case."""
    own = Asker(name="applicant", user="applicant", duties=frozenset({Duty.APPLY}), own=True)
    own = replace(own, meets=True)
    strange = Asker(name="another applicant", user="neighbour", duties=frozenset({Duty.APPLY}))

    def acting(name: str, code: str, sub: str, **more: bool) -> Asker:
        claims = {"acts_for": {"kind": "organisation", "code": code}, "sub": sub}
        duties = frozenset({Duty.APPLY})
        return Asker(name=name, user="portal", duties=duties, claims=claims, **more)

    other = "91350100M000100Y43"
    found = (own, replace(own, name="portal", user="portal"), strange)
    found = (*found, acting("for another organisation", other, "local-neighbour"))
    if not code:
        return found
    return (
        *found,
        acting("handler", code, "local-applicant", own=True, meets=True),
        acting("colleague of the handler", code, "local-colleague", meets=True),
        acting("handler of another organisation", other, "local-applicant"),
    )


def everybody(office: str, *, code: str = "", above: str = "") -> tuple[Asker, ...]:
    """Everybody who asks for a case of this office. `above`: an office over it, if any."""
    authority = office.rpartition("-")[0]
    offices = packaged_jurisdiction().offices
    same = next(
        one
        for one, at in sorted(offices.items())
        if at.authority == authority and one not in {office, above}
    )
    other = next(one for one, at in sorted(offices.items()) if at.authority != authority)
    single = {duty: desk(duty.value, office, duty) for duty in AT_DESK}
    own = {"sub": "local-applicant", "roles": ["applicant", "officer"], "staff_id": "staff-own"}
    return (
        *applicants(code),
        *single.values(),
        desk("another reviewer", office, Duty.REVIEW, staff="staff-colleague"),
        desk("the approver who proposed", office, Duty.APPROVE, staff=single[Duty.REVIEW].staff),
        desk("all duties at another office", same, *AT_DESK, where="away"),
        desk("all duties of another authority", other, *AT_DESK, where="away"),
        *((desk("all duties above", above, *AT_DESK, where="above"),) if above else ()),
        *((desk("supervisor above", above, Duty.SUPERVISE, where="above"),) if above else ()),
        Asker(
            name="own case at the desk",
            user=f"review@{office}",
            duties=frozenset({Duty.APPLY, *AT_DESK}),
            where="here",
            own=True,
            meets=True,
            staff="staff-own",
            claims=own | {"duties": [duty.value for duty in AT_DESK]},
        ),
        Asker(name="auditor", user="auditor", duties=frozenset({Duty.AUDIT})),
        Asker(name="operator", user="operator"),
        Asker(name="service", user="service"),
    )
