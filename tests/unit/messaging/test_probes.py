"""The port of health and metrics: where it listens, and callers that hang up."""

import http.client
import socket
import struct
import threading
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from shared.messaging.worker.probes import Probes

RESET = struct.pack("ii", 1, 0)  # linger for no time: closing resets the connection


def made(*, host: str = "127.0.0.1", live: Callable[[], None] = lambda: None) -> Probes:
    def report() -> tuple[bool, dict[str, bool]]:
        live()
        return True, {"live": True}

    return Probes(live=report, ready=report, registry=CollectorRegistry(), port=0, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_it_listens_on_the_address_that_it_was_told_and_on_no_other(host: str) -> None:
    probes = made(host=host)
    probes.start()
    try:
        link = http.client.HTTPConnection(host, probes.port, timeout=5)
        link.request("GET", "/metrics")
        assert link.getresponse().status == 200
        link.close()
        other = {"127.0.0.1": "127.0.0.2", "127.0.0.2": "127.0.0.1"}[host]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((other, probes.port), 5)
    finally:
        probes.stop()


def test_a_caller_that_hangs_up_is_a_line_of_the_log_and_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked, gone, answered = threading.Event(), threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        gone.wait(10)

    probes = made(live=wait)
    shutdown = probes._server.shutdown_request

    def ended(request: object) -> None:
        shutdown(request)  # type: ignore[arg-type]
        answered.set()

    probes._server.shutdown_request = ended  # type: ignore[method-assign]
    probes.start()
    with capture_logs() as lines:
        try:
            link = socket.create_connection(("127.0.0.1", probes.port), 5)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            link.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert asked.wait(10)
            link.close()
            gone.set()
            assert answered.wait(10)
        finally:
            probes.stop()
    assert [line["event"] for line in lines] == ["probe_broken_off"]
    assert "Traceback" not in capsys.readouterr().err
