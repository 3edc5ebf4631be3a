"""The session of a request: Flask's `session`, kept by the store under the browser's ticket."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from pymongo.errors import PyMongoError

from services.portal.session.store import LASTS, Sessions, Ticket

COOKIE = "caseledger"
_log = structlog.get_logger(__name__)


class Visitor(dict[str, Any], SessionMixin):
    """What is remembered of one browser.

    `away`: the store did not answer, so that nothing is known and nothing will be kept.
    """

    modified = False

    def __init__(self, ticket: Ticket, *, known: bool, away: bool = False, **content: Any) -> None:
        super().__init__(content)
        self.ticket = ticket
        self.known = known
        self.away = away
        self.left: list[Ticket] = []
        self.form_shown = False

    def __setitem__(self, name: str, value: Any) -> None:
        self.modified = True
        super().__setitem__(name, value)

    def pop(self, name: str, default: Any = None) -> Any:
        """Take a value out, or give the default."""
        self.modified = self.modified or name in self
        return super().pop(name, default)

    def csrf(self) -> str:
        """The token for a form; the browser gets its cookie with the page."""
        self.form_shown = True
        return self.ticket.csrf

    def renew(self) -> None:
        """Go on under a new ticket, so that an old cookie opens nothing of what follows."""
        self.left.append(self.ticket)
        self.ticket = Ticket.draw()
        self.known, self.modified = False, True

    def only(self, *names: str) -> None:
        """Forget everything else."""
        for name in set(self) - set(names):
            self.pop(name)

    def end(self) -> None:
        """Forget everything."""
        self.clear()
        self.renew()


class KeptSessions(SessionInterface):
    """Loads and saves the session of each request; without the store, pages go on without one."""

    def __init__(self, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = now

    def open_session(self, app: Flask, request: Request) -> Visitor:
        """What is remembered of this browser."""
        del app
        ticket = Ticket.read(request.cookies.get(COOKIE))
        if ticket is None:
            return Visitor(Ticket.draw(), known=False)
        if request.path.startswith("/static/"):
            return Visitor(ticket, known=True)
        try:
            content = self._sessions.load(ticket, now=self._now())
        except PyMongoError as error:
            _log.warning("sessions_away", error=type(error).__name__)
            return Visitor(ticket, known=True, away=True)
        return Visitor(ticket, known=True, **content)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what was changed, and give the browser its cookie."""
        if not isinstance(session, Visitor):
            return
        if session.modified:
            self._keep(session)
        if (session.modified or session.form_shown) and not session.known:
            response.set_cookie(
                COOKIE,
                session.ticket.cookie,
                max_age=int(LASTS.total_seconds()),
                httponly=True,
                secure=self.get_cookie_secure(app),
                samesite="Lax",
            )

    def _keep(self, session: Visitor) -> None:
        try:
            for old in session.left:
                self._sessions.forget(old)
            if session:
                self._sessions.save(session.ticket, dict(session), now=self._now())
        except PyMongoError as error:
            _log.warning("session_not_kept", error=type(error).__name__)
