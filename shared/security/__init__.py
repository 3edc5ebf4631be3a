"""Who may do what: tokens, principals, permissions, and the keyed digests that bind a request.

This package exists so that the answer to "may this caller do this" has one home, free of HTTP
and of the database. `shared.http` asks it; the services only name their permissions.
"""

from shared.security.callbacks import CallbackRefused, sign_callback, verify_callback
from shared.security.digests import case_id, case_ids, http_command_id, request_mac, request_macs
from shared.security.keys import KeySource, KeysUnavailable, key_source
from shared.security.permissions import (
    Entrance,
    Kind,
    Permission,
    Scope,
    duties_towards,
    find_permission,
    in_scope,
    may_use,
    permission_table,
    permissions_of,
)
from shared.security.principal import STAFF, Principal, Role
from shared.security.tokens import ClaimRefused, InvalidToken, TokenVerifier

__all__ = [
    "STAFF",
    "CallbackRefused",
    "ClaimRefused",
    "Entrance",
    "InvalidToken",
    "KeySource",
    "KeysUnavailable",
    "Kind",
    "Permission",
    "Principal",
    "Role",
    "Scope",
    "TokenVerifier",
    "case_id",
    "case_ids",
    "duties_towards",
    "find_permission",
    "http_command_id",
    "in_scope",
    "key_source",
    "may_use",
    "permission_table",
    "permissions_of",
    "request_mac",
    "request_macs",
    "sign_callback",
    "verify_callback",
]
