"""The stand-alone verifier accepts an honest export and refuses every dishonest one.

Security checklist, row 68: the forgers here hold the export in their hands, some
of them the writers' keys and the whole database, none of them the auditor's memory.
"""

import ast
import base64
import json
import shutil
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bson.binary import Binary

from shared.audit import NothingSigned, export_log, verifier
from shared.audit.tree.merkle import Frontier, leaf_hash
from shared.config import Databases, Settings, connect
from shared.eventlog import canonical, sha256
from shared.eventlog.signed.notes import Checkpoint, Head
from tests.support.audit_world import START, World, signing_key

pytestmark = pytest.mark.mongo
Lines = list[dict[str, Any]]
SOURCE = Path(verifier.__file__)


def honest(databases: Databases) -> World:
    world = World(databases.log)
    world.grow(17)
    world.sign()
    world.grow(8)
    world.sign()
    return world


@pytest.fixture(scope="module")
def made(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """An honest log and its export, made once: most forgers work on a copy of the export."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    environ = {"CASELEDGER_LOG_URI": mongo_uri, "CASELEDGER_DATABASE_PREFIX": prefix}
    databases = connect(Settings.from_env(environ), appname="tests")
    world = honest(databases)
    target = tmp_path_factory.mktemp("honest") / "export"
    export_log(world.db, target, key=world.key.public, now=START)
    yield world, target
    databases.log.client.drop_database(databases.log.name)
    databases.close()


@pytest.fixture
def world(made: tuple[World, Path]) -> World:
    """The log that all share: to read from."""
    return made[0]


@pytest.fixture
def export(made: tuple[World, Path], tmp_path: Path) -> Path:
    """A copy of its export, to tamper with."""
    return Path(shutil.copytree(made[1], tmp_path / "export"))


@pytest.fixture
def own(databases: Databases) -> World:
    """A log of the test's own, to tamper with."""
    return honest(databases)


def run(export: Path, world: World, *more: str) -> tuple[int, dict[str, Any]]:
    """Run the verifier in this process; give its exit status and result."""
    import contextlib  # noqa: PLC0415 - only here
    import io  # noqa: PLC0415 - only here

    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = verifier.main([str(export), "--key", world.key.public.text(), "--json", *more])
    return status, json.loads(out.getvalue())


def kinds(export: Path, world: World, *more: str) -> set[str]:
    status, result = run(export, world, *more)
    assert status == (1 if result["findings"] else 0)
    assert result["ok"] is not bool(result["findings"])
    return {finding["kind"] for finding in result["findings"]}


def edit(path: Path, change: Callable[[Lines], Any]) -> None:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def commits_of(export: Path, lane: int = 0) -> Path:
    return export / "lanes" / str(lane) / "commits.jsonl"


def ledger_of(export: Path, lane: int = 0) -> Path:
    return export / "lanes" / str(lane) / "ledger.jsonl"


def rewrite(export: Path, position: int, **body: Any) -> None:
    """Change a commit's body and make its hash, and its ledger row, fit again."""

    def commit(lines: Lines) -> None:
        line = lines[position - 1]
        changed = json.loads(base64.b64decode(line["body"])) | body
        content = canonical(changed)
        line["body"] = base64.b64encode(content).decode()
        line["hash"] = sha256(content).hex()

    edit(commits_of(export), commit)
    line = json.loads(commits_of(export).read_text().splitlines()[position - 1])
    content = base64.b64decode(line["body"])
    changed = json.loads(content)
    shared = ("actor", "authority", "causation", "correlation", "recorded_at", "stream")
    common = {name: changed[name] for name in (*shared, "traceparent")} | {"hash": line["hash"]}

    def row(lines: Lines) -> None:
        for name in ("first_version", "last_version"):
            lines[position - 1][name] = changed[name]
        lines[position - 1]["leaf"] = leaf_hash(sha256(content)).hex()
        lines[position - 1]["events"] = [
            sha256(canonical(common | event)).hex() for event in changed["events"]
        ]

    edit(ledger_of(export), row)


def test_an_honest_export_verifies(world: World, export: Path) -> None:
    status, result = run(export, world)
    assert (status, result["findings"]) == (0, [])
    assert result["commits"] == 25
    whole = world.verify()
    assert result["events"] == whole["events"]
    assert [(x["size"], x["root"]) for x in result["lanes"]] == [
        (x["size"], x["root"]) for x in whole["lanes"]
    ]


def test_it_needs_nothing_of_caseledger(world: World, export: Path, tmp_path: Path) -> None:
    """Given the one file alone, in another folder, isolated, with the key in a file."""
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    shutil.copy(SOURCE, alone / "verifier.py")
    (alone / "key.txt").write_text(world.key.public.text() + "\n")
    done = subprocess.run(
        [sys.executable, "-I", "verifier.py", str(export), "--key", "key.txt"],
        cwd=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.startswith("OK: 25 commits")
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]  # type: ignore[union-attr]
        for node in ast.walk(ast.parse(SOURCE.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names | {"cryptography"}


def test_a_tar_verifies_and_holds_the_same(world: World, export: Path, tmp_path: Path) -> None:
    export_log(world.db, tmp_path / "log.tar", key=world.key.public, now=START)
    assert run(tmp_path / "log.tar", world) == run(export, world)
    with tarfile.open(tmp_path / "log.tar") as tar:
        assert "lanes/0/commits.jsonl" in tar.getnames()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export", "log.tar"], "nothing left over"


def test_sealed_parts_are_exported_only_when_asked_for(
    world: World, export: Path, tmp_path: Path
) -> None:
    assert '"sealed":' not in commits_of(export).read_text()
    export_log(world.db, tmp_path / "whole", key=world.key.public, sealed=True)
    assert '"sealed":' in commits_of(tmp_path / "whole").read_text()
    assert kinds(tmp_path / "whole", world) == set()

    def swap(lines: Lines) -> None:
        line = next(line for line in lines if "sealed" in line)
        line["sealed"] = base64.b64encode(b"{}").decode()

    edit(commits_of(tmp_path / "whole"), swap)
    assert kinds(tmp_path / "whole", world) == {"sealed"}


def test_the_verifiers_report_for_people_names_the_place(
    world: World, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(commits_of(export), lambda lines: lines[3].update(hash="00" * 32))
    status = verifier.main([str(export), "--key", world.key.public.text()])
    out = capsys.readouterr().out
    assert status == 1
    assert "FINDING kind=hash lane=0 position=4 stream=case/" in out
    assert "NOT OK" in out


# ---- what forgers do


def test_a_bad_signature_is_refused(world: World, export: Path) -> None:
    def change(lines: Lines) -> None:
        text, _, signature = lines[-1]["note"].rpartition("\n\n")
        lines[-1]["note"] = f"{text[:-8]}00000Z\n\n{signature}"

    edit(export / "heads.jsonl", change)
    assert "signature" in kinds(export, world)


def test_another_root_under_an_old_signature_is_refused(world: World, export: Path) -> None:
    def change(lines: Lines) -> None:
        lines[0]["note"] = lines[0]["note"].replace("\n", "\n1", 1)

    edit(export / "lanes/0/checkpoints.jsonl", change)
    assert kinds(export, world) == {"signature"}


@pytest.mark.parametrize(
    "other", [signing_key("old"), signing_key(installation="elsewhere.example")]
)
def test_an_old_or_a_foreign_key_is_refused(world: World, export: Path, other: Any) -> None:
    status = verifier.main([str(export), "--key", other.public.text(), "--json"])
    assert status == 1


def test_a_fork_signed_with_the_real_key_contradicts_the_auditors_memory(
    databases: Databases, tmp_path: Path
) -> None:
    honest = World(databases.log)
    honest.grow(10)
    honest.sign()
    held = tmp_path / "held.txt"
    held.write_text(honest.db["checkpoints"].find_one({"_id": "lane/0/1"})["note"])  # type: ignore[index]
    for name in ("commits", "ledger", "lanes", "tiles", "checkpoints"):
        databases.log[name].delete_many({})
    fork = World(databases.log)
    fork.written = 1000
    fork.grow(30)
    fork.sign()
    export_log(fork.db, tmp_path / "fork", key=fork.key.public)
    assert kinds(tmp_path / "fork", fork) == set(), "by itself the fork is a perfect log"
    assert kinds(tmp_path / "fork", fork, "--held", str(held)) == {"root"}


def test_an_older_export_does_not_reach_the_auditors_checkpoint(own: World, tmp_path: Path) -> None:
    world, export = own, tmp_path / "older"
    export_log(world.db, export, key=world.key.public)
    world.grow(10)
    world.sign()
    held = tmp_path / "held.txt"
    held.write_text(world.db["checkpoints"].find_one({"_id": "lane/0/3"})["note"])  # type: ignore[index]
    assert kinds(export, world, "--held", str(held)) == {"truncated"}
    held.write_text("nothing of ours")
    assert kinds(export, world, "--held", str(held)) == {"held"}
    stranger = signing_key("stranger")
    origin = f"{stranger.installation}/lane/0"
    held.write_text(stranger.sign(Checkpoint(origin, 1, bytes(32)).text(), name=origin))
    assert kinds(export, world, "--held", str(held)) == {"held"}


@pytest.mark.parametrize("cut", ["one line", "half a line", "the file", "both files"])
def test_a_truncated_bundle_is_refused(world: World, export: Path, cut: str) -> None:
    path = commits_of(export)
    lines = path.read_text().splitlines(keepends=True)
    if cut == "one line":
        path.write_text("".join(lines[:-1]))
    elif cut == "half a line":
        path.write_text("".join(lines)[:-40])
    elif cut == "the file":
        path.unlink()
    else:
        path.write_text("".join(lines[:-1]))
        rows = ledger_of(export).read_text().splitlines(keepends=True)
        ledger_of(export).write_text("".join(rows[:-1]))
    assert kinds(export, world) & {"truncated", "missing"}


def test_a_bundle_without_its_newest_signatures_is_refused(world: World, export: Path) -> None:
    edit(export / "heads.jsonl", lambda lines: lines.pop())
    assert kinds(export, world) == {"unsigned"}
    edit(export / "heads.jsonl", lambda lines: lines.clear())
    assert kinds(export, world) == {"head"}


@pytest.mark.parametrize("chain", ["heads.jsonl", "lanes/0/checkpoints.jsonl"])
def test_a_missing_note_is_refused(world: World, export: Path, chain: str) -> None:
    edit(export / chain, lambda lines: lines.pop(0))
    assert kinds(export, world) & {"head", "checkpoint"}


def test_a_swapped_leaf_is_refused(world: World, export: Path) -> None:
    def swap(lines: Lines) -> None:
        lines[2]["leaf"], lines[3]["leaf"] = lines[3]["leaf"], lines[2]["leaf"]

    edit(ledger_of(export), swap)
    assert kinds(export, world) == {"leaf"}


def test_an_edited_commit_is_refused(world: World, export: Path) -> None:
    def change(lines: Lines) -> None:
        content = base64.b64decode(lines[4]["body"]).replace(b'"n":0', b'"n":7')
        lines[4]["body"] = base64.b64encode(content).decode()

    edit(commits_of(export), change)
    assert {"hash", "leaf", "events", "root"} <= kinds(export, world)


def test_a_commit_edited_by_somebody_with_all_writers_keys_is_refused(
    world: World, export: Path
) -> None:
    last = len(commits_of(export).read_text().splitlines())
    rewrite(export, last, code_version="forged")
    assert kinds(export, world) == {"root"}


def test_a_back_dated_commit_is_refused(world: World, export: Path) -> None:
    last = len(commits_of(export).read_text().splitlines())
    rewrite(export, last, recorded_at="2026-11-20T00:00:00.000000Z")
    assert kinds(export, world) == {"time", "root"}


def test_a_broken_chain_is_refused(world: World, export: Path) -> None:
    last = len(commits_of(export).read_text().splitlines())
    rewrite(export, last, prev_hash="00" * 32)
    assert kinds(export, world) == {"chain", "root"}


def test_a_moved_stream_is_refused(world: World, export: Path) -> None:
    last = len(commits_of(export).read_text().splitlines())
    rewrite(export, last, authority="civil-affairs")
    assert kinds(export, world) == {"chain", "root"}


def test_a_writer_of_foreign_events_is_refused(world: World, export: Path) -> None:
    last = len(commits_of(export).read_text().splitlines())
    rewrite(export, last, writer="review")
    assert kinds(export, world) == {"writer", "root"}


def test_versions_with_a_gap_are_refused(world: World, export: Path) -> None:
    last = len(commits_of(export).read_text().splitlines())
    body = json.loads(
        base64.b64decode(json.loads(commits_of(export).read_text().splitlines()[-1])["body"])
    )
    body["events"][-1]["version"] += 1
    rewrite(export, last, events=body["events"])
    assert kinds(export, world) == {"versions", "root"}


def test_a_stream_that_skips_versions_is_refused(world: World, export: Path) -> None:
    line = commits_of(export).read_text().splitlines()[-1]
    body = json.loads(base64.b64decode(json.loads(line)["body"]))
    for event in body["events"]:
        event["version"] += 1
    first, last = body["first_version"] + 1, body["last_version"] + 1
    at = json.loads(line)["position"]
    rewrite(export, at, events=body["events"], first_version=first, last_version=last)
    assert kinds(export, world) == {"versions", "root"}


def test_a_body_that_is_not_canonical_is_refused(world: World, export: Path) -> None:
    def change(lines: Lines) -> None:
        content = base64.b64decode(lines[0]["body"])
        lines[0]["body"] = base64.b64encode(content.replace(b'"actor"', b' "actor"', 1)).decode()

    edit(commits_of(export), change)
    assert "canonical" in kinds(export, world)


def test_a_removed_commit_is_refused(world: World, export: Path) -> None:
    edit(commits_of(export), lambda lines: lines.pop(4))
    assert "missing" in kinds(export, world)
    edit(ledger_of(export), lambda lines: lines.pop(4))
    assert "position" in kinds(export, world)


def test_a_removal_that_closes_the_gap_is_refused(world: World, export: Path) -> None:
    def remove(lines: Lines) -> None:
        lines.pop()
        lines.pop(4)
        for n, line in enumerate(lines, start=1):
            line["position"] = n

    edit(commits_of(export), remove)
    edit(ledger_of(export), remove)
    assert {"root", "truncated"} <= kinds(export, world)


def test_reordered_commits_are_refused(world: World, export: Path) -> None:
    def swap(lines: Lines) -> None:
        lines[0], lines[1] = lines[1], lines[0]

    edit(commits_of(export), swap)
    edit(ledger_of(export), swap)
    assert "position" in kinds(export, world)

    def renumber(lines: Lines) -> None:
        for n, line in enumerate(lines, start=1):
            line["position"] = n

    edit(commits_of(export), renumber)
    edit(ledger_of(export), renumber)
    assert "root" in kinds(export, world)


def test_an_inserted_commit_is_refused(world: World, export: Path) -> None:
    """Given one more genuine looking commit of a new stream, in the middle or at the end."""
    commit = world.build("case/new-in-lane-0")
    while commit.body.lane != 0:
        commit = world.build(f"case/new-{world.written}")
    row = world.row(commit, 5)

    def insert(lines: Lines) -> None:
        new = lines[4] | {"position": 5, "stream": row.stream, "leaf": row.leaf.hex()}
        new |= {"first_version": 1, "last_version": 1, "events": [e.hex() for e in row.events]}
        lines.insert(4, new)
        for n, line in enumerate(lines, start=1):
            line["position"] = n

    def insert_commit(lines: Lines) -> None:
        body = base64.b64encode(commit.body_bytes).decode()
        lines.insert(4, lines[4] | {"body": body, "hash": commit.hash.hex(), "sealed_hash": None})
        for n, line in enumerate(lines, start=1):
            line["position"] = n

    edit(ledger_of(export), insert)
    edit(commits_of(export), insert_commit)
    assert kinds(export, world) == {"root", "unsigned"}


def test_a_row_that_speaks_of_another_commit_is_refused(world: World, export: Path) -> None:
    edit(ledger_of(export), lambda lines: lines[2].update(stream="case/other"))
    assert kinds(export, world) == {"ledger"}


def test_changed_event_hashes_are_refused(world: World, export: Path) -> None:
    edit(ledger_of(export), lambda lines: lines[2].update(events=["00" * 32]))
    assert kinds(export, world) == {"events"}


def test_a_head_note_that_shrinks_a_lane_is_refused(world: World, export: Path) -> None:
    """Given a note with the real key: the operator's own mistake or lie."""
    root = Frontier().root()
    head = Head(world.key.installation, ((0, root), (0, root)), "2026")
    note = world.key.sign(head.text(), name=f"{world.key.installation}/head")
    edit(export / "heads.jsonl", lambda lines: lines.append({"n": 3, "note": note}))
    assert kinds(export, world) == {"head"}
    head = Head(world.key.installation, ((0, root),), "2026")
    note = world.key.sign(head.text(), name=f"{world.key.installation}/head")
    edit(export / "heads.jsonl", lambda lines: lines.append({"n": 4, "note": note}))
    _, result = run(export, world)
    assert any("leaves lanes out" in finding["detail"] for finding in result["findings"])


def test_a_checkpoint_with_the_real_key_over_another_tree_is_refused(
    world: World, export: Path
) -> None:
    origin = f"{world.key.installation}/lane/0"
    note = world.key.sign(Checkpoint(origin, 3, bytes(32)).text(), name=origin)
    edit(export / "lanes/0/checkpoints.jsonl", lambda lines: lines[0].update(note=note))
    assert kinds(export, world) == {"root"}
    edit(export / "lanes/0/checkpoints.jsonl", lambda lines: lines[1].update(note=note))
    assert "checkpoint" in kinds(export, world)


def test_a_checkpoint_that_speaks_of_another_log_is_refused(world: World, export: Path) -> None:
    """Given the right signature under the right name, over another origin."""

    def change(lines: Lines) -> None:
        text = lines[0]["note"].split("\n\n")[0] + "\n"
        other = text.replace("/lane/0\n", "/lane/9\n")
        lines[0]["note"] = world.key.sign(other, name=f"{world.key.installation}/lane/0")

    edit(export / "lanes/0/checkpoints.jsonl", change)
    assert kinds(export, world) == {"signature"}


def test_signatures_of_others_do_not_disturb(world: World, export: Path) -> None:
    """Given an older key of the same name, and a witness, beside ours."""
    old, witness = signing_key("old"), signing_key("witness", "witness.example")

    def change(lines: Lines) -> None:
        text, ours = lines[0]["note"].split("\n\n")
        olds = old.sign(text + "\n", name=f"{old.installation}/lane/0")
        theirs = witness.sign(text + "\n", name="witness.example").split("\n\n")[1]
        lines[0]["note"] = olds + theirs + ours

    edit(export / "lanes/0/checkpoints.jsonl", change)
    assert kinds(export, world) == set()


@pytest.mark.parametrize("rubbish", ["[]", "{}", '{"position":1}', '{"position":1,"body":1}', "x"])
def test_rubbish_is_a_finding_and_never_a_crash(world: World, export: Path, rubbish: str) -> None:
    for name in ("lanes/0/commits.jsonl", "lanes/1/ledger.jsonl", "lanes/0/checkpoints.jsonl"):
        (export / name).write_text(rubbish + "\n")
    assert kinds(export, world)
    (export / "heads.jsonl").write_text(rubbish + "\n")
    assert kinds(export, world)


@pytest.mark.parametrize(
    "name", ["heads.jsonl", "lanes/0/checkpoints.jsonl", "lanes/1/commits.jsonl"]
)
def test_what_stands_after_the_end_is_not_passed_over(
    world: World, export: Path, name: str
) -> None:
    with (export / name).open("a") as file:
        file.write("garbage\n")
    assert kinds(export, world) == {"truncated"}


def test_a_body_too_deep_to_read_is_a_finding(world: World, export: Path) -> None:
    deep = base64.b64encode(b"[" * 100_000).decode()
    edit(commits_of(export), lambda lines: lines[0].update(body=deep))
    assert "unreadable" in kinds(export, world)


# ---- what users do


def test_wrong_use_says_so_and_exits_with_2(
    world: World, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = world.key.public.text()
    (tmp_path / "file").write_text("x")
    (export / "manifest.json").write_text("{}")
    for arguments, sentence in [
        ([str(tmp_path / "nowhere"), "--key", key], "not an export"),
        ([str(tmp_path / "file"), "--key", key], ""),
        ([str(export), "--key", key], "not an export"),
        ([str(export), "--key", "no key"], "--key"),
        ([str(export), "--key", key.replace("test", "tost")], "key id"),
        ([str(export), "--key", world.key.public.public.hex()], "--installation"),
    ]:
        assert verifier.main(arguments) == 2
        assert sentence in capsys.readouterr().err


def test_the_key_may_be_given_as_hex_or_pem(world: World, export: Path, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - only here
        Encoding,
        PublicFormat,
    )

    public = world.key.private.public_key()
    pem = tmp_path / "key.pem"
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for key in (public.public_bytes_raw().hex(), str(pem)):
        status = verifier.main(
            [str(export), "--key", key, "--installation", world.key.installation]
        )
        assert status == 0


def test_an_export_is_whole_or_not_there(own: World, export: Path, tmp_path: Path) -> None:
    world = own
    with pytest.raises(FileExistsError):
        export_log(world.db, export, key=world.key.public)
    world.db["checkpoints"].delete_many({"_id": {"$in": ["head/1", "head/2"]}})
    with pytest.raises(NothingSigned):
        export_log(world.db, tmp_path / "second", key=world.key.public)
    assert not (tmp_path / "second").exists()


def test_what_is_wrong_with_the_log_is_wrong_with_its_export(own: World, tmp_path: Path) -> None:
    """Given a database that somebody tampered with, the export shows it as it is."""
    world = own
    first, second = world.commits["case/0"][:2]
    world.db["commits"].delete_one({"hash": Binary(first.hash)})
    world.forge(second, with_mac=True, with_ledger=False, code_version="forged")
    world.db["checkpoints"].delete_one({"_id": "lane/0/1"})
    export_log(world.db, tmp_path / "bad", key=world.key.public)
    assert {"missing", "leaf", "checkpoint"} <= kinds(tmp_path / "bad", world)


def test_lines_after_the_newest_head_note_stay_at_home(own: World, tmp_path: Path) -> None:
    world = own
    world.grow(5)
    done = export_log(world.db, tmp_path / "young", key=world.key.public)
    assert (done["commits"], done["head"]) == (25, 2)
    assert kinds(tmp_path / "young", world) == set()
    assert msgspec.json.encode(done)
