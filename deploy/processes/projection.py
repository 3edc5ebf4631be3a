"""The progress projection: `python -m deploy.processes.projection`."""

from deploy.processes.running import Process, run


def main() -> None:
    """Follow the topic and keep the view, until SIGTERM."""
    run("projection", work)


def work(process: Process) -> None:
    """Build the projection's worker and run it."""
    from services.progress.standing.view import VIEW  # noqa: PLC0415 - after the settings were read
    from shared.projection.worker import build  # noqa: PLC0415 - the same

    made = build(VIEW, process.settings, process.secrets, process.databases, writer="notify")
    made.run(process.stop)


if __name__ == "__main__":
    main()
