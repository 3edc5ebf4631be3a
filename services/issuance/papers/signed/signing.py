"""The signature on a PDF: PAdES B-B (ETSI EN 319 142) with the certificate of the installation."""

import io
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from shared.config.paper_keys import AUTHORITY, CERTIFICATE, SIGNING_KEY
from shared.config.settings import SettingsError

FIELD = "Seal"


class PdfSigner:
    """Signs papers. The seal is drawn on the page; the signature itself shows nothing."""

    def __init__(self, folder: Path) -> None:
        """Read key, certificate and authority.

        Raises:
            SettingsError: one of them is absent or cannot be read.
        """
        for name in (SIGNING_KEY, CERTIFICATE, AUTHORITY):
            if not (folder / name).is_file():
                raise SettingsError(f"The secret {name} is missing: {folder / name}.")
        made = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
            str(folder / SIGNING_KEY),
            str(folder / CERTIFICATE),
            ca_chain_files=(str(folder / AUTHORITY),),
        )
        if made is None:
            raise SettingsError(f"The certificate of papers in {folder} cannot be read.")
        self._signer = made

    def sign(self, pdf: bytes) -> bytes:
        """The same paper with the signature behind it."""
        out = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            signers.PdfSignatureMetadata(
                field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
            ),
            signer=self._signer,
        )
        signed: bytes = out.getvalue()
        return signed
