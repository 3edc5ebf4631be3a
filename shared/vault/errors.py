"""The errors of the vault: erased data, a missing key."""


class VaultError(Exception):
    """Base of the vault's own errors."""


class Erased(VaultError):
    """The key was destroyed: the person's data are gone for good (410)."""


class KeyMissing(VaultError):
    """No key of that name was ever created: a fault of our own code."""


class VaultUnavailable(VaultError):
    """The vault's database cannot be reached (503)."""


class UploadReused(VaultError):
    """The Idempotency-Key was used before with different content (422)."""


class CasesOpen(VaultError):
    """A person with open cases cannot be erased; `cases` lists them (409)."""

    def __init__(self, cases: tuple[str, ...]) -> None:
        super().__init__(f"{len(cases)} cases of this person are still open.")
        self.cases = cases
