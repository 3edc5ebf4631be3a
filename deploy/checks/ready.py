"""`python -m deploy.checks.ready PORT`: 0 when the process behind the port says it is ready.

The health check of a container: no shell and no curl are needed in the image.
"""

import sys

from deploy.embedded.probe import http_answers


def main(argv: list[str]) -> int:
    """Ask /readyz on this host."""
    return 0 if http_answers(int(argv[0]), "/readyz") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
