"""Any number of sequencers may run: each says how it is under a name of its own."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.processes import sequencer
from deploy.processes.running import Process
from shared.config import Secrets, Settings, create_missing


class Made(Exception):
    """The sequencer was made with these options; nothing runs."""


def name_of_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    def made(*_parts: Any, **options: Any) -> None:
        raise Made(options.get("name", "sequencer"))

    class Anything:
        def __getattr__(self, _name: str) -> Any:
            return self

    loads = SimpleNamespace(load=lambda *_parts: None)
    monkeypatch.setattr(sequencer, "SigningKey", loads)
    monkeypatch.setattr(sequencer, "cut_over_needed", lambda _secrets: False)
    counts = SimpleNamespace(keep=lambda: 4)
    monkeypatch.setattr(sequencer, "lane_count", lambda *_parts: counts)
    monkeypatch.setattr(sequencer, "Checkpointer", lambda *_parts: None)
    monkeypatch.setattr(sequencer, "Sequencer", made)
    anything: Any = Anything()
    with pytest.raises(Made) as raised:
        sequencer.work(Process("sequencer", settings, anything, anything, anything))
    return str(raised.value)


def test_two_processes_on_a_host_have_two_names_and_keep_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [name_of_process(Settings(health_port=p), monkeypatch) for p in (9301, 9302, 9301)]
    assert names[0] == names[2] != names[1]


def saying(*, kafka: str, lanes: list[Any], elsewhere: bool = False) -> Any:
    """A sequencer that says this of itself; `elsewhere`: others hold all lanes."""
    said = {"kafka": kafka, "lanes": lanes, "kafka_problem": "The topic has 8 partitions."}
    return SimpleNamespace(status=lambda: said, stands_by=lambda _now: elsewhere)


@pytest.mark.parametrize(
    ("kafka", "lane", "good", "problems"),
    [
        ("ok", "", True, []),
        ("away", "", False, []),
        ("refused", "", False, ["The topic has 8 partitions."]),
        ("ok", "Lane 0 was restored.", False, ["Lane 0 was restored."]),
    ],
)
def test_what_is_certain_is_a_problem_and_an_outage_is_none(
    kafka: str,
    lane: str,
    good: bool,  # noqa: FBT001
    problems: list[str],
) -> None:
    lanes = [{"problem": lane, "compared": True}]
    expected = {"ready": good, "standby": False, "kafka": kafka, "problems": problems}
    assert sequencer.ready(saying(kafka=kafka, lanes=lanes)) == (good, expected)


@pytest.mark.parametrize(
    ("elsewhere", "kafka", "good"),
    [(True, "ok", True), (False, "ok", False), (True, "away", False), (True, "refused", False)],
)
def test_without_a_lane_it_is_ready_as_a_standby_of_others(
    *, elsewhere: bool, kafka: str, good: bool
) -> None:
    ready, told = sequencer.ready(saying(kafka=kafka, lanes=[], elsewhere=elsewhere))
    assert ready is told["ready"] is good
    assert told["standby"] is elsewhere


def test_it_is_not_ready_before_every_lane_was_compared_with_its_partition() -> None:
    lanes = [{"problem": "", "compared": True}, {"problem": "", "compared": False}]
    ready, told = sequencer.ready(saying(kafka="ok", lanes=lanes, elsewhere=True))
    assert ready is told["ready"] is False
    assert told["problems"] == []


def test_before_the_cut_over_it_ends_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "writer-intake.key").write_text(f"{'11' * 32}\n", "ascii")
    create_missing(tmp_path)
    monkeypatch.setattr(sequencer, "Sequencer", None)
    anything: Any = None
    process = Process("sequencer", Settings(), Secrets.load(tmp_path), anything, anything)
    with pytest.raises(SystemExit) as ended:
        sequencer.work(process)
    assert ended.value.code == 2
    assert "deploy.processes.cutover" in capsys.readouterr().err
