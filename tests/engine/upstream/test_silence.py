"""One timer for all answers, and it never calls a slow answer silent."""

import asyncio

from llmgw_desktop.engine.upstream.pool import SilenceTimer


async def test_silence_is_noticed_once() -> None:
    noticed = asyncio.Event()
    watch = SilenceTimer().watch(0.05, noticed.set)
    watch.listen()
    await asyncio.wait_for(noticed.wait(), 5)
    assert watch.fell_silent


async def test_who_does_not_listen_hears_no_silence() -> None:
    calls = list[int]()
    watch = SilenceTimer().watch(0.05, lambda: calls.append(1))
    await asyncio.sleep(0.2)
    assert not watch.fell_silent
    assert calls == []
    watch.end()


async def test_what_is_heard_puts_it_off() -> None:
    calls = list[int]()
    watch = SilenceTimer().watch(0.4, lambda: calls.append(1))
    for _ in range(8):
        watch.listen()
        await asyncio.sleep(0.1)
    assert not watch.fell_silent
    watch.end()
    await asyncio.sleep(0.5)
    assert calls == []


async def test_each_is_told_of_its_own_silence() -> None:
    told = list[str]()
    over = asyncio.Event()
    timer = SilenceTimer()
    patient = timer.watch(30, lambda: told.append("patient"))
    patient.listen()
    short = timer.watch(0.05, lambda: told.append("short"))
    short.listen()
    timer.watch(0.15, over.set).listen()
    await asyncio.wait_for(over.wait(), 5)
    assert told == ["short"]
    assert short.fell_silent
    assert not patient.fell_silent
    timer.close()


async def test_less_patience_counts_from_now() -> None:
    noticed = asyncio.Event()
    watch = SilenceTimer().watch(30, noticed.set)
    watch.listen()
    watch.expect(0.05)
    await asyncio.wait_for(noticed.wait(), 5)
    assert watch.fell_silent


async def test_a_slow_reader_is_no_silence() -> None:
    timer = SilenceTimer()
    watch = timer.watch(0.05, lambda: None)
    watch.listen()
    watch.rest()
    await asyncio.sleep(0.3)
    assert not watch.fell_silent
    watch.listen()
    await asyncio.sleep(0.3)
    assert watch.fell_silent
    timer.close()


async def test_exchanges_one_after_another_share_one_timer() -> None:
    """Timers that are made and cancelled for each cost a good part of a short answer."""
    loop = asyncio.get_running_loop()
    made = list[float]()
    original = loop.call_at

    def count(when: float, *rest: object, **options: object) -> asyncio.TimerHandle:
        made.append(when)
        return original(when, *rest, **options)

    loop.call_at = count
    timer = SilenceTimer()
    try:
        for _ in range(50):
            watch = timer.watch(30, lambda: None)
            watch.listen()
            watch.end()
    finally:
        del loop.call_at
    assert len(made) == 1
    timer.close()


async def test_when_nobody_is_listened_to_the_timer_rests() -> None:
    timer = SilenceTimer()
    watch = timer.watch(0.05, lambda: None)
    watch.listen()
    watch.end()
    await asyncio.sleep(0.3)
    assert timer._handle is None
    assert not watch.fell_silent
