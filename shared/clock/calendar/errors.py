"""The only error of the clock: its text is a sentence for the person who asked."""


class ClockError(ValueError):
    """The question cannot be answered as asked; `str(error)` is one clear sentence."""
