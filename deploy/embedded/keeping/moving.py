"""Carry the log to the other kind of server: begun, built beside, verified, switched.

The old data folder is the truth until `servers.json` is replaced, which is one rename. The file
`moving.json` says that a move was begun; whatever is killed is settled by it at the next start or
move: before the switch the copy is thrown away, after it the old folder is put aside.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deploy.embedded import osproc, tether
from deploy.embedded.commands import Place, mongo_argv
from deploy.embedded.find import Mongo, ServerMissingError, find_mongo
from deploy.embedded.home import Home, LaunchError, Seen, State
from deploy.embedded.keeping.deciding import LOGS, holds_something
from deploy.embedded.keeping.memory import KeptServer, Memory, version_of
from deploy.embedded.probe import free_port, mongo_answers
from deploy.embedded.servers import Running

if TYPE_CHECKING:
    from shared.config import Settings

FINDINGS: Final = 1
BUSY_PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0)
Say = Callable[[str], None]


@dataclass(frozen=True)
class LogMoved:
    """What was carried: documents of how many collections, commits verified, the old folder."""

    to: str
    documents: int
    collections: int
    commits: int
    old: Path


def settle_move(home: Home) -> None:
    """Bring a move that was killed to a clean end, whichever side of its switch it was on."""
    marker = _marker(home)
    try:
        to = str(json.loads(marker.read_text("utf-8"))["to"])
    except FileNotFoundError:
        return
    memory = Memory.read(home)
    if memory is None or to not in LOGS:
        return  # nothing says which folder holds the cases: nothing is touched
    if memory.mongo.kind == to:
        _put_aside(home, to)
    else:
        shutil.rmtree(home.data(to), ignore_errors=True)
    marker.unlink()


def move_log(home: Home, environ: Mapping[str, str], *, to: str, say: Say) -> LogMoved:
    """Carry the log to a server of kind `to`; the caller holds the home's lock.

    Raises:
        LaunchError: it cannot be moved, or the copy is not the same: then the old one stays.
        ServerMissingError: a server is not on this machine, or does not start.
    """
    memory = _may_move(home, to)
    servers = {kind: _found(environ, kind) for kind in (memory.mongo.kind, to)}
    _write_marker(home, to)
    say(f"carrying {memory.mongo.kind} to {to}")
    documents = _copied(home, environ, servers, to=to)
    say(f"{documents} documents are there; verifying")
    collections, commits = _verified(home, environ, servers, memory=memory, to=to)
    replace(memory, mongo=KeptServer(to, version_of(to))).write(home)  # the switch
    old = _put_aside(home, to)
    _marker(home).unlink()
    return LogMoved(to, documents, collections, commits, old)


def _may_move(home: Home, to: str) -> Memory:
    """What is remembered, where a move makes sense."""
    memory = Memory.read(home)
    if to not in LOGS:
        sentence = f"{to!r} is no kind of event log: give {' or '.join(LOGS)}."
    elif memory is None:
        sentence = (
            f"{home.path} remembers no servers yet: start it once with `caseledger up --detach`, "
            "stop it with `caseledger down`, then move its log."
        )
    elif memory.mongo.kind not in LOGS:
        sentence = f"The cases are on a server of yours ({memory.mongo}): use its own tools."
    elif memory.mongo.kind == to:
        sentence = f"The cases are in {to} already ({home.data(to)})."
    elif holds_something(home.data(to)):
        sentence = f"{home.data(to)} holds data of another time: move that folder away first."
    else:
        return memory
    raise LaunchError(sentence, exit_code=2)


def _found(environ: Mapping[str, str], kind: str) -> Mongo:
    return find_mongo({**environ, "CASELEDGER_MONGO": kind})


def _copied(
    home: Home, environ: Mapping[str, str], servers: Mapping[str, Mongo], *, to: str
) -> int:
    """Copy everything, with both servers running; the number of documents."""
    from deploy.embedded.keeping.copying import (  # noqa: PLC0415 - the driver is slow to load
        CannotBeCarried,
        carry,
        open_client,
    )

    with _running(home, environ, servers) as at:
        ends = {kind: open_client(address) for kind, address in at.items()}
        (source,) = (client for kind, client in ends.items() if kind != to)
        with closing(source), closing(ends[to]) as target:
            try:
                return carry(source, target)
            except CannotBeCarried as error:
                raise LaunchError(str(error), exit_code=FINDINGS) from error


def _verified(
    home: Home,
    environ: Mapping[str, str],
    servers: Mapping[str, Mongo],
    *,
    memory: Memory,
    to: str,
) -> tuple[int, int]:
    """Start both again and hold the copy against the old one; its collections and commits.

    Raises:
        LaunchError: the copy is not the same, or its log does not verify.
    """
    from deploy.embedded.keeping.copying import (  # noqa: PLC0415 - the driver is slow to load
        contents,
        differences_of,
        open_client,
    )

    with _running(home, environ, servers) as at:
        ends = {kind: open_client(address) for kind, address in at.items()}
        (source,) = (client for kind, client in ends.items() if kind != to)
        with closing(source), closing(ends[to]) as target:
            before, after = contents(source), contents(target)
        found = differences_of(before, after)
        if found:
            raise _not_moved(home, memory, f"{len(found)} collections differ: {found[0]}")
        audited = _audited(_settings(home, environ, memory, at[to]))
    if audited["findings"]:
        wrong = f"`audit verify` of the copy finds: {audited['findings'][0]['detail']}"
        raise _not_moved(home, memory, wrong)
    return len(after), int(audited["commits"])


def _audited(settings: "Settings") -> dict[str, Any]:
    """The full verification of the copy, as `caseledger audit verify` makes it."""
    from shared.audit import PublicKey, verify_log  # noqa: PLC0415 - a move alone needs it
    from shared.config import Secrets, connect  # noqa: PLC0415 - the same
    from shared.eventlog import Keyring  # noqa: PLC0415 - the same

    secrets = Secrets.load(settings.secrets_dir)
    databases = connect(settings, appname="move-log")
    try:
        return verify_log(
            databases.log,
            key=PublicKey(settings.installation, secrets.checkpoint_public),
            lanes=settings.lanes,
            writer_keys=Keyring(secrets.writers),
        )
    finally:
        databases.close()


def _settings(home: Home, environ: Mapping[str, str], memory: Memory, address: str) -> "Settings":
    from shared.config import Settings  # noqa: PLC0415 - a move alone needs it

    return Settings.from_env(
        {
            **environ,
            "CASELEDGER_HOME": str(home.path),
            "CASELEDGER_SECRETS_DIR": str(home.secrets),
            "CASELEDGER_LOG_URI": address,
            "CASELEDGER_DATABASE_PREFIX": memory.prefix,
        }
    )


def _not_moved(home: Home, memory: Memory, wrong: str) -> LaunchError:
    old = f"{memory.mongo} ({home.data(memory.mongo.kind)})"
    return LaunchError(f"Not moved, the cases stay in {old}: {wrong}", exit_code=FINDINGS)


@contextmanager
def _running(
    home: Home, environ: Mapping[str, str], servers: Mapping[str, Mongo]
) -> Iterator[dict[str, str]]:
    """Servers by kind on their data folders, each at an address; stopped cleanly at the end.

    They are tied to our life, and the state file names them: whoever comes after a kill ends them
    before it opens a folder.
    """
    started: list[Running] = []
    try:
        for kind, mongo in servers.items():
            one = _tethered(home, environ, kind, mongo)
            started.append(one)
            _start(home, one, started)
        yield {one.kind: one.address for one in started}
    finally:
        for one in started:
            one.stop()
        State(pid=0, started=0).write(home)


def _start(home: Home, one: Running, started: Sequence[Running]) -> None:
    """Start a server, and name it in the state file before it is waited for.

    A server of a move that was killed before it was named may hold the folder for a moment longer:
    its end was asked for when its parent died.
    """
    for pause_s in (*BUSY_PAUSES_S, None):
        one.begin()
        State(pid=0, started=0, processes=tuple(map(_seen, started))).write(home)
        try:
            one.await_answer()
        except ServerMissingError:
            if pause_s is None:
                raise
            time.sleep(pause_s)
        else:
            return


def _tethered(home: Home, environ: Mapping[str, str], kind: str, mongo: Mongo) -> Running:
    place = Place(home.data(kind), free_port(), 0, home.logs / f"move-{kind}.log")
    tied = (sys.executable, "-I", "-S", tether.__file__, str(os.getpid()))
    return Running(
        kind=kind,
        address=f"mongodb://127.0.0.1:{place.port}/?directConnection=true",
        port=place.port,
        data=place.data,
        log=place.log,
        argv=(*tied, *mongo_argv(mongo, place)),
        environ=dict(environ),
        answers=partial(mongo_answers, "127.0.0.1", place.port),
    )


def _seen(one: Running) -> Seen:
    return Seen("mongo", one.pid, osproc.start_time(one.pid), "ready", 0, str(one.log))


def _put_aside(home: Home, to: str) -> Path:
    """Give the old data folder a name that no start takes; it is kept, and may be deleted."""
    from shared.config.writer_keys import sync_folder  # noqa: PLC0415 - a move alone needs it

    (kind,) = (one for one in LOGS if one != to)
    old = home.data(kind)
    aside = old.with_name(f"{kind}.moved-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    if old.exists():
        old.rename(aside)
        sync_folder(old.parent)
    return aside


def _marker(home: Home) -> Path:
    return home.path / "moving.json"


def _write_marker(home: Home, to: str) -> None:
    """Say that a move was begun, durably, before anything is made."""
    from shared.config.writer_keys import sync_folder  # noqa: PLC0415 - a move alone needs it

    fresh = _marker(home).with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"to": to}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(_marker(home))
    sync_folder(home.path)
