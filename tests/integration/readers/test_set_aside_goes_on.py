"""A case whose stream goes on after a forged commit: everybody has the same history of it.

The case's own stream and its document's were forged into, the forgeries are set aside, and services
write on. Then every reader is asked, the projection built anew, and the log verified from outside.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from deploy.cli.records.cases import replayed, shown
from shared.audit import Checkpointer, SigningKey, export_log, verifier, verify_log
from shared.case.facts.fact import Fact
from shared.casework.log import drafts
from shared.eventlog import Actor, Command, EventLog, Keyring, open_store
from shared.projection.building import catch_up, rebuild
from shared.projection.comparing import compare
from shared.relay.assign.assign import Assigner
from shared.relay.assign.feed import FIRST, Scan
from shared.relay.process.reconcile import reconcile
from tests.corpus import samples
from tests.integration.readers.test_forged import answers, redriven
from tests.support.closed_case import Closed, closed_case
from tests.support.forging import Clerk, forge
from tests.support.path_world import LANES

pytestmark = pytest.mark.mongo
FORGED = 3
FACTS = {fact.TYPE: fact for fact in samples.FACTS}


@pytest.fixture(scope="module")
def gone_on(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    """The closed case, forged into and set aside, with one more commit in each stream."""
    with closed_case(mongo_uri, tmp_path_factory.mktemp("goes-on")) as made:
        world = made.path.world
        clerk = Clerk(world.settings, world.secrets, world.databases)
        for name, fact in (
            ("case", FACTS["intake.FactCorrected"]),
            ("document", replace(FACTS["issuance.DocumentEndorsed"], case=made.case)),
        ):
            writer = fact.TYPE.partition(".")[0]
            log, stream = world.log(writer), made.streams[name]
            loaded = log.load(stream)
            lane = loaded.commits[0].body.lane
            for version in range(loaded.version + 1, loaded.version + 1 + FORGED):
                world.databases.log["commits"].insert_one(
                    forge(stream, version, lane=lane, last=version + 40)
                )
            assert clerk.sets_aside(stream, (loaded.version + 1, 2**50))["ok"]
            follows(log, stream, fact)
        sequence(made)
        catch_up(made.path.parts(), 1)
        yield made


def follows(log: EventLog, stream: str, fact: Fact) -> None:
    """One more event of a service, which is no repeat of another."""
    before = log.load(stream).version
    command = Command(
        command_id=f"http:{'c' * 64}", actor=Actor(kind="officer", ref="x"), now=datetime.now(UTC)
    )
    outcome = log.execute(stream, command, lambda _loaded: drafts([fact]))
    assert outcome.commit is not None
    assert outcome.commit.first_version == before + 1 + FORGED


def sequence(at: Closed) -> None:
    """What a sequencer does with the whole log."""
    world = at.path.world
    store = open_store(world.settings, world.secrets, world.databases)
    for lane in range(LANES):
        assigner = Assigner(lane, at.path.ledger, store.door, aside=store.aside)
        scan = Scan(world.databases.log, lane, since=FIRST)
        while not scan.done:
            assigner.offer(scan.step(500), suspect=True)
            while assigner.step():
                pass
        assert assigner.held == {}


def test_every_reader_has_the_commit_after_it(gone_on: Closed) -> None:
    world = gone_on.path.world
    loaded = world.log("review").load(gone_on.streams["case"])
    last = loaded.commits[-1].first_version
    assert last == loaded.commits[-2].last_version + 1 + FORGED
    found = shown(gone_on.session, gone_on.case)
    assert (found["ok"], found["version"]) == (True, last)
    found = replayed(gone_on.session, gone_on.case)
    assert (found["ok"], found["findings"]) == (True, [])
    assert redriven(gone_on)[-1] == f"{gone_on.streams['case']}/{last}"  # type: ignore[index]
    read = answers(gone_on)
    assert "refused" not in read.values()
    feed = b"".join(
        value[1]  # type: ignore[index]
        for name, value in read.items()
        if name.endswith("/records")
    )
    assert b"intake.FactCorrected" in feed


def test_the_projection_and_its_rebuilding_follow_it(gone_on: Closed) -> None:
    parts = gone_on.path.parts()
    assert compare(parts).findings == []
    assert rebuild(parts)["ok"]


def test_reconciliation_and_the_verification_find_nothing(gone_on: Closed) -> None:
    world = gone_on.path.world
    store = open_store(world.settings, world.secrets, world.databases)
    log = world.databases.log
    assert reconcile(log, range(LANES), store.door, aside=store.aside).findings == ()
    assert reconcile(log, range(LANES), store.door).findings != (), "without the records"
    found = verified(gone_on)
    assert (found["findings"], found["set_aside"], found["pending"]) == ([], 2 * FORGED, 0)


def verified(at: Closed) -> dict[str, Any]:
    world = at.path.world
    key = SigningKey.load(world.secrets.checkpoint_key_path, world.settings.installation)
    keys = Keyring(world.secrets.writers)
    return verify_log(world.databases.log, key=key.public, lanes=LANES, writer_keys=keys)


def test_an_outsider_finds_nothing_and_misses_a_record_that_is_taken_out(
    gone_on: Closed, tmp_path: Path
) -> None:
    world = gone_on.path.world
    key = SigningKey.load(world.secrets.checkpoint_key_path, world.settings.installation)
    Checkpointer(world.databases.log, key, LANES, 20.0).tick()
    target = tmp_path / "export"
    export_log(
        world.databases.log, target, key=key.public, writers=world.secrets.writers, sealed=False
    )
    assert kinds(target, key.public.text()) == set()
    for file in target.glob("lanes/*/commits.jsonl"):
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for line in lines:
            if line["mac"].startswith("admin-"):
                line["mac"] = "admin-1:" + "0" * 128
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert kinds(target, key.public.text()) == {"writer", "versions"}


def kinds(target: Path, key: str) -> set[str]:
    export = verifier.Export(target)
    writers = verifier.read_writers(export, None)
    result = verifier.Verifier(export, verifier.parse_key(key, None), writers).run([])
    return {finding["kind"] for finding in result["findings"]}
