"""The supervisor as a process of its own: `python -m deploy.embedded`, for a detached start."""

import os
import sys

from deploy.embedded.home import Home, LaunchError, State
from deploy.embedded.launch import Wish, run


def main() -> int:
    """Run until told to stop; a start that fails leaves its sentence in the state file."""
    home = Home.from_env(os.environ)
    try:
        run(home, os.environ, progress=lambda _: None, wish=Wish.parse(sys.argv[1:]))
    except LaunchError as error:
        sys.stderr.write(f"{error}\n")
        if not home.is_locked():
            State(pid=0, started=0, error=str(error)).write(home)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
