"""The pure parts of the load measurement: accounting, rates, figures."""

import pytest

from bench.load.accounting import TICK_MS, Stat, by_name, parse_machine, parse_stat, spent
from bench.load.figures import each, in_gauges, operations, percentiles, processor
from bench.load.gauge import gauge_ms
from bench.load.ladder import DRAIN_MOST_S, Step, best, climb, descend, held
from bench.load.system import live_groups
from deploy.topology import READ_MODELS
from tests.support.small_views import SmallViews


def test_a_stat_line_is_read_past_a_command_with_brackets_and_spaces() -> None:
    line = "4711 (odd) name (x) S 42 4711 4711 0 -1 4194304 9 0 0 0 30 12 5 3 20 0 1 0 99 0 0"
    assert parse_stat(line) == Stat(parent=42, cpu_ms=(30 + 12 + 5 + 3) * TICK_MS)


def test_the_machine_is_busy_with_all_but_idling_waiting_and_guests() -> None:
    text = "cpu  100 1 20 5000 300 4 5 6 70 8\ncpu0 1 1 1 1\n"
    assert parse_machine(text) == pytest.approx((100 + 1 + 20 + 4 + 5 + 6) * TICK_MS)


def test_a_process_counts_for_its_nearest_named_ancestor() -> None:
    stats = {
        1: Stat(0, 1000.0),
        10: Stat(1, 5.0),
        11: Stat(10, 20.0),
        12: Stat(11, 300.0),
        20: Stat(10, 7.0),
    }
    found = by_name(stats, {10: "launcher", 11: "intake-web", 99: "gone"})
    assert found == {"launcher": ((10, 20), 12.0), "intake-web": ((11, 12), 320.0), "gone": ((), 0)}


def test_the_time_of_a_process_that_died_stays_in_the_sum() -> None:
    # 500 ms of a worker went to the launcher, which waited for it; its successor used 10
    before = {"launcher": 5.0, "worker": 480.0}
    after = {"launcher": 507.0, "worker": 10.0}
    used = spent(before, after, root="launcher")
    assert sum(used.values()) == pytest.approx(507.0 + 10.0 - 485.0)
    assert min(used.values()) >= 0


def step(rate: float, *unfinished: float, failed: int = 0, drained_s: float = 3.0) -> Step:
    return Step(rate, 40, failed, unfinished, drained_s)


@pytest.mark.parametrize(
    ("one", "keeps_up"),
    [
        (step(1, 0, 1, 3, 3, 3, 3, 4, 3, 4), True),
        (step(1, 0, 4, 8, 12, 16, 20, 24, 28, 32), False),
        (step(1, 9, 9, 9, 30, 30, 30, 36, 37, 36), True),  # within a quarter
        (step(1, 9, 9, 9, 30, 30, 30, 39, 39, 39), False),
        (step(1, 1, 1, 1, drained_s=DRAIN_MOST_S + 1), False),
        (step(1, 1, 1, 1, failed=1), False),
        (step(1), True),
    ],
)
def test_a_rate_is_held_when_nothing_piles_up(one: Step, *, keeps_up: bool) -> None:
    assert held(one) is keeps_up


def test_the_ladder_ends_between_the_last_rate_held_and_the_first_that_is_not() -> None:
    asked: list[float] = []

    def measure(rate: float) -> Step:
        asked.append(rate)
        return step(rate, *([3.0] * 9 if rate <= 2.3 else range(9, 90, 9)))

    steps = climb(measure, [1, 2, 3, 4])
    assert asked == [1, 2, 3, 2.5]
    found = best(steps)
    assert found is not None
    assert found.rate == 2


def test_the_ladder_goes_half_way_back_to_what_was_held_before_it() -> None:
    steps = climb(lambda rate: step(rate, failed=1), [2, 3], held_before=step(1, 1, 1, 1))
    assert [one.rate for one in steps] == [2, 1.5]
    assert best(steps) is None


def test_a_rate_that_is_not_held_is_halved_until_one_is() -> None:
    steps = descend(lambda rate: step(rate, failed=int(rate > 0.3)), 1, times=4)
    assert [one.rate for one in steps] == [0.5, 0.25]
    assert [one.rate for one in descend(lambda rate: step(rate, failed=1), 1, times=2)] == [
        0.5,
        0.25,
    ]


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert percentiles([]) == {"n": 0}
    assert percentiles([7.0]) == {"p50": 7.0, "p99": 7.0, "n": 1}
    values = [float(n) for n in range(100, 0, -1)]
    assert percentiles(values) == {"p50": 50.0, "p99": 99.0, "n": 100}


def test_operations_leave_out_what_the_measurement_asked_itself() -> None:
    before = {"query": 100, "insert": 10, "command": 5}
    after = {"query": 160, "insert": 30, "command": 9, "getmore": 4}
    own = {"query": 10, "command": 1}
    assert operations(before, after, own) == {
        "queries": 50,
        "inserts": 20,
        "updates": 0,
        "deletes": 0,
        "getMores": 4,
        "commands": 3,
    }


def test_figures_are_for_each_case_and_name_who_else_used_the_machine() -> None:
    assert each({"queries": 50, "inserts": 5}, 10) == {"queries": 5.0, "inserts": 0.5}
    found = processor(
        {"mongo": 600.0, "intake-web": 400.0},
        machine_ms=3000.0,
        client_ms=100.0,
        cases=10,
        wall_s=2.0,
    )
    assert found["cpu_ms_per_case"] == 100.0
    assert found["cpu_ms_by_process"] == {"intake-web": 40.0, "mongo": 60.0}
    assert found["client_cpu_ms_per_case"] == 10.0
    assert found["system_percent_of_core"] == 50.0
    assert found["others_percent_of_core"] == 95.0


def test_cpu_time_is_told_in_units_of_what_the_same_processor_did_meanwhile() -> None:
    assert in_gauges(900.0, [9.0, 8.0, 30.0]) == 100.0
    assert in_gauges(900.0, []) == 0.0
    assert 0 < gauge_ms() < 5_000


def test_the_marks_of_every_read_model_are_watched_in_its_live_generation() -> None:
    views = SmallViews()
    first = next(iter(READ_MODELS))
    views["generations"].insert_one({"_id": first, "live": 3})
    groups = live_groups(views)  # type: ignore[arg-type]
    assert groups[0] == f"{first}.3"
    assert [group.partition(".")[0] for group in groups] == list(READ_MODELS)
