"""What was stored once is read for ever, to the byte: each file of tests/corpus, and all."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from deploy.published.types import TYPES
from shared.case.registry import BY_SERVICE, data_of, decode
from shared.eventlog import (
    Commit,
    canonical,
    event_values,
    open_stored,
    sealed_value,
)
from shared.eventlog.codec import decode_commit
from shared.eventlog.stored import document_of
from shared.kafka.headers import from_kafka, to_kafka
from shared.kafka.record import Record, Signer, records_of
from shared.messaging.consumer import received
from shared.relay.ledger.ledger import _row
from shared.vault.keys import decrypt
from shared.vault.vault import place_of
from tests.corpus import form, make

FILES = sorted(form.FOLDER.glob("*.json"))
ROOT = Path(__file__).parents[3]
each = pytest.mark.parametrize("content", FILES, ids=lambda path: path.stem, indirect=True)


@pytest.fixture
def content(request: pytest.FixtureRequest) -> dict[str, Any]:
    return form.loads(request.param.read_text("utf-8"))


@pytest.fixture
def commit(content: dict[str, Any]) -> Commit:
    return decode_commit(content["document"])


@each
def test_a_stored_commit_verifies(content: dict[str, Any], commit: Commit) -> None:
    assert hashlib.sha256(commit.body_bytes).digest() == commit.hash
    assert commit.leaf == hashlib.sha256(b"\0" + commit.hash).digest()
    assert open_stored(content["document"], form.verify_keys()).wrong == ()
    sealed = None if commit.sealed is None else hashlib.sha256(commit.sealed).hexdigest()
    assert commit.body.sealed_hash == sealed


@each
def test_its_indexed_fields_agree_with_its_body(content: dict[str, Any], commit: Commit) -> None:
    assert form.dumps(document_of(commit)) == form.dumps(content["document"])


@each
def test_its_bytes_are_canonical(content: dict[str, Any], commit: Commit) -> None:
    assert rfc8785.dumps(json.loads(commit.body_bytes)) == commit.body_bytes


@each
def test_its_sealed_fields_open_at_their_place_alone(
    content: dict[str, Any], commit: Commit
) -> None:
    opened = {}
    for name in content["plain"]:
        version, _, field = name.partition("/")
        found = sealed_value(commit, int(version), field)
        assert found is not None
        place = place_of(commit.stream, int(version), field, found[0])
        opened[name] = decrypt(form.key(found[0]), found[1], place).decode()
        assert opened[name].encode() not in commit.body_bytes
    assert opened == content["plain"]
    stored = json.loads(commit.sealed) if commit.sealed else {}
    assert {name for values in stored.values() for name in values} == set(opened)


@each
def test_its_ledger_row_has_its_leaf_and_the_digests_of_its_events(
    content: dict[str, Any], commit: Commit
) -> None:
    row = _row(content["row"])
    assert row.leaf == commit.leaf
    assert row.events == tuple(hashlib.sha256(v).digest() for v in event_values(commit))
    assert (row.stream, row.lane) == (commit.stream, commit.body.lane)
    assert (row.first_version, row.last_version) == (commit.first_version, commit.last_version)


@each
def test_its_records_are_the_same_bytes(content: dict[str, Any], commit: Commit) -> None:
    signer, row = Signer(form.key("sequencer")), _row(content["row"])
    records = records_of(commit, lane=row.lane, position=row.position, signer=signer)
    made = [to_kafka(record) for record in records]
    assert [
        {
            "partition": record.lane,
            "key": key.decode(),
            "value": value.decode(),
            "headers": [[name, text.decode()] for name, text in headers],
        }
        for record, (key, value, headers) in zip(records, made, strict=True)
    ] == content["records"]


@each
def test_its_records_are_read_back(content: dict[str, Any], commit: Commit) -> None:
    for stored, event in zip(content["records"], commit.events, strict=True):
        record = from_kafka(message_of(stored))
        assert isinstance(record, Record)
        assert Signer(form.key("sequencer")).valid(record)
        place = {n: getattr(record, n) for n in ("lane", "position", "index", "count")}
        got = received.decode(record.value, **place)
        assert (got.event, got.stream, got.actor) == (event, commit.stream, commit.body.actor)
        assert got.hash == commit.hash.hex()


@each
def test_its_facts_are_read(content: dict[str, Any], commit: Commit) -> None:
    for event in commit.events:
        cls = TYPES[event.type]
        if event.type.partition(".")[0] in BY_SERVICE:
            fact = decode(event).fact
        else:
            fact = msgspec.convert(event.data, cls)
        assert type(fact) is cls
        if event.schema == cls.SCHEMA:
            assert canonical(data_of(fact)) == canonical(event.data)


def message_of(stored: dict[str, Any]) -> form.Message:
    headers = [(name, text.encode()) for name, text in stored["headers"]]
    return form.Message(
        stored["partition"], stored["key"].encode(), stored["value"].encode(), headers
    )


# ---- all of them


def test_every_type_and_every_schema_number_has_its_file() -> None:
    wanted = {
        form.path_of(cls.TYPE, schema).name
        for cls in TYPES.values()
        for schema in range(1, cls.SCHEMA + 1)
    }
    assert wanted == {path.name for path in FILES}, "run python -m tests.corpus.make"


def test_each_file_is_what_the_manifest_says() -> None:
    manifest = json.loads(form.MANIFEST.read_text("utf-8"))
    assert manifest == {path.name: form.digest_of(path) for path in FILES}


def test_the_manifest_only_grows() -> None:
    """Against every version of it in the repository's history."""
    git, name = shutil.which("git"), form.MANIFEST.relative_to(ROOT).as_posix()
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git history here to compare the manifest with")
    present = json.loads(form.MANIFEST.read_text("utf-8"))

    def output(*words: str) -> str:
        ran = subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=True)
        return ran.stdout

    for commit in output("log", "--format=%H", "--diff-filter=AM", "--", name).split():
        earlier = json.loads(output("show", f"{commit}:{name}"))
        assert earlier.items() <= present.items(), f"commit {commit} had more, or other files"


def test_the_generator_writes_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, manifest = tmp_path / "commits", tmp_path / "manifest.json"
    shutil.copytree(form.FOLDER, folder)
    shutil.copy(form.MANIFEST, manifest)
    for module in (form, make):
        monkeypatch.setattr(module, "FOLDER", folder)
        monkeypatch.setattr(module, "MANIFEST", manifest)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert make.main() == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert json.loads(manifest.read_text()) == json.loads(form.MANIFEST.read_text())
    one = folder / "review.CaseRefused-1.json"
    one.write_text(one.read_text("utf-8").replace("staff-18", "staff-19"), "utf-8")
    changed = one.read_bytes()
    assert make.main() == 1
    assert "review.CaseRefused-1.json is not what the manifest says" in capsys.readouterr().err
    assert one.read_bytes() == changed
