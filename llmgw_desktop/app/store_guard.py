"""`gateway.db` and the vault in it at a gateway's start and end, and what is said of them
meanwhile. A part of the composition root."""

import asyncio
from collections.abc import Callable

from llmgw_desktop.app.backup_keeping import BackupKeeping
from llmgw_desktop.app.vault_watch import VaultWatch
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.settings import LoadedSettings
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.guarding import (
    cannot_be_written,
    keep_earlier_version,
    leave,
    look_at_start,
)
from llmgw_desktop.store.vault import Vault


class StoreGuard:
    """While the file is in question nothing opens it: the gateway serves its own person with what
    needs no file, and tells all others that it cannot know them."""

    def __init__(self, places: Places, clock: Clock, loaded: Callable[[], LoadedSettings]) -> None:
        self._path = places.gateway_db
        self._clock = clock
        self.found = look_at_start(self._path)
        """What is wrong with it, in a sentence; empty where nothing is."""
        if not self.found:
            keep_earlier_version(self._path, places.backups_folder, clock.now_s())
        self.backups = BackupKeeping(places, clock, lambda: loaded().settings.backups)
        self._clients: Callable[[], str] = str
        self._watch: VaultWatch | None = None

    def join(self, vault: Vault, clients: Callable[[], str]) -> None:
        """`clients`: why their keys cannot be looked up."""
        self._clients = clients
        self._watch = VaultWatch(vault, self._clock)

    def start(self) -> None:
        """On the loop. Of a file in question there is nothing to back up."""
        if not self.found:
            self.backups.start()

    def problem(self) -> str:
        """Of the file, as of now. Quick."""
        return self.found or self._clients() or cannot_be_written(self._path)

    async def vault_problem(self) -> str:
        return await self._watch.problem() if self._watch is not None else ""

    async def close(self) -> None:
        """When all else is closed."""
        await self.backups.stop()
        if self._watch is not None:
            await self._watch.close()
        await asyncio.to_thread(leave, self._path)
