"""Who and what the demo is about. Everything here is made up, and says so."""

import io

from PIL import Image, ImageDraw

from shared.security.local_issuer import OF_APPLICANT, USERS

ITEM = "000-01"
FEE = "40.00"

# Who the token `applicant` vouches for. 999999 is no administrative division: no such number is
# ever given to anybody.
APPLICANT = {
    "name": USERS["applicant"].called or "",
    "id_number": OF_APPLICANT[1],
    "phone": "+86 199 0000 0000",
    "email": "demo.applicant@example.com",
}
# That the card can be reissued online.
FACTS = {
    "household-in-xinjiang": True,
    "register-changed": False,
}
ADDRESS = "No. 0, Example Road, Nowhere (demo)"


def household_register(words: str = "SPECIMEN - demo household register") -> bytes:
    """A PNG that is plainly no household register."""
    image = Image.new("RGB", (640, 400), "#f4f1e8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 620, 380), outline="#888888", width=3)
    draw.text((60, 180), words, fill="#444444")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
