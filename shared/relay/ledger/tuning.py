"""The sequencer's bounds and pauses: batch sizes, intervals and waits. Scaled down in tests."""

from dataclasses import dataclass

from shared.config import Settings


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Bounds and pauses; seconds unless the name says otherwise."""

    batch: int = 500  # commits that get their positions in one insert
    window: int = 4000  # records in flight to the broker, for each lane
    wait_ms: int = 100  # how long the change stream waits for commits
    beat_s: float = 1.0
    lease_s: float = 6.0
    save_s: float = 1.0  # between two saved resume points of the change stream
    margin_s: int = 30  # how far before that point reading resumes
    mark_s: float = 1.0  # between two moves of a lane's mark
    compare_s: float = 60.0  # between two checks of the end of a partition
    check_s: float = 10.0  # between two looks whether the ledger is still what was published
    tail_records: int = 1000  # how many records of a partition's end such a check reads
    poll_s: float = 1.0  # between two looks for another sequencer's rows; rarer if in vain
    sweep_s: float = 5.0  # between two pieces of the running reconciliation
    sweep_commits: int = 500  # commits in such a piece
    status_s: float = 1.0
    backoff_s: float = 0.1  # first pause after an error; doubles up to the next line
    backoff_most_s: float = 2.0
    drain_s: float = 5.0  # how long a stop waits for records in flight
    streams_kept: int = 100_000  # heads of streams kept in memory, for each lane
    held_shown: int = 100  # held streams that are kept and reported, for each lane


def tuned(settings: Settings) -> Tuning:
    """The tuning that an installation's settings define."""
    return Tuning(
        beat_s=settings.beat_ms / 1000,
        lease_s=settings.lease_ms / 1000,
        compare_s=settings.compare_s,
        sweep_s=settings.sweep_s,
    )
