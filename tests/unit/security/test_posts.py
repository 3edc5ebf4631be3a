"""A post in a token: what it lets its holder meet, and that an unknown value is refused."""

from pathlib import Path
from typing import Any

import pytest

from shared.jurisdiction import packaged_jurisdiction
from shared.security import (
    ClaimRefused,
    Principal,
    Role,
    TokenVerifier,
    duties_towards,
    in_scope,
    may_use,
)
from shared.security.duties import COMMANDS, DUTIES, ROLE_OF, Duty
from shared.security.keys import FileKeys
from shared.security.local_issuer import AT, AUDIENCE, ISSUER, USERS, LocalIssuer, find_user
from shared.security.permissions import TABLE, Kind, Permission

WITHOUT_POST: dict[str, Any] = dict.fromkeys(("authority", "office", "duties"))
SECURITY = "public-security"
COMMANDS_OF_DESK = [row for row in TABLE if row.duties]
READ = next(row for row in TABLE if row.rule == "/v1/reviews/{case}")
PROPOSE = next(row for row in TABLE if row.rule == "/v1/reviews/{case}/proposal")


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    made = LocalIssuer(tmp_path)
    made.create()
    return made


@pytest.fixture
def verifier(issuer: LocalIssuer) -> TokenVerifier:
    return TokenVerifier(FileKeys(issuer.jwks_path), issuer=ISSUER, audience=AUDIENCE)


@pytest.mark.parametrize(
    "claims",
    [
        {"authority": "moon"},
        {"authority": None},
        {"authority": 7},
        {"office": "public-security-999999"},
        {"office": "civil-affairs-652300"},  # another authority's
        {"office": ""},
        {"office": ["public-security-650000"]},
        {"office": None},  # neither office nor level
        {"office": None, "level": "65"},
        {"office": None, "level": "990000"},
        {"level": "652300"},  # not the office's
        {"duties": []},
        {"duties": "review"},
        {"duties": ["review", "emperor"]},
        {"duties": ["apply"]},  # whoever applies says so by a role
        {"duties": ["audit"]},
        {"duties": [["review"]]},
        {"duties": None},
        {"department": "civil-affairs"},  # contradicts the authority
    ],
    ids=str,
)
def test_a_value_that_is_not_known_is_refused(
    issuer: LocalIssuer, verifier: TokenVerifier, claims: dict[str, Any]
) -> None:
    assert verifier.verify(issuer.issue("officer")).office == "public-security-650000"
    with pytest.raises(ClaimRefused):
        verifier.verify(issuer.issue("officer", **claims))


def test_duties_stand_in_place_of_the_roles_of_a_desk(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    """A token cannot say officer and mean it, while its duties say something else."""
    caller = verifier.verify(issuer.issue("producer", roles=["officer", "auditor"]))
    assert caller.roles == {Role.PRODUCER, Role.AUDITOR}
    assert caller.duties == {Duty.PRODUCE, Duty.HAND_OVER, Duty.AUDIT}


def test_a_token_without_duties_has_what_its_roles_had(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    caller = verifier.verify(issuer.issue("officer", department=SECURITY, **WITHOUT_POST))
    assert (caller.department, caller.office, caller.venues) == (SECURITY, None, None)
    assert caller.duties == DUTIES[Role.OFFICER]
    for venue in ("000", "002", "003", "public-security-652300", "gone"):
        assert in_scope(caller, PROPOSE, owner=False, department=SECURITY, venue=venue)
    assert not in_scope(caller, PROPOSE, owner=False, department="health", venue="003")
    desk = [row for row in COMMANDS_OF_DESK if Role.OFFICER in row.roles]
    assert [row.rule for row in desk if not may_use(caller, row)] == []


@pytest.mark.parametrize(
    ("user", "meets"),
    [
        ("officer", {"000", "001", "004", "public-security-650000"}),
        ("officer-changji", {"003", "public-security-652300"}),
        ("officer-qijiang", {"002", "public-security-500110"}),
    ],
)
def test_an_office_meets_the_cases_of_its_own_place_alone(
    issuer: LocalIssuer, verifier: TokenVerifier, user: str, meets: set[str]
) -> None:
    caller = verifier.verify(issuer.issue(user))
    places = {"000", "001", "002", "003", "004", "", "gone", *packaged_jurisdiction().offices}
    for row in (READ, PROPOSE):
        found = {
            venue
            for venue in places
            if in_scope(caller, row, owner=False, department=SECURITY, venue=venue)
        }
        assert found == meets
        assert not in_scope(caller, row, owner=False, department="health", venue=min(meets))


def test_a_level_is_every_office_of_the_authority_in_that_region(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    caller = verifier.verify(issuer.issue("officer", office=None, level="652300"))
    assert caller.office is None
    point = "public-security-652300-1"
    assert caller.venues == {"003", "public-security-652300", point}


def test_a_supervisor_reads_what_lies_below_and_commands_nothing(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    caller = verifier.verify(issuer.issue("supervisor"))
    below = {"003", "public-security-652300", "000", "public-security-650100"}
    for venue in below:
        assert in_scope(caller, READ, owner=False, department=SECURITY, venue=venue)
    assert not in_scope(caller, READ, owner=False, department=SECURITY, venue="002")
    assert not in_scope(caller, PROPOSE, owner=False, department=SECURITY, venue="003")
    assert [row.rule for row in COMMANDS_OF_DESK if may_use(caller, row)] == []


def test_below_the_own_office_no_duty_counts_but_supervising(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    caller = verifier.verify(
        issuer.issue("head", duties=[*ROLE_OF], roles=["applicant", "auditor", "officer"])
    )
    every = next(row for row in TABLE if row.rule == "/v1/progress/{case}")
    kept = {Duty.SUPERVISE, Duty.APPLY, Duty.AUDIT}
    for venue in ("public-security-650000", "000"):
        assert duties_towards(caller, every, venue=venue) == {*ROLE_OF, *kept}
    for venue in ("public-security-652300", "003", "gone", ""):
        assert duties_towards(caller, every, venue=venue) == kept
    assert duties_towards(caller, READ, venue="003") == {Duty.SUPERVISE, Duty.AUDIT}
    producing = next(row for row in TABLE if row.rule == "/v1/issuance/{case}/application")
    assert duties_towards(caller, producing, venue="003") == frozenset()
    of_old = verifier.verify(issuer.issue("officer", department=SECURITY, **WITHOUT_POST))
    assert duties_towards(of_old, every, venue="003") == DUTIES[Role.OFFICER] - {Duty.HAND_OVER}


@pytest.mark.parametrize("duty", ROLE_OF)
@pytest.mark.parametrize("row", COMMANDS_OF_DESK, ids=lambda row: row.rule)
def test_a_duty_may_use_its_commands_and_no_others(duty: Duty, row: Permission) -> None:
    caller = Principal(
        issuer="i", subject="s", roles=frozenset({ROLE_OF[duty]}), duties=frozenset({duty})
    )
    assert may_use(caller, row) == (row.rule.rpartition("/")[2] in COMMANDS.get(duty, ()))


def test_there_is_somebody_for_every_duty_at_every_office(
    issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    jurisdiction = packaged_jurisdiction()
    people = [
        *USERS.values(),
        *(
            find_user(f"{duty.value}{AT}{office}", jurisdiction)
            for office in jurisdiction.offices
            for duty in ROLE_OF
        ),
    ]
    assert len({user.name for user in people}) == len({user.staff_id or user for user in people})
    posts = {(user.office, duty) for user in people for duty in user.duties}
    assert posts >= {(office, duty) for office in jurisdiction.offices for duty in ROLE_OF}
    caller = verifier.verify(issuer.issue("review@civil-affairs-652300"))
    assert (caller.department, caller.office) == ("civil-affairs", "civil-affairs-652300")
    assert (caller.duties, caller.staff_id) == (
        {Duty.REVIEW},
        "staff-review-civil-affairs-652300",
    )


def test_an_office_has_two_officers_with_all_duties_of_a_small_office() -> None:
    jurisdiction = packaged_jurisdiction()
    one, two = (
        find_user(f"{name}@civil-affairs-652300", jurisdiction) for name in ("officer", "officer-2")
    )
    assert one.duties == two.duties == USERS["officer"].duties
    assert one.staff_id != two.staff_id
    assert one.office == two.office == "civil-affairs-652300"


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        "auditor@civil-affairs-652300",
        "review@moon",
        "rule@civil-affairs-652300",
        "@civil-affairs-652300",
        "a@b@c",
    ],
)
def test_nobody_has_such_a_name(name: str) -> None:
    with pytest.raises(KeyError):
        find_user(name, packaged_jurisdiction())


def test_no_reading_asks_for_a_duty() -> None:
    """What a reader gets of a case is narrowed by the table of cells, not by the route."""
    assert [row.rule for row in TABLE if row.kind is Kind.READ and row.duties] == []
