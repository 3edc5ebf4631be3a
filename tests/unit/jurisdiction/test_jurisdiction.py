"""Authorities, regions and offices: where a case lies, and what the written file may not say."""

from pathlib import Path

import pytest

from shared.catalogue import CatalogueError, packaged_catalogue
from shared.catalogue.files.authorities import WRITTEN, compiled_bytes, jurisdiction_of, written
from shared.catalogue.files.checking import checked
from shared.jurisdiction import Jurisdiction, level_of, packaged_jurisdiction, parent_of
from shared.jurisdiction.packaged import COMPILED, FOLDER
from tests.unit.catalogue.test_files import GOOD, folder_with

SECURITY = "public-security"
XINJIANG, CHANGJI, QIJIANG = "650000", "652300", "500110"
SMALL = """sources: { "004": "650000" }
regions:
  "650000": { name: 新疆维吾尔自治区, name_en: Xinjiang, level: province }
  "652300": { name: 昌吉回族自治州, name_en: Changji, level: prefecture }
authorities:
  employment: { name: 就业处, name_en: Employment }
offices:
  hall:
    authority: employment
    region: "652300"
"""
SECOND = """  other:
    authority: employment
    region: "652300"
  hall:
"""


@pytest.fixture(scope="module")
def packaged() -> Jurisdiction:
    return packaged_jurisdiction()


def test_the_compiled_file_is_the_written_one() -> None:
    assert (FOLDER / COMPILED).read_bytes() == compiled_bytes(jurisdiction_of(FOLDER))


def test_every_source_of_the_catalogue_has_its_region(packaged: Jurisdiction) -> None:
    """It stands in the numbers of cases: a region that changes changes the numbers to come."""
    assert {item.text.source.document for item in packaged_catalogue().items()} == set(
        packaged.sources
    )
    assert packaged.sources == {
        "000": XINJIANG,
        "001": XINJIANG,
        "002": QIJIANG,
        "003": CHANGJI,
        "004": XINJIANG,
    }


def test_every_item_has_an_office_that_deals_with_it(packaged: Jurisdiction) -> None:
    """Else a case of it, which names no office, would lie where nobody works."""
    lost = [
        item.id
        for item in packaged_catalogue().items()
        if item.text.kind == "item"
        and item.text.department != "unknown"  # 001-15 prints a community, no authority
        and not any(
            office.authority == item.text.department
            and office.region == packaged.sources[item.text.source.document]
            for office in packaged.offices.values()
        )
    ]
    assert lost == []


def test_an_office_deals_with_its_own_cases_and_with_those_that_name_none(
    packaged: Jurisdiction,
) -> None:
    changji = packaged.venues(SECURITY, CHANGJI, "public-security-652300")
    assert changji == {"public-security-652300", "003"}
    assert packaged.venues(SECURITY, QIJIANG, "public-security-500110").isdisjoint(changji)
    ministry = packaged.venues(SECURITY, XINJIANG)
    assert ministry == {"public-security-650000", "public-security-650000-1", "000", "001", "004"}
    assert packaged.venues("taxation", CHANGJI) == {"taxation-652300", "003"}


def test_a_region_contains_what_lies_below_it_and_nothing_beside(packaged: Jurisdiction) -> None:
    within = packaged.venues_within(SECURITY, XINJIANG)
    assert {"public-security-652300", "public-security-650100", "003", "000"} <= within
    assert within.isdisjoint({"public-security-500110", "002", "taxation-652300"})
    changji = {code for code in packaged.offices if code.startswith("public-security-6523")}
    assert len(changji) == 8  # the office in charge, and seven service points of the border pass
    assert packaged.venues_within(SECURITY, CHANGJI) == {*changji, "003"}


def test_a_service_point_has_its_own_cases_alone(packaged: Jurisdiction) -> None:
    """What names no office lies with the office in charge of the region, never with a point."""
    for region in (XINJIANG, CHANGJI, "652325"):
        point = f"{SECURITY}-{region}-1"
        assert packaged.venues(SECURITY, region, point) == {point}
    charge = packaged.venues(SECURITY, XINJIANG, "public-security-650000")
    assert charge == {"public-security-650000", "000", "001", "004"}
    assert "public-security-652325-1" in packaged.venues_within(SECURITY, CHANGJI)
    assert "public-security-652325-1" not in packaged.venues_within(SECURITY, "650100")


def test_each_item_has_one_office_in_charge_by_authority_and_source(packaged: Jurisdiction) -> None:
    assert packaged.responsible(SECURITY, "000") == "public-security-650000"
    assert packaged.responsible("justice", "003") == "justice-652300"
    assert packaged.responsible("justice", "000") is None
    assert packaged.responsible("unknown", "001") is None


def test_an_office_is_called_by_its_name_or_by_its_region_and_authority(
    packaged: Jurisdiction,
) -> None:
    assert packaged.title("justice-652300") == (
        "昌吉回族自治州司法局",
        "Justice, Changji Hui Autonomous Prefecture",
    )
    assert packaged.title("public-security-650102-1") == (
        "乌鲁木齐市天山区办证点",
        "Border pass office, Tianshan District, Urumqi",
    )
    called = [packaged.title(code) for code in packaged.offices]
    assert len({one.zh for one in called}) == len({one.en for one in called}) == len(called)


@pytest.mark.parametrize(
    ("region", "level", "above"),
    [
        ("650000", "province", None),
        ("652300", "prefecture", "650000"),
        ("652301", "county", "652300"),
        ("500110", "county", "500000"),  # a district of a municipality
        ("659001", "county", "650000"),  # a city that the province administers itself
    ],
)
def test_a_code_says_the_level_and_the_region_above(
    region: str, level: str, above: str | None
) -> None:
    assert (level_of(region), parent_of(region)) == (level, above)


@pytest.mark.parametrize(
    ("was", "now", "line", "said"),
    [
        ("authority: employment\n", "authority: tax\n", 9, "There is no authority tax."),
        ('region: "652300"\n', 'region: "652301"\n', 10, "There is no region 652301."),
        ("level: prefecture", "level: county", 4, "By its code it is a prefecture."),
        ('"004": "650000"', '"004": "650100"', 1, "There is no region 650100."),
        ('  "650000": {', '  "660000": {', 4, "The region above it, 650000, is missing."),
        ("authority: employment\n", "autority: employment\n", 9, "autority"),
        ('"652300": {', '"65230": {', 4, "65230"),
        ('region: "652300"\n', 'region: "652300"\n    part_of: hut\n', 11, "hut is no office in"),
        ('region: "652300"\n', 'region: "652300"\n    part_of: hall\n', 11, "hall is no office in"),
        ("  hall:\n", SECOND, 11, "other is in charge of the region: say what it is part"),
    ],
)
def test_a_fault_of_the_written_file_is_told_with_its_line(
    was: str, now: str, line: int, said: str
) -> None:
    assert set(written(SMALL.encode()).offices) == {"hall"}
    with pytest.raises(CatalogueError) as refusal:
        written(SMALL.replace(was, now, 1).encode())
    assert any(one.line == line and said in one.sentence for one in refusal.value.problems)


def test_check_refuses_an_authority_and_an_office_that_are_in_no_file(tmp_path: Path) -> None:
    office = "offices: [{ code: hall, name: 大厅 }]\n"
    folder = folder_with(tmp_path, {"004-900": GOOD + "department: employment\n" + office})
    (folder / WRITTEN).write_text(SMALL, encoding="utf-8")
    assert [str(one) for one in checked(folder).errors] == []
    (folder / WRITTEN).write_text(SMALL.replace("hall", "other").replace("employment", "tax"))
    told = {one.sentence for one in checked(folder).errors}
    assert f"{WRITTEN} has no office hall." in told
    assert f"{WRITTEN} has no authority employment." in told


def test_check_refuses_an_office_of_another_authority(tmp_path: Path) -> None:
    office = "offices: [{ code: hall, name: 大厅 }]\n"
    folder = folder_with(tmp_path, {"004-900": GOOD + "department: tax\n" + office})
    both = SMALL.replace("offices:\n", "  tax: { name: 税务局, name_en: Tax }\noffices:\n")
    (folder / WRITTEN).write_text(both, encoding="utf-8")
    (error,) = checked(folder).errors
    assert error.sentence == "hall is an office of employment, not of tax."
    assert error.line == GOOD.count("\n") + 2


def test_check_tells_what_is_wrong_with_the_jurisdiction_itself(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    (folder / WRITTEN).write_text(SMALL.replace('"652300"\n', '"1"\n'), encoding="utf-8")
    assert [one.file for one in checked(folder).errors] == [WRITTEN]


def test_a_source_without_a_region_is_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"004-900": GOOD})
    (folder / WRITTEN).write_text(SMALL.replace('"004"', '"005"'), encoding="utf-8")
    assert f"{WRITTEN} names no region for the source 004." in {
        one.sentence for one in checked(folder).errors
    }
