"""Let a request in, or not: the table's row, the token or signature, the role, the case.

It exists as a wrapper around every route, so that no route can forget it (style, habit 5).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import structlog
from flask import Flask, current_app, g, request

from shared.http.body import raw_body
from shared.http.deps import deps_of
from shared.http.headers import idempotency_key, if_match
from shared.http.problems import Problem
from shared.security import (
    STAFF,
    CallbackRefused,
    ClaimRefused,
    Entrance,
    InvalidToken,
    KeysUnavailable,
    Kind,
    Permission,
    Principal,
    Role,
    in_scope,
    may_use,
    permission_table,
    verify_callback,
)
from shared.security.permissions import template

_log = structlog.get_logger(__name__)
_EXTENSION = "caseledger-permissions"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class UnprotectedRoute(Exception):
    """A route has no row in the permission table: the process must not start."""


def protect(app: Flask, permissions: Sequence[Permission]) -> None:
    """Check every request against its row, before anything else looks at it."""
    app.extensions[_EXTENSION] = permission_table(permissions)
    app.before_request(_let_in)


def unprotected_routes(app: Flask) -> list[str]:
    """`METHOD rule` of every route that has no row in the table."""
    table = app.extensions[_EXTENSION]
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & _METHODS
        if (method, template(rule.rule)) not in table
    )


def principal() -> Principal:
    """The caller; only on routes that ask for one."""
    found: Principal | None = g.get("principal")
    if found is None:
        raise Problem("unauthenticated")
    return found


def permission() -> Permission:
    """The row of the present route."""
    found: Permission = g.permission
    return found


def acting_role() -> Role:
    """The role in which the caller acts here: one of those in the route's row.

    A caller who is both an applicant and an officer meets their own case as an applicant, and any
    other case for their office.
    """
    roles = principal().roles & permission().roles
    for_office = roles & STAFF
    return min(roles if g.get("own_case") or not for_office else for_office)


def subject_ref() -> str | None:
    """The caller's own reference in the vault; None for a caller never seen before."""
    if "subject_ref" not in g:
        caller = principal()
        g.subject_ref = deps_of(current_app).find_subject(caller.issuer, caller.subject)
    found: str | None = g.subject_ref
    return found


def subject_refs() -> frozenset[str]:
    """Every reference under which the caller is known: of the account, and of their document.

    By the identity document that the token vouches for they are who was seen with it at a counter.
    """
    return frozenset(ref for ref in (subject_ref(), _identity_ref()) if ref)


def _identity_ref() -> str | None:
    if "identity_ref" not in g:
        shown = principal().identity
        found = deps_of(current_app).find_identity
        g.identity_ref = None if shown is None else found(shown.kind, shown.number)
    found_ref: str | None = g.identity_ref
    return found_ref


def organisation_ref() -> str | None:
    """The reference of the organisation that the caller acts for; None for who acts for nobody."""
    acts_for = principal().acts_for
    return None if acts_for is None else deps_of(current_app).find_organisation(acts_for.code)


def _own(owner_ref: str | None, organisation: str) -> bool:
    """Whether the case is the caller's: who acts for a party meets its cases, and no others."""
    acts_for = organisation_ref()
    if acts_for is not None:
        return acts_for == organisation
    return owner_ref is not None and owner_ref in subject_refs()


def meets_own_case() -> bool:
    """Whether the case that the request met is the caller's own."""
    return bool(g.get("own_case"))


def ensure_visible(
    *,
    owner_ref: str | None,
    department: str | None,
    organisation: str = "",
    venue: str = "",
) -> None:
    """Stop the request unless the caller may meet this case here.

    `owner_ref`: the account that the case was submitted with. `organisation`: the reference of the
    organisation that applied, empty for a person. `department`, `venue`: the case's.

    Raises:
        Problem: 404, the same as for a case that does not exist; 403 when somebody acts for an
            office on a case of their own (security checklist, row 10).
    """
    owner = g.own_case = _own(owner_ref, organisation)
    caller = principal()
    if not in_scope(caller, permission(), owner=owner, department=department, venue=venue):
        raise not_found()
    applicant = permission().roles & {Role.APPLICANT, Role.PORTAL}
    if owner and not applicant:
        raise Problem("own-case")


def office_scope() -> dict[str, Any]:
    """Which cases a caller at a desk may list, as a filter on a read model's documents."""
    caller = principal()
    scope: dict[str, Any] = {"department": caller.department or "-"}
    if caller.supervised is not None:
        scope["venue"] = {"$in": sorted(caller.supervised)}
    return scope


def not_found() -> Problem:
    """The only 404: for an unknown case and for another applicant's case alike."""
    return Problem("not-found")


def _let_in() -> None:
    if request.url_rule is None or request.routing_exception is not None:
        return  # Flask answers 404 or 405; nothing of ours is behind it
    table = current_app.extensions[_EXTENSION]
    row = table.get((request.method, template(request.url_rule.rule)))
    if row is None:  # cannot happen in an app that started; if it does, nobody gets in
        raise Problem("forbidden")
    g.permission = row
    if row.entry is Entrance.SIGNATURE:
        g.principal = _signed()
    elif not _open(row):
        g.principal = _bearer()
        _check_role(row, g.principal)
    _check_headers(row)


def _open(row: Permission) -> bool:
    deps = deps_of(current_app)
    if row.entry is Entrance.INTERNAL:
        port = request.environ.get("SERVER_PORT")
        return deps.internal_port > 0 and port == str(deps.internal_port)
    return row.entry is Entrance.OPEN or (row.entry is Entrance.DOCS and deps.docs_open)


def _bearer() -> Principal:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("unauthenticated", "An access token is needed: Authorization: Bearer …")
    try:
        return deps_of(current_app).verifier.verify(token)
    except InvalidToken as error:
        _log.warning("token_refused", reason=error.reason)
        raise Problem(
            "unauthenticated",
            "The access token is not valid.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        ) from error
    except ClaimRefused as error:
        _log.warning("claim_refused")
        raise Problem("forbidden", str(error)) from error
    except KeysUnavailable as error:
        _log.error("token_keys_unavailable")
        raise Problem("keys-unavailable") from error


def _check_role(row: Permission, caller: Principal) -> None:
    if row.entry is Entrance.DOCS:
        return
    if not may_use(caller, row):
        _log.warning("role_refused", rule=row.rule, method=row.method, roles=sorted(caller.roles))
        raise Problem("forbidden")


def _signed() -> Principal:
    keys = deps_of(current_app).gateway_keys
    try:
        message_id = verify_callback(keys, dict(request.headers), raw_body(), now_s=time.time())
    except CallbackRefused as error:
        _log.warning("callback_refused", reason=str(error))
        raise Problem("unauthenticated", "The callback's signature is not valid.") from error
    g.callback_id = message_id
    return Principal(issuer="gateway", subject="gateway", roles=frozenset({Role.GATEWAY}))


def _check_headers(row: Permission) -> None:
    if row.kind in {Kind.CREATE, Kind.COMMAND}:
        idempotency_key()
    if row.kind is Kind.COMMAND:
        if_match()
