"""Each process has exactly the secrets of its row: handed out so, and held to it at its start."""

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.keys import hand_out
from deploy.topology import BY_NAME, SERVICES, Process, Side
from deploy.topology import PROCESSES as TOPOLOGY
from shared.audit import SigningKey
from shared.config import Secrets, Settings, SettingsError, connect, create_missing
from shared.config.needs import (
    CHECKPOINT,
    EMBEDDED_ONLY,
    LOCAL,
    LOCAL_JWKS,
    PORTAL,
    PROCESSES,
    PUBLIC,
    REGISTRAR,
    TOOLS,
    WHERE_SET,
    check,
    secrets_of,
    writer_file,
)
from shared.projection.worker import build as build_projection
from shared.relay.process.sequencer import Sequencer
from shared.security.local_issuer import LocalIssuer

ISSUER = "issuer.ed25519"
ROWS = [(process, name) for process, needs in PROCESSES.items() for name in sorted(needs)]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every key of an installation, the token issuer's too."""
    folder = tmp_path_factory.mktemp("master") / "secrets"
    create_missing(folder)
    LocalIssuer(folder).create()
    return folder


@pytest.fixture
def keys(master: Path, tmp_path: Path) -> Path:
    hand_out(master, tmp_path / "keys", local=True)
    return tmp_path / "keys"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def foreign() -> Iterator[tuple[str, str]]:
    every = {name for needs in PROCESSES.values() for name in needs} | {ISSUER}
    for process, needs in PROCESSES.items():
        yield from ((process, name) for name in sorted(every - needs))


def test_the_table_has_every_process_and_no_other() -> None:
    assert set(PROCESSES) == {one.name for one in TOPOLOGY}


def test_no_process_may_read_the_issuers_key_and_one_alone_signs_checkpoints() -> None:
    holders = {
        name: {process for process, needs in PROCESSES.items() if name in needs}
        for needs in PROCESSES.values()
        for name in needs
    }
    assert ISSUER not in holders
    assert all(ISSUER not in public for public in LOCAL.values())
    assert holders[CHECKPOINT] == {"sequencer"}
    assert holders["sequencer.key"] == {"sequencer"}
    assert holders["gateway.key"] == {"intake-web"}
    assert holders["case-id.key"] == {"intake-web", "issuance-worker"}
    assert holders[writer_file("vault")] == {"intake-worker"}
    assert holders[writer_file(REGISTRAR)] == {"intake-web"}
    assert writer_file("admin") not in holders


def test_a_process_writes_as_its_own_service_or_as_none_and_all_have_the_public_keys() -> None:
    services = {one.service for one in TOPOLOGY if one.service}
    views = {one.name for one in TOPOLOGY if one.side is Side.PROJECTION}
    silent = {"sequencer", "notify-web", PORTAL} | views
    for one in TOPOLOGY:
        own = {name for name in services if writer_file(name) in PROCESSES[one.name]}
        assert own == (set() if one.name in silent else {one.service})
        assert PROCESSES[one.name] >= PUBLIC or one.name == PORTAL
        assert PROCESSES[one.name] == PUBLIC or one.name not in views
    assert TOOLS["auditor"] == PUBLIC
    assert PROCESSES[PORTAL] == {"portal.key"}
    assert PORTAL not in LOCAL


def test_a_folder_has_the_files_of_its_row_for_its_owner_alone(master: Path, keys: Path) -> None:
    for process, needs in PROCESSES.items():
        folder = keys / process
        assert names(folder) == needs | LOCAL.get(process, frozenset())
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.read_bytes() == (master / path.name).read_bytes()
            assert not path.is_symlink()


def test_what_is_stale_is_removed_and_what_was_rotated_is_replaced(
    master: Path, keys: Path, tmp_path: Path
) -> None:
    rotated = tmp_path / "rotated"
    rotated.mkdir()
    for path in master.iterdir():
        (rotated / path.name).write_bytes(path.read_bytes())
    (rotated / "kek.key").write_text("ab" * 32 + "\n" + (master / "kek.key").read_text())
    (keys / "review-worker" / "kek.key").write_text("old")
    (keys / "review-worker" / "folder").mkdir()
    (keys / "projection" / "link").symlink_to(master / ISSUER)
    (keys / "gone").mkdir()
    hand_out(rotated, keys, local=True)
    assert names(keys) == set(PROCESSES) | set(TOOLS) | set(EMBEDDED_ONLY)
    assert names(keys / "review-worker") == PROCESSES["review-worker"]
    assert names(keys / "projection") == PROCESSES["projection"]
    assert (master / ISSUER).exists()
    assert (keys / "intake-web" / "kek.key").read_text().startswith("ab" * 32)


def test_what_is_there_to_try_with_has_its_own_key_and_only_in_the_embedded_system(
    master: Path, keys: Path, tmp_path: Path
) -> None:
    for name, needs in EMBEDDED_ONLY.items():
        assert names(keys / name) == needs
    hand_out(master, tmp_path / "elsewhere", local=False)
    assert names(tmp_path / "elsewhere") == set(PROCESSES) | set(TOOLS)


def test_where_no_issuer_was_made_nobody_has_its_public_keys(tmp_path: Path) -> None:
    create_missing(tmp_path / "secrets")
    hand_out(tmp_path / "secrets", tmp_path / "keys", local=True)
    for process in PROCESSES:
        check(process, tmp_path / "keys" / process, local=True)
        assert LOCAL_JWKS not in names(tmp_path / "keys" / process)


def test_outside_the_embedded_system_our_issuers_public_keys_are_refused(
    master: Path, tmp_path: Path
) -> None:
    hand_out(master, tmp_path / "keys", local=False)
    for process in LOCAL:
        folder = tmp_path / "keys" / process
        check(process, folder, local=False)
        (folder / LOCAL_JWKS).write_bytes((master / LOCAL_JWKS).read_bytes())
        with pytest.raises(SettingsError, match="it has jwks"):
            check(process, folder, local=False)


def test_a_key_that_is_nowhere_is_named(tmp_path: Path) -> None:
    create_missing(tmp_path / "secrets")
    (tmp_path / "secrets" / "gateway.key").unlink()
    with pytest.raises(SettingsError, match=r"intake-web needs gateway\.key, not found in"):
        hand_out(tmp_path / "secrets", tmp_path / "keys", local=True)


@pytest.mark.parametrize(("process", "name"), ROWS)
def test_with_any_single_key_missing_a_process_refuses(keys: Path, process: str, name: str) -> None:
    check(process, keys / process, local=True)
    (keys / process / name).unlink()
    with pytest.raises(SettingsError) as told:
        check(process, keys / process, local=True)
    folder = keys / process
    assert str(told.value) == f"The secrets of {process} in {folder}: it lacks {name}."


@pytest.mark.parametrize(("process", "name"), list(foreign()))
def test_with_any_single_foreign_key_a_process_refuses(
    master: Path, keys: Path, process: str, name: str
) -> None:
    (keys / process / name).write_bytes((master / name).read_bytes())
    with pytest.raises(SettingsError) as told:
        check(process, keys / process, local=True)
    assert str(told.value).endswith(f": it has {name}, which it must not have.")


def settings_for(keys: Path, process: str) -> Settings:
    row = BY_NAME[process]
    return Settings.from_env(
        {
            "CASELEDGER_HOME": str(keys.parent),
            "CASELEDGER_MODE": "embedded",
            "CASELEDGER_SERVICE": row.service,
            "CASELEDGER_SECRETS_DIR": str(keys / process),
        }
    )


def build(one: Process, settings: Settings, secrets: Secrets, patch: pytest.MonkeyPatch) -> None:
    """Make everything that a process makes at its start; no server is asked."""
    if one.side in {Side.WEB, Side.PAGES}:
        module, _, call = one.code.partition(":")
        wsgi = importlib.import_module(module)
        patch.setattr(wsgi, "configure", lambda *_a, **_k: None)
        patch.setattr(wsgi, "secrets_of", lambda *_: secrets)
        for name in ("home", "mode", "secrets_dir"):
            patch.setenv(f"CASELEDGER_{name.upper()}", str(getattr(settings, name)))
        if one.side is Side.PAGES:
            patch.setenv("CASELEDGER_SERVICES", ",".join(f"{name}=http://a" for name in SERVICES))
        getattr(wsgi, call.removesuffix("()"))()
        return
    databases = connect(settings)
    try:
        if one.side is Side.WORKER:
            one.load()(settings, secrets, databases, threading.Event())
        elif one.side is Side.PROJECTION:
            build_projection(one.load(), settings, secrets, databases, writer=one.service)
        else:
            SigningKey.load(secrets.checkpoint_key_path, settings.installation)
            Sequencer(databases, settings, secrets, [], name="sequencer")
    finally:
        databases.close()


@pytest.mark.parametrize("one", TOPOLOGY, ids=lambda one: one.name)
def test_a_process_is_built_with_the_keys_of_its_row_alone(
    one: Process, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(keys, one.name)
    build(one, settings, secrets_of(one.name, settings), monkeypatch)


# Read when a person is looked up or registered, or a commit is verified: the walks of whole cases
# show that they are.
LATER = PUBLIC | {"subject.key", writer_file(REGISTRAR)}
READ = [(process, name) for process, name in ROWS if name not in LATER]


@pytest.mark.parametrize(("process", "name"), READ)
def test_no_row_names_a_key_that_its_process_does_not_read(
    process: str, name: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (keys / process / name).unlink()
    settings = settings_for(keys, process)
    with pytest.raises((SettingsError, FileNotFoundError), match=name.partition(".")[0]):
        build(BY_NAME[process], settings, Secrets.load(settings.secrets_dir), monkeypatch)


def started(process: str, keys: Path) -> "subprocess.CompletedProcess[str]":
    row = BY_NAME[process]
    environ = {key: value for key, value in os.environ.items() if "CASELEDGER" not in key}
    return subprocess.run(
        [sys.executable, "-m", *row.words],
        env=environ
        | {
            "CASELEDGER_HOME": str(keys.parent),
            "CASELEDGER_MODE": "embedded",
            "CASELEDGER_SERVICE": row.service,
            "CASELEDGER_SECRETS_DIR": str(keys / process),
            "CASELEDGER_BIND": "127.0.0.1:0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("process", ["sequencer", "review-web", "review-worker", "projection"])
def test_a_real_process_with_a_key_too_many_ends_with_two_and_one_sentence(
    process: str, master: Path, keys: Path
) -> None:
    (keys / process / ISSUER).write_bytes((master / ISSUER).read_bytes())
    ended = started(process, keys)
    assert ended.returncode == 2
    folder = keys / process
    sentence = f"The secrets of {process} in {folder}: it has {ISSUER}, which it must not have.\n"
    assert ended.stderr == sentence


@pytest.mark.parametrize("process", ["sequencer", "intake-web", "notify-worker"])
def test_a_real_process_with_a_key_too_few_ends_with_two_and_one_sentence(
    process: str, keys: Path
) -> None:
    name = min(PROCESSES[process])
    (keys / process / name).unlink()
    ended = started(process, keys)
    assert ended.returncode == 2
    assert ended.stderr == f"The secrets of {process} in {keys / process}: it lacks {name}.\n"


def test_hidden_entries_of_a_mount_are_not_looked_at(keys: Path) -> None:
    (keys / "projection" / "..data").mkdir()
    check("projection", keys / "projection", local=True)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    settings = Settings(secrets_dir=tmp_path / "none")
    with pytest.raises(SettingsError, match="There is no folder of secrets"):
        secrets_of("projection", settings)


# ---- secrets of others' servers, which no installation has unless its settings ask for them


def test_a_secret_of_another_server_is_handed_to_who_may_have_it_and_to_nobody_else(
    master: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for path in master.iterdir():
        (mine / path.name).write_bytes(path.read_bytes())
    for name in {name for where in WHERE_SET.values() for name in where}:
        (mine / name).write_text("made up\n")
    hand_out(mine, tmp_path / "handed", local=False)
    for process in (*PROCESSES, *TOOLS):
        given = names(tmp_path / "handed" / process)
        assert given == {**PROCESSES, **TOOLS}[process] | frozenset(WHERE_SET.get(process, {}))


@pytest.mark.parametrize(
    ("process", "name", "setting"),
    [(p, name, setting) for p, where in WHERE_SET.items() for name, setting in where.items()],
)
def test_a_secret_is_missed_where_its_setting_is_given_and_nowhere_else(
    process: str, name: str, setting: str, keys: Path
) -> None:
    settings = settings_for(keys, process)
    secrets_of(process, settings)
    asking = replace(settings, **{setting: "made-up"})
    with pytest.raises(SettingsError, match=f"it lacks {name}"):
        secrets_of(process, asking)
    (keys / process / name).write_text("made up\n")
    secrets_of(process, asking)
    secrets_of(process, settings)  # it may stay when the setting is gone
