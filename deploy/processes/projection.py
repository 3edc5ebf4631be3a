"""The progress projection: `python -m deploy.processes.projection`."""

from deploy.processes.running import Process, run


def main() -> None:
    """Follow the topic and keep the view, until SIGTERM."""
    run("projection", work)


def work(process: Process) -> None:
    """Build the projection's worker and run it."""
    from services.notify import projection  # noqa: PLC0415 - after the settings were read

    worker = projection.build(process.settings, process.secrets, process.databases, process.stop)
    worker.run(process.stop)


if __name__ == "__main__":
    main()
