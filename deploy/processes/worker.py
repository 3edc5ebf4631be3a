"""The reacting side of a service: `python -m deploy.processes.worker intake`."""

import sys

from deploy.processes.running import Process, run
from deploy.topology import BY_NAME, SERVICES


def main(argv: list[str]) -> None:
    """Build the worker of the named service and run it until SIGTERM."""
    if len(argv) != 1 or argv[0] not in SERVICES:
        sys.exit(f"usage: python -m deploy.processes.worker {{{','.join(SERVICES)}}}")
    service = argv[0]

    def work(process: Process) -> None:
        build = BY_NAME[f"{service}-worker"].load()
        worker = build(process.settings, process.secrets, process.databases, process.stop)
        worker.run(process.stop)

    run(f"{service}-worker", work)


if __name__ == "__main__":
    main(sys.argv[1:])
