"""What a paper says of itself, signed, in its QR: a JWS (RFC 7515) that is checked offline."""

import base64
from datetime import date

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.config.paper_keys import PaperKeySet


class PaperStatement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a stranger compares with the paper in their hand. `holder` is masked.

    Whether it is still valid is not in it: a paper that was revoked says the same as before.
    """

    code: str
    what: str
    holder: str
    by: str
    day: date
    number: str = ""
    since: date | None = None
    until: date | None = None


class NotGenuine(Exception):
    """The statement was not signed by any of these keys, or is no statement."""


def masked(name: str) -> str:
    """A name of which the first character alone is shown: `张*`."""
    return f"{name[:1]}*"


def sign_statement(statement: PaperStatement, *, kid: str, key: Ed25519PrivateKey) -> str:
    """The statement as a compact JWS."""
    head = _encoded(msgspec.json.encode({"alg": "Ed25519", "kid": kid}))
    signed = f"{head}.{_encoded(msgspec.json.encode(statement))}"
    return f"{signed}.{_encoded(key.sign(signed.encode('ascii')))}"


def read_statement(text: str, key_set: PaperKeySet) -> PaperStatement:
    """The statement, if one of the published keys signed it.

    Raises:
        NotGenuine: it did not.
    """
    try:
        head, body, signature = text.split(".")
        header = msgspec.json.decode(_decoded(head), type=dict[str, str])
        found = next(one for one in key_set.keys if one.kid == header["kid"])
        if header["alg"] != "Ed25519":
            raise NotGenuine("The statement is signed in another way.")
        public = Ed25519PublicKey.from_public_bytes(_decoded(found.x))
        public.verify(_decoded(signature), f"{head}.{body}".encode("ascii"))
        return msgspec.json.decode(_decoded(body), type=PaperStatement)
    except (
        ValueError,
        KeyError,
        StopIteration,
        InvalidSignature,
        msgspec.MsgspecError,
    ) as error:
        raise NotGenuine("No published key signed this.") from error


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
