"""`gateway.db` and the vault in it at a gateway's start and end, and what is said of them
meanwhile. A part of the composition root."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from llmgw_desktop.app.backup_keeping import BackupKeeping
from llmgw_desktop.app.store_words import time_words
from llmgw_desktop.app.vault_watch import VaultWatch
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import (
    AuditNoted,
    ClientsChanged,
    GrantsChanged,
    StoreQuestion,
)
from llmgw_desktop.domain.settings import LoadedSettings
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.gateway import Gateway
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import Backup, newest_whole
from llmgw_desktop.store.safekeeping.guarding import (
    cannot_be_written,
    keep_earlier_version,
    leave,
    look_at_start,
)
from llmgw_desktop.store.vault import Vault

if TYPE_CHECKING:
    from llmgw_desktop.app.backup_desk import BackupDesk
    from llmgw_desktop.app.safekeeping import Safekeeping


class StoreGuard:
    """While the file is in question nothing opens it: the gateway serves its own person with what
    needs no file, and tells all others that it cannot know them."""

    def __init__(
        self,
        places: Places,
        env: Mapping[str, str],
        clock: Clock,
        loaded: Callable[[], LoadedSettings],
    ) -> None:
        """Before anything opens the file."""
        self._path, self._folder = places.gateway_db, places.backups_folder
        self._clock = clock
        self._places, self._env = places, env
        self.found = look_at_start(self._path)
        """What is wrong with it, in a sentence; empty where nothing is."""
        if not self.found:
            keep_earlier_version(self._path, places.backups_folder, clock.now_s())
        self.backups = BackupKeeping(places, clock, lambda: loaded().settings.backups)
        self._authenticator: Authenticator | None = None
        self._take_over_runs: Callable[[], Awaitable[None]] = _nothing
        self._watch: VaultWatch | None = None
        self._newest: Backup | None = None

    def join(
        self,
        vault: Vault,
        authenticator: Authenticator,
        take_over_runs: Callable[[], Awaitable[None]],
    ) -> None:
        """What needs the file, and is made after it was looked at."""
        self._authenticator, self._take_over_runs = authenticator, take_over_runs
        self._watch = VaultWatch(vault, self._clock)

    @cached_property
    def safekeeping(self) -> "Safekeeping":
        """Read in where a person asks for it; most starts need none of it."""
        from llmgw_desktop.app.safekeeping import Safekeeping

        return Safekeeping(self._places, self._env)

    def backup_desk(self, restart: Callable[[], bool]) -> "BackupDesk":
        """As the window uses it; `restart`: start anew now."""
        from llmgw_desktop.app.backup_desk import BackupDesk

        return BackupDesk(self.safekeeping, self._clock, restart)

    def question(self) -> StoreQuestion | None:
        """For a person; None where nothing is wrong. Waits for the disk where something is."""
        if not self.found:
            return None
        if self._newest is None:
            self._newest = newest_whole(self._folder)
        when = "" if self._newest is None else time_words(self._newest.made_at_s)
        return StoreQuestion(what=self.found, backup=when)

    def answer(self, *, restore: bool) -> str:
        """What was done, in sentences; the file can be opened again then. Waits for the disk, and
        raises StoreError, VaultError."""
        keeping, backup = self.safekeeping, self._newest if restore else None
        said = keeping.begin_anew() if backup is None else keeping.restore(backup)
        self.found = look_at_start(self._path)
        return said

    async def open_again(self, gateway: Gateway, bus: Bus) -> None:
        """A person has answered: who could not open the file does."""
        if self._authenticator is not None:
            self._authenticator.look_again()
        gateway.tell_problem(self.problem())
        await self._take_over_runs()
        self.start()
        for news in (ClientsChanged(), GrantsChanged(), AuditNoted()):
            bus.publish(news)

    def start(self) -> None:
        """On the loop. Of a file in question there is nothing to back up."""
        if not self.found:
            self.backups.start()

    def problem(self) -> str:
        """Of the file, as of now. Quick."""
        clients = "" if self._authenticator is None else self._authenticator.problem
        return self.found or clients or cannot_be_written(self._path)

    async def vault_problem(self) -> str:
        return await self._watch.problem() if self._watch is not None else ""

    async def close(self) -> None:
        """When all else is closed."""
        await self.backups.stop()
        if self._watch is not None:
            await self._watch.close()
        await asyncio.to_thread(leave, self._path)


async def _nothing() -> None:
    """Until it is joined."""
