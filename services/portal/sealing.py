"""Rows of the portal's database are sealed: AES-256-GCM, a fresh nonce before the ciphertext.

The name of the row is authenticated with it, so that it opens in its own place alone.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(key: bytes, name: str, plain: bytes) -> bytes:
    """The content of the row of this name."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, name.encode())


def unseal(key: bytes, name: str, sealed: bytes) -> bytes | None:
    """What was sealed for the row of this name; None where this key does not open it there."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
    except InvalidTag:
        return None
