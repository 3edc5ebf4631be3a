"""A claim is honoured or refused: the table names every claim that the code reads, and no other."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from shared.security import ClaimRefused, TokenVerifier, tokens
from shared.security.keys import FileKeys
from shared.security.local_issuer import AUDIENCE, ISSUER, USERS, LocalIssuer
from shared.security.principal import ActsFor, VouchedIdentity
from shared.security.tokens import CLAIMS

ROOT = Path(__file__).parents[3]
CODE = "91650100MA7700006Q"
NUMBER = "999999199001010016"
SAID_BY_OUR_ISSUER_ALONE = {"jti"}


def read_claims() -> set[str]:
    """The names by which the code takes something out of `claims`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(tokens.__file__).read_text("utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="claims"), attr="get"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                found.add(name)
            case ast.Call(
                func=ast.Name(id="_text" | "_seconds"),
                args=[ast.Name(id="claims"), ast.Constant(value=str(name))],
            ):
                found.add(name)
            case (
                ast.Subscript(value=ast.Name(id="claims"), slice=ast.Constant(value=str(name)))
                | ast.Compare(
                    left=ast.Constant(value=str(name)), comparators=[ast.Name(id="claims")]
                )
            ):
                found.add(name)
            case _:
                pass
    return found


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    made = LocalIssuer(tmp_path)
    made.create()
    return made


@pytest.fixture
def verifier(issuer: LocalIssuer) -> TokenVerifier:
    return TokenVerifier(FileKeys(issuer.jwks_path), issuer=ISSUER, audience=AUDIENCE)


def test_the_table_has_every_claim_that_is_read_and_no_other() -> None:
    assert read_claims() == set(CLAIMS)


def test_the_page_has_the_table() -> None:
    page = (ROOT / "docs" / "how-to" / "tokens.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", page, re.MULTILINE))
    assert {name: rows.get(name) for name in CLAIMS} == dict(CLAIMS)


def test_our_own_issuer_says_nothing_that_is_not_read() -> None:
    said = {name for user in USERS.values() for name in user.claims()}
    assert said - SAID_BY_OUR_ISSUER_ALONE <= set(CLAIMS)


@pytest.mark.parametrize(
    "value",
    [
        "local-applicant",
        "",
        7,
        ["a"],
        False,
        {"kind": "organisation"},
        {"kind": "person", "code": "999999190001010007"},
        {"kind": "organisation", "code": "91650100MA7700000X"},
        {"kind": "organisation", "code": 7},
        {"kind": "organisation", "code": CODE, "name": "x"},
    ],
)
def test_acts_for_is_refused_where_it_names_no_organisation(
    issuer: LocalIssuer, verifier: TokenVerifier, value: Any
) -> None:
    """Only an organisation is spoken for by a token: a guardian's right comes from its proof."""
    assert verifier.verify(issuer.issue("portal")).subject == "local-applicant"
    with pytest.raises(ClaimRefused, match="acts_for names no party"):
        verifier.verify(issuer.issue("portal", acts_for=value))


def test_who_acts_for_an_organisation_is_known_by_its_code(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    claim = {"kind": "organisation", "code": CODE.lower()}
    caller = verifier.verify(issuer.issue("portal", acts_for=claim))
    assert caller.acts_for == ActsFor(code=CODE)
    assert CODE not in repr(caller) + repr(caller.acts_for)
    assert verifier.verify(issuer.issue("portal", acts_for=None)).acts_for is None


@pytest.mark.parametrize(
    "value",
    [
        NUMBER,
        {"kind": "resident-id"},
        {"kind": "resident-id", "number": NUMBER, "name": "x"},
        {"kind": "resident-id", "number": NUMBER[:-1] + "X"},
        {"kind": "resident-id", "number": 7},
        {"kind": "none", "number": ""},
        {"kind": "credit-code", "number": CODE},
        {"kind": ["resident-id"], "number": NUMBER},
    ],
)
@pytest.mark.parametrize("acr", ["high", "low"])
def test_an_identity_is_refused_where_it_is_no_document_of_a_person(
    issuer: LocalIssuer, verifier: TokenVerifier, value: Any, acr: str
) -> None:
    with pytest.raises(ClaimRefused, match="identity names no identity document") as refused:
        verifier.verify(issuer.issue("applicant", identity=value, acr=acr))
    assert NUMBER not in str(refused.value)


@pytest.mark.parametrize(
    ("acr", "number"),
    [("substantial", "C12345678"), ("high", "C12345678"), ("low", ""), (None, "")],
)
def test_an_identity_is_believed_at_a_level_at_which_the_issuer_is_sure(
    issuer: LocalIssuer, verifier: TokenVerifier, acr: str | None, number: str
) -> None:
    claim = {"kind": "passport", "number": " c12345678"}
    caller = verifier.verify(issuer.issue("applicant", identity=claim, name=None, acr=acr))
    known = VouchedIdentity(kind="passport", number=number) if number else None
    assert caller.identity == known
    assert "12345678" not in repr(caller) + repr(caller.identity)


@pytest.mark.parametrize(
    ("name", "acr", "kept"),
    [(None, "high", ""), (" 何访客 ", "high", "何访客"), ("\u200b", "low", None), (7, None, None)],
)
def test_the_name_beside_a_believed_identity_is_kept_as_it_stands_on_the_document(
    issuer: LocalIssuer, verifier: TokenVerifier, name: Any, acr: str | None, kept: str | None
) -> None:
    claim = {"kind": "resident-id", "number": NUMBER}
    caller = verifier.verify(issuer.issue("applicant", identity=claim, name=name, acr=acr))
    assert (caller.identity.name if caller.identity else None) == kept
    assert "何访客" not in repr(caller) + repr(caller.identity)


@pytest.mark.parametrize("name", ["", "\u200b", 7, ["张三"], "长" * 300])
def test_a_name_that_is_none_is_refused_beside_a_believed_identity(
    issuer: LocalIssuer, verifier: TokenVerifier, name: Any
) -> None:
    claim = {"kind": "resident-id", "number": NUMBER}
    token = issuer.issue("applicant", identity=claim, name=name, acr="high")
    with pytest.raises(ClaimRefused, match="is no name of a person"):
        verifier.verify(token)
    without = issuer.issue("applicant", identity=None, name=name, acr="high")
    assert verifier.verify(without).identity is None


@pytest.mark.parametrize("user", ["officer", "producer", "auditor"])
def test_nobody_acts_for_a_party_and_for_an_office_at_once(
    issuer: LocalIssuer, verifier: TokenVerifier, user: str
) -> None:
    claim = {"kind": "organisation", "code": CODE}
    with pytest.raises(ClaimRefused, match="Only applicants and portals"):
        verifier.verify(issuer.issue(user, acts_for=claim))


def test_a_claim_that_is_in_no_table_changes_nothing(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    plain = verifier.verify(issuer.issue("officer"))
    assert verifier.verify(issuer.issue("officer", scope="admin", groups=["x"])) == plain
