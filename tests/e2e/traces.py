"""Where personal data could have been left: every place a running system writes to, as bytes.

Each place is searched for what was given, in the forms in which text hides: UTF-8, JSON's
escapes, percent and base64 encoding, hex, UTF-16.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient

from shared.kafka.network import Network
from tests.e2e.actors import Scene

# What stands for the outside world: the mail and the text message provider. They get addresses.
OUTSIDE = ("outbox/mail/", "outbox/sms.jsonl")
CALLS = ("intake", "review", "issuance", "notify")
Place = tuple[str, bytes]


def disguises(secret: str | bytes) -> frozenset[bytes]:
    """The forms in which a value would be seen if it were somewhere."""
    plain = secret.encode() if isinstance(secret, str) else secret
    found = {plain, plain.hex().encode()}
    for shift in range(3):  # base64 looks different at each of three offsets
        text = base64.b64encode(bytes(shift) + plain)
        found.add(text[4 if shift else 0 : len(text) // 4 * 4 - 4])
    if isinstance(secret, str):
        found |= {json.dumps(secret)[1:-1].encode(), quote(secret).encode()}
        found.add(secret.encode("utf-16-le"))
    return frozenset(found)


def seen(places: Iterable[Place], secrets: Iterable[str | bytes]) -> list[str]:
    """Where one of the secrets is, and which (its place in the list)."""
    forms = [(number, form) for number, one in enumerate(secrets) for form in disguises(one)]
    return sorted(
        {
            f"secret {number} in {name}"
            for name, content in places
            for number, form in forms
            if form in content
        }
    )


def everywhere(scene: Scene) -> Iterator[Place]:
    """All of it, the outside world excepted."""
    yield from databases(scene)
    yield from topics(scene)
    yield from (one for one in files(scene) if not one[0].startswith(OUTSIDE))
    yield from metrics(scene)
    yield from (("address asked for", url.encode()) for url in scene.urls)


def databases(scene: Scene) -> Iterator[Place]:
    """Every document of every collection of every database, as it is stored (blobs too)."""
    raw: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
    client: MongoClient[Any] = MongoClient(scene.settings.log_uri)
    try:
        for database in client.list_database_names():
            for name in client[database].list_collection_names():
                yield f"collection {database}.{name}", name.encode()
                for document in client[database].get_collection(name, codec_options=raw).find():
                    yield f"collection {database}.{name}", bytes(document.raw)
    finally:
        client.close()


def topics(scene: Scene) -> Iterator[Place]:
    """Every message of every topic: key, value and headers."""
    consumer = KafkaConsumer(
        kafka_client=Network,
        bootstrap_servers=list(scene.settings.kafka_servers),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        for topic in consumer.topics():
            parts = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
            ends = consumer.end_offsets(parts)
            consumer.assign(parts)
            consumer.seek_to_beginning()
            while any(consumer.position(part) < ends[part] for part in parts):
                for records in consumer.poll(timeout_ms=500).values():
                    for record in records:
                        headers = b"\x00".join(k.encode() + b"\x00" + v for k, v in record.headers)
                        yield (
                            f"topic {topic}",
                            b"\x00".join((record.key or b"", record.value or b"", headers)),
                        )
    finally:
        consumer.close()


def files(scene: Scene) -> Iterator[Place]:
    """Every file of the home folder: logs, counters, state, outbox, the servers' own data."""
    home = scene.system.home
    for path in sorted(home.rglob("*")):
        if path.is_file() and (content := _content(path)):
            yield path.relative_to(home).as_posix(), content


def metrics(scene: Scene) -> Iterator[Place]:
    """What each process counts, as it shows it: the services, then those without web."""
    for service in CALLS:
        answer = scene.get(service, "/metrics", as_="operator")
        assert answer.status_code == 200, answer.text
        yield f"metrics of {service}", answer.content
    base = int(scene.system.environ["CASELEDGER_PORT_BASE"])
    for port in range(base + 11, base + 17):
        answer = scene.http.get(f"http://127.0.0.1:{port}/metrics")
        assert answer.status_code == 200, answer.text
        yield f"metrics on {port}", answer.content


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\x00")  # logs of servers are laid out ahead
    except OSError:  # the servers come and go with files of their own
        return b""
