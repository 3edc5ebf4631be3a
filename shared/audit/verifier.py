"""Verify an export of a caseledger installation without trusting its operator.

    python verifier.py EXPORT --key PUBKEY [--writers FILE] [--held CHECKPOINT]... [--json]

One file, to be read as well as run: the standard library and `cryptography` (for Ed25519), and
nothing of caseledger. EXPORT is a directory or a plain tar. PUBKEY is the installation's public
key, NAME+KEYID+BASE64, or a file with that line, which you have from elsewhere than the export;
the key itself may also be given as PEM or hex, then with --installation NAME. The writers' public
keys are those of the export, or those of FILE (a writers.json that you have from elsewhere). Each
--held is a file with a signed checkpoint that you kept from earlier: the export must continue it,
which is how a log that was rewritten and signed again is found.

Exit status: 0 everything holds, 1 findings (each is printed), 2 the verifier was not used right.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

MAX_FINDINGS: Final = 1000
CUT_OVER: Final = "the cut-over note"
SET_ASIDE: Final = "admin.CommitSetAside"
UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
Line = dict[str, Any]
Claim = tuple[int, bytes, str]


class BadUse(Exception):
    """What the caller gave is not an export, or not a key."""


def sha256(content: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(content).digest()


def canonical(value: Any) -> bytes:
    """JSON in the one form that is hashed: sorted keys, no spaces, UTF-8 (RFC 8785)."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


class Tree:
    """An RFC 6962 Merkle tree that grows at the right; keeps its complete subtrees only."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        carry = self.size
        while carry & 1:
            leaf = sha256(b"\x01" + self._peaks.pop() + leaf)
            carry >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root."""
        if not self._peaks:
            return sha256(b"")
        result = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            result = sha256(b"\x01" + peak + result)
        return result


class Key:
    """The installation's name and Ed25519 key; opens notes signed under names below it."""

    def __init__(self, installation: str, public: bytes) -> None:
        self.installation = installation
        self._public = public

    def open(self, note: str, name: str) -> list[str]:
        """The lines of a note's text; ValueError when it is not signed as `name`."""
        text, gap, tail = note.rpartition("\n\n")
        text += "\n"
        wanted = sha256(name.encode() + b"\n\x01" + self._public)[:4]
        for line in tail.splitlines() if gap else ():
            dash, _, rest = line.partition(" ")
            signer, _, code = rest.rpartition(" ")
            raw = base64.b64decode(code, validate=True)
            if dash == "\N{EM DASH}" and signer == name and raw[:4] == wanted:
                try:
                    Ed25519PublicKey.from_public_bytes(self._public).verify(raw[4:], text.encode())
                except InvalidSignature:
                    raise ValueError("its signature is bad") from None
                return text.split("\n")[:-1]
        raise ValueError(f"it is not signed as {name} with this key")

    def checkpoint(self, note: str, lane: int) -> tuple[int, bytes]:
        """Size and root of a lane's signed checkpoint."""
        origin = f"{self.installation}/lane/{lane}"
        lines = self.open(note, origin)
        if len(lines) != 3 or lines[0] != origin:  # noqa: PLR2004 - origin, size, root
            raise ValueError("it is not a checkpoint of this lane")
        return _size(lines[1]), _root(lines[2])

    def cut_over(self, note: str) -> tuple[list[tuple[int, bytes]], str]:
        """Each lane's size and root in the cut-over note, and when it was signed."""
        return self._listing(note, f"{self.installation}/cut-over")

    def head(self, note: str) -> tuple[list[tuple[int, bytes]], str]:
        """Each lane's size and root in a head note, and when it was signed."""
        return self._listing(note, f"{self.installation}/head")

    def _listing(self, note: str, name: str) -> tuple[list[tuple[int, bytes]], str]:
        lines = self.open(note, name)
        rows = [line.split(" ") for line in lines[2:-1]]
        if lines[:2] != [name, f"lanes {len(rows)}"] or not lines[-1].startswith("signed "):
            raise ValueError("it does not list lanes and a time")
        if [row[0] for row in rows] != [str(lane) for lane in range(len(rows))]:
            raise ValueError("it does not list the lanes in order")
        return [(_size(size), _root(root)) for _, size, root in rows], lines[-1][len("signed ") :]


def _size(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text):
        raise ValueError(f"{text!r} is not a size")
    return int(text)


def _root(code: str) -> bytes:
    root = base64.b64decode(code, validate=True)
    if len(root) != 32:  # noqa: PLR2004 - SHA-256
        raise ValueError("a root has 32 bytes")
    return root


class Writers:
    """Who may have written a commit: the writers' public keys, by id."""

    def __init__(self, content: bytes) -> None:
        self._keys: dict[str, Line] = {}
        for entry in json.loads(content)["keys"]:
            public = base64.b64decode(entry["public"] or "", validate=True)
            known = {"ed25519": 32, "hmac-sha256": 0}.get(entry["algorithm"])
            if entry["id"] in self._keys or len(public) != known:
                raise ValueError(f"the key {entry['id']} is given twice, or is none")
            self._keys[entry["id"]] = {**entry, "public": public}

    def wrong(self, mac: str, digest: bytes, body: Line, *, settled: bool) -> str:
        """Say why the writer that a body names did not write it; nothing when it did.

        `settled`: its place is at or below the cut-over, where the tree stands for an HMAC that
        nobody can check any more.
        """
        key_id, _, given = mac.partition(":")
        key = self._keys.get(key_id)
        if key is None or key["writer"] != body["writer"]:
            return f"the key {key_id!r} is not one of {body['writer']}"
        old = key["algorithm"] == "hmac-sha256"
        if old and not settled:
            return "its key is of before the signatures, and its place is after the cut-over"
        if not old and not _signed(key["public"], given, digest):
            return "the signature does not verify"
        if (
            not old
            and key["until"] is not None
            and _moment(body["recorded_at"]) > _moment(key["until"])
        ):
            return f"the key {key_id!r} was out of use when it was recorded"
        if not all(_writes(body["writer"], event["type"], old=old) for event in body["events"]):
            return "an event is of a type that its writer does not write"
        return ""


def _signed(public: bytes, given: str, digest: bytes) -> bool:
    if not re.fullmatch("[0-9a-f]{128}", given):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(given), digest)
    except InvalidSignature:
        return False
    return True


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _writes(writer: str, event_type: str, *, old: bool) -> bool:
    """Whether a type is a writer's; who makes a person known has had a key of its own since."""
    if event_type == "vault.SubjectRegistered":
        return writer == ("vault" if old else "registrar")
    return event_type.partition(".")[0] == writer


class Export:
    """A directory or a plain tar, read line by line where it lies; nothing is unpacked."""

    def __init__(self, path: Path) -> None:
        self._root = path
        self._tar = tarfile.open(path, "r:") if path.is_file() else None  # noqa: SIM115 - exit()
        try:
            manifest = json.loads(b"".join(self.lines("manifest.json")))
            if manifest["format"] != "caseledger-export/1":
                raise ValueError("unknown format")
        except (OSError, *UNREADABLE) as error:
            raise BadUse(f"{path} is not an export of caseledger ({error})") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of one of its files."""
        file = self._tar.extractfile(name) if self._tar else (self._root / name).open("rb")
        if file is None:
            raise KeyError(name)
        with file:
            yield from file

    def has(self, name: str) -> bool:
        """Whether it has such a file."""
        if self._tar:
            return name in self._tar.getnames()
        return (self._root / name).is_file()

    def close(self) -> None:
        """Close the tar."""
        if self._tar:
            self._tar.close()


class Verifier:
    """Reads an export once, in order, and collects what is wrong with it."""

    def __init__(self, export: Export, key: Key, writers: Writers | None = None) -> None:
        self._export = export
        self._key = key
        self._writers = writers
        self._cut_over: list[tuple[int, bytes]] = []
        self.findings: list[Line] = []
        self.findings_count = 0
        self.lanes: list[Line] = []
        self.commits = self.events = 0
        self.signed_at = ""
        # of each stream: the versions at which forged commits stand that records set aside
        self._aside: dict[str, set[int]] = {}
        # of each stream: last version, hash, time, lane and authority of its last commit
        self._streams: dict[str, tuple[int, str, str, int, str]] = {}

    def run(self, held: list[str]) -> dict[str, Any]:
        """Verify everything; return the result."""
        claims = self._heads()
        if not claims:
            self._add("head", "no head note: nothing says how long the log is")
        for number, note in enumerate(held, start=1):
            self._hold(note, f"the checkpoint that you hold ({number})", claims)
        self._read_cut_over(claims)
        for lane in sorted(claims):
            self._read_aside(lane)
        for lane in sorted(claims):
            self._lane(lane, claims[lane])
        return {
            "ok": not self.findings,
            "installation": self._key.installation,
            "signed_at": self.signed_at,
            "commits": self.commits,
            "events": self.events,
            "authors": "not checked" if self._writers is None else "checked",
            "lanes": self.lanes,
            "findings": self.findings,
            "findings_count": self.findings_count,
        }

    def _add(self, kind: str, detail: str, **where: Any) -> None:
        self.findings_count += 1
        if len(self.findings) < MAX_FINDINGS:
            place = {"lane": None, "position": None, "stream": None, "version": None} | where
            self.findings.append({"kind": kind, **place, "detail": detail})

    def _lines(self, name: str) -> Iterator[Line]:
        """Give the objects of a file of JSON lines; what cannot be read ends it with a finding."""
        try:
            for line in self._export.lines(name):
                value = json.loads(line)
                if not isinstance(value, dict):
                    raise ValueError("not an object")  # noqa: TRY004 - one way out
                yield value
        except (OSError, *UNREADABLE) as error:
            self._add("truncated", f"{name} cannot be read further ({error})")

    def _notes(self, name: str, kind: str, lane: int | None = None) -> Iterator[tuple[int, str]]:
        """Give the notes of a chain, which are numbered from 1 without gaps."""
        expected = 1
        for line in self._lines(name):
            number = line.get("n")
            if number != expected:
                self._add(kind, f"note {expected} is missing or out of order", lane=lane)
            expected = (number if isinstance(number, int) else expected) + 1
            yield expected - 1, str(line.get("note"))

    def _heads(self) -> dict[int, list[Claim]]:
        """Open every head note; return for each lane what they claim, the newest last."""
        claims: dict[int, list[Claim]] = {}
        for number, note in self._notes("heads.jsonl", "head"):
            try:
                lanes, self.signed_at = self._key.head(note)
            except UNREADABLE as error:
                self._add("signature", f"head note {number}: {error}")
                continue
            if len(lanes) < len(claims):
                self._add("head", f"head note {number} leaves lanes out")
            for lane, (size, root) in enumerate(lanes):
                before = claims.setdefault(lane, [])
                if before and before[-1][0] > size:
                    self._add("head", f"head note {number} lists a shorter lane", lane=lane)
                if not before or before[-1][:2] != (size, root):
                    before.append((size, root, f"head note {number}"))
        return claims

    def _read_cut_over(self, claims: dict[int, list[Claim]]) -> None:
        """Open the cut-over note, where there is one; its trees are claims like any other."""
        if not self._export.has("cut-over.jsonl"):
            return
        for number, note in self._notes("cut-over.jsonl", "cut-over"):
            try:
                listed, _ = self._key.cut_over(note)
            except UNREADABLE as error:
                self._add("signature", f"the cut-over note: {error}")
                continue
            if number > 1:
                self._add("cut-over", "there is more than one cut-over note")
                continue
            self._cut_over = listed
            for lane, (size, root) in enumerate(listed):
                claims.setdefault(lane, []).append((size, root, CUT_OVER))

    def _hold(self, note: str, who: str, claims: dict[int, list[Claim]]) -> None:
        for lane, known in claims.items():
            if note.startswith(f"{self._key.installation}/lane/{lane}\n"):
                try:
                    known.append((*self._key.checkpoint(note, lane), who))
                except UNREADABLE as error:
                    self._add("held", f"{who}: {error}", lane=lane)
                return
        self._add("held", f"{who} speaks of no lane of this export")

    def _read_aside(self, lane: int) -> None:
        """Read the records that set commits aside, of any lane, before the streams are looked at.

        What is wrong with a line is found when its lane is read; it is no record then.
        """
        with suppress(OSError, *UNREADABLE):
            for text in self._export.lines(f"lanes/{lane}/commits.jsonl"):
                with suppress(*UNREADABLE):
                    self._take_records(lane, json.loads(text))

    def _take_records(self, lane: int, line: Line) -> None:
        content = _bytes(line["body"])
        if SET_ASIDE.encode() not in content:
            return
        body, at = json.loads(content), line["position"]
        if body["stream"].startswith("aside/"):
            if any(self._author(lane, at, line["mac"], content)):
                return
            for event in body["events"]:
                if event["type"] == SET_ASIDE:
                    named = self._aside.setdefault(event["data"]["stream"], set())
                    named.add(event["data"]["first_version"])

    def _lane(self, lane: int, claims: list[Claim]) -> None:
        """Rebuild a lane's tree from its commits and hold it against every claim about it."""
        signed = max(size for size, _, who in claims if who.startswith("head note"))
        # a cut-over that no head note lists yet is of more than an export has
        claims = [claim for claim in claims if claim[2] != CUT_OVER or claim[0] <= signed]
        waiting = sorted([*claims, *self._checkpoints(lane)], key=lambda claim: claim[0])
        tree, broken = Tree(), False
        entries = self._entries(lane)
        while True:
            while waiting and waiting[0][0] <= tree.size:
                size, root, who = waiting.pop(0)
                if root != tree.root() and not broken:
                    broken = True  # the roots after it differ for the same reason
                    self._add("root", f"{who} has another root at {size} leaves", lane=lane)
            entry = next(entries, None)
            if entry is None:
                break
            at, row, commit = entry
            if at != tree.size + 1:
                broken = True
                self._add("position", f"{at} follows {tree.size}", lane=lane, position=at)
                break
            tree.append(self._entry(lane, at, row, commit))
        for size, _, who in waiting:
            self._add("truncated", f"{who} has {size} leaves, the export {tree.size}", lane=lane)
        if tree.size > signed:
            self._add("unsigned", f"{tree.size - signed} more leaves than are signed", lane=lane)
        self.lanes.append({"lane": lane, "size": tree.size, "root": tree.root().hex()})

    def _entries(self, lane: int) -> Iterator[tuple[int, Line | None, Line | None]]:
        """Give each position of a lane with its row and its commit, None for one that is absent."""
        files = [self._placed(f"lanes/{lane}/{name}.jsonl", lane) for name in ("ledger", "commits")]
        ahead = [next(file, None) for file in files]
        while places := [entry[0] for entry in ahead if entry is not None]:
            at = min(places)
            here = [entry[1] if entry is not None and entry[0] == at else None for entry in ahead]
            yield at, here[0], here[1]
            for n, file in enumerate(files):
                if here[n] is not None:
                    ahead[n] = next(file, None)

    def _placed(self, name: str, lane: int) -> Iterator[tuple[int, Line]]:
        """Give the lines of a file with their positions."""
        for line in self._lines(name):
            at = line.get("position")
            if not isinstance(at, int):
                self._add("position", f"{name}: {at!r} is no position", lane=lane)
                return
            yield at, line

    def _checkpoints(self, lane: int) -> Iterator[Claim]:
        floor = 0
        for number, note in self._notes(f"lanes/{lane}/checkpoints.jsonl", "checkpoint", lane):
            try:
                size, root = self._key.checkpoint(note, lane)
            except UNREADABLE as error:
                self._add("signature", f"checkpoint {number}: {error}", lane=lane)
                continue
            if size <= floor:
                self._add("checkpoint", f"checkpoint {number} does not grow", lane=lane)
            floor = size
            yield size, root, f"checkpoint {number}"

    def _entry(self, lane: int, at: int, row: Line | None, commit: Line | None) -> bytes:
        """Check one position; return its leaf hash as the commit's own bytes give it."""
        known = row or {}
        where = {"lane": lane, "position": at, "stream": known.get("stream")}
        where["version"] = known.get("first_version")
        if row is None or commit is None:
            what = "row" if row is None else "commit"
            self._add("missing", f"there is no {what} for this position", **where)
        content = b""
        try:
            if commit is None:
                return bytes.fromhex(known["leaf"])
            content = _bytes(commit["body"])
            self.commits += 1
            for kind, detail in self._problems(lane, row, commit, content) if row else ():
                self._add(kind, detail, **where)
        except UNREADABLE as error:
            self._add("unreadable", f"{type(error).__name__}: {error}", **where)
        return sha256(b"\x00" + sha256(content))

    def _problems(
        self, lane: int, row: Line, commit: Line, content: bytes
    ) -> Iterator[tuple[str, str]]:
        body = json.loads(content)
        if canonical(body) != content:
            yield "canonical", "the body is not in canonical form"
        if commit["hash"] != sha256(content).hex():
            yield "hash", "the hash is not that of the body"
        if row["leaf"] != sha256(b"\x00" + sha256(content)).hex():
            yield "leaf", "the ledger's leaf is not that of the body"
        names = ("stream", "first_version", "last_version")
        if [row[name] for name in names] != [body[name] for name in names] or body["lane"] != lane:
            yield "ledger", "the ledger's row speaks of another commit"
        sealed = commit.get("sealed")
        digest = commit["sealed_hash"] if sealed is None else sha256(_bytes(sealed)).hex()
        if not digest == commit["sealed_hash"] == body["sealed_hash"]:
            yield "sealed", "the sealed part is not the one that was committed"
        yield from self._author(lane, row["position"], commit["mac"], content)
        yield from self._events(row, body, sha256(content).hex())
        yield from self._continues(body, sha256(content).hex())

    def _author(self, lane: int, at: int, mac: str, content: bytes) -> Iterator[tuple[str, str]]:
        """Check who wrote a commit; without the writers' keys its types alone."""
        body = json.loads(content)
        covered = lane < len(self._cut_over) and at <= self._cut_over[lane][0]
        if self._writers is not None:
            wrong = self._writers.wrong(mac, sha256(content), body, settled=covered)
            if wrong:
                yield "writer", wrong
        elif not any(
            all(_writes(body["writer"], event["type"], old=old) for event in body["events"])
            for old in (True, False)
        ):
            yield "writer", "an event is of a type that its writer does not write"

    def _events(self, row: Line, body: Line, digest: str) -> Iterator[tuple[str, str]]:
        """Check numbering, and the hashes of the events as they were published.

        A member of the body or of an event that this format does not name is not published; it is
        hashed with the body, and passed over here.
        """
        events = body["events"]
        self.events += len(events)
        first, count = body["first_version"], body["last_version"] - body["first_version"] + 1
        versions = [event["version"] for event in events]
        numbered = versions == list(range(first, first + len(events)))
        if not events or count != len(events) or not numbered or body["format"] != 1:
            yield "versions", "the events are not numbered from first to last version"
        shared = ("actor", "authority", "causation", "correlation", "recorded_at", "stream")
        common = {name: body[name] for name in (*shared, "traceparent")} | {"hash": digest}
        own = ("data", "occurred_at", "schema", "type", "version")
        values = [common | {name: event[name] for name in own} for event in events]
        if row["events"] != [sha256(canonical(value)).hex() for value in values]:
            yield "events", "the ledger's event hashes are not those of the events"

    def _continues(self, body: Line, digest: str) -> Iterator[tuple[str, str]]:
        """Check that the commit goes on from the one before it in its stream."""
        stream, first, time = body["stream"], body["first_version"], body["recorded_at"]
        place = body["lane"], body["authority"]
        version, before, earlier, *home = self._streams.get(stream, (0, None, "", *place))
        aside = self._aside.get(stream, set())
        between = range(version + 1, first)
        if first != version + 1 and not (between and aside.issuperset(between)):
            yield "versions", f"version {first} follows version {version} of its stream"
        if first in aside:
            yield "aside", "a record sets a commit aside that has a place in the ledger"
        if body["prev_hash"] != before:
            yield "chain", "prev_hash is not the hash of the commit before it"
        if time < earlier:
            yield "time", "recorded before the commit that it follows"
        if tuple(home) != place:
            yield "chain", "lane or authority is not that of the stream"
        self._streams[stream] = (body["last_version"], digest, time, *place)


def _bytes(code: str) -> bytes:
    return base64.b64decode(code, validate=True)


def parse_key(text: str, installation: str | None) -> Key:
    """Read the public key in any of its forms; `text` may name a file."""
    try:
        path = Path(text)
        text = path.read_text("utf-8").strip() if path.is_file() else text.strip()
        if text.startswith("-----BEGIN"):
            loaded = load_pem_public_key(text.encode())
            public = loaded.public_bytes_raw() if isinstance(loaded, Ed25519PublicKey) else b""
        elif re.fullmatch("[0-9a-fA-F]{64}", text):
            public = bytes.fromhex(text)
        else:
            name, claimed, code = text.split("+", 2)
            raw, public = _bytes(code), _bytes(code)[1:]
            installation = installation or name
            if raw[:1] != b"\x01" or sha256(name.encode() + b"\n" + raw)[:4].hex() != claimed:
                raise ValueError("the key id does not belong to this name and key")
        Ed25519PublicKey.from_public_bytes(public)
    except (OSError, *UNREADABLE) as error:
        raise BadUse(f"--key: not an Ed25519 public key ({error})") from error
    if not installation:
        raise BadUse("--key as PEM or hex needs --installation NAME")
    return Key(installation, public)


def read_writers(export: Export, given: Path | None) -> Writers | None:
    """Read the writers' keys: those given, else those of the export, where it has any."""
    if given is None and not export.has("writers.json"):
        return None
    try:
        content = b"".join(export.lines("writers.json")) if given is None else given.read_bytes()
        return Writers(content)
    except UNREADABLE as error:
        raise BadUse(f"the writers' keys cannot be read ({error})") from error


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, metavar="PUBKEY")
    parser.add_argument("--installation", metavar="NAME")
    parser.add_argument("--writers", type=Path, metavar="FILE")
    parser.add_argument("--held", action="append", default=[], type=Path, metavar="CHECKPOINT")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        key = parse_key(given.key, given.installation)
        held = [path.read_text("utf-8") for path in given.held]
        with closing(Export(given.export)) as export:
            result = Verifier(export, key, read_writers(export, given.writers)).run(held)
    except (BadUse, OSError, UnicodeDecodeError, tarfile.TarError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(result) + "\n" if given.json else _report(result))
    return 0 if result["ok"] else 1


def _report(result: Line) -> str:
    """Say in lines what a result says."""
    lines = []
    for finding in result["findings"]:
        place = " ".join(f"{k}={v}" for k, v in finding.items() if k != "detail" and v is not None)
        lines.append(f"FINDING {place}: {finding['detail']}\n")
    lines.append(
        f"{'OK' if result['ok'] else 'NOT OK'}: {result['commits']} commits, {result['events']}"
        f" events, {len(result['lanes'])} lanes, authors {result['authors']},"
        f" signed {result['signed_at']}\n"
    )
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
