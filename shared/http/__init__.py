"""The furniture of every web process: see `docs/reference/http.md`."""

from shared.http.access import (
    UnprotectedRoute,
    acting_role,
    ensure_visible,
    meets_own_case,
    not_found,
    office_scope,
    organisation_ref,
    permission,
    principal,
    subject_ref,
    unprotected_routes,
)
from shared.http.app import create_app
from shared.http.body import Blueprint, body_limit, json_body, raw_body
from shared.http.commands import actor, answer, answer_on_document, answered, http_command
from shared.http.deps import Deps, open_deps
from shared.http.documents.openapi import document_of
from shared.http.fields import (
    BadValue,
    Bool,
    Choice,
    Day,
    Int,
    Items,
    Moment,
    Money,
    Nested,
    QueryInt,
    ReadBy,
    Schema,
    Str,
    Text,
)
from shared.http.headers import etag, idempotency_key, if_match
from shared.http.problems import FieldError, Problem

__all__ = [
    "BadValue",
    "Blueprint",
    "Bool",
    "Choice",
    "Day",
    "Deps",
    "FieldError",
    "Int",
    "Items",
    "Moment",
    "Money",
    "Nested",
    "Problem",
    "QueryInt",
    "ReadBy",
    "Schema",
    "Str",
    "Text",
    "UnprotectedRoute",
    "acting_role",
    "actor",
    "answer",
    "answer_on_document",
    "answered",
    "body_limit",
    "create_app",
    "document_of",
    "ensure_visible",
    "etag",
    "http_command",
    "idempotency_key",
    "if_match",
    "json_body",
    "meets_own_case",
    "not_found",
    "office_scope",
    "open_deps",
    "organisation_ref",
    "permission",
    "principal",
    "raw_body",
    "subject_ref",
    "unprotected_routes",
]
