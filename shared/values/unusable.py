"""The refusal of a value that somebody wrote: its code, and the reason in two languages."""


class Unusable(ValueError):
    """A value cannot be used as it was written. Neither code nor sentences quote the value.

    `code` is stable: clients switch on it. `zh` and `en` say the same to a person.
    """

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en
