"""Serve a web application: `python -P -m shared.http.process.serve services.intake.wsgi:create()`.

This is gunicorn with our configuration. gunicorn puts the folder in which it is started first in
the search path for code, before it reads any configuration: so the process moves to the folder that
our code comes from already. Further words are gunicorn's own options.
"""

import os
import sys
from pathlib import Path

import shared

CONFIG = "python:shared.http.process.gunicorn_config"


def main(argv: list[str]) -> None:
    """Become gunicorn."""
    os.chdir(Path(shared.__file__).parents[1])
    from gunicorn.app.wsgiapp import run  # noqa: PLC0415 - it notes the folder when imported

    sys.argv = ["gunicorn", "--config", CONFIG, *argv]
    run(prog="gunicorn")


if __name__ == "__main__":
    main(sys.argv[1:])
