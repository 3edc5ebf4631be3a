"""What was told on `notice/<case>`, and the words of it. Free of Kafka: the web process uses it."""

from typing import Any

from services.notify.words.table import FIRST, NOTICES, Words, words_of
from shared.case import (
    Fact,
    Notices,
    Rules,
    case_of_stream,
    case_stream,
    decode,
    fold_notices,
    notice_stream,
)
from shared.casework.log import case_of
from shared.catalogue import UnknownItem
from shared.eventlog import Loaded, LogReader
from shared.http.plain import time_of


def notices_of(loaded: Loaded) -> Notices:
    """The messages of one `notice/<case>`."""
    return fold_notices(case_of_stream(loaded.stream), loaded.events)


class Telling:
    """What a notice says: the event it is about, and the case as of that event."""

    def __init__(self, events: LogReader, rules: Rules) -> None:
        self._events = events
        self._rules = rules

    def words(self, about: str, edition: str = FIRST) -> Words:
        """The words about an event, by its id `case/<id>/<version>` or `document/<id>/<version>`.

        `edition`: that of the notice. A notice that records none was told in the first words.

        Raises:
            KeyError: nobody is told of such an event.
        """
        stream, _, version = about.rpartition("/")
        loaded = self._events.load(stream, upto_version=int(version))
        event = loaded.events[int(version) - 1]
        if not stream.startswith("case/"):  # a document's: it names its case, which stands by now
            loaded = self._events.load(case_stream(str(event.data["case"])))
        case = case_of(loaded)  # with the other events of the same commit
        fact = decode(event).fact
        return words_of(
            fact, case, self._rules.item_of(case), named=self._named(fact), edition=edition
        )

    def _named(self, fact: Fact) -> str:
        """The name of another item that the words speak of; its number, where it is gone by now."""
        item = NOTICES[type(fact)].item
        if item is None:
            return ""
        try:
            return self._rules.catalogue.item(item(fact)).text.name
        except UnknownItem:
            return item(fact)


def told(events: LogReader, telling: Telling, case_id: str) -> list[dict[str, Any]]:
    """What the applicant was told, message by message, in words without personal data."""
    state = notices_of(events.load(notice_stream(case_id)))
    messages = []
    for notice in state.notices.values():
        words = telling.words(notice.queued.about, notice.queued.words)
        messages.append(
            {
                "about": notice.queued.about_type,
                "channel": notice.queued.channel,
                "status": notice.status,
                "attempts": notice.attempts,
                "code": notice.code or None,
                "at": time_of(notice.mark.at),
                "subject": words.subject,
                "zh": words.zh,
                "en": words.en,
            }
        )
    return messages
