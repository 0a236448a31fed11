"""`llmgw serve`: the engine without windows. One JSON line on stdout says that it is ready."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable

import orjson

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.gateway.instances import WITHIN_S, EditorsUse, Restart, quiet_from_now_on
from llmgw_desktop.app.settings.settings_file import SettingsWatch
from llmgw_desktop.platform.environment import give_back_freed_memory
from llmgw_desktop.platform.processes import hear_end
from llmgw_desktop.platform.service_manager import ServiceManager

_GARBAGE = (10_000, 20, 50)
"""How much is made before the collector looks, as with windows. Flights wait to be written, so by
Python's own 700 it looks every thirty requests, and finds nothing."""


def serve(
    make_container: Callable[[], Container],
    restart: Restart,
    for_editors: EditorsUse | None = None,
) -> int:
    """Runs until SIGINT or SIGTERM, until it is to start anew, and one for editors until none
    needs it any more. Raises what the container's start raises."""
    give_back_freed_memory()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(make_container, restart, for_editors))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fastest loop there is; None means asyncio's own."""
    try:
        import uvloop
    except ImportError:  # Windows has none
        return None
    return uvloop.new_event_loop


async def _serve(
    make_container: Callable[[], Container], restart: Restart, for_editors: EditorsUse | None
) -> int:
    container = make_container()
    control = container.control
    asked_to_stop = asyncio.Event()
    on_signals(asked_to_stop.set)
    control.can_restart = restart.listen(_soon(asked_to_stop.set))
    watch = SettingsWatch(control.settings_file(), control.check_settings)
    manager = ServiceManager(os.environ)
    try:
        await container.start()
        watch.start()
        _say_ready(container, is_again=container.gateway.is_next_start)
        gc.freeze()  # what exists now lives as long as the program: the collector may skip it
        gc.set_threshold(*_GARBAGE)
        gc.enable()
        manager.ready(f"serves {container.gateway.status.url}")
        if for_editors is None:
            await asked_to_stop.wait()
        else:
            await _serve_editors(container, for_editors, asked_to_stop)
        if not restart.is_asked:
            manager.stopping()
        else:
            manager.starts_anew()
            restart.sockets += await container.hand_over(WITHIN_S)
    finally:
        watch.stop()
        await container.stop()
        manager.close()
    return 0


async def _serve_editors(
    container: Container, for_editors: EditorsUse, asked_to_stop: asyncio.Event
) -> None:
    quiet_from_now_on()
    container.expect_mcp()
    async with asyncio.TaskGroup() as tasks:
        ends = tasks.create_task(asked_to_stop.wait())
        unneeded = tasks.create_task(for_editors.wait_unneeded(container.is_busy))
        await asyncio.wait((ends, unneeded), return_when=asyncio.FIRST_COMPLETED)
        ends.cancel()
        unneeded.cancel()


def on_signals(stop: Callable[[], None]) -> None:
    """SIGINT and SIGTERM, or what stands for them, for the loop that runs."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
    hear_end(_soon(stop))


def _soon(call: Callable[[], None]) -> Callable[[], None]:
    """Out of a signal's handler."""
    loop = asyncio.get_running_loop()

    def soon() -> None:
        loop.call_soon_threadsafe(call)

    return soon


def _say_ready(container: Container, *, is_again: bool) -> None:
    url = container.gateway.status.url
    line = {
        "event": "ready",
        "url": url,
        "mcp": container.mcp_url,
        "key_file": str(container.places.access_key_file),
        "pid": os.getpid(),
    }
    try:
        sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        if not is_again:  # who heard of the first start listens no more
            raise
