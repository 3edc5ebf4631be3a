"""The table of channels: which provider sends over each, where one is configured.

A channel's name and the contact field that holds its address stand in `shared.case.facts.parts`,
for they are on disk; a test holds that the two tables name the same channels.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from services.notify.channels.mail import smtp
from services.notify.channels.message import Provider
from services.notify.channels.sms import provider as sms
from shared.case.facts.parts import Channel
from shared.config import Settings

# None: the channel is not configured in these settings.
CHANNELS: Mapping[Channel, Callable[[Settings], Provider | None]] = MappingProxyType(
    {"email": smtp.provider, "phone": sms.provider}
)


def providers_of(settings: Settings) -> dict[Channel, Provider]:
    """The provider of each channel that is configured."""
    opened = {channel: provider(settings) for channel, provider in CHANNELS.items()}
    return {channel: provider for channel, provider in opened.items() if provider is not None}
