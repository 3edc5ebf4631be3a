"""Counting what a process asks the event log server: whole requests, their names, no values."""

import socket
import struct
import threading
from collections import Counter
from typing import Any

import bson

from bench.ops.counting import Ways
from bench.ops.table import Found, document
from bench.ops.wire import Asked, Requests


def _message(body: dict[str, Any], *documents: dict[str, Any], named: str = "") -> bytes:
    """An OP_MSG as a client sends it, with a list of documents where `named` says which."""
    sections = b"\0" + bson.encode(body)
    if named:
        listed = named.encode() + b"\0" + b"".join(bson.encode(one) for one in documents)
        sections += b"\1" + struct.pack("<i", len(listed) + 4) + listed
    rest = struct.pack("<I", 0) + sections
    return struct.pack("<iiii", 16 + len(rest), 1, 0, 2013) + rest


FIND = _message({"find": "ledger", "filter": {"position": 3, "lane": 0}, "$db": "log"})
MARK = _message(
    {"update": "marks", "$db": "work"},
    {"q": {"_id": "review|3"}, "u": {"$max": {"position": 7}}},
    named="updates",
)
MORE = _message({"getMore": 17, "collection": "commits", "$db": "log"})
INSERT = _message({"insert": "vault", "$db": "v"}, {"_id": 1, "name": "张三"}, named="documents")


def test_requests_are_named_however_they_are_cut() -> None:
    requests = Requests()
    found = [one for byte in FIND + MARK + MORE for one in requests.feed(bytes([byte]))]
    assert found == [
        Asked("ledger", "find", "lane,position"),
        Asked("marks", "update", "_id", "review"),
        Asked("commits", "getMore"),
    ]


def test_no_value_of_a_document_is_kept() -> None:
    (one,) = Requests().feed(INSERT)
    assert one == Asked("vault", "insert")


def test_each_way_counts_for_its_own_process_and_carries_both_ways() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        for _ in range(2):
            end, _address = server.accept()
            end.sendall(end.recv(1 << 16))
            end.close()

    answering = threading.Thread(target=answer, daemon=True)
    answering.start()
    ways = Ways(["worker", "web"], server.getsockname())
    for name, said in (("worker", FIND), ("web", MARK)):
        with socket.create_connection(("127.0.0.1", ways.ports[name])) as client:
            client.sendall(said)
            assert client.recv(1 << 16) == said
    answering.join(10)
    ways.close()
    server.close()
    assert ways.counts() == {
        ("worker", Asked("ledger", "find", "lane,position")): 1,
        ("web", Asked("marks", "update", "_id", "review")): 1,
    }


def test_a_case_is_told_without_what_its_time_costs_an_idle_system() -> None:
    find, mark = Asked("ledger", "find"), Asked("marks", "update", "_id", "review")
    found = Found(
        cases=2,
        counts=Counter({("worker", find): 60, ("worker", mark): 20}),
        carried_s=10.0,
        idle=Counter({("worker", find): 80}),
        idle_s=20.0,
        idle_percent={"worker": 2.5, "mongo": 3.0},
    )
    told = document(found)
    assert told["ops_per_case"] == {"queries": 30.0, "updates": 10.0, "all": 40.0}
    assert told["idle_ops_per_s"]["all"] == 4.0
    assert told["ops_per_case_without_idle"] == 20.0
    assert told["ops_per_case_by_command"] == {
        "worker ledger find": 30.0,
        "worker marks update": 10.0,
    }
    assert told["idle_percent_of_core"] == {"all": 5.5, "ours": 2.5, "worker": 2.5, "mongo": 3.0}
