"""The true type of an upload: sniffed from its first bytes, then decoded, within limits."""

import io
import warnings

import filetype
from PIL import Image

from shared.vault.errors import UnreadableUpload

ACCEPTED = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MOST_PIXELS = 40_000_000
SNIFF_BYTES = 261


def media_type(content: bytes) -> str:
    """The media type of an accepted image.

    Raises:
        UnreadableUpload: not an accepted image, broken, or more than 40 million pixels.
    """
    kind = filetype.guess(content[:SNIFF_BYTES])
    mime = kind.mime if kind else "unknown"
    if mime not in ACCEPTED:
        raise UnreadableUpload(f"The upload is {mime}; {', '.join(ACCEPTED)} are accepted.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[ACCEPTED[mime]]) as image:
                too_large = image.width * image.height > MOST_PIXELS
                if not too_large:
                    image.load()
    except MemoryError:
        raise
    except Exception as error:  # hostile bytes make the decoders raise undocumented errors
        raise UnreadableUpload(f"The upload is not a whole {mime}.") from error
    if too_large:
        raise UnreadableUpload(f"The image has more than {MOST_PIXELS} pixels.")
    return mime
