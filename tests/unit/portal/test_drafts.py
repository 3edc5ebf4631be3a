"""Drafts: whose they are, how long they last, and what their rows give away."""

from datetime import UTC, datetime, timedelta

import pytest

from services.portal.applying.drafts import LASTS, MOST_CHARACTERS, Drafts, FormDraft
from tests.support.portal_applying import Applying
from tests.support.portal_world import Rows
from tests.unit.portal.test_applying import fill_in

NOW = datetime(2026, 11, 30, tzinfo=UTC)
OWNER = "issuer\0somebody"


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
    assert drafts(rows).load("issuer\0other", "000-01", now=NOW) is None
    assert drafts(rows).load(OWNER, "000-09", now=NOW) is None
    assert [one.about for one in drafts(rows).of(OWNER, now=NOW)] == ["000-01"]
    assert drafts(rows).of("issuer\0other", now=NOW) == []


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
    other = drafts(rows).begin("issuer\0other", "000-01", now=NOW)
    drafts(rows).save("issuer\0other", other, now=NOW)
    theirs = next(one for one in rows.kept.values() if one["_id"] != row["_id"])
    theirs["sealed"] = row["sealed"]
    assert drafts(rows).load("issuer\0other", "000-01", now=NOW) is None


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
