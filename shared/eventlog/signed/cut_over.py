"""The cut-over note as a reader asks for it: read once, verified, and kept."""

from typing import Any

from pymongo.database import Database

from shared.eventlog.signed.chain import cut_over_chain
from shared.eventlog.signed.notes import CutOver, PublicKey, open_cut_over


class CutOverNote:
    """Reads the note at the first call that finds it; it never changes."""

    def __init__(self, log: Database[dict[str, Any]], key: PublicKey) -> None:
        self._chain = cut_over_chain(log)
        self._key = key
        self._known: CutOver | None = None

    def __call__(self) -> CutOver | None:
        """The cut-over of this log; None where it did not take place.

        Raises:
            BadNote: the note that is there is not signed by this installation.
            PyMongoError: the server does not answer.
        """
        if self._known is None:
            stored = self._chain.last()
            self._known = None if stored is None else open_cut_over(self._key, stored.note)
        return self._known
