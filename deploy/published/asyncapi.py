"""The AsyncAPI document of the topic: what is on it, in which form, and what a reader must do."""

from typing import Any

from deploy.published.schemas import file_of
from deploy.published.types import TYPES
from shared.case.facts.fact import Fact
from shared.config import Settings

CONTRACT = """\
Every event of the log, one record an event, in CloudEvents 1.0 binary mode. The topic is a copy of
the ledger; the ledger is the order. What is promised, and what a reader does:

1. **Order and identity are `(lane, position, index)`.** A lane is a partition. A commit has one
   position of its lane, dense from 1; its `count` events have the indexes 1 to `count`. Within a
   stream, versions are in order, and dense but for versions that an event `admin.CommitSetAside`
   names: a reader goes on at whatever version the next position has. Between streams of different
   lanes there is no order.
2. **Take what is next** after the last that you have *handled*: the next index of the same
   position, else index 1 of the next position.
3. **Drop what is at or below** the last that you have handled. Duplicates may come, also late.
4. **On a gap, read the feed**: `GET /v1/lanes/{lane}/records?after=<position>` of the notify
   service is the same from the ledger, with the commits' bodies. Never wait for the record.
5. **Once a minute look at the feed's heads** (`GET /v1/lanes`) and read what you lack: the last
   records before a silence can be lost too. No reader depends on the broker's memory: retention may
   be short, and the topic may be made anew at any time.
6. **Keep your own mark** in the same transaction as your effect. Kafka's offsets are a hint.
7. **A new lane** is a new partition; `GET /v1/lanes` names it. Old streams stay in theirs.
8. **Ignore types, headers and members that you do not know**, at every depth: later versions add
   some, and the schemas are open to them. A list of words (`enum`) has the words of today; treat
   another one as unknown, do not fail. What a member means is never changed under the same
   `schema` number, and no member is taken away: stop at a `schema` number that you do not know.

A record is genuine when its `ce_mac` verifies (for holders of the sequencer's key), or when the
SHA-256 of the commit's body in the feed is its `ce_hash` and the body has the same event. Where
others can write to your copy of the topic, take a record as a call to read the feed and no more.

No record carries personal data, and none carries ciphertext.
"""

NUMBER = "^(0|[1-9][0-9]{0,17})$"


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document."""
    settings = Settings()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:caseledger:topic:events",
        "info": {
            "title": "caseledger events",
            "version": "1.0.0",
            "description": CONTRACT,
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": settings.topic,
                "title": "All events of the log",
                "description": "Key: the stream. Partition: the lane. The name is a setting.",
                "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in TYPES},
                "bindings": {
                    "kafka": {
                        "topic": settings.topic,
                        "partitions": settings.lanes,
                        "replicas": settings.replication,
                        "bindingVersion": "0.5.0",
                    }
                },
            }
        },
        "operations": {
            "publish": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "The sequencer publishes each lane in order of position.",
                "description": "acks=all, idempotent; duplicates are part of the contract.",
            }
        },
        "components": {
            "schemas": {"attributes": attributes()},
            "messages": {type_: _message(fact) for type_, fact in TYPES.items()},
        },
    }


def _message(fact: type[Fact]) -> dict[str, Any]:
    return {
        "name": fact.TYPE,
        "title": fact.TYPE,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/attributes"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{file_of(fact)}"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "the stream"},
                "bindingVersion": "0.5.0",
            }
        },
    }


def attributes() -> dict[str, Any]:
    """The record's headers: CloudEvents' own attributes, and six of ours. All are UTF-8 text.

    Open: a later version may add a header, and readers ignore it.
    """
    ours = {
        "content-type": {"type": "string", "const": "application/json"},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": _text("`<stream>/<version>`: the event's identity for ever"),
        "ce_source": {"type": "string", "const": "/caseledger"},
        "ce_type": _text("the event's type"),
        "ce_time": {"type": "string", "format": "date-time", "description": "when it occurred"},
        "ce_subject": _text("the stream; also the record's key"),
        "ce_lane": _number("the lane; also the partition, from 0"),
        "ce_position": _number("the commit's place in its lane, dense from 1"),
        "ce_index": _number("which event of its commit this is, from 1"),
        "ce_count": _number("how many events the commit has"),
        "ce_hash": _hex("hash of the commit, as in the receipt"),
        "ce_mac": _hex("the sequencer's HMAC over all of it"),
    }
    return {"type": "object", "properties": ours, "required": list(ours)}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description}


def _number(description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": NUMBER, "description": description}


def _hex(description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": description}
