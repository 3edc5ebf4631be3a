"""What can go wrong with personal data: erased, no key, not what it says it is."""


class VaultError(Exception):
    """Base of what the vault raises on purpose."""


class Erased(VaultError):
    """The key was destroyed: the person's data are gone for good (410)."""


class KeyMissing(VaultError):
    """No key of that name was ever made: a fault of our own code."""


class VaultUnavailable(VaultError):
    """The vault's database cannot be reached (503)."""


class UnreadableUpload(VaultError):
    """An upload is not an image that we accept, or is too large; the sentence says which (422)."""


class UploadReused(VaultError):
    """The same Idempotency-Key came before with another content (422)."""


class CasesOpen(VaultError):
    """A person with open cases cannot be erased; `cases` lists them (409)."""

    def __init__(self, cases: tuple[str, ...]) -> None:
        super().__init__(f"{len(cases)} cases of this person are still open.")
        self.cases = cases
