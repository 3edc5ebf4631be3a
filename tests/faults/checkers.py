"""The checkers of the fault matrix: each reads what is stored and published, and names offenders.

They trust nothing of the product but its stored bytes: the log, ledger and topic are read with the
drivers themselves. Each returns findings; an empty list is a pass.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from shared.config import Databases
from shared.kafka.network import Network
from tests.faults.history import History

FORGED = "x-forged"


@dataclass(frozen=True)
class Stored:
    """The log as plain decoded bodies, with each commit's hash (hex)."""

    body: dict[str, Any]
    hash: str


@dataclass(frozen=True)
class Published:
    """One record of the topic, as any subscriber gets it."""

    lane: int
    offset: int
    position: int
    index: int
    count: int
    event_id: str
    value: bytes


def read_log(databases: Databases) -> list[Stored]:
    found = databases.log["commits"].find()
    return [Stored(json.loads(bytes(d["body"])), bytes(d["hash"]).hex()) for d in found]


def read_topic(servers: str, topic: str, lanes: int) -> list[Published]:
    """Everything that is on the topic now, in the order of each partition."""
    consumer = KafkaConsumer(
        kafka_client=Network,
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        partitions = [TopicPartition(topic, lane) for lane in range(lanes)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[Published] = []
        while any(consumer.position(p) < ends[p] for p in partitions):
            for records in consumer.poll(timeout_ms=1000, max_records=2000).values():
                found.extend(_published(r) for r in records if not _forged(r))
        return found
    finally:
        consumer.close(autocommit=False)


def _forged(record: Any) -> bool:
    """What a test itself put there as somebody who is not the sequencer."""
    return any(name == FORGED for name, _ in record.headers)


def _published(record: Any) -> Published:
    headers = {name: value.decode() for name, value in record.headers}
    return Published(
        lane=record.partition,
        offset=record.offset,
        position=int(headers["ce_position"]),
        index=int(headers["ce_index"]),
        count=int(headers["ce_count"]),
        event_id=headers["ce_id"],
        value=record.value,
    )


def i1_nothing_acknowledged_is_lost(history: History, log: Sequence[Stored]) -> list[str]:
    hashes = {commit.hash for commit in log}
    return [
        f"I1 {call.action} {call.case} was acknowledged and is not in the log"
        for call in history.ok()
        if call.receipt and call.receipt not in hashes
    ]


def i2_nothing_is_invented(history: History, log: Sequence[Stored]) -> list[str]:
    """On each case the log has no more caller's commits than calls that were not refused."""
    asked = Counter(call.case for call in history.calls if call.result != "fail" and call.case)
    nameless = sum(1 for call in history.calls if call.result == "unknown" and not call.case)
    there = Counter(
        _case_of(commit)
        for commit in log
        if commit.body["command_id"].split(":", 1)[0] in {"http", "gateway"}
        and commit.body["stream"].startswith(("case/", "payment/"))
    )
    surplus = {case: n - asked[case] for case, n in there.items() if n > asked[case]}
    if sum(surplus.values()) <= nameless:
        return []
    return [f"I2 {case} has {n} commits that nobody asked for" for case, n in surplus.items()]


def _case_of(commit: Stored) -> str:
    """The case that a commit is about: a claim of a payment names it."""
    category, _, rest = str(commit.body["stream"]).partition("/")
    return rest if category == "case" else str(commit.body["events"][0]["data"]["case"])


def i3_one_effect(history: History, log: Sequence[Stored]) -> list[str]:
    commands = Counter((c.body["stream"], c.body["command_id"]) for c in log)
    reactions = Counter(
        c.body["command_id"] for c in log if c.body["command_id"].startswith("reaction:")
    )
    receipts: dict[str, set[str]] = defaultdict(set)
    for call in history.ok():
        if call.receipt:
            receipts[call.key].add(call.receipt)
    return [
        *(f"I3 {stream} {name} has {n} effects" for (stream, name), n in commands.items() if n > 1),
        *(f"I3 {name} has {n} effects in the log" for name, n in reactions.items() if n > 1),
        *(f"I3 {key} got different answers" for key, got in receipts.items() if len(got) > 1),
    ]


def i4_numbers_are_unique(databases: Databases, log: Sequence[Stored]) -> list[str]:
    numbered: Counter[str] = Counter()
    accounted: set[str] = set()
    grants: Counter[tuple[str, int, int]] = Counter()
    for event in events(log):
        if event["type"] == "issuance.DocumentNumbered":
            data = event["data"]
            numbered[f"{data['scheme']}/{data['number']}"] += 1
            grants[(data["case"], data["grant"], data["issue"])] += 1
        if event["type"] in {"issuance.DocumentNumbered", "issuance.NumberVoided"}:
            accounted.add(f"{event['data']['scheme']}/{event['data']['number']}")
    reserved = {row["_id"] for row in databases.log["numbers"].find({}, {"_id": 1})}
    return [
        *(f"I4 number {name} was given {n} times" for name, n in numbered.items() if n > 1),
        *(f"I4 {grant} has {n} documents" for grant, n in grants.items() if n > 1),
        *(f"I4 number {name} was never reserved" for name in numbered if name not in reserved),
        *(f"I4 number {name} is on no document, nor voided" for name in reserved - accounted),
    ]


def i5_dense_and_in_order(
    databases: Databases, log: Sequence[Stored], topic: Iterable[Published]
) -> list[str]:
    findings: list[str] = []
    versions: dict[str, list[int]] = defaultdict(list)
    for commit in log:
        versions[commit.body["stream"]] += [e["version"] for e in commit.body["events"]]
    for stream, found in versions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            findings.append(f"I5 {stream} is not dense: {sorted(found)}")
    positions: dict[int, list[int]] = defaultdict(list)
    for row in databases.log["ledger"].find({}, {"lane": 1, "position": 1}):
        positions[row["lane"]].append(row["position"])
    for lane, found in positions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            findings.append(f"I5 the ledger of lane {lane} is not dense")
    # what a reader sees who drops whatever is at or below what it has had
    seen: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    last_count: dict[int, int] = defaultdict(int)
    for record in topic:
        at, have = (record.position, record.index), seen[record.lane]
        if at <= have:
            continue
        whole = have[1] == last_count[record.lane]
        expected = (have[0] + 1, 1) if whole else (have[0], have[1] + 1)
        if at != expected:
            findings.append(f"I5 lane {record.lane}: {at} after {have} on the topic")
        seen[record.lane], last_count[record.lane] = at, record.count
    return findings


def i6_topic_equals_log(log: Sequence[Stored], topic: Iterable[Published]) -> list[str]:
    published: dict[str, set[bytes]] = defaultdict(set)
    for record in topic:
        published[record.event_id].add(record.value)
    findings: list[str] = []
    there = set()
    for commit in log:
        for event in commit.body["events"]:
            name = f"{commit.body['stream']}/{event['version']}"
            there.add(name)
            values = published.get(name, set())
            if len(values) != 1:
                findings.append(f"I6 {name} is on the topic in {len(values)} forms")
            elif json.loads(next(iter(values)))["hash"] != commit.hash:
                findings.append(f"I6 {name} on the topic is of another commit")
    return findings + [f"I6 {name} is on the topic only" for name in published if name not in there]


def events(log: Sequence[Stored]) -> list[dict[str, Any]]:
    return [event for commit in log for event in commit.body["events"]]


def i11_a_transaction_counts_once(log: Sequence[Stored]) -> list[str]:
    counted = Counter(
        event["data"]["transaction"]
        for event in events(log)
        if event["type"] == "intake.PaymentRecorded"
    )
    return [f"I11 transaction {name} counts {n} times" for name, n in counted.items() if n > 1]


def all_of(
    history: History, databases: Databases, log: Sequence[Stored], topic: Sequence[Published]
) -> list[str]:
    """I1 to I6, and I11."""
    return [
        *i1_nothing_acknowledged_is_lost(history, log),
        *i2_nothing_is_invented(history, log),
        *i3_one_effect(history, log),
        *i4_numbers_are_unique(databases, log),
        *i5_dense_and_in_order(databases, log, topic),
        *i6_topic_equals_log(log, topic),
        *i11_a_transaction_counts_once(log),
    ]
