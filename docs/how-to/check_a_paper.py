"""Check a paper without a network: `python check_a_paper.py KEYS TEXT_OF_THE_QR`.

KEYS is the file that an installation publishes at `/.well-known/caseledger-papers.json`.
TEXT_OF_THE_QR is what the QR on the paper holds, as any scanner shows it. It needs Python and
`cryptography`.

It says what the installation signed: compare that with the paper in your hand. Whether the paper
was revoked since, only the address in the QR can tell.
"""

# ruff: noqa: INP001 - a file to be taken away

import base64
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENUINE, FORGED, USAGE = 0, 1, 2
LABELS = {
    "what": "文书 what",
    "holder": "持有人 holder",
    "number": "编号 number",
    "by": "发证机关 by",
    "day": "日期 day",
    "since": "有效期自 valid since",
    "until": "有效期至 valid until",
    "code": "校验码 code",
}


def decoded(text: str) -> bytes:
    """Base64url without padding, as in a JWS."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def statement(keys: dict[str, object], text: str) -> dict[str, str] | None:
    """What was signed; None where none of these keys signed it."""
    signed = text.rpartition("#")[2]
    try:
        head, body, signature = signed.split(".")
        header = json.loads(decoded(head))
        listed = keys["keys"]
        found = [one for one in listed if one["kid"] == header["kid"]]  # type: ignore[attr-defined]
        if header["alg"] != "Ed25519" or len(found) != 1:
            return None
        public = Ed25519PublicKey.from_public_bytes(decoded(found[0]["x"]))
        public.verify(decoded(signature), f"{head}.{body}".encode("ascii"))
        said: dict[str, str] = json.loads(decoded(body))
    except (InvalidSignature, ValueError, KeyError):
        return None
    return said


def main(argv: list[str]) -> int:
    """Say whether the statement is genuine, and what it says."""
    if len(argv) != 2:  # noqa: PLR2004 - the two arguments of the usage
        sys.stderr.write(f"{__doc__}\n")
        return USAGE
    said = statement(json.loads(Path(argv[0]).read_bytes()), argv[1].strip())
    if said is None:
        sys.stdout.write("伪造或者已损坏：没有任何公布的密钥签署过它。Not genuine.\n")
        return FORGED
    sys.stdout.write("签名有效。请与纸质文书逐项核对。Genuine: compare it with the paper.\n")
    for name, label in LABELS.items():
        if name in said:
            sys.stdout.write(f"  {label}: {said[name]}\n")
    return GENUINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
