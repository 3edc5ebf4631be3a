"""`make bench`: every measurement in one run, as a table and as bench/results/latest.json.

`--quick` takes fewer rounds (under a minute on a quiet machine). Each ratio compares medians of
interleaved operations; a ratio of 1.0 is the speed of the limit. The servers are started for the
run, the fastest that the machine has, unless CASELEDGER_TEST_MONGO_URI and CASELEDGER_TEST_KAFKA
name others.
"""

import json
import os
import platform
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.log import append, read_and_fold
from bench.measure import Pair
from bench.post import post
from bench.projection import projection, rebuild_events_per_s
from bench.sequencer import sequencer
from bench.visible import post_to_visible_ms
from bench.world import World
from shared.config import Databases, Secrets, Settings, connect, create_missing
from tests.support import servers

RESULTS = Path(__file__).parent / "results" / "latest.json"
REST = {
    "append_vs_insert_one": "building the commit: canonical JSON, two hashes, a signature",
    "read_fold_vs_find": "hashing, decoding and comparing 25 bodies, and folding their events",
    "sequencer_vs_produce": "verifying, hashing and signing each commit; leases, marks, one thread"
    " more; the raw loop has its rows and records ready made",
    "projection_vs_consume_bulk": "digest of each record against the ledger, decoding, folding,"
    " marks; the raw loop has its documents ready made",
    "post_vs_bare_flask": "a second durable write (the key of the case), schema, decision,"
    " deadline, sealing; strict parsing of the body",
}
AIMS = {
    "append_vs_insert_one": 0.9,
    "read_fold_vs_find": 0.7,
    "sequencer_vs_produce": 0.7,
    "projection_vs_consume_bulk": 0.7,
    "post_vs_bare_flask": 0.5,
}


@contextmanager
def installation(uri: str, kafka: str) -> Iterator[tuple[Settings, Secrets, Databases]]:
    """An installation of its own on the servers: fresh names, dropped afterwards."""
    name = f"bench{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="caseledger-bench-") as folder:
        settings = Settings.from_env(
            {
                "CASELEDGER_HOME": folder,
                "CASELEDGER_LOG_URI": uri,
                "CASELEDGER_DATABASE_PREFIX": name,
                "CASELEDGER_DATABASE_TIMEOUT_MS": "30000",
                "CASELEDGER_COMMAND_TIMEOUT_MS": "30000",
                "CASELEDGER_KAFKA_SERVERS": kafka,
                "CASELEDGER_TOPIC": name,
            }
        )
        create_missing(settings.secrets_dir)
        databases = connect(settings, appname="bench")
        try:
            yield settings, Secrets.load(settings.secrets_dir), databases
        finally:
            for database in (databases.log, databases.work, databases.views, databases.vault):
                database.client.drop_database(database.name)
            databases.close()


def main(*, quick: bool) -> int:
    """Run everything, print the table, write the file."""
    size = 1 if quick else 5
    mongo, kafka = servers.choose_mongo(os.environ), servers.choose_kafka(os.environ)
    with (
        tempfile.TemporaryDirectory(prefix="caseledger-bench-servers-") as folder,
        servers.mongo(mongo, Path(folder)) as uri,
        servers.kafka(kafka, Path(folder)) as address,
    ):
        found = _measured(uri, address, size)
    found["ran_on"] = {
        "event_log": str(mongo).removesuffix(f" {uri}"),
        "kafka": str(kafka).removesuffix(f" {address}"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _show(found)
    return 0


def _measured(uri: str, address: str, size: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    info: dict[str, Any] = {}
    with installation(uri, address) as (settings, secrets, databases):
        known, whole = append(databases, rounds=60 * size)
        found["append_vs_insert_one"] = _entry("append_vs_insert_one", known)
        info["load_decide_append_vs_find_insert"] = _ratio(whole)
        folded, first = read_and_fold(databases, rounds=60 * size)
        found["read_fold_vs_find"] = _entry("read_fold_vs_find", folded)
        info["read_at_first_sight_vs_find"] = _ratio(first)
    with installation(uri, address) as (settings, secrets, databases):
        loop, alone = sequencer(databases, settings, secrets, cases=70, rounds=3 * size)
        found["sequencer_vs_produce"] = _entry("sequencer_vs_produce", loop)
        info["sequencer_vs_produce_alone"] = _ratio(alone)
        pair = projection(databases, settings, rounds=1 + size)
        found["projection_vs_consume_bulk"] = _entry("projection_vs_consume_bulk", pair)
        found["rebuild_events_per_s"] = round(rebuild_events_per_s(databases, settings))
    with installation(uri, address) as (settings, secrets, databases):
        body = World(databases, secrets, settings.lanes).make(1)[0].body_bytes
        posts = post(databases, uri, settings.home, rounds=60 * size, document=body)
        found["post_vs_bare_flask"] = _entry("post_vs_bare_flask", posts["known"])
        info["post_new_subject_vs_bare_flask"] = _ratio(posts["new"])
    found["post_to_visible_ms"] = post_to_visible_ms(uri, address, cases=20 * size)
    found["information"] = info
    return found


def _ratio(pair: Pair) -> dict[str, float]:
    return {
        "ratio": round(pair.ratio, 3),
        "ours_us": round(pair.ours_us, 1),
        "limit_us": round(pair.limit_us, 1),
        "our_cpu_us": round(pair.cpu_us, 1),
    }


def _entry(name: str, pair: Pair) -> dict[str, Any]:
    return {
        "ratio": round(pair.ratio, 3),
        "ours": round(pair.ours_us, 1),
        "limit": round(pair.limit_us, 1),
        "unit": "microseconds an event"
        if "produce" in name or "consume" in name
        else "microseconds",
        "our_cpu_us": round(pair.cpu_us, 1),
        "aim": AIMS[name],
        "what_takes_the_rest": REST[name],
    }


def _show(found: dict[str, Any]) -> None:
    table = Table(title=f"{found['ran_on']['event_log']}, {found['ran_on']['kafka']}")
    for column in ("measurement", "ratio", "aim", "ours", "limit", "our CPU", "unit"):
        table.add_column(column, justify="left" if column in {"measurement", "unit"} else "right")
    for name in AIMS:
        one = found[name]
        values = (one["ratio"], one["aim"], one["ours"], one["limit"], one["our_cpu_us"])
        table.add_row(name, *map(str, values), one["unit"])
    for name, one in found["information"].items():
        values = (one["ratio"], "", one["ours_us"], one["limit_us"], one["our_cpu_us"])
        table.add_row(f"({name})", *map(str, values), "")
    console = Console()
    console.print(table)
    visible = found["post_to_visible_ms"]
    console.print(
        f"POST to visible in the projection: p50 {visible['p50']} ms, p99 {visible['p99']} ms"
    )
    console.print(f"rebuild: {found['rebuild_events_per_s']} events/s;  written to {RESULTS}")


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv[1:]))
