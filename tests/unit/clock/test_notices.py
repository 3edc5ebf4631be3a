"""A notice is loaded whole or not at all, and every fault is named with its line."""

import re
from datetime import date
from pathlib import Path

import pytest

from shared.case.deciding.assemble import open_rules
from shared.clock import ClockError, parse_moment
from shared.clock.calendar.lined_yaml import BadYaml, read_yaml
from shared.clock.calendar.notices import BadNotice, installed_calendars, read_notice, store_notice
from shared.clock.calendar.packaged import PACKAGED_LAYERS
from shared.config import Settings

NOTICE = """\
layer: xinjiang
year: 2026
source: 新疆维吾尔自治区2026年肉孜节放假通知
off:
  肉孜节: [2026-03-20]
  古尔邦节: [2026-05-27, 2026-05-28, 2026-05-29]
seasons: {summer: 2026-05-01, winter: 2026-10-01}
"""


def store(folder: Path, text: str = NOTICE) -> Path:
    return store_notice(folder, text.encode(), layers=PACKAGED_LAYERS).path


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadNotice) as refused:
        read_notice("n.yaml", text.encode(), layers=PACKAGED_LAYERS)
    return [(fault.line, fault.sentence) for fault in refused.value.faults]


def test_a_loaded_notice_is_in_the_calendar_of_the_next_process(tmp_path: Path) -> None:
    before = installed_calendars(tmp_path / "absent")
    store(tmp_path)
    after = installed_calendars(tmp_path)
    day = date(2026, 3, 20)
    assert before.of("xinjiang").is_working(day)
    assert not after.of("xinjiang").is_working(day)
    assert after.of("chongqing").is_working(day), "another province is not touched"
    assert before.of("xinjiang").version != after.of("xinjiang").version
    opened = open_rules(Settings(calendar_dir=tmp_path))
    assert opened.calendars.of("xinjiang").version == after.of("xinjiang").version


def test_a_loaded_notice_ends_the_marks_that_waited_for_it(tmp_path: Path) -> None:
    ordinal = parse_moment("2026-10-22T10:00+08:00").date().toordinal()
    assert installed_calendars(tmp_path).of("xinjiang").incomplete(ordinal, ordinal) == (
        "xinjiang:2026",
    )
    store(tmp_path)
    assert installed_calendars(tmp_path).of("xinjiang").incomplete(ordinal, ordinal) == ()


def test_the_same_notice_is_kept_once_and_a_corrected_one_beside_it(tmp_path: Path) -> None:
    assert store(tmp_path) == store(tmp_path) == tmp_path / "xinjiang-2026-1.yaml"
    corrected = store(tmp_path, NOTICE.replace("2026-03-20", "2026-03-23"))
    assert corrected.name == "xinjiang-2026-2.yaml"
    calendar = installed_calendars(tmp_path).of("xinjiang")
    assert calendar.is_working(date(2026, 3, 20))
    assert not calendar.is_working(date(2026, 3, 23))
    assert (tmp_path / "xinjiang-2026-1.yaml").read_text("utf-8") == NOTICE


def test_every_fault_is_named_with_its_line_at_once() -> None:
    assert faults(
        "layer: mars\nyear: 2026\nof: {}\noff:\n  肉孜节: [2026-02-31, 2026-03-20, 2026-03-20]\n"
        "work:\n  古尔邦节: [2025-01-01]\n  元旦: 5\nseasons: {summer: never}\n"
    ) == [
        (1, "A notice must say its layer: one of national, xinjiang, chongqing."),
        (
            3,
            (
                "A notice has no field 'of'; it knows layer, year, source, off, work, seasons, "
                "complete_until."
            ),
        ),
        (5, "2026-03-20 stands in this notice twice (line 5)."),
        (5, "There is no day 2026-02-31 in the calendar."),
        (
            7,
            (
                "The notice for 2026 cannot set 2025-01-01: it covers 2026 and the days from "
                "25 December 2025."
            ),
        ),
        (8, "'元旦' needs a list of days."),
        (9, "'never' is not a date; write it as YYYY-MM-DD."),
    ]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "The file is empty."),
        ("- 1\n", 1, "A notice is written as fields"),
        ("layer: xinjiang\nyear: '2026'\n", 2, "its year as a number"),
        ("layer: xinjiang\nyear: 2200\n", 2, "the year 2200 is outside the calendar"),
        ("layer: xinjiang\n", 1, "its year as a number"),
        ("layer: xinjiang\nyear: 2026\nyear: 2027\n", 3, "'year' stands here twice (line 2)"),
        ("layer: xinjiang\noff:\n\tx: []\n", 3, "A tab"),
        ("layer: xinjiang\nyear: 2026\noff: [2026-01-01]\n", 3, "listed under names of holidays"),
        ("layer: xinjiang\nyear: 2026\nseasons: {summer: 2026-05-01}\n", 2, "of each season"),
        ("layer: xinjiang\nyear: 2026\ncomplete_until: 2027-01-01\n", 2, "that is another year"),
        ("layer: xinjiang\nyear: 2026\ncomplete_until: [1]\n", 3, "is not a date"),
        ("layer: xinjiang\nyear: 2026\nsource: [1]\n", 3, "as text"),
        ("layer: xinjiang\nyear: 2026\nseasons: 5\n", 3, "name: first day"),
    ],
)
def test_a_broken_notice_is_one_clear_sentence(text: str, line: int, sentence: str) -> None:
    ((found, said),) = faults(text)
    assert found == line
    assert sentence in said


def test_nothing_of_a_broken_notice_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BadNotice):
        store(tmp_path, NOTICE + "complete_until: 2026-02-31\n")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_folder_stops_a_process_with_the_place(tmp_path: Path) -> None:
    path = store(tmp_path)
    path.write_text(NOTICE.replace("2026-03-20", "2026-03-32"), "utf-8")
    with pytest.raises(BadNotice, match=r"xinjiang-2026-1\.yaml:5: There is no day 2026-03-32"):
        installed_calendars(tmp_path)
    path.write_text(NOTICE.replace("year: 2026", "year: 2027"), "utf-8")
    with pytest.raises(BadNotice):
        installed_calendars(tmp_path)


def test_the_example_of_the_page_is_a_notice() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "load-a-calendar.md"
    (example,) = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    found = read_notice("example", example.encode(), layers=PACKAGED_LAYERS)
    assert (found.layer, found.notice.year, len(found.notice.off)) == ("xinjiang", 2027, 4)


def test_words_that_yaml_1_1_would_bend_stay_words() -> None:
    read = read_yaml(b"off: on\nyes: no\nday: 2026-02-31\nn: 010\nt: 12:30\nquoted: '5'\nf: 1.5\n")
    assert read.value == {
        "off": "on",
        "yes": "no",
        "day": "2026-02-31",
        "n": "010",
        "t": "12:30",
        "quoted": "5",
        "f": 1.5,
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"a: &x [1]\nb: *x\n", "Line 1: An anchor"),
        (b"a: !!python/name:os.system ''\n", "Line 1: The tag"),
        (b"a: 1\n--- \nb: 2\n", "document"),
        (b"? [1]\n: 2\n", "Line 1: A key must be a word."),
        (b"a: \xff\n", "Line 1: The file is not UTF-8."),
        (b"[" * 400_000 + b"]" * 400_000, "Nested deeper"),
        (b"- " * 400_000, "Nested deeper"),
        (b"[" * 30 + b"]" * 30, "Nested deeper"),
        (b"a: " + b"x" * 1_000_001, "larger than"),
    ],
)
def test_what_yaml_should_not_be_used_for_is_refused(text: bytes, sentence: str) -> None:
    with pytest.raises(BadYaml, match=sentence):
        read_yaml(text)


def test_a_day_given_twice_hides_no_other_fault() -> None:
    found = faults("layer: national\nyear: 2027\nyear: 2028\nholidays: 3\n")
    assert [line for line, _ in found] == [3, 4]
    assert "twice" in found[0][1]
    assert "no field 'holidays'" in found[1][1]


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "calendar"
    place.write_text("not a folder")
    with pytest.raises(ClockError, match="is a file"):
        installed_calendars(place)
