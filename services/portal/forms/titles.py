"""What the form says of a field, in Chinese and in English."""

from services.portal.forms.choosing import FormEntry
from services.portal.forms.parts import NOTHING, Bilingual, Pick


def title_of(entry: FormEntry) -> Bilingual:
    """The title of a field."""
    return Bilingual(entry["title"], entry.get("title_en", ""))


def hint_of(entry: FormEntry) -> Bilingual:
    """What helps to answer: the item's own help, or the words of the printed source."""
    if "help" in entry:
        return Bilingual(entry["help"], entry.get("help_en", ""))
    raw = entry.get("note") or entry.get("raw", "")
    return Bilingual(raw) if raw and raw != entry["title"] else NOTHING


def pick_of(choice: FormEntry) -> Pick:
    """A choice of a field; the source's words where they say more than its title."""
    raw = choice.get("raw", "")
    hint = Bilingual(raw) if raw and raw != choice["title"] else NOTHING
    return Pick(choice["code"], Bilingual(choice["title"], choice.get("title_en", "")), hint)
