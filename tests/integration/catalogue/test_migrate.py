"""Moving open cases to a newer edition of their item, on a real log with two editions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from deploy.cli import session
from deploy.cli.app import app
from deploy.cli.rules.catalogue_load import loaded
from deploy.cli.rules.catalogue_migrate import listed, migrated
from deploy.cli.session import Session
from shared.case import Case, Rules, case_stream
from shared.case.deciding import assemble as opening
from shared.casework.log import case_of
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.catalogue import Edition
from shared.config import Databases
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from tests.support.given import ITEM, rules
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
REASON = "notice 12 of 2026"
OLD = rules().catalogue.item(ITEM)
PROMISED, *OTHERS = OLD.text.limits


def both() -> Rules:
    """The later version: 10 instead of 15 working days, 50 instead of 40 yuan."""
    (line,) = OLD.text.fee.lines
    dearer = replace(OLD.text.fee, lines=(replace(line, amount_fen=5000),))
    text = replace(OLD.text, limits=(replace(PROMISED, n=10), *OTHERS), fee=dearer)
    before = rules().catalogue
    rest = [item for item in before.items() if item.id != ITEM]
    named = {item.id: item.hash for item in before.items()}
    catalogue = Catalogue(
        [Item(text, "e" * 64), *rest],
        version="later",
        former=[OLD],
        versions=[Edition(before.version, before.hash, named)],
    )
    return replace(rules(), catalogue=catalogue)


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    """All services know both editions; whoever applies at first applies under the older one."""
    path = Path4(databases, tmp_path, rules=both())
    earlier = replace(both(), catalogue=both().catalogue)
    older = Catalogue(
        rules().catalogue.items(),
        version=rules().catalogue.version,
        former=both().catalogue.items(),
    )
    path.world.rules = replace(earlier, catalogue=older)
    return path


def case(path: Path4, case_id: str) -> Case:
    return case_of(path.world.log("intake").load(case_stream(case_id)))


def moving(path: Path4, cases: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "to": "later",
        "item": ITEM,
        "reason": REASON,
        "dry_run": False,
        "now": datetime.now(UTC),
    }
    found = listed(path.databases.views, ITEM) if cases is None else cases
    return migrated(path.world.log("intake"), both(), found, **{**values, **changes})


def test_open_cases_move_and_keep_what_they_have(path: Path4) -> None:
    waiting, running, ended = path.submitted(), path.submitted(), path.submitted()
    path.paid(running)
    path.paid(ended)
    path.decided(ended)
    catch_up(path.parts(), 1)
    before = {name: case(path, name) for name in (waiting, running, ended)}
    assert sorted(listed(path.databases.views, ITEM)) == sorted(before)

    dry = moving(path, dry_run=True)
    assert (dry["ok"], dry["moved"], dry["stays"]) == (True, 2, 1)
    assert {name: case(path, name) for name in before} == before

    refused = moving(path)
    assert not refused["ok"]
    assert "catalogue load" in refused["findings"][0]
    assert {name: case(path, name) for name in before} == before

    path.world.rules = both()  # the web processes start with the new version
    loaded(path.world.log("admin"), both().catalogue, now=datetime.now(UTC))
    found = moving(path)
    assert (found["ok"], found["moved"], found["stays"]) == (True, 2, 1)
    rows = {row["case"]: row for row in found["cases"]}
    assert rows[ended]["rule"] == "decided"
    assert rows[waiting]["kept"][0]["rule"] == "fee-not-raised"
    assert rows[waiting]["fee_yuan"] == {"before": "40.00", "after": "40.00"}
    (promised,) = [one for one in rows[running]["due"] if one["limit"] == "promised"]
    assert promised["after"] < promised["before"]
    assert {row["case"]: row["changes"] for row in dry["cases"] if "changes" in row} == {
        row["case"]: row["changes"] for row in found["cases"] if "changes" in row
    }

    again = moving(path)
    assert (again["moved"], again["already"], again["stays"]) == (0, 2, 1)
    assert case(path, ended) == before[ended]
    after = case(path, running)
    assert after.accepted == before[running].accepted
    assert after.pin is not None
    assert after.pin.version == "later"
    commit = path.world.log("intake").load(case_stream(running)).commits[-1]
    assert commit.body.actor.kind == "operator"
    assert commit.body.actor.ref.startswith("console:")
    assert commit.body.events[0].data["reason"] == REASON
    assert commit.body.command_id == "migrate:later:eeeeeeeeeeeeeeee"


def test_a_moved_case_is_told_paid_and_ends(path: Path4) -> None:
    waiting, running = path.submitted(), path.submitted()
    path.paid(running)
    catch_up(path.parts(), 1)
    loaded(path.world.log("admin"), both().catalogue, now=datetime.now(UTC))
    assert moving(path)["moved"] == 2
    path.settle(times=2)
    told = [json.loads(line) for line in path.sms.read_text("utf-8").splitlines()]
    assert sum("办事指南已更新" in json.dumps(one, ensure_ascii=False) for one in told) >= 1
    path.paid(waiting)
    assert case(path, waiting).fee_paid
    path.decided(running)
    path.issued(running)
    assert case(path, running).outcome == "delivered"
    catch_up(path.parts(), 1)
    assert compare(path.parts()).findings == []
    progress = path.progress(running)
    assert progress["catalogue"] == "later"
    (move,) = progress["moves"]
    assert move["version"] == "later"
    assert any("10 working days" in sentence for sentence in move["changes"])


def test_what_is_listed_and_is_not_there_or_not_open_is_passed_over(path: Path4) -> None:
    loaded(path.world.log("admin"), both().catalogue, now=datetime.now(UTC))
    found = moving(path, ["0" * 32])
    assert (found["ok"], found["cases"], found["already"]) == (True, [], 1)


def test_a_process_without_the_edition_of_a_case_says_so(path: Path4) -> None:
    submitted = path.submitted()
    alone = Catalogue([both().catalogue.item(ITEM)], version="later")
    using = replace(both(), catalogue=alone)
    loaded(path.world.log("admin"), alone, now=datetime.now(UTC))
    found = migrated(
        path.world.log("intake"),
        using,
        [submitted],
        to="later",
        item=ITEM,
        reason=REASON,
        dry_run=False,
        now=datetime.now(UTC),
    )
    assert not found["ok"]
    assert submitted in found["findings"][0]
    assert case(path, submitted).moves == ()


def test_the_command(path: Path4, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def opened() -> Iterator[Session]:
        yield Session(path.world.settings, path.world.secrets, path.databases)

    monkeypatch.setattr(session, "opened", opened)
    monkeypatch.setattr(opening, "open_rules", lambda _settings: both())
    submitted = path.submitted()
    catch_up(path.parts(), 1)
    loaded(path.world.log("admin"), both().catalogue, now=datetime.now(UTC))

    def run(*words: str, code: int = 0) -> Any:
        ran = CliRunner().invoke(app, ["catalogue", "migrate", *words, "--json"])
        assert ran.exit_code == code, ran.output
        return json.loads(ran.stdout)

    run(ITEM, "--all", "--reason", REASON, code=2)
    run("--reason", REASON, code=2)
    run(ITEM, "--reason", " ", code=2)
    run("999-99", "--reason", REASON, code=2)
    run(ITEM, "--to", "1999.1", "--reason", REASON, code=2)
    dry = run("--all", "--dry-run", "--reason", REASON)
    assert [(row["case"], row["state"]) for row in dry["cases"]] == [(submitted, "would-move")]
    found = run(ITEM, "--reason", REASON)
    assert (found["moved"], found["to"]["version"]) == (1, "later")
    spoken = CliRunner().invoke(app, ["catalogue", "migrate", ITEM, "--reason", REASON])
    assert "0 cases moved to version later, 0 stay, 1 need nothing." in spoken.stdout
    back = run(ITEM, "--to", rules().catalogue.version, "--reason", REASON, code=1)
    assert "is not in force" in back["findings"][0]
    assert case(path, submitted).pin.version == "later"  # type: ignore[union-attr]
