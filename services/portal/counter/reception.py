"""Who is served at a counter now, and what was typed for them.

It stands in the officer's session and nowhere else: no draft is kept of it, and with the next
person, or at signing out, it is gone.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from flask import url_for

from services.portal.api import ApiAnswer
from services.portal.applying.drafts import FormDraft
from services.portal.applying.sitting import NoForm, Person, Sitting
from services.portal.faults import FORBIDDEN
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import NOTHING, Form
from services.portal.room import Portal
from services.portal.session.forms import visitor

NAME = "counter"
OF_THE_OFFICER = ("token", "until", "person")
"""What a session keeps when the next person is served."""
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "present": ("counter", "booking-then-counter"),
    "telephone": ("phone",),
}
"""Over which channels of an item somebody is served, by how; the first that it has counts."""


OWN_CASE = InputFault("", "", NOTHING, "own-case")
OTHER_OFFICE = InputFault("", "", NOTHING, "other-office")


class NoReception(Exception):
    """Nobody is being served in this session."""


class NotAtCounter(NoForm):
    """Nobody can apply for this item at a counter, or not by telephone."""


@dataclass
class Reception:
    """One person who is served. `sitting`: the API's handle; `seen`: the kind of document.

    `item`, `edition`, `submission` and `typed` are of the application that is being filled in;
    `case` is the one that was taken in last.
    """

    sitting: str
    how: str
    seen: str
    item: str = ""
    edition: str = ""
    submission: str = ""
    typed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    case: str = ""

    @classmethod
    def here(cls) -> "Reception":
        """That of this session.

        Raises:
            NoReception: nobody is being served.
        """
        kept = visitor().get(NAME)
        if not kept:
            raise NoReception
        typed = {name: tuple(texts) for name, texts in kept["typed"].items()}
        return cls(**{**kept, "typed": typed})

    def keep(self) -> None:
        """Remember it in the session."""
        visitor()[NAME] = asdict(self)

    def begin(self, item: str, edition: str) -> None:
        """Begin an application for this item, whose guide of this edition was agreed to."""
        self.item, self.edition, self.typed = item, edition, {}
        self.submission = os.urandom(16).hex()
        self.keep()


def end_reception() -> None:
    """Forget the person who was served, and whatever was typed: only the officer stays."""
    visitor().only(*OF_THE_OFFICER)


@dataclass
class AtCounter(Sitting):
    """An officer at the form of an item, for the person who is served."""

    room: ClassVar[str] = NAME
    reception: Reception

    @classmethod
    def now(cls, portal: Portal) -> "AtCounter":
        """The application that is being filled in.

        Raises:
            SignInNeeded: nobody is signed in.
            NoReception: nobody is being served, or no item was chosen.
        """
        person, reception = Person.here(portal), Reception.here()
        if not reception.item:
            raise NoReception
        draft = FormDraft(
            reception.item, reception.submission, reception.typed, agreed=reception.edition
        )
        return cls(portal, person, reception.item, draft, reception)

    @property
    def known(self) -> Mapping[str, str]:
        """Nothing: who is signed in is the officer, and not who applies."""
        return {}

    @property
    def verified(self) -> bool:
        """Whoever is served shows the officer a document."""
        return True

    @property
    def handle(self) -> str:
        """The sitting of the person who is served."""
        return self.reception.sitting

    @property
    def aside(self) -> str:
        """Where the officer goes who leaves the form."""
        return url_for("counter.items")

    @property
    def guide_page(self) -> str:
        """Where the guide is agreed to at the counter."""
        return url_for("counter.guide", item=self.item, first="yes")

    def to(self, page: str, **more: Any) -> str:
        """The address of one of its pages: the item stands in the session."""
        return url_for(f"{self.room}.{page}", **more)

    def channel_in(self, offered: Sequence[str]) -> str:
        """How the person is served, as the item calls it."""
        return channel_for(self.reception.how, offered)

    @cached_property
    def form(self) -> Form:
        """The form as it is now.

        Raises:
            NotAtCounter: there is none, or it is not for a counter.
        """
        try:
            return super().form
        except NoForm as error:
            raise NotAtCounter(error.item, error.status) from error

    def save(self) -> None:
        """Keep what was typed in the session."""
        self.reception.typed = dict(self.draft.typed)
        self.reception.keep()

    def forget(self) -> None:
        """Keep nothing of what was typed; who is served stays."""
        self.reception.begin("", "")

    def submit(self) -> ApiAnswer:
        """Take it in, under the application's own key."""
        body = {name: said for name, said in self.body(declared=True).items() if name != "channel"}
        beside: dict[str, Any] = {"sitting": self.handle, "guide": self.guide}
        return self.api.post(
            "/v1/counter/applications",
            body | beside,
            token=self.person.token,
            key=self.draft.submission,
        )

    def faults_in(self, answer: ApiAnswer) -> list[InputFault]:
        """What an answer says is wrong; a refusal of the officer, not of what was typed, too."""
        if answer.status != FORBIDDEN:
            return super().faults_in(answer)
        own = answer.problem == "own-case"
        return [OWN_CASE if own else OTHER_OFFICE]

    @property
    def came_before(self) -> str:
        """Where the officer goes where it came in before, and was changed here since."""
        return url_for("desk.lists")

    def submitted(self, case: str) -> str:
        """The address of the page that follows; the case is remembered for the receipt."""
        self.reception.case = case
        self.reception.keep()
        return url_for("counter.taken")


def channel_for(how: str, offered: Sequence[str]) -> str:
    """The channel of an item for somebody who is served so; empty where it has none."""
    return next((one for one in CHANNELS[how] if one in offered), "")
