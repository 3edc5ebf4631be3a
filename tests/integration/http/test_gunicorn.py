"""The furniture under the real gunicorn with our configuration: framing, stopping, counting."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.security.local_issuer import LocalIssuer
from tests.support.waiting import eventually

CONCURRENT = 20


@dataclass
class Got:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Server:
    """A gunicorn of the sample service."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    internal_port: int

    @property
    def journal(self) -> list[str]:
        path = self.folder / "journal.txt"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def get(self, path: str, *, port: int = 0, **headers: str) -> Got:
        client = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=15)
        with contextlib.closing(client):
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            return Got(answer.status, dict(answer.getheaders()), answer.read().decode())

    def raw(self, request: bytes) -> bytes:
        """Send bytes, say that no more come, and return all that is answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(request)
            sock.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: sock.recv(65536), b""))

    def waiting(self) -> int:
        """Connections that the system took for it and that it has not accepted."""
        rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        local = f"0100007F:{self.port:04X}"
        return sum(
            int(row[4].split(":")[1], 16) for row in rows if row[1] == local and row[3] == "0A"
        )

    def workers(self) -> list[int]:
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in found.split()]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that leave it as it was."""
    with started(tmp_path_factory.mktemp("gunicorn")) as found:
        yield found


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One for a test that ends it, or counts."""
    with started(tmp_path) as found:
        yield found


@contextlib.contextmanager
def started(tmp_path: Path) -> Iterator[Server]:
    port, internal = free_port(), free_port()
    environment = {
        **os.environ,
        "SAMPLE_FOLDER": str(tmp_path),
        "SAMPLE_INTERNAL_PORT": str(internal),
        "CASELEDGER_BIND": f"127.0.0.1:{port},127.0.0.1:{internal}",
        "CASELEDGER_WEB_WORKERS": "2",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counters"),
    }
    config = "python:shared.http.process.gunicorn_config"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        config,
        "tests.support.http_world:create()",
    ]
    LocalIssuer(tmp_path).create()
    with subprocess.Popen(command, env=environment, cwd=Path.cwd()) as process:
        running = Server(process, tmp_path, port, internal)
        try:
            eventually(
                lambda: running.get("/livez").status == 200,
                timeout_s=30,
                ignoring=(OSError, http.client.HTTPException),
            )
            yield running
        finally:
            process.terminate()
            process.wait(30)


GET = b"GET /v1/slow HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED: dict[str, bytes] = {
    "length and chunks": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
    "two lengths": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
    b"Content-Length: 35\r\n\r\n" + GET,
    "a list of lengths": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 35\r\n\r\n"
    + GET,
    "a signed length": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n" + GET,
    "a negative length": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" + GET,
    "space before the colon": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\n"
    b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + GET,
    "folded header": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked"
    b"\r\n\r\n0\r\n\r\n" + GET,
    "unknown coding": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked"
    b"\r\n\r\n0\r\n\r\n" + GET,
    "chunked not last": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\n"
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + GET,
    "bad chunk size": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"
    b"\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n" + GET,
    "underscore for a dash": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent_Length: 35\r\n\r\n"
    + GET,
    "line feed alone": b"POST /v1/cases HTTP/1.1\nHost: x\nContent-Length: 0\n\n" + GET,
    "NUL in a header": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n" + GET,
    "carriage return in a header": b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n" + GET,
    "old version with chunks": b"POST /v1/cases HTTP/1.0\r\nTransfer-Encoding: chunked"
    b"\r\n\r\n0\r\n\r\n" + GET,
}


def test_no_request_is_smuggled_behind_another(server: Server) -> None:
    for name, request in SMUGGLED.items():
        answer = server.raw(request)
        assert b"HTTP/1.1 2" not in answer, (name, answer)
        assert b"HTTP/1.1 5" not in answer.replace(b"HTTP/1.1 501", b""), (name, answer)
        assert server.journal == [], (name, answer)
    assert server.get("/livez").status == 200


def posted(server: Server, rest: str) -> bytes:
    token = LocalIssuer(server.folder).issue("applicant")
    head = f"POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    return server.raw((head + "Idempotency-Key: k\r\n" + rest).encode())


CHUNKED = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("chunks", ["0x5\r\nabcde\r\n0\r\n\r\n", "-1\r\n\r\n", "5\r\nab", "zz\r\n"])
def test_a_body_that_is_framed_badly_is_a_problem(server: Server, chunks: str) -> None:
    answer = posted(server, CHUNKED + chunks)
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(("sixteenths", "status"), [(16, b"201"), (17, b"413")])
def test_a_chunked_body_stops_at_the_limit(server: Server, sixteenths: int, status: bytes) -> None:
    chunk = "1000\r\n" + " " * 0x1000 + "\r\n"
    last = '{"item":"x"}'.rjust(0x1000)
    answer = posted(server, f"{CHUNKED}{chunk * (sixteenths - 1)}1000\r\n{last}\r\n0\r\n\r\n")
    assert answer.split(b" ")[1] == status, answer


@pytest.mark.parametrize("chunked", [False, True])
def test_whoever_sends_too_much_sees_why(server: Server, *, chunked: bool) -> None:
    """All is sent before anything is read, as most clients do: 9 MB where 64 KiB are taken."""
    token = LocalIssuer(server.folder).issue("applicant")
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"too-much-{chunked}",
    }
    body = (b" " * 1_000_000 for _ in range(9)) if chunked else b" " * 9_000_000
    with contextlib.closing(client):
        client.request("POST", "/v1/cases", body, headers, encode_chunked=chunked)
        answer = client.getresponse()
        told = json.loads(answer.read())
        assert (answer.status, told["type"]) == (413, "urn:caseledger:problem:too-large")
        assert told["detail_zh"]
        client.request("GET", "/livez")
        assert client.getresponse().status == 200, "the connection goes on"


def test_a_declared_length_that_never_comes_is_a_problem(server: Server) -> None:
    answer = posted(server, 'Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"')
    assert answer.startswith(b"HTTP/1.1 400"), answer


def test_two_content_types_are_refused(server: Server) -> None:
    twice = "Content-Type: application/json\r\nContent-Type: text/plain\r\n"
    answer = posted(server, twice + 'Content-Length: 12\r\n\r\n{"item":"x"}')
    assert answer.split(b" ")[1] in {b"400", b"415"}, answer


def test_two_good_requests_on_one_connection_are_two_answers(server: Server) -> None:
    """So that the test above is not green because nothing is ever pipelined."""
    live = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    assert server.raw(live + live).count(b"HTTP/1.1 200") == 2


def test_sigterm_under_load_answers_every_request_that_was_taken(own_server: Server) -> None:
    server = own_server
    statuses: list[int] = []
    asked: list[object] = []

    def ask() -> None:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
        with contextlib.closing(client):
            client.request("GET", "/v1/slow")
            asked.append(client.sock)
            statuses.append(client.getresponse().status)

    threads = [threading.Thread(target=ask) for _ in range(CONCURRENT)]
    for thread in threads:
        thread.start()
    # Taken is what the server accepted: nothing is left in the queue before its port.
    eventually(lambda: len(asked) == CONCURRENT and server.waiting() == 0)
    eventually(lambda: len(server.journal) >= 8)
    server.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(20)
    assert server.process.wait(20) == 0
    assert statuses == [200] * CONCURRENT
    assert server.journal.count("done") == CONCURRENT


def test_metrics_need_the_internal_port_or_a_token_and_sum_over_the_workers(
    own_server: Server,
) -> None:
    server = own_server
    for _ in range(30):
        assert server.get("/v1/cases/c1").status == 401
    assert server.get("/metrics").status == 401
    assert server.get("/v1/cases/c1", port=server.internal_port).status == 401
    token = LocalIssuer(server.folder).issue("operator")
    assert server.get("/metrics", Authorization=f"Bearer {token}").status == 200
    text = server.get("/metrics", port=server.internal_port).text
    (line,) = [
        line
        for line in text.splitlines()
        if line.startswith("caseledger_http_requests_total") and "/v1/cases/<case>" in line
    ]
    assert line.endswith(" 31.0"), line


def test_counters_of_a_worker_that_died_stay_in_the_sum(own_server: Server) -> None:
    server = own_server
    for _ in range(10):
        server.get("/v1/cases/c1")
    before = server.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(server.workers()) == 2 and not set(server.workers()) & set(before))
    text = eventually(
        lambda: server.get("/metrics", port=server.internal_port).text,
        ignoring=(OSError, http.client.HTTPException),
    )
    assert 'route="/v1/cases/<case>",service="sample",status="401"} 10.0' in text


def test_an_answer_names_neither_product_nor_version(server: Server) -> None:
    answer = server.get("/livez")
    assert answer.headers["Server"] == "caseledger"
    assert json.loads(answer.text) == {"status": "alive"}


def test_a_worker_is_small_and_opens_no_control_socket(server: Server) -> None:
    (pid, *_rest) = server.workers()
    status = Path(f"/proc/{pid}/status").read_text()
    resident_mb = int(status.split("VmRSS:")[1].split()[0]) / 1024
    assert resident_mb < 90, f"{resident_mb:.0f} MB"
    unix = Path("/proc/net/unix").read_text()
    assert "gunicorn.ctl" not in unix
