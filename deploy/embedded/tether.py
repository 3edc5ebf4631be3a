"""Run a command that is asked to end (SIGTERM) when the process that started it dies.

`python -I -S tether.py PARENT_PID PROGRAM ARGUMENT…`: the kernel's promise (PR_SET_PDEATHSIG) is
asked for, then the program replaces us under the same pid. So a supervisor killed with -9 leaves
nothing behind. Where the kernel has no such promise, the next start ends what is left.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Tie this process to its parent and become the command."""
    parent, program = int(argv[0]), argv[1]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    os.execv(program, argv[1:])  # noqa: S606 - the command line is the supervisor's own list


if __name__ == "__main__":
    main(sys.argv[1:])
