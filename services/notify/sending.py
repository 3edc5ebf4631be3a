"""Sending what is queued: at least once, never zero, and everything that came of it recorded.

The message is handed over first and recorded after: whoever dies in between sends it again with
the same message id. Retries hang on the timers of `notice/<case>`, not on this process's memory.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from services.notify.channels.health import ChannelHealth
from services.notify.channels.message import Message, Provider, SendFailed, message_id
from services.notify.decisions import ERASED, Attempt, Tries, not_yet, owes, queue, record
from services.notify.telling import Telling, notices_of
from services.notify.words.table import NOTICES
from shared.case import (
    Case,
    Notice,
    case_of_stream,
    case_stream,
    decode,
    fold,
    notice_stream,
    owed_notices,
)
from shared.case.facts.parts import CHANNELS, Channel
from shared.case.notify.notice import NotificationQueued, NotificationRequeued
from shared.casework.log import case_of, drafts
from shared.config.wall_clock import utc_now
from shared.eventlog import Actor, Command, Event, EventLog, Loaded
from shared.messaging.consumer.away import ServerAway
from shared.messaging.consumer.received import Handler, Received
from shared.messaging.stores.ids import reaction_command_id, timer_command_id
from shared.vault import Vault
from shared.vault.errors import Erased, VaultUnavailable

SERVICE = "notify"
SYSTEM = Actor(kind="system", ref=SERVICE)
STEP_PREFIX = "notice:"

_log = structlog.get_logger(__name__)


class Sender:
    """Queues, sends and records. One for a worker process."""

    def __init__(
        self,
        events: EventLog,
        vault: Vault,
        telling: Telling,
        providers: Mapping[Channel, Provider],
        *,
        installation: str,
        tries: Tries | None = None,
        health: ChannelHealth | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._events = events
        self._vault = vault
        self._telling = telling
        self._providers = providers
        self._installation = installation
        self._tries = tries or Tries()
        self._health = health
        self._now = now

    def queue(self, received: Received) -> None:
        """On an event that the applicant is told of: queue a message for each channel."""
        case = self._case(received)
        queued = queue(decode(received.event).fact, case, received.event_id)
        if queued:
            self._events.execute(
                notice_stream(case.id),
                _reaction("queue-notices", received, self._now()),
                lambda notices: drafts(not_yet(notices_of(notices), queued)),
            )

    def _case(self, received: Received) -> Case:
        """The case as of one of its events; for one on a document, the case as it is by now."""
        if received.stream.startswith("case/"):
            upto = received.event.version
            return _as_of(self._events.load(received.stream, upto_version=upto), received.event)
        return case_of(self._events.load(case_stream(str(received.event.data["case"]))))

    def send(self, received: Received) -> None:
        """On `notify.NotificationQueued` or `NotificationRequeued`: the first attempt."""
        queued = decode(received.event).fact
        if isinstance(queued, NotificationQueued | NotificationRequeued):
            command = _reaction("send-notice", received, self._now())
            self._attempt(received.stream, queued.notice, 1, command, since=received.event.version)

    def fire(self, stream: str, step: str, version: int, now: datetime) -> None:
        """The time of a queued or failed message is over: the next attempt."""
        state = notices_of(self._events.load(stream))
        if not any(o.step == step and o.version == version for o in owed_notices(state)):
            return
        notice = step.removeprefix(STEP_PREFIX)
        command = Command(
            command_id=timer_command_id(step, version),
            actor=SYSTEM,
            now=now,
            causation=f"{stream}/{version}",
        )
        self._attempt(stream, notice, state.notices[notice].attempts + 1, command)

    def _attempt(
        self, stream: str, notice: str, number: int, command: Command, *, since: int | None = None
    ) -> None:
        """Send, then record; nothing where it is sent already or another attempt came first.

        `since`: nothing either where another event than that of this version made it owed.
        """
        owed = owes(notices_of(self._events.load(stream)), notice, after=number - 1)
        if owed is None or since not in {None, owed.mark.version}:
            return
        attempt = self._try(owed, number, command.now)
        _log.info("notice_attempted", notice=notice, attempt=number, outcome=attempt.outcome)
        self._events.execute(
            stream,
            command,
            lambda loaded: drafts(record(notices_of(loaded), attempt, self._tries, command.now)),
        )
        self._keep_health(owed.queued.channel, attempt, command.now)

    def _keep_health(self, channel: Channel, attempt: Attempt, now: datetime) -> None:
        """Say what came of it for the channel; after it was recorded, for it is a hint."""
        if self._health is None:
            return
        if attempt.outcome == "sent":
            self._health.sent(channel)
        else:
            self._health.failed(channel, attempt.code, attempt.fault, now)

    def _try(self, notice: Notice, number: int, now: datetime) -> Attempt:
        queued = notice.queued
        provider = self._providers.get(queued.channel)
        if provider is None:  # tried again, since it may be configured by then
            return Attempt(
                notice=queued.notice,
                number=number,
                outcome="failed",
                code="not-configured",
                fault="relay",
            )
        try:
            to = self._destination(queued)
        except Erased:
            return Attempt(notice=queued.notice, number=number, outcome="hopeless", code=ERASED)
        except VaultUnavailable as error:
            raise ServerAway("The vault cannot be reached.") from error
        if not to:
            return Attempt(
                notice=queued.notice, number=number, outcome="hopeless", code="no-destination"
            )
        message = Message(
            id=message_id(queued.notice, self._installation),
            to=to,
            words=self._telling.words(queued.about, queued.words),
            at=now,
        )
        try:
            reference = provider.send(message)
        except SendFailed as error:
            return Attempt(
                notice=queued.notice,
                number=number,
                outcome="hopeless" if error.permanent else "failed",
                code=error.code,
                fault=error.fault,
            )
        return Attempt(
            notice=queued.notice,
            number=number,
            outcome="sent",
            provider=provider.name,
            reference=reference,
        )

    def _destination(self, queued: NotificationQueued) -> str | None:
        """The present address of the channel; the reading is recorded before it is given."""
        loaded = self._events.load(case_stream(queued.case))
        field = CHANNELS[queued.channel]
        version = case_of(loaded).sealed_in.get(field)
        if version is None:
            return None
        return self._vault.reveal(
            loaded.with_version(version),
            version,
            field,
            reader=SYSTEM,
            why=f"notice {queued.template}",
        )


def handlers_of(sender: Sender) -> dict[str, Sequence[Handler]]:
    """The reactions of notify by event type: queue what is told, send what is owed."""
    told: dict[str, Sequence[Handler]] = {fact.TYPE: [sender.queue] for fact in NOTICES}
    send: Sequence[Handler] = [sender.send]
    return {**told, NotificationQueued.TYPE: send, NotificationRequeued.TYPE: send}


def _as_of(loaded: Loaded, event: Event) -> Case:
    """The case as of one event, without the later ones of its commit."""
    upto = [e for e in loaded.events if e.version <= event.version]
    return fold(upto, case_id=case_of_stream(loaded.stream))


def _reaction(name: str, received: Received, now: datetime) -> Command:
    return Command(
        command_id=reaction_command_id(name, received.event_id),
        actor=SYSTEM,
        now=now,
        causation=received.event_id,
        correlation=received.correlation,
        traceparent=received.traceparent,
        authority=received.authority,
    )
