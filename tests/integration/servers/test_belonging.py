"""`prepare` on real servers: which log it takes with which keys, and what `audit verify` says."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from deploy.belonging.claiming import claim_log, look, verdict
from deploy.belonging.names import kept_id, log_name
from deploy.cli.records.audit import verified
from deploy.cli.session import Session
from deploy.processes.prepare import prepare
from deploy.processes.running import Process
from shared.config import Databases, Secrets, Settings, connect, create_missing
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import options_of
from shared.messaging.stores.marks import Marks
from tests.support.databases import drop
from tests.support.ports import free_base
from tests.support.records import published

NOTHING_THERE = "127.0.0.1:1"


@dataclass
class Installation:
    """Settings, keys and databases of one installation."""

    settings: Settings
    secrets: Secrets
    databases: Databases

    def prepare(self, *, anew: bool = False) -> None:
        stop = threading.Event()
        one = Process("prepare", self.settings, self.secrets, self.databases, stop)
        prepare(one, anew=anew)

    def refused(self, capsys: pytest.CaptureFixture[str], *, anew: bool = False) -> str:
        """The sentence with which `prepare` ends; that it makes nothing is looked at too."""
        before = self.collections()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            self.prepare(anew=anew)
        assert ended.value.code == 2
        assert self.collections() == before
        return capsys.readouterr().err

    def collections(self) -> list[list[str]]:
        handles = self.databases
        every = (handles.log, handles.work, handles.views, handles.vault)
        return [sorted(one.list_collection_names()) for one in every]

    def write_a_commit(self) -> None:
        """As far as is looked at here: a document that no key of ours is named in."""
        self.databases.log["commits"].insert_one(
            {"_id": 1, "stream": "case/a", "first_version": 1, "lane": 0, "command_id": "c"}
        )

    def findings(self) -> list[str]:
        session = Session(self.settings, self.secrets, self.databases)
        found = verified(session)
        assert found["ok"] is (not found["findings"])
        assert found["belonging"] == "checked"
        return [one["kind"] for one in found["findings"]]


@pytest.fixture
def one(databases: Databases, mongo_uri: str, tmp_path: Path) -> Installation:
    return installation(tmp_path, mongo_uri, databases)


def installation(folder: Path, uri: str, databases: Databases) -> Installation:
    create_missing(folder / "secrets")
    environ = {
        "CASELEDGER_HOME": str(folder),
        "CASELEDGER_LOG_URI": uri,
        "CASELEDGER_DATABASE_PREFIX": databases.log.name,
        "CASELEDGER_KAFKA_SERVERS": NOTHING_THERE,
    }
    settings = Settings.from_env(environ)
    return Installation(settings, Secrets.load(settings.secrets_dir), databases)


@pytest.fixture
def elsewhere(one: Installation) -> Iterator[Installation]:
    """The same keys, and databases under a prefix that nobody uses."""
    settings = replace(one.settings, database_prefix=f"{one.settings.database_prefix}x")
    handles = connect(settings)
    try:
        yield Installation(settings, one.secrets, handles)
    finally:
        drop(handles)


def test_a_first_log_is_named_and_prepared_again_under_its_name(one: Installation) -> None:
    one.prepare()
    name = log_name(one.databases.log)
    assert name is not None
    assert kept_id(one.secrets.folder) == name.id
    one.prepare()
    assert log_name(one.databases.log) == name
    assert one.findings() == []


def test_a_prefix_or_an_address_that_is_empty_is_refused(
    one: Installation, elsewhere: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    one.prepare()
    said = elsewhere.refused(capsys)
    assert kept_id(one.secrets.folder) in said
    assert f"The database {elsewhere.settings.database_prefix} on " in said
    assert elsewhere.findings() == ["empty-log"]
    elsewhere.prepare(anew=True)
    assert elsewhere.findings() == []
    assert "belong to the log" in one.refused(capsys), "the keys are the new log's now"
    assert one.findings() == ["another-log"]


def test_keys_of_another_installation_do_not_take_a_log_over(
    one: Installation, tmp_path: Path, mongo_uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one.prepare()
    other = installation(tmp_path / "other", mongo_uri, one.databases)
    assert "another installation" in other.refused(capsys, anew=True)
    assert other.findings() == ["another-log"]
    assert kept_id(other.secrets.folder) == ""


def test_a_log_of_before_is_known_by_its_commits_and_named(
    one: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    one.prepare()
    one.databases.log.drop_collection("installation")
    one.databases.vault.drop_collection("installation")
    (one.secrets.folder / "log.id").unlink()
    one.prepare()
    assert log_name(one.databases.log) is not None


def test_an_emptied_log_is_refused_beside_its_marks_and_is_a_finding(
    one: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    one.prepare()
    assert one.findings() == []
    Marks(one.databases.work).raise_to("review", 2, 7)
    assert f"({one.databases.work.name}.marks)" in one.refused(capsys)
    assert "marks" in one.refused(capsys, anew=True)
    assert one.findings() == ["empty-log"]


def test_keys_messages_and_erasures_without_a_log_are_refused(
    one: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    one.databases.vault["keys"].insert_one({"_id": "k"})
    one.settings.outbox_dir.mkdir(parents=True)
    (one.settings.outbox_dir / "1.txt").touch()
    one.settings.erasure_list.write_text("{}\n")
    said = one.refused(capsys)
    for word in (f"{one.databases.vault.name}.keys", "outbox", "erasures.jsonl"):
        assert word in said
    one.prepare(anew=True)
    one.prepare()


def test_a_vault_that_does_not_know_the_log_is_refused(
    one: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    one.prepare()
    one.write_a_commit()
    one.databases.vault.drop_collection("installation")
    assert "CASELEDGER_VAULT_URI" in one.refused(capsys)


def test_a_start_that_was_killed_in_the_middle_of_naming_goes_on(one: Installation) -> None:
    claim_log(one.secrets, one.databases)
    name = log_name(one.databases.log)
    assert name is not None
    (one.secrets.folder / "log.id").unlink()
    one.prepare()
    assert log_name(one.databases.log) == name
    assert kept_id(one.secrets.folder) == name.id


def test_secrets_that_cannot_be_written_leave_the_line_to_the_operator(
    one: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_folder: Path, _id: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("deploy.belonging.claiming.keep_id", refuse)
    one.prepare()
    name = log_name(one.databases.log)
    assert name is not None
    assert f"put the line {name.id} there" in capsys.readouterr().err


@pytest.mark.parametrize("ours", [True, False])
def test_a_topic_with_history_beside_an_empty_log_is_refused(
    one: Installation, kafka_servers: str, capsys: pytest.CaptureFixture[str], *, ours: bool
) -> None:
    topic = f"belonging.{free_base()}.{ours}"
    settings = replace(one.settings, kafka_servers=tuple(kafka_servers.split(",")), topic=topic)
    asked = Installation(settings, one.secrets, one.databases)
    KafkaBroker(options_of(settings)).ensure_topic()
    seen = look(settings, one.secrets, one.databases)
    assert verdict(seen) == "", "an empty topic is no history"
    published(settings, one.secrets.sequencer_key if ours else b"another" * 4)
    said = asked.refused(capsys)
    assert f"on the topic {topic}" in said
    assert ("of another installation" in said) is not ours
