"""How the gateway stands, in the words that window and tray share."""

import asyncio
import importlib
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.errors import GatewayClosed, UpstreamGarbage
from llmgw_desktop.domain.events import (
    Event,
    GatewayState,
    GatewayStatus,
    RecorderStatus,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.gateway import Gateway
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.platform.processes import started_ticks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, own_context, read_run_file, write_run_file

if TYPE_CHECKING:
    from llmgw_desktop.app.safekeeping.store_guard import StoreGuard


TELL_AGAIN_S = 5.0
_log = logging.getLogger(__name__)
_STATE_WORDS = {
    GatewayState.STARTING: "Starting …",
    GatewayState.RUNNING: "Running",
    GatewayState.PAUSED: "Paused",
    GatewayState.STOPPING: "Stopping …",
    GatewayState.STOPPED: "Stopped",
    GatewayState.FAILED: "Not running",
}


def base_urls(url: str, mcp_path: str) -> dict[str, str]:
    """What to paste into a program's settings, by what it speaks; `url` is the gateway's own. Empty
    while there is none."""
    if not url:
        return {}
    chat = f"{url}/v1"
    return {"OpenAI": chat, "Anthropic": url, "Gemini": url, "Codex": chat, "MCP": url + mcp_path}


def state_word(state: GatewayState) -> str:
    return _STATE_WORDS[state]


def address(status: GatewayStatus) -> str:
    """«127.0.0.1:3333»; empty while there is none."""
    is_open = status.state in (GatewayState.RUNNING, GatewayState.PAUSED)
    return status.url.partition("://")[2] if is_open else ""


def status_line(status: GatewayStatus, under_way: int) -> str:
    """«Running on 127.0.0.1:3333 · 2 flights under way»."""
    line = state_word(status.state)
    if place := address(status):
        line += f" on {place}"
    if status.state is GatewayState.PAUSED:
        line += " · programs are told to wait"
    elif under_way:
        line += f" · {counted(under_way, 'flight')} under way"
    return line


@dataclass(eq=False, kw_only=True)
class GatewayControl:
    """For tray and windows; all quick but `send_test_flight`."""

    gateway: Gateway
    recorder: Recorder
    bus: Bus
    places: Places
    check_settings: Callable[[], None]
    """Take over the settings file if it has changed; what comes of it goes to the bus."""
    mcp_path: str
    guard: "StoreGuard"
    """What looks after `gateway.db`."""
    note: Callable[[Act], None]
    """Writes an act into the audit log, beside the loop."""
    can_restart: bool = False
    """Whether this program listens for the wish to start anew."""
    _telling: Tasks = field(default_factory=Tasks)

    def status(self) -> GatewayStatus:
        return self.gateway.status

    def recorder_status(self) -> RecorderStatus:
        return self.recorder.status

    def restart(self) -> bool:
        """Start anew, as `llmgw restart` does; False where this program cannot by itself."""
        from llmgw_desktop.app.gateway.instances import ask

        if self.can_restart:
            ask(os.getpid())
        return self.can_restart

    def store_question(self) -> StoreQuestion | None:
        """What is wrong with `gateway.db`, and what can be done about it."""
        return self.guard.question()

    async def answer_store(self, answer: StoreAnswer) -> str:
        """Put the backup in its place that the question names, begin anew, or use it as it is. What
        was done, in sentences. Raises StoreError, VaultError; then nothing was changed."""
        said = await asyncio.to_thread(self.guard.answer, answer)
        await self.guard.open_again(self.gateway, self.bus)
        return said

    def pause(self) -> None:
        self.gateway.pause()
        self.note(Act(verb="gateway.paused", subject="gateway"))

    def resume(self) -> None:
        self.gateway.resume()
        self.note(Act(verb="gateway.resumed", subject="gateway"))

    def delete_held_flights(self) -> None:
        """The clock is right: what it makes old goes, in short steps."""
        self.recorder.delete_held()
        self.note(Act(verb="flights.given_up", subject="flights"))

    def keep_held_flights(self) -> None:
        """For a month nobody is asked again."""
        self.recorder.keep_held()
        self.note(Act(verb="flights.kept", subject="flights"))

    def tell_running(self, now_s: float, certificate: str) -> None:
        """To every program of this person: where the gateway listens. On a full disk as soon as
        there is room."""
        url, pid = self.gateway.status.url, os.getpid()
        told = RunFile(
            url=url,
            pid=pid,
            started_at_s=now_s,
            started_ticks=started_ticks(pid),
            mcp=f"{url}{self.mcp_path}",
            certificate=certificate,
            can_restart=self.can_restart,
        )
        try:
            write_run_file(self.places.run_file, told)
        except OSError as error:
            _log.error(
                "programs of this computer do not find the gateway: %s cannot be written: %s; it is"
                " tried again",
                self.places.run_file,
                error.strerror,
            )
            self._telling.start(self._tell_later(told), name="run file")

    async def _tell_later(self, told: RunFile) -> None:
        while True:
            await asyncio.sleep(TELL_AGAIN_S)
            with suppress(OSError):
                await asyncio.to_thread(write_run_file, self.places.run_file, told)
                _log.info("programs of this computer find the gateway again")
                return

    async def stop(self) -> None:
        """Before the file that tells of it is taken away."""
        await self._telling.stop()

    def base_urls(self) -> dict[str, str]:
        """What to paste into a program's settings, by what it speaks; empty while the door is not
        open."""
        return base_urls(self.gateway.status.url, self.mcp_path)

    def access_key_file(self) -> Path:
        return self.places.access_key_file

    def settings_file(self) -> Path:
        """It need not exist."""
        return self.places.config_file

    def subscribe(
        self, listener: Callable[[Event], None], kind: type[Event] | None = None
    ) -> Callable[[], None]:
        """Every event, or all of one kind; the answer ends it."""
        return self.bus.subscribe(listener, kind)

    async def send_test_flight(self) -> str:
        """Ask the practice provider through our own door, as any program would.

        The answer is the flight's id. Raises OSError, LlmgwError.
        """

        key = self.access_key_file().read_text().strip()
        running = read_run_file(self.places.run_file)
        return await send(self.gateway.status.url, key, running.certificate if running else "")


_QUESTION = {
    "model": "practice/slow",
    "max_tokens": 256,
    "stream": True,
    "messages": [{"role": "user", "content": "Hello from LLM Gateway. Is this thing on?"}],
}


async def send(url: str, key: str, certificate: str = "") -> str:
    """The flight's id, once its answer is complete. `certificate`: the file of the door's own."""
    if not url:
        raise GatewayClosed("The gateway is not running.")
    # another implementation than the door's own, and no start needs it
    aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(ssl=own_context(certificate) if certificate else True)
    async with (
        aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
        session.post(f"{url}/v1/messages", json=_QUESTION, headers={"x-api-key": key}) as answer,
    ):
        await answer.read()
        if answer.status != 200:
            raise UpstreamGarbage(f"The gateway answered with status {answer.status}.")
        flight: str = answer.headers.get("x-llmgw-flight", "")
        return flight
