"""The event log against raw pymongo: appending with the head known, reading and folding."""

from typing import Any

from pymongo import ASCENDING

from bench.measure import Pair, interleaved
from shared.case.facts.parts import Material
from shared.case.intake.submission import MaterialAttached
from shared.casework.log import case_of, drafts
from shared.config import Databases
from shared.config.databases import DURABLE, MAJORITY
from shared.eventlog import Draft, Loaded, LogReader, prepare
from shared.eventlog.building import build
from shared.eventlog.store import INDEXES, partial
from shared.eventlog.stored import document_of
from tests.support.logs import command, new_log, store_of, writer

COMMITS_A_STREAM = 25


def draft(number: int) -> Draft:
    """A plain middle-sized event."""
    material = Material(
        code="household-register",
        blob=f"{number:032x}",
        sha256="0" * 64,
        media_type="image/png",
        size=48_213,
    )
    return drafts([MaterialAttached(material=material)])[0]


def _twin(databases: Databases) -> Any:
    """A collection with the same indexes, write concern and read concern as `commits`."""
    for name, (keys, unique) in INDEXES.items():
        databases.log["commits_raw"].create_index(
            [(key, ASCENDING) for key in keys], name=name, unique=unique, **partial(name)
        )
    return databases.log.get_collection("commits_raw", write_concern=DURABLE, read_concern=MAJORITY)


def append(databases: Databases, *, rounds: int) -> tuple[Pair, Pair]:
    """(head known against insert_one; load + decide + append against find + insert_one)."""
    log = new_log(databases)
    store = store_of(databases)
    raw = _twin(databases)
    heads: list[Loaded] = []
    for number in range(rounds + 20):
        stream = f"case/{number:08d}"
        first = log.execute(stream, command("http:0"), lambda _: [draft(0)])
        assert first.commit is not None
        heads.append(Loaded(stream=stream, commits=(first.commit,)))
    ready = [_next(head, 1) for head in heads]

    def ours(number: int) -> None:
        store.insert(document_of(_next(heads[number], number)))

    def limit(number: int) -> None:
        raw.insert_one(dict(document_of(ready[number])))

    known = interleaved(ours, limit, rounds=rounds)

    def whole(number: int) -> None:
        log.execute(heads[number].stream, command("http:x"), lambda _: [draft(number)])

    def find_and_insert(number: int) -> None:
        list(raw.find({"stream": heads[number].stream}).sort("first_version", ASCENDING))
        raw.insert_one(dict(document_of(ready[number]) | {"first_version": 9, "command_id": "y"}))

    return known, interleaved(whole, find_and_insert, rounds=rounds)


def _next(head: Loaded, number: int) -> Any:
    return build(
        head,
        command(f"http:{number + 1}"),
        [draft(number)],
        writer=writer(),
        sealer=None,
        lanes=4,
        code_version="bench",
    )


def read_and_fold(databases: Databases, *, rounds: int) -> tuple[Pair, Pair]:
    """(load + fold against find; the same at first sight) of streams of 25 commits.

    Every check is on. At first sight each signature is verified; after that what was verified is
    known by the hash of the body.
    """
    prepare(databases.log)
    log = new_log(databases)
    streams = [f"case/r{number:06d}" for number in range(8)]
    for stream in streams:
        for number in range(COMMITS_A_STREAM):
            log.execute(stream, command(f"http:{number}"), lambda _: [draft(7)])
    raw = databases.log.get_collection("commits", read_concern=MAJORITY)

    def ours(number: int) -> object:
        return case_of(log.load(streams[number % 8]))

    def limit(number: int) -> object:
        return list(raw.find({"stream": streams[number % 8]}).sort("first_version", ASCENDING))

    def first_sight(number: int) -> object:
        reader = LogReader(store_of(databases))  # it has seen nothing
        return case_of(reader.load(streams[number % 8]))

    known = interleaved(ours, limit, rounds=rounds)
    return known, interleaved(first_sight, limit, rounds=rounds)
