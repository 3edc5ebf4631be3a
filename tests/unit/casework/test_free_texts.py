"""Every free text of a command is sealed, a code, or on a list with a reason (security, M2).

The texts are found in the published documents of the services, so that a new one is red until
somebody has said which of the three it is. A code is a text of lower case letters and digits that
the decision looks up; what is asked without being stored (a trial) is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma
import pytest

from services.intake.topics import INTAKE
from services.issuance.topics import ISSUANCE
from services.review.topics import REVIEW
from services.review.verdict import RefusalSchema
from shared.case.intake.contact import ContactChanged
from shared.case.intake.submission import CaseSubmitted
from shared.case.issuance.handover import DocumentDispatched, DocumentHandedOver
from shared.case.review.steps import StepCompleted
from shared.case.review.upkeep import ReviewFactCorrected
from shared.case.review.verdict import CaseRefused, DecisionProposed
from shared.http import document_of
from shared.http.public_text import PUBLIC, personal_in
from shared.security.data_classes import SEALED_FIELDS
from shared.security.permissions import TABLE, Kind, find_permission
from tests.unit.case.test_structure import SERVICES

Place = tuple[str, str]  # (the address, the text's place in the body)
CODES = frozenset(
    f"^(?:{pattern})$"
    for pattern in (
        r"[a-z0-9]+(?:-[a-z0-9]+){0,20}",
        r"[a-z0-9][a-z0-9-]*",
        r"[a-z0-9]+",
        r"[0-9]{3}-[0-9A-Z]{1,4}",
        r"[a-z0-9][a-z0-9-]*/[1-9][0-9]{0,11}",
    )
)
MONEY = r"^(0|[1-9][0-9]{0,11})\.[0-9]{2}$"

# Who applies alone, and who has it done at a counter: one body.
APPLYING = ("/v1/cases", "/v1/counter/applications")
# Sealed beside its event: by the desk from the topic's table, or by the route itself.
BY_ROUTE: Mapping[Place, frozenset[str]] = {
    **{
        (path, f"/applicant/{name}"): CaseSubmitted.SEALED
        for path in APPLYING
        for name in ("name", "id_number", "phone", "email")
    },
    **{
        (path, f"{at}/{name}"): CaseSubmitted.SEALED
        for path in APPLYING
        for at in ("/representative", "/members/-")
        for name in ("name", "id_number")
    },
    **{(path, "/delivery_address"): CaseSubmitted.SEALED for path in APPLYING},
    **{
        ("/v1/cases/{case}/contact", f"/{name}"): ContactChanged.SEALED
        for name in ("phone", "email", "delivery_address")
    },
    ("/v1/issuance/{case}/dispatch", "/tracking"): DocumentDispatched.SEALED,
    ("/v1/issuance/{case}/handover", "/identity/last_four"): DocumentHandedOver.SEALED,
    ("/v1/reviews/{case}/draft", "/note"): DecisionProposed.SEALED,
    ("/v1/reviews/{case}/draft", "/explanation"): CaseRefused.SEALED,
    **{
        ("/v1/reviews/{case}/correction", f"/{name}"): ReviewFactCorrected.SEALED
        for name in ("name", "phone", "email", "delivery_address")
    },
    **{
        ("/v1/reviews/{case}/step-outcome", f"/{name}"): StepCompleted.SEALED
        for name in ("note", "explanation", "points/-/remarks")
    },
}
# One sealed field for each class.
ANSWERS: frozenset[Place] = frozenset({(path, "/facts/{}") for path in APPLYING})
# Compared with what a later application says, and stored nowhere: a keyed digest of it is.
DIGESTED: frozenset[Place] = frozenset({("/v1/counter/sittings", "/document/id_number")})
# Compared with a code that is kept nowhere, and not kept either.
COMPARED: frozenset[Place] = frozenset({("/v1/issuance/{case}/handover", "/voucher")})
BY_TOPIC: frozenset[Place] = frozenset(
    {
        ("/v1/cases/{case}/withdrawal", "/reason"),
        ("/v1/cases/{case}/rejection", "/explanation"),
        ("/v1/reviews/{case}/release", "/note"),
        ("/v1/reviews/{case}/passing-on", "/note"),
        ("/v1/reviews/{case}/proposal", "/note"),
        ("/v1/reviews/{case}/refusal", "/explanation"),
        ("/v1/reviews/{case}/delay", "/explanation"),
        ("/v1/reviews/{case}/extension", "/explanation"),
        ("/v1/documents/{document}/revocation", "/explanation"),
        ("/v1/documents/{document}/endorsement", "/explanation"),
        ("/v1/documents/{document}/suspension", "/explanation"),
        ("/v1/documents/{document}/reinstatement", "/explanation"),
    }
)

# Plain in the log for ever. Each is read by `PublicStr`, which refuses numbers of persons.
LAW = "a law that is cited: no decision is recorded without it, and it is told"
WHERE = "an office, where everybody may go"
IN_PLAIN: Mapping[Place, str] = {
    ("/v1/cases/{case}/rejection", "/legal_basis/-"): LAW,
    ("/v1/reviews/{case}/refusal", "/legal_basis/-"): LAW,
    ("/v1/reviews/{case}/step-outcome", "/legal_basis/-"): LAW,
    ("/v1/documents/{document}/revocation", "/legal_basis/-"): LAW,
    ("/v1/reviews/{case}/restart", "/rule"): LAW,
    (
        "/v1/cases/{case}/supplement-request",
        "/missing/-/name",
    ): "the name of a kind of document that is asked for; it is told to the applicant",
    ("/v1/reviews/{case}/public-notice", "/text"): "a public notice, written to be read by anybody",
    ("/v1/reviews/{case}/public-notice", "/place"): WHERE,
    ("/v1/reviews/{case}/visit", "/office"): WHERE,
    ("/v1/issuance/{case}/readiness", "/office"): WHERE,
    ("/v1/issuance/{case}/unclaimed", "/office"): WHERE,
    ("/v1/issuance/{case}/dispatch", "/carrier"): "the name of a carrier",
    ("/v1/initiations", "/reference"): "the number of a list or batch with whoever began it",
    ("/v1/issuance/{case}/record", "/reference"): "the number of an entry in a register",
}
# A machine's or an office's own name for something: it has a form, and nobody writes words in it.
IDENTIFIERS: Mapping[Place, str] = {
    **{(path, "/materials/-/blob"): "the id of an upload" for path in APPLYING},
    **{(path, "/guide/version"): "the version of the catalogue" for path in APPLYING},
    **{(path, "/guide/content_hash"): "the hash of an item" for path in APPLYING},
    ("/v1/counter/applications", "/sitting"): "the handle of a sitting",
    ("/v1/cases/{case}/materials", "/material/blob"): "the id of an upload",
    ("/v1/cases/{case}/supplement", "/materials/-/blob"): "the id of an upload",
    ("/v1/drafts", "/uploads/-"): "the id of an upload",
    ("/v1/reviews/{case}/step-outcome", "/pictures/-"): "the id of an upload",
    ("/v1/payments/callbacks", "/transaction"): "the gateway's own id",
    ("/v1/payments/callbacks", "/payment"): "the gateway's own id",
    ("/v1/cases/{case}/refund-order", "/payment"): "the gateway's own id",
    ("/v1/cases/{case}/refund-settlement", "/payment"): "the gateway's own id",
    ("/v1/payments/callbacks", "/method"): "the gateway's word for a way to pay",
    ("/v1/payments/callbacks", "/code"): "the gateway's word for a failure",
    ("/v1/reviews/{case}/extension", "/approved_by"): "a staff id",
    ("/v1/reviews/{case}/passing-on", "/to"): "a staff id",
    ("/v1/reviews/{case}/step-outcome", "/votes/-/member"): "a staff id",
    ("/v1/reviews/{case}/visit", "/since"): "an hour",
    ("/v1/reviews/{case}/visit", "/until"): "an hour",
}


def texts(document: Any, schema: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Each text that a body may have: its place, and its schema."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, inner in schema.get("properties", {}).items():
        yield from texts(document, inner, f"{at}/{name}")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from texts(document, schema["additionalProperties"], f"{at}/{{}}")
    if "items" in schema:
        yield from texts(document, schema["items"], f"{at}/-")
    for inner in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        yield from texts(document, inner, at)
    kinds = schema.get("type")
    is_text = "string" in (kinds if isinstance(kinds, list) else [kinds])
    if is_text and "enum" not in schema and schema.get("format") not in {"date", "date-time"}:
        yield at, schema


def free_texts() -> Mapping[Place, Any]:
    """Every text of every command that is stored, and is no code."""
    found: dict[Place, Any] = {}
    for service in SERVICES.values():
        document = document_of(service.web())
        for path, operations in document["paths"].items():
            row = find_permission(TABLE, "POST", path)
            body = operations.get("post", {}).get("requestBody", {}).get("content", {})
            if row is None or row.kind is Kind.TRIAL or "application/json" not in body:
                continue
            for at, schema in texts(document, body["application/json"]["schema"]):
                if schema.get("pattern") not in CODES | {MONEY}:
                    found[(path, at)] = schema
    return found


def test_every_free_text_is_sealed_an_identifier_or_on_the_list_and_nothing_else_is_listed() -> (
    None
):
    listed = [*BY_ROUTE, *ANSWERS, *DIGESTED, *COMPARED, *BY_TOPIC, *IN_PLAIN, *IDENTIFIERS]
    assert len(listed) == len(set(listed))
    assert set(free_texts()) == set(listed)


def test_what_is_sealed_has_a_class_and_an_event_that_seals_it() -> None:
    by_topic = {
        name for topics in (INTAKE, REVIEW, ISSUANCE) for _event, name in topics.sealed.values()
    }
    assert {at.rpartition("/")[2] for _, at in BY_TOPIC} == by_topic
    for (_, at), sealed in BY_ROUTE.items():
        assert at.rpartition("/")[2] in sealed & set(SEALED_FIELDS)


def test_what_stands_in_plain_is_read_by_the_field_that_refuses_persons() -> None:
    marked = {place for place, schema in free_texts().items() if schema.get(PUBLIC)}
    assert marked == set(IN_PLAIN)
    assert all(IN_PLAIN.values())
    assert all(IDENTIFIERS.values())


@pytest.mark.parametrize(
    ("text", "contacts", "found"),
    [
        ("《居民身份证法》第十一条", False, ""),
        ("国务院令第412号", False, ""),
        ("batch-20261129-000001", False, ""),
        ("张三 650102199001018641 说谎", False, "number of an identity document"),
        ("65010219900101864x", True, "number of an identity document"),
        ("电话13900001111", False, "telephone number"),
        ("电话13900001111", True, ""),
        ("a@example.org", False, "mail address"),
        ("异议请发 a@example.org", True, ""),
        ("1234567890123456789012345678", False, ""),
    ],
)
def test_what_of_a_person_is_found_in_a_text(text: str, found: str, *, contacts: bool) -> None:
    assert personal_in(text, contacts=contacts) == found


def test_a_basis_that_names_a_person_by_number_is_refused() -> None:
    body = {"reasons": ["identity"], "legal_basis": ["《居民身份证法》第十一条"]}
    assert RefusalSchema().load(body)["legal_basis"] == body["legal_basis"]
    with pytest.raises(ma.ValidationError, match="stored in plain"):
        RefusalSchema().load({**body, "legal_basis": ["张三 650102199001018641 说谎"]})
