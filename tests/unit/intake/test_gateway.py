"""A refund is handed to the gateway once, whoever asks and however often."""

import threading
from pathlib import Path

import msgspec

from services.intake.money.gateway import FileGateway, RefundOrder


def order(reference: str = "c1:t1") -> RefundOrder:
    return RefundOrder(reference=reference, case="c1", payment="t1", amount_fen=4000)


def lines(path: Path) -> list[RefundOrder]:
    return [msgspec.json.decode(line, type=RefundOrder) for line in path.read_bytes().splitlines()]


def test_the_same_order_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "outbox" / "refunds.jsonl"
    FileGateway(path).refund(order())
    FileGateway(path).refund(order())
    FileGateway(path).refund(order("c1:t2"))
    assert [one.reference for one in lines(path)] == ["c1:t1", "c1:t2"]


def test_a_line_that_a_crash_cut_off_does_not_stop_the_next(tmp_path: Path) -> None:
    path = tmp_path / "refunds.jsonl"
    FileGateway(path).refund(order())
    with path.open("ab") as file:
        file.write(msgspec.json.encode(order("c1:t2"))[:20])
    FileGateway(path).refund(order("c1:t2"))
    FileGateway(path).refund(order("c1:t2"))
    assert [one.reference for one in lines(path)] == ["c1:t1", "c1:t2"]


def test_many_at_once_write_each_order_once(tmp_path: Path) -> None:
    path = tmp_path / "refunds.jsonl"
    threads = [
        threading.Thread(target=FileGateway(path).refund, args=(order(f"c1:t{n % 5}"),))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.reference for one in lines(path)) == [f"c1:t{n}" for n in range(5)]
