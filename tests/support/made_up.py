"""Made-up people and organisations whose numbers are right by their standards."""

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def numbered(region: str, born: str, serial: str = "001") -> str:
    """A resident's number (GB 11643) with its check character; `born` is YYYYMMDD."""
    body = region + born + serial
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]
