"""The queue between the loop and the writer: merged, bounded, exactly counted, asleep when idle."""

import threading
import time

import pytest

from llmgw_desktop.store.flights import queue as queue_module
from llmgw_desktop.store.flights.queue import FlightQueue, Hand, body_bytes
from tests.support.made_flights import flight_id, record, running, summary


def _open(queue: FlightQueue, *numbers: int) -> None:
    for number in numbers:
        queue.opened(flight_id(number), lambda number=number: running(number))  # type: ignore[misc]


def _close(queue: FlightQueue, *numbers: int, body: bytes = b"") -> None:
    for number in numbers:
        queue.closed(record(summary=summary(number), request_body=body, answer_body=None))


def _take(queue: FlightQueue) -> Hand:
    hand = queue.take(0)
    assert hand is not None
    return hand


def _numbers(hand: Hand) -> tuple[list[str], list[str]]:
    return list(hand.opened), [each.summary.id for each in hand.closed]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "BATCH_S", 0.0)


def test_open_and_close_in_one_batch_are_one() -> None:
    queue = FlightQueue()
    _open(queue, 1, 2, 3)
    _close(queue, 2, 4)
    assert _numbers(_take(queue)) == ([flight_id(1), flight_id(3)], [flight_id(2), flight_id(4)])
    assert queue.take(0) is None
    assert queue.dropped == 0


def test_too_many_flights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "MOST_FLIGHTS", 10)
    queue = FlightQueue()
    _open(queue, *range(20))
    _close(queue, *range(5))
    _close(queue, *range(100, 108))
    assert queue.dropped == 8
    hand = _take(queue)
    assert _numbers(hand) == (
        [flight_id(number) for number in range(5, 10)],
        [flight_id(number) for number in range(5)],
    )
    _close(queue, 200)
    assert queue.dropped == 9, "what was taken counts until it is let go"
    queue.let_go(10, 0, 0)
    _close(queue, 201)
    assert queue.dropped == 9
    hand = _take(queue)
    assert _numbers(hand) == ([], [flight_id(201)])


def test_end_that_is_dropped_leaves_a_note_if_its_beginning_may_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_module, "MOST_FLIGHTS", 2)
    queue = FlightQueue()
    _open(queue, 1, 2)
    _take(queue)
    _close(queue, 1)
    queue.let_go(2, 0, 0)
    _open(queue, 3)
    hand = _take(queue)
    assert (list(hand.unended), queue.dropped) == ([flight_id(1)], 1)


def _bodies(hand: Hand) -> list[tuple[int, int]]:
    """Bytes of request and answer; -1 where a body was left out."""
    return [
        (
            len(each.request_body or b"") if each.request_body_whole else -1,
            len(each.answer_body or b"") if each.answer_body_whole else -1,
        )
        for each in hand.closed
    ]


def test_too_many_bytes_cost_bodies_and_never_flights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "MOST_BODY_BYTES", 1000)
    queue = FlightQueue()
    _close(queue, 1, 2, body=b"x" * 400)
    _close(queue, 3, body=b"x" * 201)
    _close(queue, 4, body=b"x" * 200)
    _close(queue, 5, body=b"")
    assert (queue.dropped, queue.left_out) == (0, 1)
    hand = _take(queue)
    assert _numbers(hand)[1] == [flight_id(number) for number in (1, 2, 3, 4, 5)]
    assert _bodies(hand) == [(400, 0), (400, 0), (-1, 0), (200, 0), (0, 0)]
    _close(queue, 6, body=b"x")
    assert queue.left_out == 2, "what was taken counts until it is let go"
    queue.let_go(len(hand.closed), sum(map(body_bytes, hand.closed)), 0)
    _close(queue, 7, body=b"x" * 5000)
    assert queue.left_out == 2, "one that is larger than the bound is taken when it is alone"
    _close(queue, 8, body=b"x")
    assert (queue.dropped, queue.left_out) == (0, 3)


@pytest.mark.parametrize(
    ("asked", "answered", "kept"),
    [(10, 2, (-1, 2)), (2, 10, (2, -1)), (4, 4, (4, -1)), (6, 6, (-1, -1)), (1, 4, (1, 4))],
)
def test_smaller_body_is_kept_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, asked: int, answered: int, kept: tuple[int, int]
) -> None:
    monkeypatch.setattr(queue_module, "MOST_BODY_BYTES", 15)
    queue = FlightQueue()
    _close(queue, 1, body=b"x" * 10)
    bodies = {"request_body": b"x" * asked, "answer_body": b"x" * answered}
    queue.closed(record(summary=summary(2), **bodies))
    assert _bodies(_take(queue))[1] == kept
    assert queue.left_out == (kept != (asked, answered))


class _Waits(FlightQueue):
    """Notes how long the writer would wait for more."""

    def __init__(self) -> None:
        self.time_s = 1000.0
        self.waits: list[float] = []
        super().__init__(lambda: self.time_s)

    def _sleep(self, wake_at: int, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.time_s += max(seconds, 0)


class TestNoFlightWaitsLongerThanPromised:
    @pytest.fixture(autouse=True)
    def promise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queue_module, "BATCH_S", 0.1)

    def test_wait_is_counted_from_the_end_and_not_from_the_taking(self) -> None:
        queue = _Waits()
        _close(queue, 1)
        queue.time_s += 0.06  # the writer was at other work
        _close(queue, 2)
        assert not queue.is_due
        _take(queue)
        assert queue.waits == [0.02], "80 ms after the first, however late the writer came"
        _close(queue, 3)
        queue.time_s += 0.5
        assert queue.is_due
        _take(queue)
        assert queue.waits[1] <= 0

    def test_writing_is_within_the_promise(self) -> None:
        queue = _Waits()
        queue.wrote(0.03)
        _close(queue, 1)
        _take(queue)
        assert queue.waits == [0.05]
        for _ in range(50):
            queue.wrote(0.001)
        _close(queue, 2)
        _take(queue)
        assert queue.waits[1] == 0.079, "a slow batch is forgotten in time"

    def test_each_batch_has_its_own_first(self) -> None:
        queue = _Waits()
        for number in range(3):
            _open(queue, number)
            queue.time_s += 0.05
            _close(queue, number)  # open and close are one, and it counts from its end
            _take(queue)
        assert queue.waits == [0.08] * 3


def test_closed_queue_counts_what_it_refuses() -> None:
    queue = FlightQueue()
    _open(queue, 1)
    queue.close()
    _open(queue, 2)
    _close(queue, 1, 2)
    assert queue.dropped == 2
    assert queue.is_empty


def test_writer_is_woken_by_the_first_and_then_waits_for_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_module, "BATCH_S", 30.0)
    monkeypatch.setattr(queue_module, "BATCH_ROWS", 5)
    queue = FlightQueue()
    hands: list[Hand | None] = []
    thread = threading.Thread(target=lambda: hands.append(queue.take(30.0)))
    thread.start()
    _close(queue, 1, 2, 3, 4)
    thread.join(0.2)
    assert hands == [], "neither full nor late"
    _close(queue, 5)
    thread.join(20)
    assert hands[0] is not None
    assert len(hands[0].closed) == 5


@pytest.mark.parametrize("act", ["flush", "close"])
def test_flush_and_close_do_not_wait_for_more(monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    monkeypatch.setattr(queue_module, "BATCH_S", 60.0)
    queue = FlightQueue()
    _close(queue, 1)

    def write() -> None:
        hand = _take(queue)
        queue.let_go(len(hand.closed), 0, 0)
        queue.settle()

    thread = threading.Thread(target=write)
    thread.start()
    if act == "flush":
        assert queue.flush(30.0)
    else:
        queue.close()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("act", ["flush", "close"])
def test_writer_that_comes_after_a_flush_or_the_end_does_not_wait_either(
    monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr(queue_module, "BATCH_S", 60.0)
    queue = FlightQueue()
    _close(queue, 1)
    if act == "flush":
        assert not queue.flush(0)
    else:
        queue.close()
    hands: list[Hand | None] = []
    thread = threading.Thread(target=lambda: hands.append(queue.take(60.0)), daemon=True)
    thread.start()
    thread.join(20)
    assert hands
    assert hands[0] is not None


def test_flush_without_anything_is_done_at_once() -> None:
    assert FlightQueue().flush(0)


def test_flush_waits_for_what_was_taken() -> None:
    queue = FlightQueue()
    _close(queue, 1)
    _take(queue)
    assert not queue.flush(0.01)
    queue.settle()
    assert queue.flush(0)


def test_flush_does_not_count_what_comes_later() -> None:
    queue = FlightQueue()
    _close(queue, 1)
    _take(queue)
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(queue.flush(30)))
    thread.start()
    _close(queue, 2)
    queue.settle()
    thread.join(20)
    assert len(done) <= 1
    if not done:  # the flush began after flight 2 came
        _take(queue)
        queue.settle()
        thread.join(20)
    assert done == [True]


def test_idle_writer_sleeps() -> None:
    """It wakes for the first flight, not by looking again and again."""
    queue = FlightQueue()
    spent: list[float] = []

    def wait() -> None:
        begun = time.thread_time()
        queue.take(30.0)
        spent.append(time.thread_time() - begun)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive()
    _close(queue, 1)
    thread.join(20)
    assert spent[0] < 0.05


def test_pause_ends_with_the_queue() -> None:
    queue = FlightQueue()
    thread = threading.Thread(target=queue.pause, args=(60.0,))
    thread.start()
    _close(queue, 1)
    thread.join(0.2)
    assert thread.is_alive(), "new flights do not hurry a disk that is full"
    queue.close()
    thread.join(20)
    assert not thread.is_alive()
