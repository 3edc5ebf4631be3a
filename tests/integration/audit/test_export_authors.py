"""The offline verifier tells who wrote each commit, with public keys alone."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from shared.audit import export_log, verifier
from shared.config import Databases
from shared.config.writer_keys import write_entries
from tests.support.audit_world import START, World
from tests.support.keys import entry, writer_of

pytestmark = pytest.mark.mongo


def exported(databases: Databases, folder: Path, **options: Any) -> tuple[World, Path]:
    world = World(databases.log)
    world.grow(9)
    world.sign()
    options = {"writers": world.entries} | options
    export_log(world.db, folder / "export", key=world.key.public, now=START, **options)
    return world, folder / "export"


def verified(world: World, export: Path, *more: str) -> dict[str, Any]:
    key = verifier.parse_key(world.key.public.text(), None)
    given = Path(more[0]) if more else None
    opened = verifier.Export(export)
    return verifier.Verifier(opened, key, verifier.read_writers(opened, given)).run([])


def test_every_author_is_checked_with_the_keys_of_the_export(
    databases: Databases, tmp_path: Path
) -> None:
    world, export = exported(databases, tmp_path)
    found = verified(world, export)
    assert (found["ok"], found["authors"]) == (True, "checked")
    assert "ed25519" in (export / "writers.json").read_text()


def test_without_keys_it_says_that_authors_are_not_checked(
    databases: Databases, tmp_path: Path
) -> None:
    world, export = exported(databases, tmp_path, writers=())
    found = verified(world, export)
    assert (found["ok"], found["authors"]) == (True, "not checked")


def test_the_keys_may_come_from_elsewhere(databases: Databases, tmp_path: Path) -> None:
    """Given an export whose own list of keys is another: the auditor's own counts."""
    world, export = exported(databases, tmp_path, writers=[entry(writer_of("intake", seed="x"))])
    assert {f["kind"] for f in verified(world, export)["findings"]} == {"writer"}
    write_entries(tmp_path, world.entries)
    assert verified(world, export, str(tmp_path / "writers.json"))["ok"]


@pytest.mark.parametrize(
    "mac",
    ["", "nobody-1:00", "intake-1:" + "0" * 128, writer_of("intake", seed="x").mac(bytes(32))],
)
def test_a_commit_that_its_writer_did_not_sign_is_named(
    databases: Databases, tmp_path: Path, mac: str
) -> None:
    world, export = exported(databases, tmp_path)
    path = export / "lanes" / "0" / "commits.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0]["mac"] = mac
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (finding,) = verified(world, export)["findings"]
    assert (finding["kind"], finding["position"]) == ("writer", 1)


def test_a_list_that_cannot_be_read_is_bad_use(databases: Databases, tmp_path: Path) -> None:
    world, export = exported(databases, tmp_path)
    (export / "writers.json").write_text('{"keys": [{"id": "intake-1"}]}')
    with pytest.raises(verifier.BadUse, match="writers' keys"):
        verified(world, export)
    shutil.rmtree(export)
