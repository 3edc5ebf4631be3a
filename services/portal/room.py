"""What the pages of the portal are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.portal.api import Api
from services.portal.applying.drafts import Drafts
from services.portal.session.signing_in import OpenIdClient
from services.portal.session.store import Sessions


@dataclass(frozen=True)
class Portal:
    """The services, whoever is signed in, sessions and drafts. `now` is the wall clock."""

    api: Api
    sign_in: OpenIdClient
    sessions: Sessions
    drafts: Drafts
    now: Callable[[], datetime]
