"""What shows that a log was here before: looked for only where the log is empty.

Some traces bind: a new log beside them would be wrong, because readers would pass over its first
events or the topic would contradict it. Others are left over: keys, messages, erasures.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kafka.errors import KafkaError
from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.config import Databases, Secrets, Settings
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import options_of
from shared.kafka.ports import BrokerAway
from shared.kafka.record import Record, Signer

RECORDS_LOOKED_AT: Final = 5
UNAUTHORIZED: Final = 13
Document = dict[str, Any]


@dataclass(frozen=True)
class Traces:
    """Clauses that name what was found ("the marks of its readers (caseledger_work)")."""

    binding: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


NOTHING: Final = Traces()


@dataclass(frozen=True)
class Around:
    """What lies around the databases.

    `handed_out` is the folder with each process's keys, which is filled only after a log was
    prepared. `own_kafka`: Kafka is the launcher's own and may be starting, so that its topic is
    looked for on disk alone.
    """

    handed_out: Path | None = None
    own_kafka: bool = False


UNKNOWN: Final = Around()


def traces(
    settings: Settings, secrets: Secrets, databases: Databases, around: Around = UNKNOWN
) -> Traces:
    """Look for what an earlier log left, in the databases, in the files and on the topic.

    What this user may not read is passed over.
    """
    topic = () if around.own_kafka else _on_the_topic(settings, secrets)
    return Traces(
        (*_in_databases(databases), *_on_disk(settings), *topic),
        tuple(_left(settings, databases, around.handed_out)),
    )


def is_prepared(log: Database[Document]) -> bool:
    """Whether the log's collection has indexes besides that of its ids."""
    return len(log["commits"].index_information()) > 1


def _in_databases(databases: Databases) -> Iterator[str]:
    log, work = databases.log, databases.work
    moved: Document = {"position": {"$gt": 0}}
    if _any(log, "ledger", {}):
        yield f"the positions of its commits ({log.name}.ledger)"
    if _any(log, "lanes", moved):
        yield f"the heads of its lanes ({log.name}.lanes)"
    if _any(log, "checkpoints", {"_id": {"$regex": "^lane/"}}):
        yield f"its signed checkpoints ({log.name}.checkpoints)"
    if _any(work, "marks", moved):
        yield f"the marks of its readers ({work.name}.marks)"


def _left(settings: Settings, databases: Databases, handed_out: Path | None) -> Iterator[str]:
    never = not is_prepared(databases.log)
    if never and _any(databases.vault, "keys", {}):
        yield f"keys of persons ({databases.vault.name}.keys)"
    if never and _any(databases.views, "generations", {}):
        yield f"a read model ({databases.views.name}.generations)"
    if never and handed_out is not None and _has_files(handed_out):
        yield f"keys that were handed out ({handed_out})"
    if _has_files(settings.outbox_dir):
        yield f"messages that were sent ({settings.outbox_dir})"
    with contextlib.suppress(OSError):
        if settings.erasure_list.stat().st_size:
            yield f"the list of erasures ({settings.erasure_list})"


def _any(database: Database[Document], collection: str, query: Document) -> bool:
    try:
        return database[collection].find_one(query, {"_id": 1}) is not None
    except OperationFailure as error:
        if error.code == UNAUTHORIZED:
            return False
        raise


def _has_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else False


def _on_disk(settings: Settings) -> Iterator[str]:
    """Segments of the topic in the data folder of the embedded Apache Kafka, which may be down."""
    logs = settings.home / "data" / "kafka" / "logs"
    for folder in sorted(logs.glob(f"{settings.topic}-*")):
        if any(path.stat().st_size for path in folder.glob("*.log")):
            yield f"events on the topic {settings.topic} ({logs})"
            return


def _on_the_topic(settings: Settings, secrets: Secrets) -> Iterator[str]:
    """The ends of the topic's partitions; a Kafka that does not answer says nothing."""
    broker = KafkaBroker(options_of(settings))
    if not broker.reachable():
        return
    signer = Signer(secrets.sequencer_key) if (secrets.folder / "sequencer.key").exists() else None
    with contextlib.suppress(BrokerAway, KafkaError), broker.tail() as tail:
        for lane in range(settings.lanes):
            begin, end = tail.bounds(lane)
            found = tail.read(lane, max(begin, end - RECORDS_LOOKED_AT), end) if end > begin else ()
            genuine = [one for one in found if isinstance(one, Record)]
            ours = signer is not None and any(signer.valid(one) for one in genuine)
            if genuine:
                whose = "" if ours else " of another installation"
                yield f"events{whose} on the topic {settings.topic} ({_servers(settings)})"
                return


def _servers(settings: Settings) -> str:
    return ",".join(settings.kafka_servers)
