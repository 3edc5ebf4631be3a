"""One person at one form: who it is, the form, the draft, and the pages that follow from both."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from flask import request, url_for

from services.portal.api import Api, ApiAnswer
from services.portal.applying.drafts import DraftOwner, Drafts, FormDraft
from services.portal.applying.keeping import keep_uploads, secret_of
from services.portal.applying.signed_in import known_of
from services.portal.forms.drawing import pages_of
from services.portal.forms.faults import InputFault, faults_of_problem
from services.portal.forms.filling import application_of, next_page
from services.portal.forms.parts import Form, FormPage, Typed
from services.portal.room import Portal
from services.portal.session.forms import TOKEN, agreed_to, visitor
from services.portal.session.signing_in import claims_of

DO = "do"
SEALING = "drafts"  # the name in the session
SEEN = "seen"
_NAME = re.compile(r"[a-z_]+(\.[a-z0-9_-]+){0,5}")


class NoForm(Exception):
    """Nobody can apply for this item on these pages. `status`: why, as the API said it."""

    def __init__(self, item: str, status: int) -> None:
        super().__init__(item)
        self.item = item
        self.status = status


class NotAgreed(Exception):
    """The guide, as it is now, was not agreed to. `guide`: the address of its page."""

    def __init__(self, guide: str) -> None:
        super().__init__(guide)
        self.guide = guide


class NotVerified(Exception):
    """The item takes real-name accounts alone, and nobody vouches for this one (R-014)."""

    def __init__(self, item: str, title: tuple[str, str]) -> None:
        super().__init__(item)
        self.item = item
        self.title = title


@dataclass(frozen=True)
class Person:
    """Who is signed in: the token for the API, and whose drafts these are.

    `known`: the name and the identity document that the sign-in vouches for, if any.
    """

    token: str
    name: str
    portal: Portal = field(repr=False)
    known: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def here(cls, portal: Portal) -> "Person":
        """Whoever sent this request.

        Raises:
            SignInNeeded: nobody is signed in.
        """
        token = portal.sign_in.token()
        claims = claims_of(token)
        name = f"{claims.get('iss', '')}\0{claims.get('sub', '')}"
        return cls(token, name, portal, known_of(claims))

    @cached_property
    def owner(self) -> DraftOwner:
        """Whose drafts these are. The secret is asked for once a session.

        Raises:
            ServiceAway, TokenRefused: it was not asked for yet, and cannot be now.
        """
        here = visitor()
        kept = here.get(SEALING) or {}
        if kept.get("of") != self.name:
            here[SEALING] = kept = {"of": self.name, "secret": secret_of(self.portal, self.token)}
        return DraftOwner(self.name, bytes.fromhex(kept["secret"]))


@dataclass
class Sitting:
    """A person at the form of an item. `room`: the pages on which it is filled in."""

    room: ClassVar[str] = "applying"
    portal: Portal
    person: Person
    item: str
    draft: FormDraft

    @classmethod
    def at(cls, portal: Portal, item: str) -> "Sitting":
        """With the draft as it was left, and the guide that was agreed to since."""
        person = Person.here(portal)
        draft = portal.drafts.begin(person.owner, item, now=portal.now())
        draft.agreed = agreed_to(item) or draft.agreed
        return cls(portal, person, item, draft)

    @property
    def api(self) -> Api:
        """The services."""
        return self.portal.api

    @property
    def drafts(self) -> Drafts:
        """Where it is kept."""
        return self.portal.drafts

    @property
    def known(self) -> Mapping[str, str]:
        """What the sign-in vouches for of the person who applies."""
        return self.person.known

    @property
    def verified(self) -> bool:
        """Whether the sign-in vouches for a name and a number."""
        return {"name", "id_number"} <= self.known.keys()

    @property
    def handle(self) -> str:
        """The sitting of the person at a counter who is served; empty for whoever is signed in."""
        return ""

    @property
    def aside(self) -> str:
        """Where somebody goes who leaves the form."""
        return url_for("cases.mine")

    @property
    def guide_page(self) -> str:
        """Where the guide is read and agreed to."""
        return url_for("guide.guide", item=self.item, first="yes")

    def to(self, page: str, **more: Any) -> str:
        """The address of one of its pages."""
        return url_for(f"{self.room}.{page}", item=self.item, **more)

    @property
    def pages_at(self) -> str:
        """The address under which its pages are, each by its key."""
        return self.to("question", key="x").rsplit("/", 1)[0]

    def channel_in(self, offered: Sequence[str]) -> str:
        """The channel of this application; empty where the item is not offered over it."""
        return "online" if "online" in offered else ""

    @cached_property
    def form(self) -> Form:
        """The form as it is now.

        Raises:
            NoForm: there is none, or it is not for applications on these pages.
            NotAgreed: its guide was not agreed to, or has changed since (R-015).
            NotVerified: it takes real-name accounts alone.
        """
        found = self.api.get(f"/v1/items/{self.item}/form", token=self.person.token)
        if not found.ok:
            raise NoForm(self.item, found.status)
        form: Form = found.document
        if not self.channel_in(form["schema"]["properties"]["channel"]["enum"]):
            raise NoForm(self.item, found.status)
        if self.draft.agreed != form["content_hash"]:
            raise NotAgreed(self.guide_page)
        self.draft.edition = form["content_hash"]
        self.draft.title = (form["schema"]["title"], form["schema"].get("description", ""))
        if form.get("online", {}).get("account") and not self.verified:
            raise NotVerified(self.item, self.draft.title)
        return form

    @property
    def channel(self) -> str:
        """Over which channel it is applied for."""
        return self.channel_in(self.form["schema"]["properties"]["channel"]["enum"])

    @property
    def pages(self) -> list[FormPage]:
        """The pages that this application has, as far as it is filled in."""
        return self.pages_for(self.draft.typed)

    def pages_for(self, typed: Typed) -> list[FormPage]:
        """The pages that an application with these answers has."""
        return pages_of(self.form, typed, self.channel)

    def page(self, key: str) -> FormPage | None:
        """One of them."""
        return next((page for page in self.pages if page.key == key), None)

    @property
    def next(self) -> FormPage | None:
        """The first that is to be answered."""
        return next_page(self.form, self.draft.typed, self.channel)

    def save(self) -> None:
        """Keep what was typed, and the uploads that it names."""
        keep_uploads(self.portal, self.person.token, self.draft)
        self.drafts.save(self.person.owner, self.draft, now=self.portal.now())

    def forget(self) -> None:
        """Keep nothing of what was typed."""
        self.drafts.forget(self.person.owner, self.item)

    def left(self, key: str) -> None:
        """Remember that this page was answered."""
        seen = (*self.draft.typed.get(SEEN, ()), key)
        self.draft.typed[SEEN] = tuple(dict.fromkeys(seen))

    @property
    def guide(self) -> dict[str, str]:
        """The guide of the present edition, as an application names the one that was agreed to."""
        return {"version": self.form["version"], "content_hash": self.form["content_hash"]}

    def body(self, *, declared: bool) -> dict[str, Any]:
        """The application that was typed."""
        return application_of(self.form, self.draft.typed, declared=declared, channel=self.channel)

    def submit(self) -> ApiAnswer:
        """Submit it under the draft's own key: however often this is sent, there is one case."""
        return self.api.post(
            "/v1/cases",
            {**self.body(declared=True), "guide": self.guide},
            token=self.person.token,
            key=self.draft.submission,
        )

    @property
    def came_before(self) -> str:
        """Where somebody goes whose application came in before, and was changed here since."""
        return url_for("cases.mine", done="before")

    def submitted(self, case: str) -> str:
        """The address of the page that follows."""
        return url_for("cases.submitted", case=case)

    def check(self) -> ApiAnswer:
        """Ask what would be refused or missing now; nothing is stored by that."""
        body = {**self.body(declared=True), "guide": self.guide}
        return self.api.post(f"/v1/items/{self.item}/check", body, token=self.person.token)

    def faults_in(self, answer: ApiAnswer) -> list[InputFault]:
        """What an answer says is wrong, each at its input."""
        return faults_of_problem(answer.document, self.pages, self.body(declared=True))


def posted() -> dict[str, tuple[str, ...]]:
    """What the form of this request says, without its token and its buttons."""
    apart = {TOKEN, DO, SEEN}
    return {
        name: tuple(texts)
        for name, texts in request.form.lists()
        if name not in apart and _NAME.fullmatch(name)
    }
