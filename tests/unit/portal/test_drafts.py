"""Drafts: whose they are, how long they last, and what their rows give away."""

import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.portal.applying.drafts import LASTS, MOST_CHARACTERS, DraftOwner, Drafts, FormDraft
from services.portal.sealing import seal, unseal
from tests.support.portal_applying import Applying
from tests.support.portal_world import Rows
from tests.unit.portal.test_applying import fill_in

NOW = datetime(2026, 11, 30, tzinfo=UTC)
OWNER = DraftOwner("issuer\0somebody", b"s" * 32)
AWAY = "现在不能查找事项、提交申请或补正材料"
OTHER = DraftOwner("issuer\0other", b"o" * 32)


def drafts(rows: Rows, key: bytes = b"k" * 32) -> Drafts:
    return Drafts(rows, key)  # type: ignore[arg-type]


def kept(rows: Rows) -> FormDraft:
    draft = drafts(rows).begin(OWNER, "000-01", now=NOW)
    draft.type_in(["name"], {"name": ("张三",)})
    drafts(rows).save(OWNER, draft, now=NOW)
    return draft


def test_a_draft_is_found_by_its_person_and_its_form_alone() -> None:
    rows = Rows()
    draft = kept(rows)
    found = drafts(rows).load(OWNER, "000-01", now=NOW)
    assert found is not None
    assert (found.typed, found.submission) == ({"name": ("张三",)}, draft.submission)
    assert drafts(rows).load(OTHER, "000-01", now=NOW) is None
    assert drafts(rows).load(OWNER, "000-09", now=NOW) is None
    assert [one.about for one in drafts(rows).of(OWNER, now=NOW)] == ["000-01"]
    assert drafts(rows).of(OTHER, now=NOW) == []


def test_a_draft_ends_thirty_days_after_it_was_last_written() -> None:
    rows = Rows()
    kept(rows)
    assert drafts(rows).load(OWNER, "000-01", now=NOW + LASTS - timedelta(seconds=1))
    assert drafts(rows).load(OWNER, "000-01", now=NOW + LASTS) is None
    (row,) = rows.kept.values()
    assert row["until"] == NOW + timedelta(days=30)


def test_a_row_opens_under_no_other_key_and_in_no_other_place() -> None:
    rows = Rows()
    kept(rows)
    assert drafts(rows, b"x" * 32).load(OWNER, "000-01", now=NOW) is None
    (row,) = rows.kept.values()
    other = drafts(rows).begin(OTHER, "000-01", now=NOW)
    drafts(rows).save(OTHER, other, now=NOW)
    theirs = next(one for one in rows.kept.values() if one["_id"] != row["_id"])
    theirs["sealed"] = row["sealed"]
    assert drafts(rows).load(OTHER, "000-01", now=NOW) is None


def test_a_row_does_not_open_without_the_secret_that_an_erasure_destroys() -> None:
    rows = Rows()
    kept(rows)
    anew = DraftOwner(OWNER.name, b"n" * 32)  # what the API tells the same account afterwards
    assert drafts(rows).load(anew, "000-01", now=NOW) is None
    assert drafts(rows).of(anew, now=NOW) == []


def test_a_row_of_before_opens_and_is_sealed_by_the_person_when_it_is_kept_again() -> None:
    rows = Rows()
    draft = kept(rows)
    (row,) = rows.kept.values()
    before = hmac.digest(b"k" * 32, f"seal\0{row['_id']}".encode(), "sha256")
    content = {name: getattr(draft, name) for name in ("about", "submission", "typed", "edition")}
    plain = msgspec.json.encode({**content, "title": ["", ""]})
    del row["by_person"]
    row["sealed"] = seal(before, row["_id"], plain)
    found = drafts(rows).load(OWNER, "000-01", now=NOW)
    assert found is not None
    assert found.typed == {"name": ("张三",)}
    drafts(rows).save(OWNER, found, now=NOW)
    (row,) = rows.kept.values()
    assert row["by_person"]
    assert unseal(before, row["_id"], bytes(row["sealed"])) is None


def test_no_form_holds_more_than_a_form_can() -> None:
    draft = FormDraft("000-01", "key")
    with pytest.raises(ValueError, match="more than a form"):
        draft.type_in([], {"name": ("x" * (MOST_CHARACTERS + 1),)})
    with pytest.raises(ValueError, match="more than a form"):
        draft.type_in([], {f"n{at}": ("x",) for at in range(2000)})


def test_the_api_is_told_which_uploads_a_draft_names_and_twice_a_day_again(
    applying: Applying,
) -> None:
    fill_in(applying)
    assert applying.kept == [["blob-1"]]
    applying.open("/apply/000-01/materials-household-register")
    applying.send()
    assert applying.kept == [["blob-1"]], "told a moment ago"
    draft = applying.draft()
    assert (draft.kept, draft.kept_at) == (("blob-1",), applying.world.clock[0])
    for hours, times in ((11, 1), (13, 2)):
        draft.kept_at = applying.world.clock[0] - timedelta(hours=hours)
        applying.keep(draft)
        applying.open("/apply/000-01/materials-household-register")
        applying.send()
        assert len(applying.kept) == times, hours


def test_an_api_that_is_away_is_told_with_the_next_page(applying: Applying) -> None:
    fill_in(applying)
    draft = applying.draft()
    draft.kept, draft.kept_at = (), None
    applying.keep(draft)
    told = applying.world.said.pop("/v1/drafts")
    applying.open("/apply/000-01/materials-household-register")
    applying.send()
    assert applying.draft().kept == (), "what was typed is kept all the same"
    applying.world.said["/v1/drafts"] = told
    applying.open("/apply/000-01/materials-household-register")
    applying.send()
    assert applying.draft().kept == ("blob-1",)


def test_the_secret_is_asked_for_once_a_session_and_the_list_says_what_is_away(
    applying: Applying,
) -> None:
    world = applying.world
    world.answers("/v1/progress", {"cases": [], "next": None})
    applying.keep(FormDraft("000-01", "key", title=("居民身份证", "Identity card")))
    for _ in range(2):
        assert "居民身份证" in applying.open("/cases")
    assert len([one for one in world.asked if one.url.path == "/v1/drafts"]) == 1
    world.rows.kept.clear()  # the session is over
    del world.said["/v1/drafts"]
    world.sign_in(applying.browser)
    page = applying.open("/cases")
    assert "居民身份证" not in page
    assert AWAY in page
