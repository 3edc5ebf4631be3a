"""The command lines and files with which the embedded servers start, every option in sight."""

import base64
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.find import Kafka, Mongo, ServerMissingError

JAVA_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FORMAT_TIMEOUT_S = 60

LOG4J = """\
status=error
appender.out.type=Console
appender.out.name=OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=OUT
logger.kafka.name=kafka.request.logger
logger.kafka.level=WARN
"""

# One node, broker and controller in one process. The cleaner's buffer is 128 MiB by default and
# taken at start; a broker killed with -9 can register again only when its old session ran out.
KAFKA_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


@dataclass(frozen=True)
class Place:
    """Where a server may live: its data folder, its ports on the loopback, its log file."""

    data: Path
    port: int
    controller_port: int
    log: Path


def mongo_argv(mongo: Mongo, place: Place) -> tuple[str, ...]:
    """Command line of the event log. Without --sync-on-commit it loses acknowledged writes."""
    if mongo.program is None:
        raise ServerMissingError(f"{mongo} is not ours to start.")
    place.data.mkdir(parents=True, exist_ok=True)
    words = ["--host", "127.0.0.1", "--port", str(place.port), "--storage-path", str(place.data)]
    return (str(mongo.program), *words, "--cache-size", "256M", "--sync-on-commit")


def kafka_argv(kafka: Kafka, place: Place) -> tuple[str, ...]:
    """Command line of Kafka; for Apache Kafka its files are written and its folder formatted.

    Raises:
        ServerMissingError: when formatting fails; the message names the log to look into.
    """
    if kafka.program is None:
        raise ServerMissingError(f"{kafka} is not ours to start.")
    if kafka.kind == "tansu":
        address = f"tcp://127.0.0.1:{place.port}"
        listen = ("--listener-url", address, "--advertised-listener-url", address)
        return (str(kafka.program), "broker", *listen, "--storage-engine", "memory://tansu/")
    properties = _write_kafka_files(place)
    java = (
        str(kafka.program),
        *JAVA_OPTIONS,
        f"-Dlog4j2.configurationFile={place.data / 'log4j2.properties'}",
    )
    classes = ("-cp", f"{kafka.libs}/*")
    if not (place.data / "logs" / "meta.properties").exists():
        _format((*java, "-Xmx128m", *classes), properties, place.log)
    return (*java, "-Xmx256m", *classes, "kafka.Kafka", str(properties))


def kafka_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Environment for Kafka without options meant for other Javas (they print to the log)."""
    return {key: value for key, value in environ.items() if key != "JAVA_TOOL_OPTIONS"}


def _write_kafka_files(place: Place) -> Path:
    """Write server.properties (ports may have changed) and log4j2.properties; return the first."""
    place.data.mkdir(parents=True, exist_ok=True)
    (place.data / "log4j2.properties").write_text(LOG4J, "utf-8")
    properties = place.data / "server.properties"
    text = KAFKA_PROPERTIES.format(
        port=place.port, controller_port=place.controller_port, data=place.data / "logs"
    )
    properties.write_text(text, "utf-8")
    return properties


def _format(java: tuple[str, ...], properties: Path, log: Path) -> None:
    """Give a new data folder its cluster id."""
    words = (
        "kafka.tools.StorageTool",
        "format",
        "--standalone",
        "-t",
        cluster_id(),
        "-c",
        str(properties),
    )
    with log.open("ab") as out:
        ran = subprocess.run(
            (*java, *words), stdout=out, stderr=out, timeout=FORMAT_TIMEOUT_S, check=False
        )
    if ran.returncode:
        raise ServerMissingError(f"Kafka could not format its data folder: see {log}.")


def cluster_id() -> str:
    """16 random bytes in base64url, not beginning with '-' (Kafka takes it for an option)."""
    while True:
        name = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
        if not name.startswith("-"):
            return name
