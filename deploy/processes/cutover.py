"""The cut-over of an existing log to signed commits: once, with all writers stopped.

`python -m deploy.processes.cutover [--make-keys]`, with the sequencer's secrets (the writers' old
keys among them) and the sequencer's database role, after every service and every sequencer was
stopped. `--make-keys` first makes the keys that are missing, and `writers.json`. The embedded
system does all of this by itself at its start.
"""

import os
import sys
from pathlib import Path

from deploy.processes.running import BAD_SETTINGS, Process, run
from shared.audit import SigningKey
from shared.audit.cutting_over import CuttingOver, NotCutOver
from shared.config import create_missing


def main(argv: list[str]) -> None:
    """Read the command line and cut over."""
    if "--make-keys" in argv:
        create_missing(Path(os.environ.get("CASELEDGER_SECRETS_DIR") or ".caseledger/secrets"))
    run("cut-over", cut_over)


def cut_over(process: Process) -> None:
    """Cut over where it is needed; nothing happens where it is not.

    Ends the process with 2 and one sentence where the log does not verify.
    """
    settings, secrets = process.settings, process.secrets
    key = SigningKey.load(secrets.checkpoint_key_path, settings.installation)
    try:
        CuttingOver(process.databases.log, secrets, key, settings.lanes).run()
    except NotCutOver as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_SETTINGS)


if __name__ == "__main__":
    main(sys.argv[1:])
