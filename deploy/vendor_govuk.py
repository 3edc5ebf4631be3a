"""Vendor the style sheet of GOV.UK Frontend: `python -m deploy.vendor_govuk PACKAGE.tgz`.

The file is what `npm pack govuk-frontend@6.3.0` fetches. Only the style sheet is taken, without
the government's typeface and its crest, which are not licensed to others. `VENDORED` names the
package that it came from.
"""

import hashlib
import re
import sys
import tarfile
from base64 import b64encode
from pathlib import Path

VERSION = "6.3.0"
FOLDER = Path(__file__).parents[1] / "services" / "portal" / "static" / "govuk"
STYLE = "package/dist/govuk/govuk-frontend.min.css"
FONTS = 'system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif'
_FACE = re.compile(r"@font-face\{[^}]*\}")
_CREST = re.compile(r"[^{}]*\{[^{}]*url\(/assets/images/govuk-crest\.svg\)[^{}]*\}")
_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


def styled(text: str) -> str:
    """The style sheet without the typeface, the crest and the address of its map."""
    text = _MAP.sub("", _CREST.sub("", _FACE.sub("", text)))
    text = text.replace("GDS Transport,arial,sans-serif", FONTS).replace('"GDS Transport"', FONTS)
    if "GDS" in text or "url(" in text:
        raise ValueError("Something of the typeface or an address is left in the style sheet.")
    return text.strip() + "\n"


def main(argv: list[str]) -> None:
    """Write the style sheet, and what it is."""
    package = Path(argv[0]).read_bytes()
    with tarfile.open(argv[0]) as archive:
        file = archive.extractfile(STYLE)
        if file is None:
            sys.exit(f"{STYLE} is not in {argv[0]}.")
        text = file.read().decode("utf-8")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "govuk.css").write_text(styled(text), "utf-8")
    digest = b64encode(hashlib.sha512(package).digest()).decode("ascii")
    (FOLDER / "VENDORED").write_text(
        f"govuk-frontend {VERSION} of npm, sha512-{digest}\n"
        f"{STYLE}, made into govuk.css by deploy/vendor_govuk.py\n",
        "utf-8",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
