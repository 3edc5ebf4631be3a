"""What a stranger's programs read out of a PDF: text and signature by poppler, the QR by zbar."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def _run(*words: str) -> str:
    program = shutil.which(words[0])
    if program is None:
        pytest.skip(f"{words[0]} is not on this machine (poppler-utils, zbar-tools)")
    done = subprocess.run([program, *words[1:]], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8")


def text_of(pdf: bytes) -> str:
    """The text of a PDF, without what the page's width breaks."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        file.write_bytes(pdf)
        return _run("pdftotext", "-layout", str(file), "-")


def qr_of(pdf: bytes) -> str:
    """What the QR on the first page says, read from the picture of the page."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        file.write_bytes(pdf)
        _run("pdftoppm", "-r", "150", "-png", "-singlefile", str(file), str(file.with_suffix("")))
        return _run("zbarimg", "-q", "--raw", str(file.with_suffix(".png"))).strip()


def signature_of(pdf: bytes, authority: str) -> str:
    """What `pdfsig` says of the signature, with this authority (PEM) as the one that is trusted."""
    with tempfile.TemporaryDirectory() as folder:
        return signature_trusting(pdf, store_trusting(authority, Path(folder)))


def store_trusting(authority: str, folder: Path) -> str:
    """A store of certificates in this folder that trusts this authority (PEM) and no other."""
    trusted, store = folder / "authority.crt", f"sql:{folder}"
    trusted.write_text(authority, "ascii")
    _run("certutil", "-N", "-d", store, "--empty-password")
    _run("certutil", "-A", "-d", store, "-n", "authority", "-t", "CT,C,C", "-i", str(trusted))
    return store


def signature_trusting(pdf: bytes, store: str) -> str:
    """What `pdfsig` says of the signature, with the authorities of this store."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        file.write_bytes(pdf)
        return _run("pdfsig", "-nssdir", store, str(file))
