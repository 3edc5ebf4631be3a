"""The page of settings: the table of `shared.config.settings`, and what is read before it."""

from dataclasses import MISSING, Field
from pathlib import Path

from shared.config.settings import setting_fields

HEAD = """# Settings

This page is generated: `make docs`.

A process reads its settings once, at its start, from the environment. A wrong one stops it with a
sentence that names every wrong setting. An empty variable is the default. Lists are written with
commas. Times are in milliseconds unless the name ends in `_S` (seconds).

| variable | default | meaning |
| --- | --- | --- |
"""
STARTING = """
## The embedded start

| variable | default | meaning |
| --- | --- | --- |
| `CASELEDGER_PORT_BASE` | `8700` | first of the ports on which the embedded system listens |
| `CASELEDGER_MONGO` | `auto` | event log to start: `auto` (that of the home; at its first start the best there is), `secantusd-rs`, `secantusd-py`, or an address `mongodb://…` |
| `CASELEDGER_KAFKA` | `auto` | Kafka to start: `auto` (as above), `apache-kafka`, `tansu`, or `host:port[,host:port]` |
| `XDG_CACHE_HOME` | `~/.cache` | where built and fetched servers are kept (`caseledger/servers` in it) |
| `JAVA_HOME` | | a Java for Apache Kafka, 17 or newer |

The embedded start sets `CASELEDGER_LOG_URI`, `CASELEDGER_KAFKA_SERVERS`, `CASELEDGER_SMTP` and the
mode of its children itself, `CASELEDGER_PAY_URL` unless it is told
([its own gateway](../how-to/pay-on-the-laptop.md)), and signs checkpoints every 2 s unless told otherwise. A home keeps to
the servers and the `CASELEDGER_DATABASE_PREFIX` of its first start: others are refused by name
([how to change them](../how-to/run-it.md)).

## Web processes

Read by gunicorn's configuration, before the application is loaded.

| variable | default | meaning |
| --- | --- | --- |
| `CASELEDGER_BIND` | `127.0.0.1:8000` | addresses to listen on, a list |
| `CASELEDGER_WEB_WORKERS` | `1` | processes |
| `CASELEDGER_WEB_THREADS` | `8` | threads of each |
| `CASELEDGER_FORWARDED_IPS` | | addresses of proxies whose word on the client is believed |
| `PROMETHEUS_MULTIPROC_DIR` | | folder for counters, needed with more than one process |

## Tests

| variable | meaning |
| --- | --- |
| `CASELEDGER_TEST_MONGO_URI` | run against this event log instead of starting one |
| `CASELEDGER_TEST_KAFKA` | run against this Kafka instead of starting one |
| `CASELEDGER_TEST_KAFKA_KIND` | which Kafka that is: `apache-kafka` (default) or `tansu` |
| `MONGO_IMAGE`, `KAFKA_IMAGE` | images of the containers that are started where a Docker engine answers (those of `docker-compose.yml`) |

Keys are not settings: they are files in `CASELEDGER_SECRETS_DIR`, see
[rotate keys](../how-to/rotate-keys.md).
"""  # noqa: E501 - rows of a table
IN_HOME = {"secrets_dir", "outbox_dir", "erasure_list", "calendar_dir"}


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_row(one) for one in setting_fields()) + STARTING


def _row(setting: "Field[object]") -> str:
    default = "" if setting.default is MISSING else _shown(setting.default)
    if setting.name in IN_HOME and isinstance(setting.default, Path):
        default = f"`{setting.default.name}` in `CASELEDGER_HOME`"
    variable = f"`CASELEDGER_{setting.name.upper()}`"
    return f"| {variable} | {default} | {setting.metadata['help']} |\n"


def _shown(default: object) -> str:
    text = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return f"`{text}`" if text else ""
