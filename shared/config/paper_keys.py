"""The keys of papers: the authority of an installation, its signing certificate, its statements.

The authority (`papers-ca.pem`) signs certificates, no paper: no process has it. `papers.pem` signs
the PDF, `papers.ed25519` the statement in its QR; both are the issuance worker's alone.
`papers.json` is public, with the authority's certificate in it: by it anybody checks a paper.
"""

import base64
import datetime as dt
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from shared.config.settings import SettingsError
from shared.config.wall_clock import utc_now

STATEMENT_KEY: Final = "papers.ed25519"
SIGNING_KEY: Final = "papers.pem"
CERTIFICATE: Final = "papers.crt"
AUTHORITY_KEY: Final = "papers-ca.pem"
AUTHORITY: Final = "papers-ca.crt"
KEY_SET: Final = "papers.json"
# What signs papers, and what checks them.
SIGNS: Final = (STATEMENT_KEY, SIGNING_KEY, CERTIFICATE, AUTHORITY, KEY_SET)
CHECKS: Final = (KEY_SET,)
AUTHORITY_YEARS = 20
CERTIFICATE_YEARS = 5
_DAYS = 365


class PublicPaperKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of statements, as a JWK: `x` is the base64url of its 32 raw bytes."""

    kid: str
    x: str
    kty: str = "OKP"
    crv: str = "Ed25519"
    alg: str = "Ed25519"
    use: str = "sig"


class PaperKeySet(msgspec.Struct, frozen=True, kw_only=True):
    """What is published: every key that ever signed a statement, and the authority's certificate.

    `certificate_authority` is PEM. A key that is used no more stays, so that old papers check.
    """

    keys: tuple[PublicPaperKey, ...]
    certificate_authority: str


def read_key_set(folder: Path) -> PaperKeySet:
    """The published keys of papers.

    Raises:
        SettingsError: there is no such file, or it is another one; in one sentence.
    """
    path = folder / KEY_SET
    try:
        return msgspec.json.decode(path.read_bytes(), type=PaperKeySet)
    except OSError as error:
        raise SettingsError(f"The public keys of papers are missing: {path}.") from error
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{path} is no set of papers' keys ({error}).") from error


def paper_key_id(key_set: PaperKeySet, key: Ed25519PrivateKey) -> str:
    """The id under which the public half of a statement key is published.

    Raises:
        SettingsError: it is not among the published keys, so that nobody could check it.
    """
    x = _base64url(key.public_key().public_bytes_raw())
    found = next((one.kid for one in key_set.keys if one.x == x), None)
    if found is None:
        raise SettingsError(f"The public key of {STATEMENT_KEY} is not in {KEY_SET}.")
    return found


def new_authority() -> tuple[bytes, bytes]:
    """A new authority of an installation: private key and certificate, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("caseledger authority for papers", key.public_key())
    made = (
        _certificate(name, name, key.public_key(), years=AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certifies=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _private_pem(key), made.public_bytes(serialization.Encoding.PEM)


def new_certificate(authority_key: bytes, authority: bytes) -> tuple[bytes, bytes]:
    """A new signing key of papers and the certificate that the authority gives it, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, issuer_key = x509.load_pem_x509_certificate(authority), _load(authority_key)
    name = _name("caseledger papers", key.public_key())
    made = (
        _certificate(name, issuer.subject, key.public_key(), years=CERTIFICATE_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certifies=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )
    return _private_pem(key), made.public_bytes(serialization.Encoding.PEM)


def with_key(key_set: PaperKeySet | None, key: Ed25519PrivateKey, authority: bytes) -> PaperKeySet:
    """The published set with this key in it, under the next number where it is new."""
    known = key_set.keys if key_set is not None else ()
    x = _base64url(key.public_key().public_bytes_raw())
    if all(one.x != x for one in known):
        known = (*known, PublicPaperKey(kid=f"paper-{len(known) + 1}", x=x))
    return PaperKeySet(keys=known, certificate_authority=authority.decode("ascii"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _name(what: str, key: ec.EllipticCurvePublicKey) -> x509.Name:
    """A name of its own for each key: a verifier must not take one authority for another."""
    number = x509.SubjectKeyIdentifier.from_public_key(key).digest.hex()[:8]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{what} {number}")])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, years: int
) -> x509.CertificateBuilder:
    now = utc_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        content_commitment=not certifies,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _load(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SettingsError(f"{AUTHORITY_KEY} is no key of an elliptic curve.")
    return key
