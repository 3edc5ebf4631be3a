"""Which service answers what: the beginnings of the published API's addresses."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.config import Settings, SettingsError

API: Final = "/v1/"
SERVICE_OF: Mapping[str, str] = MappingProxyType(
    {
        "cases": "intake",
        "counter": "intake",
        "initiations": "intake",
        "items": "intake",
        "payments": "intake",
        "uploads": "intake",
        "drafts": "intake",
        "reviews": "review",
        "documents": "issuance",
        "issuance": "issuance",
        "papers": "issuance",
        "verification": "issuance",
        "lanes": "notify",
        "notices": "notify",
        "progress": "notify",
        "worklists": "notify",
    }
)
"""The first word after /v1/ and its service: a test holds it against what the services offer."""
SERVICES: tuple[str, ...] = tuple(dict.fromkeys(SERVICE_OF.values()))


def service_of(path: str) -> str:
    """The service that answers an address of the API; empty where none does."""
    if not path.startswith(API):
        return ""
    return SERVICE_OF.get(path.removeprefix(API).partition("/")[0], "")


def addresses_of(settings: Settings) -> dict[str, str]:
    """Where each service is.

    Raises:
        SettingsError: a service has no address, or there is one that is no service of ours.
    """
    pairs = [one.partition("=") for one in settings.services]
    found = {name: address.rstrip("/") for name, _, address in pairs if address}
    if missing := [name for name in SERVICES if name not in found]:
        raise SettingsError(f"CASELEDGER_SERVICES has no address of {', '.join(missing)}.")
    if foreign := sorted(set(found) - set(SERVICES)):
        raise SettingsError(f"CASELEDGER_SERVICES names {', '.join(foreign)}, which is no service.")
    return found
