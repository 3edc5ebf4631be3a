"""What a test says of itself in the report of the run: a seed, how much it did in which time."""

import pytest

TOLD = "told"


def tell(request: pytest.FixtureRequest, sentence: str) -> None:
    """Say it at the end of the run, whatever is captured and whichever process runs the test."""
    request.node.user_properties.append((TOLD, sentence))


def told(report: object) -> list[str]:
    """What the test of a report said; once, with the report of its end."""
    if getattr(report, "when", "") != "teardown":
        return []
    properties: list[tuple[str, object]] = getattr(report, "user_properties", [])
    return [str(sentence) for name, sentence in properties if name == TOLD]
