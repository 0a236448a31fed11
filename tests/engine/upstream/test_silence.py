"""One timer per answer, and it never calls a slow answer silent."""

import asyncio

from llmgw_desktop.engine.upstream.silence import SilenceWatch


async def test_silence_is_noticed_once() -> None:
    noticed = asyncio.Event()
    watch = SilenceWatch(0.05, noticed.set)
    watch.listen()
    await asyncio.wait_for(noticed.wait(), 5)
    assert watch.fell_silent


async def test_who_does_not_listen_hears_no_silence() -> None:
    calls = list[int]()
    watch = SilenceWatch(0.05, lambda: calls.append(1))
    await asyncio.sleep(0.2)
    assert not watch.fell_silent
    assert calls == []
    watch.end()


async def test_what_is_heard_puts_it_off() -> None:
    calls = list[int]()
    watch = SilenceWatch(0.4, lambda: calls.append(1))
    for _ in range(8):
        watch.listen()
        await asyncio.sleep(0.1)
    assert not watch.fell_silent
    watch.end()
    await asyncio.sleep(0.5)
    assert calls == []
