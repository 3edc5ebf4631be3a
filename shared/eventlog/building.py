"""Making a commit: pure, from what was loaded, the command around it and the events decided."""

import base64
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from shared.eventlog.authors.writer import Writer
from shared.eventlog.codec import canonical, check_plain, sha256, timestamp
from shared.eventlog.errors import CommitTooLarge
from shared.eventlog.model import FORMAT, Body, Command, Commit, Draft, Event, Loaded, Sealed

LARGEST_COMMIT = 256 * 1024
LANE_DIGEST_BYTES = 8


class Sealer(Protocol):
    """Encrypts one personal value, bound to its place (the vault's side of the log)."""

    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        """Nonce ‖ ciphertext; raises the vault's `Erased` when the key was destroyed."""
        ...


def lane_of(stream: str, lanes: int) -> int:
    """The lane of a new stream; an old one keeps the lane of its first commit (architecture)."""
    return int.from_bytes(sha256(stream.encode())[:LANE_DIGEST_BYTES], "big") % lanes


def build(
    loaded: Loaded,
    command: Command,
    drafts: Sequence[Draft],
    *,
    writer: Writer,
    sealer: Sealer | None,
    lanes: int,
    code_version: str,
) -> Commit:
    """The next commit of a stream, hashed, sealed and authenticated.

    Raises:
        ForeignEvent, NotCanonical: faults of the code that drafted the events.
        CommitTooLarge: above 256 KiB.
        ValueError: a first commit without an authority, or personal data without a sealer.
    """
    writer.may_write(draft.type for draft in drafts)
    for draft in drafts:
        check_plain(draft.data)
    head = loaded.commits[-1] if loaded.commits else None
    authority = head.body.authority if head else command.authority
    if authority is None:
        raise ValueError(f"The first commit of {loaded.stream} names no authority.")
    first = loaded.next_version
    sealed = _sealed(loaded.stream, first, drafts, sealer)
    now = timestamp(command.now)
    body = Body(
        stream=loaded.stream,
        first_version=first,
        last_version=first + len(drafts) - 1,
        command_id=loaded.free_id(command.command_id),
        lane=head.body.lane if head else lane_of(loaded.stream, lanes),
        authority=authority,
        format=FORMAT,
        events=tuple(_event(first + n, draft, now) for n, draft in enumerate(drafts)),
        writer=writer.name,
        actor=command.actor,
        causation=command.causation,
        correlation=command.correlation,
        traceparent=command.traceparent,
        code_version=code_version,
        recorded_at=max(now, head.body.recorded_at) if head else now,
        prev_hash=head.hash.hex() if head else None,
        sealed_hash=sha256(sealed).hex() if sealed is not None else None,
        request_mac=command.request_mac,
    )
    body_bytes = canonical(msgspec.to_builtins(body))
    if len(body_bytes) + len(sealed or b"") > LARGEST_COMMIT:
        raise CommitTooLarge(f"The commit would be larger than {LARGEST_COMMIT} bytes.")
    digest = sha256(body_bytes)
    return Commit(
        body=body, body_bytes=body_bytes, hash=digest, mac=writer.mac(digest), sealed=sealed
    )


def _event(version: int, draft: Draft, now: str) -> Event:
    occurred = now if draft.occurred_at is None else timestamp(draft.occurred_at)
    return Event(
        version=version, type=draft.type, schema=draft.schema, data=draft.data, occurred_at=occurred
    )


def _sealed(
    stream: str, first: int, drafts: Sequence[Draft], sealer: Sealer | None
) -> bytes | None:
    """The sealed map {key reference: {"<version>/<field>": base64}} as canonical JSON, or None."""
    found: dict[str, dict[str, Any]] = {}
    for version, draft in enumerate(drafts, start=first):
        for name, value in draft.sealed.items():
            if sealer is None:
                raise ValueError(f"{draft.type} has personal data, but nothing here can seal it.")
            ciphertext = sealer.seal_field(stream, version, name, value)
            place = found.setdefault(value.key_ref, {})
            place[f"{version}/{name}"] = base64.b64encode(ciphertext).decode("ascii")
    return canonical(found) if found else None


def sealed_value(commit: Commit, version: int, field: str) -> tuple[str, bytes] | None:
    """Key reference and ciphertext of a sealed field, None where there is none."""
    if commit.sealed is None:
        return None
    for key_ref, values in msgspec.json.decode(commit.sealed).items():
        text = values.get(f"{version}/{field}")
        if text is not None:
            return key_ref, base64.b64decode(text)
    return None


def sealed_fields(commit: Commit) -> dict[str, str]:
    """Key reference of every sealed field of a commit, by its place `<version>/<field>`."""
    if commit.sealed is None:
        return {}
    by_key: dict[str, dict[str, str]] = msgspec.json.decode(commit.sealed)
    return {place: key_ref for key_ref, places in by_key.items() for place in places}
