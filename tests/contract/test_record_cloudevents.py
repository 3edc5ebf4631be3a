"""Our hand-made records are CloudEvents 1.0 in Kafka's binary mode, as the library reads them."""

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat

from shared.kafka.headers import to_kafka
from shared.kafka.record import Signer, records_of
from tests.support.relay_world import SEQUENCER_KEY, commit


def message() -> tuple[KafkaMessage, bytes]:
    record = records_of(
        commit("case/7f", 3, count=2), lane=0, position=41, signer=Signer(SEQUENCER_KEY)
    )[1]
    key, value, headers = to_kafka(record)
    assert len(dict(headers)) == len(headers), "a header is there once"
    return KafkaMessage(headers=dict(headers), key=key, value=value), value


def test_the_library_reads_every_attribute() -> None:
    received, _ = message()
    event = from_binary(received, JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_id() == "case/7f/4"
    assert event.get_source() == "/caseledger"
    assert event.get_type() == "intake.MaterialAttached"
    assert event.get_subject() == "case/7f"
    assert event.get_datacontenttype() == "application/json"
    moment = event.get_time()
    assert moment is not None
    assert moment.isoformat() == "2026-11-21T16:00:00+00:00"
    extensions = {n: event.get_extension(n) for n in ("lane", "position", "index", "count")}
    assert extensions == {"lane": "0", "position": "41", "index": "2", "count": "2"}
    assert len(event.get_extension("hash")) == 64
    assert len(event.get_extension("mac")) == 64
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["version"] == 4


def test_the_library_writes_the_same_headers() -> None:
    received, _ = message()
    written = to_binary(
        from_binary(received, JSONFormat()), JSONFormat(), key_mapper=lambda _: received.key
    )
    ours = {k: v for k, v in received.headers.items() if k != "ce_time"}
    theirs = {k: v for k, v in written.headers.items() if k not in ("ce_time", "ce_partitionkey")}
    assert ours == theirs
