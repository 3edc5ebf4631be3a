"""One record on a topic, as a sequencer with this key publishes it."""

from msgspec.structs import replace

from shared.config import Settings
from shared.kafka.options import options_of
from shared.kafka.producing import KafkaOutput
from shared.kafka.record import Record, Signer
from tests.support.waiting import eventually

RECORD = Record(0, 1, 1, 1, "case/made-up", 1, "intake.CaseSubmitted", "t", "00" * 32, b"{}")


def published(settings: Settings, key: bytes) -> None:
    """Publish a made-up record to lane 0 of the topic and wait until it is there."""
    output = KafkaOutput(options_of(settings))
    try:
        delivery = output.send(replace(RECORD, mac=Signer(key).mac(RECORD)))
        eventually(lambda: delivery.is_done, 20.0)
        assert delivery.exception is None
    finally:
        output.close(5.0)
