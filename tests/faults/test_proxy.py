"""The fault proxy does to real clients what the fault tests count on."""

import http.client
import http.server
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, NetworkTimeout, PyMongoError, ServerSelectionTimeoutError
from pymongo.uri_parser import parse_uri

from shared.config import Databases
from tests.faults.frames import HTTP, KAFKA, MONGO
from tests.faults.proxy import BOTH, FaultProxy, Way, proxied
from tests.support.waiting import eventually

ANSWERS = frozenset({Way.ANSWERS})


# ---- bytes


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(65536):
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield "127.0.0.1", int(server.server_address[1])
        server.shutdown()


@pytest.fixture
def proxy(echo: tuple[str, int]) -> Iterator[FaultProxy]:
    with proxied(echo) as proxy:
        yield proxy


def dial(proxy: FaultProxy, timeout_s: float = 5.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout_s)


def test_what_goes_in_comes_out(proxy: FaultProxy) -> None:
    content = bytes(range(256)) * 2000
    with dial(proxy) as client:
        threading.Thread(target=client.sendall, args=(content,), daemon=True).start()
        got = b""
        while len(got) < len(content):
            got += client.recv(65536)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b"", "the end of one side reaches the other"
    assert got == content


def test_a_delay_holds_back_and_ends_at_once(proxy: FaultProxy) -> None:
    with dial(proxy) as client:
        proxy.delay(0.15, ANSWERS)
        began = time.monotonic()
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        assert time.monotonic() - began >= 0.15
        proxy.delay(3600)
        client.sendall(b"y")
        proxy.delay(0)
        assert client.recv(1) == b"y"


@pytest.mark.parametrize("ways", [BOTH, ANSWERS, frozenset({Way.REQUESTS})])
def test_a_black_hole_swallows_until_it_is_healed(proxy: FaultProxy, ways: frozenset[Way]) -> None:
    with dial(proxy) as client:
        proxy.black_hole(ways)
        client.sendall(b"x")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(1)
        proxy.heal()
        client.settimeout(5)
        assert client.recv(1) == b"x"


def test_a_cut_ends_what_is_open_and_nothing_else(proxy: FaultProxy) -> None:
    with dial(proxy) as client:
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        assert proxy.cut() == 1
        _hangs_up(client)
    with dial(proxy) as client:
        client.sendall(b"y")
        assert client.recv(1) == b"y"


def _hangs_up(client: socket.socket) -> None:
    """Assert that the other end is gone, by a reset or by an end of the stream."""
    try:
        assert client.recv(1) == b""
    except ConnectionError:
        return


def test_refused_until_healed_on_the_same_port(proxy: FaultProxy) -> None:
    port = proxy.port
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        dial(proxy)
    proxy.refuse()
    proxy.heal()
    assert proxy.port == port
    with dial(proxy) as client:
        client.sendall(b"x")
        assert client.recv(1) == b"x"


def test_a_server_that_is_not_there_looks_like_one_that_hangs_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        nobody = free.getsockname()
    with proxied(nobody) as proxy:
        try:
            client = dial(proxy)
        except (BrokenPipeError, ConnectionResetError):
            return  # it took the connection and hung up before the dialling was over
        with client:
            _hangs_up(client)


def test_closing_ends_every_thread(echo: tuple[str, int]) -> None:
    before = threading.active_count()
    with proxied(echo) as proxy:
        clients = [dial(proxy) for _ in range(5)]
        proxy.black_hole()
        for client in clients:
            client.sendall(b"x")
        eventually(lambda: threading.active_count() >= before + 5)
    for client in clients:
        client.close()
    eventually(lambda: not [t for t in threading.enumerate() if t.name == "fault-proxy"])


# ---- MongoDB


@pytest.fixture
def mongo_proxy(mongo_uri: str) -> Iterator[FaultProxy]:
    host, port = parse_uri(mongo_uri)["nodelist"][0]
    with proxied((host, port or 27017), framing=MONGO) as proxy:
        yield proxy


@pytest.fixture
def behind(mongo_proxy: FaultProxy, databases: Databases) -> Iterator[Any]:
    """A collection reached through the proxy; nothing is retried by the driver."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        f"mongodb://{mongo_proxy.address}/?directConnection=true",
        retryWrites=False,
        retryReads=False,
        timeoutMS=2000,
        w="majority",
    )
    yield client[databases.log.name]["x"]
    client.close()


@pytest.mark.mongo
def test_mongo_an_insert_whose_answer_is_lost_was_applied(
    mongo_proxy: FaultProxy, behind: Any, databases: Databases
) -> None:
    behind.insert_one({"_id": 1})
    loss = mongo_proxy.lose_answer("insert")
    with pytest.raises(AutoReconnect):
        behind.insert_one({"_id": 2})
    loss.wait()
    assert loss.lost == ["insert"]
    assert databases.log["x"].count_documents({"_id": 2}) == 1
    behind.insert_one({"_id": 3})
    assert mongo_proxy.requests.count("insert") == 3


@pytest.mark.mongo
def test_mongo_an_insert_that_is_lost_itself_was_not(
    mongo_proxy: FaultProxy, behind: Any, databases: Databases
) -> None:
    behind.insert_one({"_id": 1})
    loss = mongo_proxy.lose_request(lambda frame: frame.name == "insert", times=2)
    for _ in range(2):
        with pytest.raises(AutoReconnect):
            behind.insert_one({"_id": 2})
    loss.wait()
    behind.insert_one({"_id": 3})
    assert databases.log["x"].count_documents({}) == 2


@pytest.mark.mongo
def test_mongo_other_commands_are_left_alone(mongo_proxy: FaultProxy, behind: Any) -> None:
    loss = mongo_proxy.lose_answer("insert")
    assert behind.find_one({}) is None
    assert behind.count_documents({}) == 0
    assert not loss.happened.is_set()
    mongo_proxy.heal()
    behind.insert_one({"_id": 1})
    assert not loss.happened.is_set(), "healing forgets what did not happen"


@pytest.mark.mongo
def test_mongo_black_hole_refusal_and_cut_are_what_the_driver_says(
    mongo_proxy: FaultProxy, behind: Any
) -> None:
    behind.insert_one({"_id": 1})
    mongo_proxy.black_hole()
    with pytest.raises(NetworkTimeout):
        behind.find_one({})
    mongo_proxy.heal()
    mongo_proxy.refuse()
    with pytest.raises((AutoReconnect, ServerSelectionTimeoutError)):
        behind.find_one({})
    mongo_proxy.heal()
    assert eventually(lambda: behind.find_one({}), ignoring=(PyMongoError,)) == {"_id": 1}
    assert mongo_proxy.cut() >= 1
    assert eventually(lambda: behind.find_one({}), ignoring=(PyMongoError,)) == {"_id": 1}


# ---- Kafka


def api_versions(correlation: int) -> bytes:
    body = struct.pack(">hhih", 18, 0, correlation, -1)
    return struct.pack(">i", len(body)) + body


def answer_to(client: socket.socket) -> int:
    with client.makefile("rb") as stream:
        length, correlation = struct.unpack(">ii", stream.read(8))
        stream.read(length - 4)
    return int(correlation)


@pytest.mark.kafka
def test_kafka_frames_are_told_apart_and_one_answer_is_lost(kafka_servers: str) -> None:
    """Straight to the broker: a client of ours would follow its advertised address elsewhere."""
    split = urlsplit(f"//{kafka_servers.split(',', maxsplit=1)[0]}")
    assert split.hostname
    assert split.port
    with proxied((split.hostname, split.port), framing=KAFKA) as proxy:
        with dial(proxy) as client:
            for correlation in (7, 8):
                client.sendall(api_versions(correlation))
                assert answer_to(client) == correlation
            loss = proxy.lose_answer("ApiVersions")
            client.sendall(api_versions(9))
            _hangs_up(client)
            loss.wait()
        assert list(proxy.requests) == ["ApiVersions"] * 3
        with dial(proxy) as client:
            client.sendall(b"\xff" * 8)
            _hangs_up(client)


# ---- HTTP


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    done: list[str]

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.done.append(body.decode())
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n")

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def http_proxy() -> Iterator[tuple[FaultProxy, list[str]]]:
    done: list[str] = []
    handler = type("Noting", (Handler,), {"done": done})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with proxied(("127.0.0.1", server.server_port), framing=HTTP) as proxy:
            yield proxy, done
        server.shutdown()


def test_http_of_every_form_passes_on_one_connection(
    http_proxy: tuple[FaultProxy, list[str]],
) -> None:
    proxy, done = http_proxy
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)) as client:
        for method, body, wanted in [
            ("POST", b"one", b"one"),
            ("GET", None, b"abcde"),
            ("HEAD", None, b""),
            ("DELETE", None, b""),
            ("POST", iter([b"tw", b"o"]), b"two"),
        ]:
            client.request(method, "/v1/cases", body)  # type: ignore[arg-type]
            assert client.getresponse().read() == wanted
    assert done == ["one", "two"]
    assert list(proxy.requests) == [
        f"{method} /v1/cases" for method in ("POST", "GET", "HEAD", "DELETE", "POST")
    ]


def test_http_the_answer_to_one_path_is_lost_after_it_was_done(
    http_proxy: tuple[FaultProxy, list[str]],
) -> None:
    proxy, done = http_proxy
    loss = proxy.lose_answer("POST /v1/cases")
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)) as client:
        client.request("POST", "/v1/uploads", b"up")
        assert client.getresponse().read() == b"up"
        client.request("POST", "/v1/cases", b"case")
        with pytest.raises(ConnectionError):
            client.getresponse()
    loss.wait()
    assert done == ["up", "case"]
