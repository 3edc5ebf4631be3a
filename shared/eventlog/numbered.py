"""Insert-only collections that number their documents from 1 without a gap."""

from collections.abc import Callable


def last_taken(taken: Callable[[int], bool], *, known: int = 0) -> int:
    """The last number that is taken, 0 for none, by doubling and then halving.

    Equality look-ups alone, so that it needs no sort and no counter to update. `known` is a number
    that is taken for certain; the closer it is, the fewer look-ups.
    """
    low, stride = known, 1
    while taken(low + stride):
        low, stride = low + stride, stride * 2
    high = low + stride
    while high - low > 1:
        middle = (low + high) // 2
        if taken(middle):
            low = middle
        else:
            high = middle
    return low
