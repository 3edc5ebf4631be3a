"""Whose certificates a channel trusts."""

import ssl

from shared.config import SettingsError


def trust(ca_file: str, variable: str) -> ssl.SSLContext:
    """Certificates are checked against this file; against those of the machine where it is empty.

    Raises:
        SettingsError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise SettingsError(f"{variable}: {ca_file} cannot be read as certificates.") from error
