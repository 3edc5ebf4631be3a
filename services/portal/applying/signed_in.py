"""What the sign-in knows of a person: proposed on the pages of a form, and asked for once.

The form asks first who applies and then who acts. Until the second is answered nobody is told that
the applicant is another person than the one who signed in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.portal.forms.faults import InputFault
from services.portal.forms.parts import FormPage, Typed
from services.portal.forms.values import was_typed

DIFFERS = "identity-differs"
_SURE = frozenset({"substantial", "high"})
_PERSONS = frozenset({"applicant-person", "representative"})
_ACTING = "acting"


def known_of(claims: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a person's inputs that the access token vouches for; unverified: to propose."""
    identity = claims.get("identity")
    if not isinstance(identity, Mapping) or claims.get("acr") not in _SURE:
        return {}
    found = {
        "name": claims.get("name"),
        "id_kind": identity.get("kind"),
        "id_number": identity.get("number"),
    }
    return {part: text for part, text in found.items() if isinstance(text, str) and text}


def proposed(page: FormPage, typed: Typed, known: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What the sign-in knows for the inputs of a page on which nothing was typed yet."""
    if page.words not in _PERSONS or any(was_typed(one, typed) for one in page.inputs):
        return {}
    return {one.name: (known[one.words],) for one in page.inputs if one.words in known}


def where_it_is_decided(
    faults: Iterable[InputFault], pages: Sequence[FormPage]
) -> Iterator[InputFault]:
    """The same; that the applicant is somebody else is told where it is said who acts."""
    acting = next((page.inputs[0].name for page in pages if page.key == _ACTING), "")
    for one in faults:
        late = acting and one.code == DIFFERS and one.page == "applicant"
        yield one._replace(page=_ACTING, name=acting) if late else one
