"""Every route and who may use it: one table for the whole system, data and nothing else.

It exists so that "who may" is read in one place, and so that a route without a row refuses to
start (`shared.http.create_app`). `docs/reference/permissions.md` explains the columns.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from shared.security.duties import DESK, ROLE_OF, Duty, duties_for, duties_in
from shared.security.principal import Principal, Role


class Entrance(enum.Enum):
    """How a caller proves who they are, before anything else is looked at."""

    BEARER = "bearer"  # an access token
    SIGNATURE = "signature"  # a signed callback (`shared.security.callbacks`)
    OPEN = "open"  # nobody is asked
    DOCS = "docs"  # open in the embedded system, any valid token elsewhere
    INTERNAL = "internal"  # open on the internal port, the named roles elsewhere


class Kind(enum.Enum):
    """What a route does; it decides which headers a request must carry."""

    READ = "read"
    TRIAL = "trial"  # asks with a body what would happen; nothing is stored
    CREATE = "create"  # Idempotency-Key
    COMMAND = "command"  # Idempotency-Key and If-Match
    CALLBACK = "callback"  # identified by its signature's id


class Scope(enum.Enum):
    """Which cases the caller may meet on this route."""

    OWN = "own"  # applicants their own, offices their department's, auditors all (reading)
    LISTED = "listed"  # the same, as a filter on a list
    NONE = "none"  # the route does not touch one case


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One row: `method` on `rule` of `service` for `roles`, cases as `scope` says.

    In `rule` a placeholder is `{name}`; the name itself does not matter when it is matched.
    """

    service: str
    method: str
    rule: str
    roles: frozenset[Role] = frozenset()
    scope: Scope = Scope.NONE
    kind: Kind = Kind.READ
    entry: Entrance = Entrance.BEARER

    @property
    def duties(self) -> frozenset[Duty]:
        """Which duties at an office the command belongs to; none for everything else."""
        commands = self.kind in {Kind.CREATE, Kind.COMMAND} and not self.roles.isdisjoint(DESK)
        return duties_for(self.rule.rpartition("/")[2]) if commands else frozenset()


_APPLICANT = frozenset({Role.APPLICANT, Role.PORTAL})
_OFFICER = frozenset({Role.OFFICER})
_PRODUCER = frozenset({Role.PRODUCER})
_AUDITOR = frozenset({Role.AUDITOR})
_OPERATOR = frozenset({Role.OPERATOR})
_SERVICE = frozenset({Role.SERVICE})
_FEED = frozenset({Role.SERVICE, Role.AUDITOR})
_ANYONE = frozenset(Role)  # a token is needed, whatever its role


def _read(service: str, rule: str, roles: frozenset[Role], scope: Scope = Scope.OWN) -> Permission:
    return Permission(service=service, method="GET", rule=rule, roles=roles, scope=scope)


def _command(service: str, rule: str, roles: frozenset[Role]) -> Permission:
    return Permission(
        service=service, method="POST", rule=rule, roles=roles, scope=Scope.OWN, kind=Kind.COMMAND
    )


def _create(
    service: str, rule: str, roles: frozenset[Role], scope: Scope = Scope.NONE
) -> Permission:
    return Permission(
        service=service, method="POST", rule=rule, roles=roles, scope=scope, kind=Kind.CREATE
    )


def _trial(
    service: str, rule: str, roles: frozenset[Role], scope: Scope = Scope.NONE
) -> Permission:
    return Permission(
        service=service, method="POST", rule=rule, roles=roles, scope=scope, kind=Kind.TRIAL
    )


def _open(service: str, rule: str) -> Permission:
    return Permission(service=service, method="GET", rule=rule, entry=Entrance.OPEN)


TABLE: tuple[Permission, ...] = (
    # intake
    _open("intake", "/v1/items"),  # what can be applied for is no secret
    _open("intake", "/v1/items/{item}"),
    _read("intake", "/v1/items/{item}/form", _ANYONE, Scope.NONE),
    _read("intake", "/v1/items/{item}/template", _ANYONE, Scope.NONE),
    _trial("intake", "/v1/items/{item}/rows", _APPLICANT | _OFFICER),
    _trial("intake", "/v1/items/{item}/check", _APPLICANT | _OFFICER),
    _trial("intake", "/v1/items/{item}/own-times", _APPLICANT | _OFFICER),
    _create("intake", "/v1/uploads", _APPLICANT),
    _create("intake", "/v1/drafts", _APPLICANT),
    _create("intake", "/v1/cases", _APPLICANT),
    Permission(
        service="intake",
        method="POST",
        rule="/v1/cases/standing",
        kind=Kind.TRIAL,
        entry=Entrance.OPEN,
    ),
    _read("intake", "/v1/cases/{case}", _APPLICANT | _OFFICER | _AUDITOR),
    _read("intake", "/v1/cases/{case}/application", _APPLICANT),
    _read("intake", "/v1/cases/{case}/readings", _APPLICANT | _AUDITOR),
    _read("intake", "/v1/cases/{case}/receipt", _APPLICANT | _OFFICER | _AUDITOR),
    _command("intake", "/v1/cases/{case}/materials", _APPLICANT),
    _command("intake", "/v1/cases/{case}/supplement", _APPLICANT),
    _command("intake", "/v1/cases/{case}/withdrawal", _APPLICANT),
    _command("intake", "/v1/cases/{case}/contact", _APPLICANT),
    _command("intake", "/v1/cases/{case}/acceptance", _OFFICER),
    _command("intake", "/v1/cases/{case}/supplement-request", _OFFICER),
    _command("intake", "/v1/cases/{case}/rejection", _OFFICER),
    _command("intake", "/v1/cases/{case}/refund-order", _OFFICER),
    _command("intake", "/v1/cases/{case}/refund-settlement", _OFFICER),
    _create("intake", "/v1/initiations", _OFFICER | _SERVICE),
    _create("intake", "/v1/counter/sittings", _OFFICER),
    _create("intake", "/v1/counter/scans", _OFFICER),
    _create("intake", "/v1/counter/applications", _OFFICER),
    _command("intake", "/v1/cases/{case}/originals", _OFFICER),
    _read("intake", "/v1/cases/{case}/materials/{blob}", _APPLICANT | _OFFICER),
    _create("intake", "/v1/cases/{case}/pictures", _OFFICER, Scope.OWN),
    _read("intake", "/v1/cases/{case}/pictures/{blob}", _OFFICER),
    Permission(
        service="intake",
        method="POST",
        rule="/v1/payments/callbacks",
        roles=frozenset({Role.GATEWAY}),
        kind=Kind.CALLBACK,
        entry=Entrance.SIGNATURE,
    ),
    Permission(
        service="intake",
        method="POST",
        rule="/v1/payments/orders",
        roles=frozenset({Role.GATEWAY}),
        kind=Kind.TRIAL,
        entry=Entrance.SIGNATURE,
    ),
    _read("intake", "/v1/payments/unplaced", _OFFICER | _AUDITOR | _OPERATOR, Scope.LISTED),
    # review
    _read("review", "/v1/reviews/{case}", _OFFICER | _AUDITOR),
    _read("review", "/v1/reviews/{case}/application", _OFFICER),
    _command("review", "/v1/reviews/{case}/assignment", _OFFICER),
    _command("review", "/v1/reviews/{case}/release", _OFFICER),
    _command("review", "/v1/reviews/{case}/passing-on", _OFFICER),
    _command("review", "/v1/reviews/{case}/proposal", _OFFICER),
    _read("review", "/v1/reviews/{case}/draft", _OFFICER),
    _create("review", "/v1/reviews/{case}/draft", _OFFICER, Scope.OWN),
    _trial("review", "/v1/reviews/{case}/preview", _OFFICER, Scope.OWN),
    _command("review", "/v1/reviews/{case}/approval", _OFFICER),
    _command("review", "/v1/reviews/{case}/refusal", _OFFICER),
    _command("review", "/v1/reviews/{case}/visit", _OFFICER),
    _command("review", "/v1/reviews/{case}/step-start", _OFFICER),
    _command("review", "/v1/reviews/{case}/public-notice", _OFFICER),
    _command("review", "/v1/reviews/{case}/step-outcome", _OFFICER),
    _command("review", "/v1/reviews/{case}/extension", _OFFICER),
    _command("review", "/v1/reviews/{case}/restart", _OFFICER),
    _command("review", "/v1/reviews/{case}/recomputation", _OFFICER),
    _command("review", "/v1/reviews/{case}/delay", _OFFICER),
    _command("review", "/v1/reviews/{case}/correction", _OFFICER),
    # issuance
    _read("issuance", "/v1/issuance/{case}", _OFFICER | _PRODUCER | _AUDITOR),
    _read("issuance", "/v1/issuance/{case}/application", _PRODUCER),
    _read("issuance", "/v1/issuance/{case}/papers", _APPLICANT | _OFFICER | _PRODUCER),
    _read("issuance", "/v1/papers/{paper}", _APPLICANT | _OFFICER | _PRODUCER),
    _open("issuance", "/v1/verification/{code}"),
    _open("issuance", "/v1/verification"),
    _open("issuance", "/.well-known/caseledger-papers.json"),
    _command("issuance", "/v1/issuance/{case}/production", _PRODUCER),
    _command("issuance", "/v1/issuance/{case}/dispatch", _PRODUCER),
    _command("issuance", "/v1/issuance/{case}/readiness", _PRODUCER | _OFFICER),
    _command("issuance", "/v1/issuance/{case}/handover", _PRODUCER | _OFFICER),
    _read("issuance", "/v1/issuance/{case}/voucher", _APPLICANT),
    _command("issuance", "/v1/issuance/{case}/voucher", _APPLICANT),
    _command("issuance", "/v1/issuance/{case}/unclaimed", _PRODUCER | _OFFICER),
    _command("issuance", "/v1/issuance/{case}/destruction", _OFFICER),
    _command("issuance", "/v1/issuance/{case}/record", _PRODUCER | _OFFICER),
    _command("issuance", "/v1/issuance/{case}/payout", _OFFICER),
    _command("issuance", "/v1/documents/{document}/revocation", _OFFICER),
    _command("issuance", "/v1/documents/{document}/endorsement", _OFFICER),
    _command("issuance", "/v1/documents/{document}/suspension", _OFFICER),
    _command("issuance", "/v1/documents/{document}/reinstatement", _OFFICER),
    _open("issuance", "/v1/documents/{document}/verification"),
    # notify
    _read("notify", "/v1/progress/{case}", _APPLICANT | _OFFICER | _PRODUCER | _AUDITOR),
    _read("notify", "/v1/progress", _APPLICANT | _OFFICER | _PRODUCER | _AUDITOR, Scope.LISTED),
    _read("notify", "/v1/worklists", _OFFICER | _PRODUCER | _AUDITOR, Scope.LISTED),
    _read("notify", "/v1/worklists/statistics", _OFFICER | _AUDITOR, Scope.LISTED),
    _read("notify", "/v1/notices/{case}", _APPLICANT | _OFFICER | _AUDITOR),
    _read("notify", "/v1/lanes", _FEED | _OPERATOR, Scope.NONE),
    _read("notify", "/v1/lanes/{lane}/records", _FEED, Scope.NONE),
)

FURNITURE: tuple[Permission, ...] = (
    Permission(service="*", method="GET", rule="/livez", entry=Entrance.OPEN),
    Permission(service="*", method="GET", rule="/readyz", entry=Entrance.OPEN),
    Permission(
        service="*", method="GET", rule="/metrics", roles=_OPERATOR, entry=Entrance.INTERNAL
    ),
    Permission(service="*", method="GET", rule="/openapi.json", entry=Entrance.DOCS),
    Permission(service="*", method="GET", rule="/docs", entry=Entrance.DOCS),
)

_PLACEHOLDER = re.compile(r"<[^>]*>|\{[^}]*\}")


def template(rule: str) -> str:
    """A rule with its placeholders' names and converters taken out: `/v1/cases/{}`."""
    return _PLACEHOLDER.sub("{}", rule)


@cache
def permissions_of(service: str) -> tuple[Permission, ...]:
    """The rows of one service (without the furniture that every service has)."""
    return tuple(row for row in TABLE if row.service == service)


def find_permission(rows: Iterable[Permission], method: str, rule: str) -> Permission | None:
    """The row for a method on a rule (Flask's `<x>` or OpenAPI's `{x}`), if there is one."""
    wanted = ("GET" if method == "HEAD" else method, template(rule))
    return next((row for row in rows if (row.method, template(row.rule)) == wanted), None)


def permission_table(rows: Iterable[Permission]) -> Mapping[tuple[str, str], Permission]:
    """The rows by a request's method and its rule, as `template` writes it.

    What `find_permission` looks for row by row stands here ready; of two rows for one route the
    first counts in both.
    """
    table: dict[tuple[str, str], Permission] = {}
    for row in rows:
        table.setdefault((row.method, template(row.rule)), row)
        if row.method == "GET":
            table.setdefault(("HEAD", template(row.rule)), row)
    return MappingProxyType(table)


def may_use(principal: Principal, permission: Permission) -> bool:
    """Say whether the caller may use this route at all.

    By a role of the row; of a command at a desk also by a duty that the command belongs to.
    """
    roles = principal.roles & permission.roles
    return bool(roles - DESK) or bool(roles and _has_duty(principal, permission))


def _has_duty(principal: Principal, permission: Permission) -> bool:
    writes = permission.kind in {Kind.CREATE, Kind.COMMAND}
    return not writes or not permission.duties.isdisjoint(principal.duties)


def in_scope(
    principal: Principal,
    permission: Permission,
    *,
    owner: bool,
    department: str | None,
    venue: str = "",
) -> bool:
    """Say whether the caller may meet a case on this route.

    Only a role that the row names counts: an officer who has a case of their own meets it as an
    applicant, not at the desk. `owner`: the case is the caller's. `department`, `venue`: of the
    case. Who supervises reads what lies in the regions below, and commands nothing there.
    """
    roles = principal.roles & permission.roles
    if Role.AUDITOR in roles and permission.kind is Kind.READ:
        return True
    if roles & DESK and department is not None and principal.department == department:
        reads = permission.kind is Kind.READ
        venues = principal.supervised if reads else principal.venues
        if venues is None or venue in venues:
            return True
    return owner and bool(roles & {Role.APPLICANT, Role.PORTAL})


def duties_towards(principal: Principal, permission: Permission, *, venue: str) -> frozenset[Duty]:
    """The caller's duties that count on this route towards a case that lies at the venue.

    Where a case lies with another office, no duty at the caller's own counts but that of
    supervising: the others are those of the people there.
    """
    duties = duties_in(principal.duties, principal.roles & permission.roles)
    if principal.venues is None or venue in principal.venues:
        return duties
    return duties - (ROLE_OF.keys() - {Duty.SUPERVISE})
