"""The process of a read model: `python -m deploy.processes.projection progress`."""

import sys

from deploy.processes.running import Process, run
from deploy.topology import READ_MODELS, view_of


def main(argv: list[str]) -> None:
    """Follow the topic and keep the read model of this name (progress, unless named)."""
    name = argv[0] if argv else "progress"
    if len(argv) > 1 or name not in READ_MODELS:
        sys.exit(f"usage: python -m deploy.processes.projection {{{','.join(READ_MODELS)}}}")
    row = READ_MODELS[name]

    def work(process: Process) -> None:
        from shared.projection.worker import build  # noqa: PLC0415 - after the settings were read

        parts = (process.settings, process.secrets, process.databases)
        build(view_of(name), *parts, writer=row.service).run(process.stop)

    run(row.name, work)


if __name__ == "__main__":
    main(sys.argv[1:])
