"""`caseledger clock`, `fee` and `calendar`: the printed forms, their JSON and their exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.cli.rules.calendars import calendar_folder
from shared.config import Settings
from tests.support.items_given import catalogue, hotel, item, limit
from tests.unit.catalogue.test_offices import DECIDES, FAR, NEAR, OWN
from tests.unit.catalogue.test_terms import PLATES, WANTS
from tests.unit.clock.test_notices import NOTICE

BAD_USE = 2
AT = ("--at", "2026-09-25T10:00+08:00")
DEDUCTIONS = [
    {"purpose": "deduction", "day": 20, "party": "flexible", "raw": "r"},
    {"purpose": "deduction", "day": 25, "party": "flexible", "attempt": 2, "raw": "r"},
    {"purpose": "deduction", "day": 18, "party": "unit", "raw": "r"},
    {"purpose": "deduction", "day": 25, "party": "unit", "attempt": 2, "raw": "r"},
]
BOOKED = {
    "kind": "monthly",
    "days": {"first": 1, "last": 21},
    "booking": {"first": 1, "last": 15},
    "raw": "每月1日—21日",
}
CARD = {"code": "card", "name": "工本费", "amount_fen": 4000, "raw": "40元"}
ITEMS = (
    item(
        id="000-01",
        limits=[limit(n=15, raw="15个工作日"), limit("statutory", n=60)],
        fee={"state": "amount", "basis": "新计价费【2004】74号", "lines": [CARD]},
    ),
    hotel(),
    item(
        id="001-01",
        limits=[limit("statutory", n=5, variants={"remote": {"n": 15, "maximum": True}})],
        offices=[NEAR, FAR, OWN, DECIDES],
    ),
    item(id="003-002", paydays=DEDUCTIONS),
    item(id="004-005", limits=[limit(n=15, extension={"n": 10, "approved_by": "负责人"})]),
    item(id="004-024", windows=[BOOKED]),
    item(id="000-17", fee=PLATES, situations=WANTS),
    item(id="004-020", windows=[{"kind": "event", "needs": ["wage-published"], "raw": "r"}]),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASELEDGER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CASELEDGER_CALENDAR_DIR", raising=False)
    made = catalogue(ITEMS)
    monkeypatch.setattr("shared.catalogue.packaged_catalogue", lambda: made)
    return tmp_path


def run(*words: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, words)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.stdout, ran.stderr


def told(*words: str) -> dict[str, Any]:
    """The JSON document of a command that ends well."""
    code, out, err = run(*words, "--json")
    assert code == 0, err
    document: dict[str, Any] = json.loads(out)
    return document


def refused(*words: str) -> str:
    """The one sentence of a command that is bad use, the same in both forms."""
    code, _, err = run(*words)
    assert code == BAD_USE
    code, out, _ = run(*words, "--json")
    assert code == BAD_USE
    sentence: str = json.loads(out)["error"]
    assert sentence in err
    assert "\n" not in sentence
    return sentence


def test_due_is_the_printed_example() -> None:
    found = told("clock", "due", "000-01", *AT)
    assert found["due"] == "2026-10-22"
    assert found["due_at"].startswith("2026-10-22T23:59:59")
    assert found["limit"] == "promised"
    assert found["provisional"] is False
    assert found["incomplete"] == ["xinjiang:2026"]
    assert found["compared"] == {"promised": "2026-10-22", "statutory": "2026-12-24"}
    assert {"source", "limit", "start", "holiday", "counted", "due", "versions", "drives"} <= {
        step["code"] for step in found["explanation"]
    }
    assert all(step["zh"] and step["en"] for step in found["explanation"])
    counted = [day["number"] for day in found["days"] if day["number"]]
    assert counted == list(range(1, 16))
    assert set(found["versions"]) == {"catalogue", "item", "calendar", "rules"}


def test_due_by_name_variant_pause_and_extension() -> None:
    due = ("clock", "due")
    assert told(*due, "000-01", *AT, "--limit", "statutory")["due"] == "2026-12-24"
    assert told(*due, "000-01", *AT, "--limit", "acceptance")["due"] == "2026-10-09"
    assert told(*due, "001-01", *AT, "--variant", "remote")["due"] == "2026-10-22"
    assert told(*due, "001-01", *AT, "--limit", "promised")["limit"] == "statutory"
    assert told(*due, "004-005", *AT, "--extend")["due"] == "2026-11-05"
    pause = ("--pause", "2026-10-09/2026-10-13:inspection")
    assert told(*due, "000-09", *AT, *pause)["due"] == "2026-10-08"
    both = ("--pause", "2026-09-28/2026-09-30:inspection", "--pause", "2026-09-30/2026-10-09")
    assert told(*due, "000-09", *AT, *both, "--limit", "promised")["due"] == "2026-10-16"


@pytest.mark.parametrize(
    ("office", "day"), [("near", "2026-10-09"), ("far", "2026-10-22"), ("own", "2026-10-19")]
)
def test_due_at_an_office_says_what_it_sets_for_itself_r087(office: str, day: str) -> None:
    found = told("clock", "due", "001-01", *AT, "--office", office)
    assert (found["due"], found["office"]) == (day, office)
    (step,) = [one for one in found["explanation"] if one["code"] == "office"]
    assert office in step["en"]
    if office == "own":
        assert "sets 12 of at most 15 working days" in step["en"]
        assert (
            "sets 12 of at most 15 working days"
            in run("clock", "due", "001-01", *AT, "--office", office)[1]
        )
    assert told("clock", "due", "001-01", *AT)["office"] is None


def test_no_computable_limit_is_null_with_the_reason() -> None:
    found = told("clock", "due", "003-002", *AT)
    assert (found["due"], found["due_at"], found["limit"]) == (None, None, None)
    assert found["reason"] == "The source prints no promised or statutory limit."
    assert found["explanation"][0]["zh"] == "来源文件未载明承诺或者法定办结时限。"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("000-99", *AT), "there is no item 000-99"),
        (("000-01", "--at", "2026-09-25T10:00"), "has no offset"),
        (("000-01", "--at", "1900-01-01T10:00+08:00"), "outside the calendar"),
        (("000-01", "--at", "2200-01-01T10:00+08:00"), "outside the calendar"),
        (("000-01", "--at", "2026-02-31T10:00+08:00"), "There is no day 2026-02-31"),
        (("000-01", *AT, "--pause", "2026-10-13/2026-10-09"), "before it starts"),
        (("000-01", *AT, "--pause", "2026-10-13/2026-10-19:tea"), "cannot pause for 'tea'"),
        (("000-01", *AT, "--limit", "tea"), "no limit 'tea'"),
        (("000-01", *AT, "--variant", "remote"), "no variant 'remote'"),
        (("000-01", *AT, "--situation", "tea"), "no situation 'tea'"),
        (("001-01", *AT, "--office", "tea"), "no office 'tea'; it has near, far, own."),
        (("001-01", *AT, "--office", "hall"), "no office 'hall'; it has near, far, own."),
        (("000-01", *AT, "--office", "far"), "no office 'far'; it has none."),
        (("001-01", *AT, "--office", "far", "--variant", "remote"), "Give --office or --variant"),
        (("000-01", *AT, "--extend"), "has no extension"),
        (("003-002", *AT, "--extend"), "no limit that could be extended"),
    ],
)
def test_bad_questions_are_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused("clock", "due", *words)


def test_the_answer_for_people_holds_every_day_and_both_languages() -> None:
    code, out, _ = run("clock", "due", "000-01", *AT)
    assert code == 0
    assert "到期日 Due: 2026-10-22" in out
    assert "来源文件 000-01" not in out
    for said in (
        "“15个工作日”",
        "15个工作日（承诺）",
        "It starts with: acceptance, 2026-09-25 (Fri) at 10:00; this day is not counted.",
        "2026-10-10（周六）  第 6 日（国庆节调休上班）",
        "2026-10-22（周四）  第 15 日  day 15",
        "calendar",
    ):
        assert said in out.replace("Calendar", "calendar")
    lines = run("clock", "due", "000-09", *AT, "--pause", "2026-09-28/2026-09-30:inspection")[1]
    assert "2026-09-29（周二）  暂停，不计入  paused, not counted" in lines
    assert "到期日：无" in run("clock", "due", "003-002", *AT)[1]


def test_a_derivation_of_a_year_shares_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    made = catalogue([item(limits=[limit(n=365, unit="calendar_days")])])
    monkeypatch.setattr("shared.catalogue.packaged_catalogue", lambda: made)
    code, out, _ = run("clock", "due", "004-900", *AT)
    assert code == 0
    assert len(out.splitlines()) < 200
    assert "第 3-5 日" in out


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (("--party", "unit"), "2026-12-18"),
        (("--party", "flexible"), "2026-12-21"),
        (("--party", "unit", "--attempt", "2"), "2026-11-25"),
    ],
)
def test_payday(words: tuple[str, ...], day: str) -> None:
    found = told("clock", "payday", "003-002", "--from", "2026-11-21", *words)
    assert found["date"] == day
    assert found["explanation"][0]["zh"]
    assert run("clock", "payday", "003-002", "--from", "2026-11-21", *words)[0] == 0


def test_payday_of_an_item_without_one_and_bad_questions() -> None:
    found = told("clock", "payday", "000-01", "--from", "2026-11-21")
    assert found["date"] is None
    assert "no pay-out" in found["reason"]
    payday = ("clock", "payday", "003-002", "--from")
    assert "Say for whom: flexible or unit" in refused(*payday, "2026-11-21")
    assert "no attempt 3" in refused(*payday, "2026-11-21", "--party", "unit", "--attempt", "3")
    assert "no pay day for 'tea'" in refused(*payday, "2026-11-21", "--party", "tea")
    assert "is not a date" in refused(*payday, "tomorrow")


def test_window() -> None:
    found = told("clock", "window", "004-024", "--at", "2026-11-18T10:00+08:00")
    assert found["open"] is True
    assert found["closes"].startswith("2026-11-23T23:59:59"), "the 21st is a Saturday"
    assert found["booking"]["open"] is False
    assert found["booking"]["next_opens"].startswith("2026-12-01")
    later = told("clock", "window", "004-024", "--at", "2026-11-28T10:00+08:00")
    assert (later["open"], later["closes"]) == (False, None)
    assert later["next_opens"].startswith("2026-12-01")
    always = told("clock", "window", "000-01", "--at", "2026-11-28T10:00+08:00")
    assert (always["open"], always["next_opens"], always["booking"]) == (True, None, None)
    code, out, _ = run("clock", "window", "004-024", "--at", "2026-11-18T10:00+08:00")
    assert code == 0
    assert "booking is closed; it opens on 2026-12-01" in out


def test_window_refuses_what_the_item_does_not_have() -> None:
    window = ("clock", "window", "004-024", "--at")
    assert "no offset" in refused(*window, "2026-11-28T10:00")
    at = (*window, "2026-11-28T10:00+08:00")
    assert "no variant 'tea'" in refused(*at, "--variant", "tea")
    assert "waits for 'tea'" in refused(*at, "--happened", "tea=2026-11-01T10:00+08:00")
    assert "is not an event" in refused(*at, "--happened", "tea")


def test_fee() -> None:
    found = told("fee", "000-01")
    assert found["amount_yuan"] == "40.00"
    assert found["basis"] == "新计价费【2004】74号"
    assert [line["amount_yuan"] for line in found["lines"]] == ["40.00"]
    plates = told("fee", "000-17", "--option", "bike=2", "--option", "wants-temporary")
    assert plates["amount_yuan"] == "105.00"
    silent = told("fee", "003-002")
    assert (silent["amount_yuan"], silent["chargeable"]) == (None, False)
    assert "silent" in silent["reason"]
    assert "40.00 元" in run("fee", "000-01")[1]


def test_a_fee_without_the_options_it_needs_names_them() -> None:
    code, out, err = run("fee", "000-17", "--json")
    found = json.loads(out)
    assert code == BAD_USE
    assert found["amount_yuan"] is None
    assert [one["code"] for one in found["options"][0]["options"]] == ["car", "bike"]
    assert found["error"] == "Say with --option which (kind: car, bike)."
    assert found["error"] in err
    assert "--option bike" in run("fee", "000-17")[1]
    assert "no option 'boat'" in refused("fee", "000-17", "--option", "boat")


def test_a_loaded_notice_counts_from_the_next_start(home: Path) -> None:
    file = home / "n.yaml"
    file.write_text(NOTICE.replace("2026-03-20", "2026-10-12"), "utf-8")
    before = told("clock", "due", "000-01", *AT)
    loaded = told("calendar", "load", str(file))
    after = told("clock", "due", "000-01", *AT)
    assert loaded["changed"] is True
    assert loaded["settled"] == ["xinjiang:2026"]
    assert [day["day"] for day in loaded["days"]][-1] == "2026-10-12"
    assert loaded["version"]["before"] != loaded["version"]["after"]
    assert (before["due"], after["due"]) == ("2026-10-22", "2026-10-23")
    assert after["incomplete"] == []
    assert before["versions"]["calendar"] != after["versions"]["calendar"]
    again = told("calendar", "load", str(file))
    assert (again["changed"], again["file"]) == (False, loaded["file"])
    assert "no change" in run("calendar", "load", str(file))[1]


def test_a_corrected_notice_replaces_and_both_are_listed(home: Path) -> None:
    file = home / "n.yaml"
    file.write_text(NOTICE, "utf-8")
    told("calendar", "load", str(file))
    file.write_text(NOTICE.replace("2026-03-20", "2026-03-23"), "utf-8")
    assert told("calendar", "load", str(file))["replaced"] is True
    found = {layer["layer"]: layer for layer in told("calendar", "list")["layers"]}
    assert [one["holds"] for one in found["xinjiang"]["loaded"]] == [False, True]
    assert 2026 in found["xinjiang"]["years"]
    assert found["chongqing"]["missing"]
    out = run("calendar", "list")[1]
    assert "loaded 2026 no. 1  (replaced)" in out
    assert "dates that depend on it are incomplete" in out


def test_a_broken_notice_is_refused_whole_with_every_line(home: Path) -> None:
    file = home / "n.yaml"
    file.write_text("layer: xinjiang\nyear: 2200\noff:\n  x: [2026-02-31]\n", "utf-8")
    code, out, _ = run("calendar", "load", str(file), "--json")
    found = json.loads(out)
    assert (code, found["ok"]) == (BAD_USE, False)
    assert [one["line"] for one in found["errors"]] == [2, 4]
    code, _, err = run("calendar", "load", str(file))
    assert code == BAD_USE
    assert f"{file}:4: There is no day 2026-02-31 in the calendar." in err
    assert not calendar_folder().exists()
    assert "cannot be read" in refused("calendar", "load", str(home / "absent.yaml"))


def test_a_damaged_notice_stops_the_answer_with_the_place(home: Path) -> None:
    calendar_folder().mkdir(parents=True)
    (calendar_folder() / "xinjiang-2026-1.yaml").write_text("layer: xinjiang\n", "utf-8")
    assert "xinjiang-2026-1.yaml:1:" in refused("clock", "due", "000-01", *AT)


def test_a_recorded_event_opens_its_window_until_the_end_of_that_month() -> None:
    window = ("clock", "window", "004-020", "--at")
    assert told(*window, "2026-07-06T10:00+08:00")["open"] is False
    made = told("calendar", "announce", "wage-published", "--at", "2026-07-05T10:00+08:00")
    assert made["items"] == ["004-020"]
    assert told(*window, "2026-07-06T10:00+08:00")["closes"].startswith("2026-07-31")
    assert told(*window, "2026-07-04T10:00+08:00")["open"] is False
    assert told(*window, "2027-07-06T10:00+08:00")["reason"] == "event-not-happened"
    assert [one["event"] for one in told("calendar", "list")["events"]] == ["wage-published"]
    assert "wage-published" in run("calendar", "list")[1]


def test_an_event_is_recorded_once_a_day_and_only_after_it_happened() -> None:
    announce = ("calendar", "announce", "wage-published", "--at")
    first = told(*announce, "2026-07-05T10:00+08:00")
    assert told(*announce, "2026-07-05T10:00+08:00")["file"] == first["file"]
    assert "recorded for that day already" in refused(*announce, "2026-07-05T11:00+08:00")
    assert "still to come" in refused(*announce, "2090-07-05T10:00+08:00")
    assert "no offset" in refused(*announce, "2026-07-05T10:00")
    wrong = ("calendar", "announce", "tea", "--at", "2026-07-05T10:00+08:00")
    assert "No window waits for 'tea'; windows wait for wage-published." in refused(*wrong)
    Path(first["file"]).write_text("{}", "utf-8")
    assert first["file"] in refused("clock", "window", "004-020", "--at", "2026-07-06T10:00+08:00")


def test_the_folder_of_notices_is_the_one_that_the_services_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calendar_folder() == Settings.from_env(dict(os.environ)).calendar_dir
    monkeypatch.setenv("CASELEDGER_CALENDAR_DIR", str(home / "elsewhere"))
    assert calendar_folder() == Settings.from_env(dict(os.environ)).calendar_dir


def test_a_question_to_the_clock_loads_no_driver_and_no_web_framework() -> None:
    code = (
        "import sys; from deploy.cli.app import app\n"
        "try: app(['clock', 'due', '000-01', '--at', '2026-09-25T10:00+08:00'])\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "found = {'pymongo', 'kafka', 'flask', 'httpx', 'marshmallow'} & set(sys.modules)\n"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
