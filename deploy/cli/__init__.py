"""The command line `caseledger`."""

import sys

PYTHON_LEAST = (3, 11)


def main() -> None:
    """Check the Python, then hand over; nothing heavy is imported before that."""
    if sys.version_info < PYTHON_LEAST:  # this file must stay readable for an old Python
        have = ".".join(str(part) for part in sys.version_info[:2])
        sys.stderr.write("caseledger needs Python 3.11 or newer; this is " + have + ".\n")
        sys.exit(3)
    from deploy.cli.app import run

    run()
