"""A claim is honoured or refused: the table names every claim that the code reads, and no other."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from shared.security import ClaimRefused, TokenVerifier, tokens
from shared.security.keys import FileKeys
from shared.security.local_issuer import AUDIENCE, ISSUER, USERS, LocalIssuer
from shared.security.tokens import CLAIMS

ROOT = Path(__file__).parents[3]
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


@pytest.mark.parametrize("value", ["local-applicant", "", 7, ["a"], {"kind": "org"}, False])
def test_acts_for_is_refused_whatever_it_says(
    issuer: LocalIssuer, verifier: TokenVerifier, value: Any
) -> None:
    assert verifier.verify(issuer.issue("portal")).subject == "local-applicant"
    with pytest.raises(ClaimRefused, match="acts_for is refused"):
        verifier.verify(issuer.issue("portal", acts_for=value))


def test_a_claim_that_is_in_no_table_changes_nothing(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    plain = verifier.verify(issuer.issue("officer"))
    assert verifier.verify(issuer.issue("officer", scope="admin", groups=["x"])) == plain
