"""Identifiers sort by time and never come twice."""

import threading

from llmgw_desktop.domain.clock import SystemClock, TimedIds


def test_they_are_all_different() -> None:
    ids = TimedIds(SystemClock())
    made = [ids.new("flt") for _ in range(1000)]
    assert len({each[-16:] for each in made}) == len(made)
    assert {len(each) for each in made} == {len("flt_") + 12 + 16}


def test_later_ones_sort_later() -> None:
    class Clock(SystemClock):
        at_s = 1_000_000.0

        def now_s(self) -> float:  # type: ignore[override]
            self.at_s += 0.001
            return self.at_s

    ids = TimedIds(Clock())
    made = [ids.new("flt") for _ in range(50)]
    assert made == sorted(made)


def test_threads_never_share_an_id() -> None:
    ids = TimedIds(SystemClock())
    made: list[list[str]] = [[] for _ in range(4)]

    def make(into: list[str]) -> None:
        into.extend(ids.new("flt") for _ in range(5_000))

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    randoms = [each[-16:] for into in made for each in into]
    assert len(set(randoms)) == len(randoms) == 20_000
