"""From the answer of a POST to the moment the projection shows it, on the whole running system."""

import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bench.post import APPLICATION
from deploy.embedded import launch
from deploy.embedded.home import Home
from deploy.embedded.probe import free_port
from shared.config import Settings, connect
from shared.security.local_issuer import LocalIssuer

DEADLINE_S = 20.0


def post_to_visible_ms(uri: str, kafka: str, *, cases: int) -> Mapping[str, float]:
    """p50 and p99 in milliseconds: POST answered until the live generation has the document."""
    with tempfile.TemporaryDirectory(prefix="caseledger-bench-") as folder:
        environ = os.environ | {
            "CASELEDGER_HOME": folder,
            "CASELEDGER_MONGO": uri,
            "CASELEDGER_KAFKA": kafka,
            "CASELEDGER_PORT_BASE": str(free_port() // 2 + 10_000),
            "CASELEDGER_DATABASE_PREFIX": f"visible{os.getpid()}",
            "CASELEDGER_TOPIC": f"visible{os.getpid()}",
        }
        home = Home.from_env(environ)
        state = launch.up_detached(home, environ, progress=lambda _state: None)
        try:
            return _measured(state.services["intake"], Path(folder), environ | {"_": uri}, cases)
        finally:
            launch.down(home)
            settings = Settings.from_env(environ | {"CASELEDGER_LOG_URI": uri})
            databases = connect(settings)
            for one in (databases.log, databases.work, databases.views, databases.vault):
                one.client.drop_database(one.name)
            databases.close()


def _measured(
    url: str, folder: Path, environ: Mapping[str, str], cases: int
) -> Mapping[str, float]:
    settings = Settings.from_env({**environ, "CASELEDGER_LOG_URI": environ["_"]})
    databases = connect(settings)
    token = LocalIssuer(folder / "secrets").issue("applicant", ttl_s=3600)
    link = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    times: list[float] = []
    for number in range(cases + 3):
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"visible-{number}",
        }
        link.request("POST", "/v1/cases", json.dumps(APPLICATION), headers)
        case = json.loads(link.getresponse().read())["case"]
        start = time.perf_counter()
        while databases.views["progress.1"].find_one({"_id": case}, {"_id": 1}) is None:
            if time.perf_counter() - start > DEADLINE_S:
                raise TimeoutError(f"case {case} did not show")
        if number >= 3:
            times.append((time.perf_counter() - start) * 1000)
    databases.close()
    times.sort()
    return {
        "p50": round(statistics.median(times), 1),
        "p99": round(times[min(len(times) - 1, int(len(times) * 0.99))], 1),
    }
