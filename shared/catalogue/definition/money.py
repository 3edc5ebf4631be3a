"""Money as people read it: the log counts in fen, everybody else in yuan."""


def yuan(fen: int) -> str:
    """An amount in yuan with two decimals, from fen: `40.00` for 4000."""
    return f"{fen // 100}.{fen % 100:02d}"
