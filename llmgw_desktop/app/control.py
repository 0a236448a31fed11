"""What a person does with the gateway as a whole: see how it stands, pause it, copy its address."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.gateway_words import base_urls
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.events import Event, GatewayStatus, RecorderStatus, StoreQuestion
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.gateway import Gateway
from llmgw_desktop.engine.jobs.processes import started_ticks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, read_run_file, write_run_file

if TYPE_CHECKING:
    from llmgw_desktop.app.store_guard import StoreGuard


class GatewayControl:
    """For tray and windows; all quick but `send_test_flight`."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        recorder: Recorder,
        bus: Bus,
        places: Places,
        check_settings: Callable[[], None],
        mcp_path: str,
    ) -> None:
        self._gateway = gateway
        self._recorder = recorder
        self._bus = bus
        self._places = places
        self._mcp_path = mcp_path
        self.guard: StoreGuard | None = None
        """Joined later: what looks after `gateway.db`."""
        self.note: Callable[[Act], None] = lambda _: None
        """Joined later: writes an act into the audit log, beside the loop."""
        self.can_restart = False
        """Whether this program listens for the wish to start anew."""
        self.check_settings = check_settings
        """Take over the settings file if it has changed; what comes of it goes to the bus."""

    def status(self) -> GatewayStatus:
        return self._gateway.status

    def recorder_status(self) -> RecorderStatus:
        return self._recorder.status

    def restart(self) -> bool:
        """Start anew, as `llmgw restart` does; False where this program cannot by itself."""
        from llmgw_desktop.app.restart import ask

        if self.can_restart:
            ask(os.getpid())
        return self.can_restart

    def store_question(self) -> StoreQuestion | None:
        """What is wrong with `gateway.db`, and what can be done about it."""
        return None if self.guard is None else self.guard.question()

    async def answer_store(self, *, restore: bool) -> str:
        """Put the backup in its place that the question names, or begin anew. What was done, in
        sentences. Raises StoreError, VaultError; then nothing was changed."""
        if self.guard is None:
            return ""
        said = await asyncio.to_thread(self.guard.answer, restore=restore)
        await self.guard.open_again(self._gateway, self._bus)
        return said

    def pause(self) -> None:
        self._gateway.pause()
        self.note(Act(verb="gateway.paused", subject="gateway"))

    def resume(self) -> None:
        self._gateway.resume()
        self.note(Act(verb="gateway.resumed", subject="gateway"))

    def delete_held_flights(self) -> None:
        """The clock is right: what it makes old goes, in short steps."""
        self._recorder.delete_held()
        self.note(Act(verb="flights.given_up", subject="flights"))

    def keep_held_flights(self) -> None:
        """For a month nobody is asked again."""
        self._recorder.keep_held()
        self.note(Act(verb="flights.kept", subject="flights"))

    def tell_running(self, now_s: float, certificate: str) -> None:
        """To every program of this person: where the gateway listens."""
        url, pid = self._gateway.status.url, os.getpid()
        told = RunFile(
            url=url,
            pid=pid,
            started_at_s=now_s,
            started_ticks=started_ticks(pid),
            mcp=f"{url}{self._mcp_path}",
            certificate=certificate,
            can_restart=self.can_restart,
        )
        write_run_file(self._places.run_file, told)

    def base_urls(self) -> dict[str, str]:
        """What to paste into a program's settings, by what it speaks; empty while the door is not
        open."""
        return base_urls(self._gateway.status.url, self._mcp_path)

    def access_key_file(self) -> Path:
        return self._places.access_key_file

    def settings_file(self) -> Path:
        """It need not exist."""
        return self._places.config_file

    def subscribe(
        self, listener: Callable[[Event], None], kind: type[Event] | None = None
    ) -> Callable[[], None]:
        """Every event, or all of one kind; the answer ends it."""
        return self._bus.subscribe(listener, kind)

    async def send_test_flight(self) -> str:
        """Ask the practice provider through our own door, as any program would.

        The answer is the flight's id. Raises OSError, LlmgwError.
        """
        from llmgw_desktop.app.first_flight import send

        key = self.access_key_file().read_text().strip()
        running = read_run_file(self._places.run_file)
        return await send(self._gateway.status.url, key, running.certificate if running else "")
