"""What somebody forged stops a case until a record sets it aside, and not a moment longer.

Each on the real servers: the log, a running sequencer, and Kafka. The writer refuses, the lane
holds the stream; after the command both go on by themselves.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.audit import verify_log
from shared.config import Databases
from shared.eventlog import Actor, Command, Draft, EventLog, Keyring, Outcome, open_log, open_store
from shared.eventlog import prepare as prepare_log
from shared.eventlog.errors import Contended, NotBelieved
from shared.eventlog.signed.notes import SigningKey
from shared.kafka.record import Signer
from shared.relay.process.reconcile import reconcile, reconcile_topic
from tests.integration.relay.test_sequencer import World as Sequenced
from tests.integration.relay.test_sequencer import running
from tests.support.forging import Clerk, forge
from tests.support.waiting import eventually

pytestmark = [pytest.mark.mongo, pytest.mark.kafka]
LANES = range(4)
TIMER = "timer:accept-silently:1"


class World(Sequenced):
    """A running sequencer, intake as a writer, and an operator."""

    def __init__(self, databases: Databases, folder: Path, kafka: str) -> None:
        super().__init__(databases, folder, kafka)
        prepare_log(databases.log)
        self.clerk = Clerk(self.settings, self.secrets, databases)
        self.log: EventLog = open_log(self.settings, self.secrets, databases, writer="intake")

    def append(self, stream: str, command_id: str, **options: Any) -> Outcome:
        """One event of the service."""
        command = Command(
            command_id=command_id,
            actor=Actor(kind="system", ref="intake"),
            now=datetime.now(UTC),
            authority="public-security",
        )
        draft = Draft(type="intake.MaterialAttached", schema=1, data={"n": 1})
        return self.log.execute(stream, command, lambda _loaded: [draft], **options)

    def insert(self, *documents: dict[str, Any]) -> None:
        """As whoever has the password of a service."""
        self.databases.log["commits"].insert_many([dict(document) for document in documents])

    def lane(self, stream: str) -> int:
        """The lane of a stream that has a commit."""
        return self.log.load(stream).commits[0].body.lane

    def held(self) -> list[str]:
        """The streams that the sequencer says it holds."""
        lanes = self.beat().get("lanes", ())
        return [one["stream"] for lane in lanes for one in lane["held"]]

    def goes_on(self) -> None:
        """Everything that is genuine gets its place and reaches the topic; nothing is wrong."""
        genuine = self.genuine()
        eventually(lambda: self.published() == genuine, 30)
        eventually(lambda: not self.held(), 30)
        store = open_store(self.settings, self.secrets, self.databases)
        assert reconcile(self.databases.log, LANES, store.door, aside=store.aside).findings == ()
        signer = Signer(self.secrets.sequencer_key)
        assert reconcile_topic(self.broker, self.ledger, LANES, signer).findings == ()
        found = self.verified()
        assert (found["findings"], found["pending"]) == ([], 0)

    def verified(self) -> dict[str, Any]:
        """What `audit verify` finds."""
        key = SigningKey.load(self.secrets.checkpoint_key_path, self.settings.installation).public
        keys = Keyring(self.secrets.writers)
        return verify_log(self.databases.log, key=key, lanes=4, writer_keys=keys)

    def genuine(self) -> int:
        """How many commits a door opens."""
        documents = list(self.databases.log["commits"].find({}))
        return sum(not one.wrong for one in self.log.door.open(documents))


@pytest.fixture
def world(databases: Databases, tmp_path: Path, kafka_servers: str) -> Iterator[World]:
    made = World(databases, tmp_path / "secrets", kafka_servers)
    with running(made.sequencer()):
        yield made


def test_a_forged_commit_at_the_next_version_stops_its_stream_no_more(world: World) -> None:
    world.append("case/a", "http:1")
    world.insert(forge("case/a", 2, lane=world.lane("case/a"), last=2**40))
    with pytest.raises(NotBelieved):
        world.append("case/a", "http:2")
    eventually(lambda: world.held() == ["case/a"], 20)
    assert world.verified()["ok"] is False
    done = world.clerk.sets_aside("case/a", (2, 2))
    assert (done["ok"], len(done["records"])) == (True, 1)
    assert world.append("case/a", "http:2").version == 3
    assert world.append("case/a", "http:3").version == 4
    world.goes_on()
    assert world.verified()["set_aside"] == 1


def test_a_forged_first_version_stops_no_new_stream(world: World) -> None:
    world.insert(forge("case/new", 1, lane=0), forge("case/new", 2, lane=3))
    with pytest.raises(NotBelieved):
        world.append("case/new", "http:1", probably_new=True)
    assert world.clerk.sets_aside("case/new", (1, 2))["ok"]
    outcome = world.append("case/new", "http:1", probably_new=True)
    assert outcome.commit is not None
    assert (outcome.commit.first_version, outcome.commit.body.prev_hash) == (3, None)
    assert world.append("case/new", "http:1").replayed
    world.goes_on()


def test_a_timer_whose_command_id_was_taken_fires(world: World) -> None:
    world.append("case/t", "http:1")
    lane = world.lane("case/t")
    world.insert(forge("case/t", 900, lane=lane, command_id=TIMER))
    with pytest.raises(NotBelieved):
        world.append("case/t", TIMER)
    assert world.clerk.sets_aside("case/t", (1, 1000))["ok"] is False, "version 1 is genuine"
    assert world.clerk.sets_aside("case/t", (2, 1000))["ok"]
    fired = world.append("case/t", TIMER)
    assert fired.commit is not None
    assert (fired.version, fired.commit.body.command_id) == (2, f"{TIMER}:aside-1")
    assert world.append("case/t", TIMER).replayed
    world.goes_on()


def test_a_thousand_forged_commits_are_set_aside_at_once(world: World) -> None:
    world.append("case/m", "http:1")
    lane = world.lane("case/m")
    world.insert(*(forge("case/m", version, lane=lane) for version in range(2, 502)))
    world.insert(*(forge(f"case/n{n}", 1, lane=n % 4) for n in range(500)))
    listed = world.clerk.finds()
    assert (len(listed["set_aside"]), listed["recorded"]) == (1000, False)
    done = world.clerk.sets_aside()
    assert (done["ok"], len(done["set_aside"]), len(done["records"])) == (True, 1000, 10)
    assert world.append("case/m", "http:2").version == 502
    for n in range(0, 500, 25):
        assert world.append(f"case/n{n}", "http:1", probably_new=True).version == 2
    world.goes_on()
    assert world.verified()["set_aside"] == 1000
    again = world.clerk.sets_aside()
    assert (len(again["already"]), again["recorded"]) == (1000, False)


def test_without_the_record_the_writer_never_gets_past_it(world: World) -> None:
    """What the record is for: the unique index holds the forged version for ever."""
    world.append("case/w", "http:1")
    world.insert(forge("case/w", 2, lane=99))
    with pytest.raises((NotBelieved, Contended)):
        world.append("case/w", "http:2")
    assert world.clerk.sets_aside("case/w", (2, 2))["ok"]
    assert world.append("case/w", "http:2").version == 3
    world.goes_on()


def test_a_record_that_names_a_genuine_commit_is_a_finding_and_changes_nothing(
    world: World,
) -> None:
    from shared.audit.setting_aside import Suspect, record_aside  # noqa: PLC0415 - for this alone
    from shared.eventlog.aside.documents import document_hash  # noqa: PLC0415 - for this alone

    world.append("case/g", "http:1")
    world.append("case/g", "http:2")
    stored = world.databases.log["commits"].find_one({"stream": "case/g", "first_version": 2})
    assert stored is not None
    suspect = Suspect(
        stream="case/g",
        version=2,
        hash=document_hash(stored).hex(),
        key="",
        wrong="",
        kept="",
        already=False,
    )
    admin = open_log(world.settings, world.secrets, world.databases, writer="admin")
    actor = Actor(kind="operator", ref="console:test")
    record_aside(admin, [suspect], why="by mistake", actor=actor, now=datetime.now(UTC))
    assert world.append("case/g", "http:3").version == 3
    genuine = world.genuine()
    eventually(lambda: world.published() == genuine, 30)
    found = world.verified()["findings"]
    assert [(one["kind"], one["stream"], one["version"]) for one in found] == [
        ("aside", "case/g", 2)
    ]
