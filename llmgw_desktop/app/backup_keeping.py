"""Automatic backups of `gateway.db` while a gateway runs: one an hour, beside the loop."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.settings import BackupSettings
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import Backup, backups_in, make_backup, tidy
from llmgw_desktop.store.safekeeping.kept_keys import keep_data_keys
from llmgw_desktop.store.vault_rows import VaultRows

EVERY_S = 3600.0
FIRST_S = 20.0
"""After a start, which has other things to do."""
_log = logging.getLogger(__name__)


class BackupKeeping:
    """For the loop, but for `make`."""

    def __init__(
        self, places: Places, clock: Clock, settings: Callable[[], BackupSettings]
    ) -> None:
        self._path = places.gateway_db
        self._folder = places.backups_folder
        self._clock = clock
        self._settings = settings
        self._tasks = Tasks()
        self.problem = ""
        """Why the last one could not be made, in a sentence; empty, where it was."""

    def start(self) -> None:
        if not len(self._tasks):
            self._tasks.start(self._keep(), name="backups")

    async def stop(self) -> None:
        await self._tasks.stop()

    def make(self) -> Backup | None:
        """One of now, unless the newest holds the same. Waits for the disk. Raises StoreError."""
        made = make_backup(self._path, self._folder, self._clock.now_s())
        with closing(VaultRows(self._path)) as rows:
            key = rows.current_key()
            if key is not None:
                keep_data_keys(self._folder, key.key_id, key.kept_in, rows.data_keys())
        for gone in tidy(self._folder, self._settings()):
            _log.info("the backup %s is given up", gone.path.name)
        if made is not None:
            _log.info("gateway.db was backed up as %s", made.path.name)
        return made

    async def _keep(self) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            if self._settings().hourly:
                await asyncio.sleep(await asyncio.to_thread(self._due_s))
                await asyncio.to_thread(self._try)
            await asyncio.sleep(EVERY_S)

    def _due_s(self) -> float:
        """How long until the next one. A clock that was ahead puts none off."""
        newest = next(iter(backups_in(self._folder)), None)
        if newest is None:
            return 0.0
        passed_s = self._clock.now_s() - newest.made_at_s
        return EVERY_S - passed_s if 0 <= passed_s < EVERY_S else 0.0

    def _try(self) -> None:
        try:
            self.make()
            self.problem = ""
        except StoreError as error:
            self.problem = f"gateway.db could not be backed up: {error}"
            _log.warning(self.problem)
