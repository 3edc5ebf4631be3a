"""What a process says of the world outside of it: its own /readyz has it under `troubles`."""

import http.client
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from deploy.embedded.home import Seen

TIMEOUT_S = 2.0
ANSWER_BYTES_MOST = 64 * 1024


def troubles_of(processes: Iterable[Seen]) -> list[str]:
    """The sentences of all processes that are ready; of one that does not answer, none."""
    asked = [one.health for one in processes if one.state == "ready" and one.health]
    return [sentence for address in asked for sentence in _said(address)]


def _said(address: str) -> list[str]:
    place = urlsplit(address)
    link = http.client.HTTPConnection("127.0.0.1", place.port or 0, timeout=TIMEOUT_S)
    try:
        link.request("GET", place.path)
        found = json.loads(link.getresponse().read(ANSWER_BYTES_MOST))
    except (OSError, ValueError, http.client.HTTPException):
        return []
    finally:
        link.close()
    sentences = found.get("troubles", []) if isinstance(found, dict) else []
    return [str(one) for one in sentences] if isinstance(sentences, list) else []
