"""The cut-over of a log to signed commits: whole, stopped after any step, refused, and after it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.audit import export_log, verifier, verify_log
from shared.audit.cutting_over import CuttingOver, NotCutOver, cut_over_needed
from shared.config import Databases, Secrets, create_missing
from shared.eventlog import Door, FixedKeys, Keyring, LogReader, Writer, document_of
from shared.eventlog.door import ledger_places
from shared.eventlog.errors import NotBelieved
from shared.eventlog.signed.cut_over import CutOverNote
from shared.eventlog.store import CommitStore
from tests.support.audit_world import START, World
from tests.support.keys import OldWriter, old_writer, private

pytestmark = pytest.mark.mongo
OLD_KEY = bytes(range(32))
LATER = START + timedelta(days=1)


@dataclass
class Before:
    """A log whose commits carry HMACs, two of them without a place, and its folder of keys."""

    world: World
    folder: Path

    @property
    def secrets(self) -> Secrets:
        return Secrets.load(self.folder)

    def cutting(self) -> CuttingOver:
        world = self.world
        return CuttingOver(world.db, self.secrets, world.key, world.lanes, now=lambda: LATER)

    def reader(self) -> LogReader:
        """Who reads it afterwards, with public keys alone."""
        note = CutOverNote(self.world.db, self.world.key.public)
        keys = FixedKeys(Keyring(self.secrets.writers))
        door = Door(keys, cut_over=note, places=ledger_places(self.world.db))
        return LogReader(CommitStore(self.world.db, door))

    def verified(self) -> dict[str, Any]:
        keys = Keyring(self.secrets.writers)
        return self.world.verify(writer_keys=keys)


@pytest.fixture
def before(databases: Databases, tmp_path: Path) -> Before:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "writer-intake.key").write_text(OLD_KEY.hex() + "\n", "ascii")
    create_missing(folder)
    world = World(databases.log, writer=old_writer("intake", secret=OLD_KEY))
    world.grow(17)
    world.sign()
    world.store([world.build("case/0"), world.build("case/new", 2)])
    return Before(world, folder)


def signing(before: Before) -> Writer:
    key_id, key = before.secrets.writer_key("intake")
    return Writer("intake", key_id, key)


def test_before_it_nobody_is_believed_and_after_it_everybody(before: Before) -> None:
    with pytest.raises(NotBelieved):
        before.reader().load("case/1")
    noted = before.cutting().run()
    assert noted is not None
    assert sum(size for size, _ in noted.lanes) == 19
    found = before.verified()
    assert (found["ok"], found["macs"], found["commits"]) == (True, "checked", 19)
    reader = before.reader()
    assert reader.load("case/0").commits == tuple(before.world.commits["case/0"])
    assert reader.load("case/new").version == 2
    assert not before.secrets.old_writer_paths
    assert not cut_over_needed(before.secrets)
    assert before.cutting().run() is None
    until = {entry.until for entry in before.secrets.writers if entry.id == "intake-1"}
    assert until == {noted.signed_at}


def test_the_log_goes_on_signed_and_an_export_verifies(before: Before, tmp_path: Path) -> None:
    before.cutting().run()
    world = before.world
    world.positions = {lane: world.ledger.head(lane) for lane in range(world.lanes)}
    world.writer = signing(before)
    world.grow(9)
    world.sign()
    assert before.verified()["ok"]
    assert before.reader().load("case/3").commits == tuple(world.commits["case/3"])
    target = tmp_path / "export"
    export_log(world.db, target, key=world.key.public, writers=before.secrets.writers)
    opened, key = verifier.Export(target), verifier.parse_key(world.key.public.text(), None)
    result = verifier.Verifier(opened, key, verifier.read_writers(opened, None)).run([])
    assert (result["findings"], result["authors"], result["commits"]) == ([], "checked", 28)


STEPS: dict[str, Callable[[CuttingOver], object]] = {
    "the start": lambda _cutting: None,
    "draining": lambda cutting: cutting.drain(),
    "the note": lambda cutting: cutting.note(cutting.verified()),
    "the entries": lambda cutting: cutting.close_entries(_noted(cutting)),
    "the old keys": lambda cutting: cutting.delete_old_keys(_noted(cutting)),
}


def _noted(cutting: CuttingOver) -> Any:
    noted = cutting.noted()
    assert noted is not None
    return noted


@pytest.mark.parametrize("last", STEPS)
def test_a_cut_over_that_stopped_after_any_step_is_carried_on(before: Before, last: str) -> None:
    for name, step in STEPS.items():
        step(before.cutting())
        if name == last:
            break
    has_keys = bool(before.secrets.old_writer_paths)
    assert has_keys or before.cutting().noted(), "no key is deleted before the note is there"
    before.cutting().run()
    found = before.verified()
    assert (found["ok"], found["commits"]) == (True, 19)
    assert not before.secrets.old_writer_paths


def test_a_log_that_does_not_verify_is_not_cut_over(before: Before) -> None:
    victim = before.world.commits["case/1"][0]
    before.world.forge(victim, with_mac=False, with_ledger=False, code_version="forged")
    with pytest.raises(NotCutOver, match="no key was deleted"):
        before.cutting().run()
    assert before.cutting().noted() is None
    assert before.secrets.old_writer_paths


def test_a_foreign_commit_is_not_covered_and_stops_nothing(before: Before) -> None:
    foreign = World(before.world.db, writer=old_writer("intake", secret=b"m" * 32))
    before.world.store([foreign.build("case/forged")])
    noted = before.cutting().run()
    assert noted is not None
    assert sum(size for size, _ in noted.lanes) == 19
    with pytest.raises(NotBelieved):
        before.reader().load("case/forged")
    assert [f["stream"] for f in before.verified()["findings"]] == ["case/forged"]


def test_after_it_an_old_key_writes_nothing_that_is_believed(before: Before) -> None:
    """Given somebody who kept a copy of the HMAC key: a genuine HMAC of after the cut-over."""
    before.cutting().run()
    late = before.world.build("case/2")
    assert isinstance(before.world.writer, OldWriter)
    before.world.store([late])
    with pytest.raises(NotBelieved) as refused:
        before.reader().load("case/2")
    assert refused.value.version == late.first_version
    assert [f["kind"] for f in before.verified()["findings"]] == ["unsequenced"]


def test_an_hmac_that_was_given_a_place_after_the_cut_over_is_a_finding(before: Before) -> None:
    before.cutting().run()
    world = before.world
    world.positions = {lane: world.ledger.head(lane) for lane in range(world.lanes)}
    world.append("case/2")
    assert {f["kind"] for f in before.verified()["findings"]} == {"writer"}
    with pytest.raises(NotBelieved):
        before.reader().load("case/2")


def test_a_note_of_another_key_covers_nothing(before: Before) -> None:
    before.cutting().drain()
    before.world.key = type(before.world.key)(before.world.key.installation, private("mallory"))
    note = before.cutting()
    with pytest.raises(NotCutOver):  # the log was signed with another key
        note.run()
    assert before.secrets.old_writer_paths


def test_what_was_settled_in_the_ledger_must_be_the_row_itself(before: Before) -> None:
    """Given a ledger row that speaks of another body: its commit is not believed."""
    before.cutting().run()
    victim = before.world.commits["case/1"][0]
    before.world.forge(victim, with_mac=False, with_ledger=False, code_version="forged")
    with pytest.raises(NotBelieved):
        before.reader().load("case/1")
    assert document_of(victim)["stream"] == "case/1"


def test_the_roots_of_the_note_are_held_against_the_lanes(before: Before) -> None:
    """Given a ledger that was rewritten below the cut-over, with nothing signed since."""
    before.cutting().run()
    world = before.world
    last = world.commits["case/new"][-1]
    world.forge(last, with_mac=False, with_ledger=True, code_version="forged")
    findings = verify_log(
        world.db,
        key=world.key.public,
        lanes=world.lanes,
        writer_keys=Keyring(before.secrets.writers),
        now=LATER,
    )["findings"]
    assert "the cut-over note has another root" in " ".join(f["detail"] for f in findings)
