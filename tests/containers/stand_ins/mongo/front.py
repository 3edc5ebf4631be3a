"""Stand-in for mongod: secantusd-rs behind a front that plays --replSet and --keyFile.

The server always says that it is the set `secantus`, initiated, and that cannot be changed. The
front answers in its place until `replSetInitiate`, and afterwards puts the right name and host into
every hello. Users, roles and refusals are the server's own.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bson
from pymongo import MongoClient

INNER, WAIT_S = 27117, 60
OP_REPLY, OP_MSG = 1, 2013
DATA = Path("/data/db")
STATE = DATA / "stand-in-replica-set.json"
LARGEST = 4000  # no hello, and no answer of a sign-in, is larger


def fail(text: str) -> None:
    """Say it as the server's log does, and end."""
    sys.exit(json.dumps({"s": "F", "msg": text}))


def log(text: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"s": "I", "msg": text, **fields}) + "\n")
    sys.stdout.flush()


def read_options(words: list[str]) -> argparse.Namespace:
    """Those that docker-compose.yml and the fixtures of the tests use."""
    parser = argparse.ArgumentParser(prog="mongod")
    parser.add_argument("--replSet", dest="set")
    parser.add_argument("--keyFile", dest="key", type=Path)
    parser.add_argument("--bind_ip_all", dest="all", action="store_true")
    parser.add_argument("--port", type=int, default=27017)
    return parser.parse_args(words)


def check_key(path: Path) -> None:
    """Refuse a key file as mongod does."""
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii").strip()
    except OSError as error:
        fail(f"Read security file failed: {error}")
    if stat.S_IMODE(mode) & 0o077:
        fail(f"permissions on {path} are too open")
    if not 6 <= len(text) <= 1024:
        fail("security key must be 6 to 1024 characters")


def started(*, auth: bool, standalone: bool) -> "subprocess.Popen[bytes]":
    """The server, once it accepts connections."""
    words = ["secantusd-rs", "--host", "127.0.0.1", "--port", str(INNER)]
    words += ["--storage-path", str(DATA), "--sync-on-commit"]
    words += ["--cache-size", os.environ.get("STAND_IN_CACHE", "128M")]
    words += ["--auth"] * auth + ["--standalone"] * standalone
    server = subprocess.Popen(words)
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", INNER), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                fail(f"the server does not answer ({server.poll()})")
            time.sleep(0.05)
        else:
            return server


def make_root() -> None:
    """The user of MONGO_INITDB_ROOT_USERNAME, with every right."""
    server = started(auth=False, standalone=True)
    with MongoClient("127.0.0.1", INNER, directConnection=True) as client:
        client.admin.command(
            "createUser",
            os.environ["MONGO_INITDB_ROOT_USERNAME"],
            pwd=os.environ["MONGO_INITDB_ROOT_PASSWORD"],
            roles=[{"role": "root", "db": "admin"}],
        )
    server.terminate()
    server.wait(WAIT_S)


class Front:
    """Passes messages on, and answers what the server cannot say of the set."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.set: str | None = options.set
        self.port: int = options.port
        self.auth = options.key is not None
        self.state = json.loads(STATE.read_text("utf-8")) if STATE.exists() else None
        if self.state and self.state["set"] != self.set:
            fail(f"the data is of the set {self.state['set']}")

    def hello(self, document: dict[str, Any]) -> dict[str, Any]:
        """A hello as a member of our set gives it."""
        if self.state is None:
            for name in ("setName", "hosts", "primary", "me", "setVersion", "electionId"):
                document.pop(name, None)
            info = "Does not have a valid replica set config"
            writable = {"isWritablePrimary": False, "ismaster": False, "secondary": False}
            return document | writable | {"isreplicaset": True, "info": info}
        host = self.state["host"]
        return document | {"setName": self.set, "hosts": [host], "primary": host, "me": host}

    def answer(self, document: dict[str, Any], *, signed_in: bool) -> dict[str, Any] | None:
        """Our own answer to a command about the set, or None."""
        name = next(iter(document))
        if name not in {"replSetGetStatus", "replSetInitiate"}:
            return None
        if self.auth and not signed_in:
            return _no(13, "Unauthorized", f"Command {name} requires authentication")
        if not self.set:
            return _no(76, "NoReplicationEnabled", "This node was not started with --replSet")
        if name == "replSetInitiate":
            return self.initiate(document[name])
        if self.state is None:
            return _no(94, "NotYetInitialized", "no replset config has been received")
        return {"ok": 1.0, "set": self.set, "myState": 1}

    def initiate(self, config: dict[str, Any] | None) -> dict[str, Any]:
        if self.state is not None:
            return _no(23, "AlreadyInitialized", "already initialized")
        here = {"_id": self.set, "members": [{"host": f"{socket.gethostname()}:{self.port}"}]}
        config = config or here
        if config["_id"] != self.set:
            return _no(93, "InvalidReplicaSetConfig", "the set has another name")
        self.state = {"set": self.set, "host": config["members"][0]["host"]}
        STATE.write_text(json.dumps(self.state), "utf-8")
        log("Transition to primary complete")
        return {"ok": 1.0}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client, with one of ours to the server behind it."""
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", INNER)
        except OSError:
            writer.close()
            return
        session = {"signed_in": False}
        tasks = [
            asyncio.ensure_future(self.forth(reader, writer, outer, session)),
            asyncio.ensure_future(self.back(inner, writer, session)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        outer.close()

    async def forth(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        outer: asyncio.StreamWriter,
        session: dict[str, bool],
    ) -> None:
        while True:
            head, body, ident, _, code = await message_of(reader)
            if code == OP_MSG and len(body) < LARGEST and b"replSet" in body:
                size = struct.unpack("<i", body[5:9])[0]
                command = bson.decode(body[5 : 5 + size])
                own = self.answer(command, signed_in=session["signed_in"])
                if own is not None:
                    writer.write(message(ident, own))
                    await writer.drain()
                    continue
            outer.write(head + body)
            await outer.drain()

    async def back(
        self, inner: asyncio.StreamReader, writer: asyncio.StreamWriter, session: dict[str, bool]
    ) -> None:
        while True:
            head, body, ident, to, code = await message_of(inner)
            small = len(body) < LARGEST
            if small and self.set and b"setName" in body and code in {OP_REPLY, OP_MSG}:
                skip = 5 if code == OP_MSG else 20
                body = body[:skip] + bson.encode(self.hello(bson.decode(body[skip:])))
                head = struct.pack("<iiii", 16 + len(body), ident, to, code)
            elif small and b"payload" in body and b"\x08done\x00\x01" in body:
                session["signed_in"] = True
            writer.write(head + body)
            await writer.drain()


def _no(code: int, name: str, text: str) -> dict[str, Any]:
    return {"ok": 0.0, "errmsg": text, "code": code, "codeName": name}


def message(to: int, document: dict[str, Any]) -> bytes:
    body = struct.pack("<iB", 0, 0) + bson.encode(document)
    return struct.pack("<iiii", 16 + len(body), 1, to, OP_MSG) + body


async def message_of(reader: asyncio.StreamReader) -> tuple[bytes, bytes, int, int, int]:
    """Its head and body; its id, the id that it answers, its kind."""
    head = await reader.readexactly(16)
    size, ident, to, code = struct.unpack("<iiii", head)
    return head, await reader.readexactly(size - 16), ident, to, code


async def main(options: argparse.Namespace) -> None:
    if options.key is not None:
        check_key(options.key)
    front = Front(options)
    server = started(auth=front.auth, standalone=front.set is None)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    address = "0.0.0.0" if options.all else "127.0.0.1"  # noqa: S104 - as mongod does
    listening = await asyncio.start_server(front.serve, address, front.port, backlog=512)
    log("Waiting for connections", attr={"port": front.port, "auth": front.auth})
    if front.state is not None:
        log("Transition to primary complete")
    ended = loop.run_in_executor(None, server.wait)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
    listening.close()
    if server.poll() is None:
        server.terminate()
    log("Server ended", code=await ended)
    sys.stdout.flush()
    os._exit(0 if stop.is_set() else 1)  # connections are open still


if sys.argv[1:] == ["make-root"]:
    make_root()
else:
    asyncio.run(main(read_options(sys.argv[1:])))
