"""POST /v1/cases on a real intake process against the bare route, both under the same gunicorn."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import Pair, interleaved
from deploy.demo import people
from deploy.embedded.probe import free_port
from deploy.keys import hand_out
from shared import eventlog, vault
from shared.config import Databases, create_missing
from shared.security.local_issuer import LocalIssuer

APPLICATION: Mapping[str, Any] = {
    "item": "000-01",
    "channel": "online",
    "delivery": "post",
    "delivery_address": "1 Invented Road",
    "applicant": {
        "name": people.APPLICANT["name"],  # for whom the token vouches
        "id_number": people.APPLICANT["id_number"],
        "email": "nobody@example.com",
    },
    "materials": [],
    "declared": True,
    "facts": people.FACTS,
}
START_TIMEOUT_S = 60


@contextmanager
def web(target: str, environ: Mapping[str, str]) -> Iterator[http.client.HTTPConnection]:
    """A gunicorn of ours with one worker; yields a connection that stays open."""
    port = free_port()
    words = (
        "--config",
        "python:shared.http.process.gunicorn_config",
        "--bind",
        f"127.0.0.1:{port}",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words, target],
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                link.request("GET", "/livez")
                link.getresponse().read()
                break
            except OSError:
                link.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield link
        link.close()
    finally:
        process.terminate()
        process.wait(30)


def post(
    databases: Databases, uri: str, folder: Path, *, rounds: int, document: bytes
) -> dict[str, Pair]:
    """Pairs "known" (one applicant throughout) and "new" (another data subject each time)."""
    secrets = folder / "secrets"
    create_missing(secrets)
    issuer = LocalIssuer(secrets)
    issuer.create()
    hand_out(secrets, folder / "keys", local=True)
    eventlog.prepare(databases.log)
    vault.prepare(databases)
    (folder / "document").write_bytes(document)
    environ = os.environ | {
        "CASELEDGER_HOME": str(folder),
        "CASELEDGER_SECRETS_DIR": str(folder / "keys" / "intake-web"),
        "CASELEDGER_LOG_URI": uri,
        "CASELEDGER_DATABASE_PREFIX": databases.log.name,
        "CASELEDGER_MODE": "embedded",
        "CASELEDGER_LOG_LEVEL": "WARNING",
        "BENCH_DOCUMENT": str(folder / "document"),
    }
    known = issuer.issue("applicant", ttl_s=3600)
    strangers = [
        issuer.issue("applicant", ttl_s=3600, sub=f"bench-{n}") for n in range(rounds + 20)
    ]
    with (
        web("services.intake.wsgi:create()", environ) as ours,
        web("bench.bare:create()", environ) as bare,
    ):
        return {
            "known": interleaved(
                lambda n: _send(ours, known, f"k{n}"),
                lambda n: _send(bare, known, f"k{n}"),
                rounds=rounds,
            ),
            "new": interleaved(
                lambda n: _send(ours, strangers[n], f"n{n}"),
                lambda n: _send(bare, strangers[n], f"n{n}"),
                rounds=rounds,
            ),
        }


def _send(link: http.client.HTTPConnection, token: str, key: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    link.request("POST", "/v1/cases", json.dumps(APPLICATION), headers)
    answer = link.getresponse()
    content = answer.read()
    if answer.status != http.client.CREATED:
        raise RuntimeError(f"{answer.status}: {content.decode()}")
