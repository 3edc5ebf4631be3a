"""`caseledger calendar …`: the notices of days off that the legal clock counts by."""

import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import BAD_USE, Json, answer, bad_use, reporting, say, warn
from deploy.embedded.home import Home

if TYPE_CHECKING:
    from shared.clock import Calendars, Layer
    from shared.clock.calendar.notices import BadNotice, Stored

NOTE = "Processes that run take it up within a few seconds."
FOLLOWS = (
    f"{NOTE} The workers of intake, review and issuance then recompute every open case that "
    "depends on it, each by an event that says so (review.LimitsRecomputed, "
    "intake.DeadlinesRecomputed, issuance.PayoutScheduled); "
    "caseledger_calendar_cases_total of their metrics counts the cases."
)


def calendar_folder() -> Path:
    """Where loaded notices are: `CASELEDGER_CALENDAR_DIR`, else `calendar` in the home folder."""
    given = os.environ.get("CASELEDGER_CALENDAR_DIR")
    return Path(given) if given else Home.from_env(os.environ).calendar


def load(
    file: Annotated[Path, typer.Argument(help="The notice, as YAML or JSON.")],
    *,
    as_json: Json = False,
) -> None:
    """Load a notice of days off; what runs takes it up, and open cases that depend on it follow."""
    with reporting(as_json=as_json):
        from shared.clock.calendar.notices import (
            BadNotice,
            installed_calendars,
            read_notice,
            store_notice,
        )

        folder = calendar_folder()
        before = installed_calendars(folder)
        layers = tuple(before.layers)
        try:
            content = file.read_bytes()
            read_notice(str(file), content, layers=layers)
        except BadNotice as error:
            _refuse(file, error, as_json=as_json)
        except OSError as error:
            raise bad_use(f"The file {file} cannot be read ({error.strerror}).") from error
        try:
            stored = store_notice(folder, content, layers=layers)
        except OSError as error:
            raise bad_use(f"The folder {folder} cannot be written ({error.strerror}).") from error
        after = installed_calendars(folder)
        answer(_loaded(stored, before, after), as_json=as_json, show=_show_loaded)


def announce(
    event: Annotated[str, typer.Argument(help="What happened, as the items call it.")],
    *,
    at: Annotated[str, typer.Option("--at", help="When: 2026-07-05T10:00+08:00.")],
    source: Annotated[str, typer.Option(help="Where that stands: document and number.")] = "",
    as_json: Json = False,
) -> None:
    """Record an outside event that opens a window, such as the publication of the average wage."""
    with reporting(as_json=as_json):
        from shared.catalogue import packaged_catalogue
        from shared.catalogue.rules.day_rules import waits_for
        from shared.clock import SHANGHAI, Announced, parse_moment
        from shared.clock.calendar.announcements import announce as record

        told = Announced(event, parse_moment(at), source)
        if told.at > datetime.now(SHANGHAI):
            raise bad_use(f"{at} is still to come: record what has happened.")
        items = packaged_catalogue().items()
        waiting = {item.id: waits_for(item.text) for item in items if item.text.windows}
        known = sorted({code for codes in waiting.values() for code in codes})
        try:
            path = record(calendar_folder(), told, known=known)
        except OSError as error:
            raise bad_use(f"{calendar_folder()} cannot be written ({error.strerror}).") from error
        document = {
            "ok": True,
            "event": event,
            "at": told.at.isoformat(),
            "file": str(path),
            "items": [item_id for item_id, codes in waiting.items() if event in codes],
            "note": NOTE,
        }
        answer(document, as_json=as_json, show=_show_announced)


def list_(*, as_json: Json = False) -> None:
    """List what is known of each authority's days off, what was loaded, and what is missing."""
    with reporting(as_json=as_json):
        from shared.clock import SHANGHAI
        from shared.clock.calendar.notices import installed_calendars, stored_notices

        folder = calendar_folder()
        calendars = installed_calendars(folder)
        stored = stored_notices(folder, layers=tuple(calendars.layers))
        year = datetime.now(SHANGHAI).year
        document = {
            "folder": str(folder),
            "layers": [_layer(layer, stored, year) for layer in calendars.layers.values()],
            "events": [
                {"event": one.event, "at": one.at.isoformat(), "source": one.source}
                for one in calendars.announced
            ],
            "calendars": {name: calendars.of(name).version for name in calendars.layers},
        }
        answer(document, as_json=as_json, show=_show_list)


def _refuse(file: Path, error: "BadNotice", *, as_json: bool) -> None:
    faults = [
        {"file": str(file), "line": fault.line, "message": fault.sentence} for fault in error.faults
    ]
    document = {"ok": False, "error": str(error), "errors": faults}

    def show(_: Mapping[str, Any]) -> None:
        for one in faults:
            warn(f"{one['file']}:{one['line']}: {one['message']}")
        warn("Nothing was loaded.")

    answer(document, as_json=as_json, show=show, exit_code=BAD_USE)


def _loaded(stored: "Stored", before: "Calendars", after: "Calendars") -> dict[str, Any]:
    """What changed by the notice: the days, the version, how far the layer is complete."""
    name, notice = stored.file.layer, stored.file.notice
    was, now = before.layers[name], after.layers[name]
    days = _changed_days(before, after, name, notice.year)
    return {
        "ok": True,
        "layer": name,
        "year": notice.year,
        "file": str(stored.path),
        "serial": stored.serial,
        "sha256": stored.file.sha256,
        "changed": was.version != now.version,
        "replaced": notice.year in was.years and was.version != now.version,
        "version": {"before": was.version, "after": now.version},
        "complete_until": {"before": _iso(was.complete_until), "after": _iso(now.complete_until)},
        "settled": [] if notice.year in was.years else [f"{name}:{notice.year}"],
        "days": days,
        "warnings": _warnings(stored),
        "note": FOLLOWS,
    }


def _changed_days(
    before: "Calendars", after: "Calendars", layer: str, year: int
) -> list[dict[str, Any]]:
    found = []
    day = date(max(year - 1, 2004), 12, 25)
    while day <= date(year, 12, 31):
        was, now = before.of(layer).info(day), after.of(layer).info(day)
        if was.working != now.working:
            name = now.name_zh or was.name_zh
            found.append(
                {
                    "day": day.isoformat(),
                    "was_working": was.working,
                    "is_working": now.working,
                    "name": name,
                }
            )
        day += timedelta(days=1)
    return found


def _warnings(stored: "Stored") -> list[dict[str, str]]:
    notice = stored.file.notice
    found = []
    if not notice.source.strip():
        found.append({"code": "no-source", "message": "The notice does not say its document."})
    if notice.seasons == {} and stored.file.layer == "xinjiang":
        found.append(
            {
                "code": "no-seasons",
                "message": "The notice gives no dates of summer and winter hours: opening hours "
                f"of {notice.year} stay unknown.",
            }
        )
    return found


def _layer(layer: "Layer", stored: "tuple[Stored, ...]", year: int) -> dict[str, Any]:
    mine = [one for one in stored if one.file.layer == layer.name]
    last = {one.file.notice.year: one.serial for one in mine}
    return {
        "layer": layer.name,
        "title_zh": layer.title_zh,
        "title_en": layer.title_en,
        "years": sorted(layer.years),
        "complete_until": _iso(layer.complete_until),
        "version": layer.version,
        "missing": [f"{layer.name}:{one}" for one in (year, year + 1) if one not in layer.years],
        "loaded": [
            {
                "file": str(one.path),
                "year": one.file.notice.year,
                "serial": one.serial,
                "holds": last[one.file.notice.year] == one.serial,
                "source": one.file.notice.source,
                "sha256": one.file.sha256,
            }
            for one in mine
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _show_loaded(found: Mapping[str, Any]) -> None:
    if not found["changed"]:
        say(f"The notice of {found['layer']} for {found['year']} was loaded already; no change.")
        return
    word = "replaced" if found["replaced"] else "loaded"
    say(f"The notice of {found['layer']} for {found['year']} is {word}: {found['file']}")
    for day in found["days"]:
        kind = "上班 working day" if day["is_working"] else "放假 day off"
        say(f"  {day['day']}  {kind}  {day['name']}")
    say(f"Complete until {found['complete_until']['after']}; version {found['version']['after']}")
    for one in found["warnings"]:
        warn(one["message"])
    warn(found["note"])


def _show_announced(found: Mapping[str, Any]) -> None:
    say(f"{found['event']} on {found['at']} is recorded: {found['file']}")
    say(f"It is waited for by {', '.join(found['items'])}.")
    warn(found["note"])


def _show_list(found: Mapping[str, Any]) -> None:
    for layer in found["layers"]:
        years = layer["years"]
        span = f"{years[0]} to {years[-1]}" if years else "no year"
        say(f"{layer['layer']:<10} {layer['title_zh']}  {span}  {layer['version']}")
        for one in layer["loaded"]:
            held = "" if one["holds"] else "  (replaced)"
            say(f"  loaded {one['year']} no. {one['serial']}{held}  {one['source']}")
        for mark in layer["missing"]:
            what = "provisional" if layer["layer"] == "national" else "incomplete"
            say(f"  missing {mark}: dates that depend on it are {what}")
    for event in found["events"]:
        say(f"event      {event['event']}  {event['at']}  {event['source']}")
