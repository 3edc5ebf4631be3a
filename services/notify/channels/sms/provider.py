"""Which provider of text messages the settings name."""

from services.notify.channels.sms.file import FileTextMessages
from services.notify.channels.sms.http import HttpTextMessages, port_of
from shared.config import Settings


def provider(settings: Settings) -> FileTextMessages | HttpTextMessages:
    """The provider's port of the settings; the file in the outbox where none is set.

    Raises:
        SettingsError: the settings of the port cannot be.
    """
    if settings.sms_url:
        return HttpTextMessages(port_of(settings))
    return FileTextMessages(settings.outbox_dir / "sms.jsonl")
