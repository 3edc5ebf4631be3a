"""What the pages of the portal are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.portal.api import Api
from services.portal.session.signing_in import OpenIdClient
from services.portal.session.store import Sessions


@dataclass(frozen=True)
class Portal:
    """The services, whoever is signed in, and the store of sessions. `now` is the wall clock."""

    api: Api
    sign_in: OpenIdClient
    sessions: Sessions
    now: Callable[[], datetime]
