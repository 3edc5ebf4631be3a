"""Run the scenarios of the named parts, or of all of them.

The exit status is 1 if one scenario did not come out as expected; its line begins with `??`.
"""

import importlib
import sys

FAST = (
    "d_parking",
    "e_numbers",
    "f_erasure",
    "g_timers",
    "h_restore",
    "i_cutover",
    "j_aside",
    "k_payments",
)
SLOW = ("a_append", "b_assign", "b_publish", "c_consumer")
PARTS = (*SLOW, *FAST)


def main(names: list[str]) -> int:
    """Print every scenario with its verdict and, if it is violated, the shortest trace to it."""
    unexpected = 0
    for name in names or PARTS:
        print(f"=== {name}", flush=True)
        for _title, expect, got, _result in importlib.import_module(name).run():
            unexpected += expect != got
    print(f"=== {unexpected} unexpected outcome(s)")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
