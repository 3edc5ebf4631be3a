"""`caseledger demo`: one real case over HTTP, shown as it happens, then everything it left."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, warn
from deploy.cli.system import Reporter
from deploy.embedded import launch
from deploy.embedded.home import Home, State

if TYPE_CHECKING:
    from deploy.cli.session import Session
    from deploy.cli.trial.demo_show import Screen
    from deploy.demo.client import Client
    from deploy.demo.story import Story, Told

SETTLE_S = 45.0
POLL_S = 0.1
TOKEN_S = 3600
LAST_TOLD = "issuance.DocumentHandedOver"


def demo(*, as_json: Json = False) -> None:
    """Carry one made-up case from the application to the delivered card, and prove it.

    Uses the running system; where none runs, starts it first and stops it at the end.
    """
    from deploy.cli.trial.demo_show import Screen

    home = Home.from_env(os.environ)
    screen = Screen(quiet=as_json)
    with reporting(as_json=as_json), _system(home, quiet=as_json):
        began = time.monotonic()
        document = _demonstrate(screen)
        document["seconds"] = round(time.monotonic() - began, 1)
        found = launch.status(home)
        document["memory_mb"] = found["memory_mb"]
        document["servers"] = found["servers"]
        document["pages"] = found["pages"]
        good = document["status"] == "closed" and document["verify"]["ok"] and document["proof"]
        code = FINE if good else FINDINGS
        answer(document, as_json=as_json, show=screen.end, exit_code=code)


@contextmanager
def _system(home: Home, *, quiet: bool) -> Iterator[None]:
    """The system, up: as it is, or started for the demo alone."""
    state = State.read(home)
    if state is not None and launch.status(home)["running"]:
        yield
        return
    began = time.monotonic()
    reporter = Reporter(quiet=quiet, began=began)
    launch.up_detached(home, os.environ, progress=reporter)
    try:
        yield
    finally:
        launch.down(home)
        if not quiet:
            warn("The system is stopped; `make up` starts it with this case in it.")


def _demonstrate(screen: "Screen") -> dict[str, Any]:
    """Carry the case, wait until everything it causes is done, and collect it."""
    from deploy.cli.records.cases import replayed
    from deploy.cli.session import opened, service_urls

    with opened() as session, client(session, service_urls()) as one:
        story = _story(one, screen.step)
        case = story.run()
        notices = _settled(one, case)
        progress = one.get("notify", f"/v1/progress/{case}", as_="applicant")
        replay = replayed(session, case)
        screen.told(notices, home=session.settings.outbox_dir)
        screen.progress(progress)
        screen.replay(replay)
        verified, proof = _proved(session, story.receipts[-1])
        return {
            "case": case,
            "status": story.look()["status"],
            "events": [event["type"] for event in replay["events"]],
            "notices": notices,
            "progress": progress,
            "verify": verified,
            "proof": proof,
        }


def _story(one: "Client", tell: "Callable[[Told], None]") -> "Story":
    from deploy.demo.story import Story

    return Story(one, tell)


@contextmanager
def client(session: "Session", services: dict[str, str]) -> "Iterator[Client]":
    """The services as the local users see them; tokens are issued once each."""
    import httpx

    from deploy.demo.client import Client
    from shared.security.local_issuer import LocalIssuer

    issuer = LocalIssuer(
        session.secrets.folder,
        issuer=session.settings.issuer,
        audience=session.settings.audience,
    )
    tokens: dict[str, str] = {}

    def token(user: str) -> str:
        if user not in tokens:
            tokens[user] = issuer.issue(user, ttl_s=TOKEN_S)
        return tokens[user]

    with httpx.Client(timeout=10.0, trust_env=False) as http:
        yield Client(services, token, session.secrets.gateway_keys[0], http)


def _settled(one: "Client", case: str) -> list[dict[str, Any]]:
    """What the applicant was told, once the last message is there and none is on its way."""
    deadline = time.monotonic() + SETTLE_S
    path = f"/v1/notices/{case}"
    while True:
        answered = one.get("notify", path, as_="applicant")
        messages: list[dict[str, Any]] = answered["messages"]
        waiting = [told for told in messages if told["status"] in {"queued", "failed"}]
        last_is_there = any(told["about"] == LAST_TOLD for told in messages)
        complete = last_is_there and not waiting
        if complete or time.monotonic() > deadline:
            return messages
        time.sleep(POLL_S)


def _proved(session: "Session", receipt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The verification of the whole log, and the proof that the last receipt's commit is in it.

    A proof needs a signed checkpoint over the commit: the next one is waited for.
    """
    from deploy.cli.records.audit import public_key, verified
    from shared.audit import NotProven, check_proof, prove

    key = public_key(session)
    deadline = time.monotonic() + SETTLE_S
    while True:
        try:
            proof = prove(session.databases.log, receipt, key=key)
            break
        except NotProven:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)
    wrong = check_proof(proof, hash_hex=receipt, key=key)
    return verified(session), {"hash": receipt, "ok": not wrong, "findings": wrong}
