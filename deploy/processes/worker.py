"""The reacting side of a service: `python -m deploy.processes.worker intake`."""

import sys
from importlib import import_module

from deploy.processes.running import Process, run

SERVICES = ("intake", "review", "issuance", "notify")


def main(argv: list[str]) -> None:
    """Build the worker of the named service and run it until SIGTERM."""
    if len(argv) != 1 or argv[0] not in SERVICES:
        sys.exit(f"usage: python -m deploy.processes.worker {{{','.join(SERVICES)}}}")
    service = argv[0]

    def work(process: Process) -> None:
        module = import_module(f"services.{service}.worker")
        worker = module.build(process.settings, process.secrets, process.databases, process.stop)
        worker.run(process.stop)

    run(f"{service}-worker", work)


if __name__ == "__main__":
    main(sys.argv[1:])
