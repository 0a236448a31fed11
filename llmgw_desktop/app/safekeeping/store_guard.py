"""Automatic backups of `gateway.db` while a gateway runs, beside the loop: one an hour, and one
soon after keys of programs or credentials have changed."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING

from llmgw_desktop.app.safekeeping.at_rest import (
    ANEW_LOSES,
    AS_IT_IS_LOSES,
    VaultWatch,
    time_words,
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import (
    AuditNoted,
    ClientsChanged,
    Event,
    GrantsChanged,
    KeysTroubled,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.domain.settings.tables import BackupSettings
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.gateway import Gateway
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.store.database.store_mark import why_nothing
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import (
    Backup,
    backups_in,
    done_since,
    make_backup,
    newest_whole,
    tidy,
)
from llmgw_desktop.store.safekeeping.checking import (
    cannot_be_written,
    keep_earlier_version,
    leave,
    look_at_start,
)
from llmgw_desktop.store.vault.kept_keys import keep_data_keys
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.store.vault.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk, Safekeeping


EVERY_S = 3600.0
FIRST_S = 20.0
"""After a start, which has other things to do."""
SOON_S = 60.0
"""After an act: what is done together comes into one backup."""
_ACCESS = ("key", "vault", "grant", "oauth_client", "registration_secret", "consent_secret")
"""Acts that nobody can do again from memory, by the first word of their verbs."""
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
        self._acted = asyncio.Event()
        self._making = threading.Lock()
        self.problem = ""
        """Why the last one could not be made, in a sentence; empty, where it was."""

    def start(self) -> None:
        if not len(self._tasks):
            self._tasks.start(self._keep(), name="backups")
            self._tasks.start(self._follow(), name="backups after acts")

    def look_soon(self, _: Event) -> None:
        """Something was done to the gateway."""
        self._acted.set()

    async def stop(self) -> None:
        await self._tasks.stop()

    def make(self) -> Backup | None:
        """One of now, unless the newest holds the same. Waits for the disk. Raises StoreError."""
        with self._making:
            return self._made()

    def _made(self) -> Backup | None:
        made = make_backup(self._path, self._folder, self._clock.now_s())
        with closing(VaultRows(self._path)) as rows:
            keep_data_keys(self._folder, rows, self._clock.now_s())
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

    async def _follow(self) -> None:
        """What was done while no gateway ran is looked at after the start."""
        self._acted.set()
        while True:
            await self._acted.wait()
            await asyncio.sleep(SOON_S)
            self._acted.clear()
            if self._settings().hourly and await asyncio.to_thread(self._has_access_changed):
                await asyncio.to_thread(self._try)

    def _has_access_changed(self) -> bool:
        """Since the newest backup."""
        newest = next(iter(backups_in(self._folder)), None)
        done = None if newest is None else done_since(self._path, newest)
        return done is not None and done.has_any(*_ACCESS)

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


@value(kw_only=False)
class InUse:
    """What needs the file, and is made after it was looked at."""

    authenticator: Callable[[], Authenticator]
    vault: Callable[[], Vault]
    take_over_runs: Callable[[], Awaitable[None]]


class StoreGuard:
    """While the file is in question nothing opens it: the gateway serves its own person with what
    needs no file, and tells all others that it cannot know them."""

    def __init__(
        self,
        places: Places,
        env: Mapping[str, str],
        clock: Clock,
        *,
        loaded: Callable[[], LoadedSettings],
        bus: Bus,
        in_use: InUse,
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
        for kind in (AuditNoted, ClientsChanged):
            bus.subscribe(self.backups.look_soon, kind)
        self._tell: Callable[[], None] = _nobody
        bus.subscribe(lambda _: self._tell(), KeysTroubled)
        self._in_use = in_use
        self._newest: Backup | None = None

    @cached_property
    def _watch(self) -> VaultWatch:
        return VaultWatch(self._in_use.vault(), self._places.flights_db, self._clock)

    @cached_property
    def safekeeping(self) -> "Safekeeping":
        """Read in where a person asks for it; most starts need none of it."""
        from llmgw_desktop.app.safekeeping.safekeeping import Safekeeping

        return Safekeeping(self._places, self._env)

    def backup_desk(self, restart: Callable[[], bool]) -> "BackupDesk":
        """As the window uses it; `restart`: start anew now."""
        from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk

        return BackupDesk(self.safekeeping, self._clock, restart)

    def question(self) -> StoreQuestion | None:
        """For a person; None where nothing is wrong. Waits for the disk where something is."""
        if not self.found:
            in_use = self._in_use.authenticator().in_question
            return StoreQuestion(what=in_use, is_in_use=True) if in_use else None
        if self._newest is None:
            self._newest = newest_whole(self._folder)
        when = "" if self._newest is None else time_words(self._newest.made_at_s)
        lost = {StoreAnswer.ANEW: ANEW_LOSES, StoreAnswer.AS_IT_IS: AS_IT_IS_LOSES}
        if self._newest is not None:
            lost[StoreAnswer.RESTORE] = self.safekeeping.lost_by(self._newest)
        can_stay = not why_nothing(self._path)
        return StoreQuestion(what=self.found, backup=when, can_stay=can_stay, lost=lost)

    def answer(self, answer: StoreAnswer) -> str:
        """What was done, in sentences; the file can be opened again then. Waits for the disk, and
        raises StoreError, VaultError."""
        keeping = self.safekeeping
        if answer is StoreAnswer.AS_IT_IS:
            said = keeping.take_as_it_is()
        elif answer is StoreAnswer.RESTORE and self._newest is not None:
            said = keeping.restore(self._newest)
        else:
            said = keeping.begin_anew()
        self.found = look_at_start(self._path)
        return said

    async def open_again(self, gateway: Gateway, bus: Bus) -> None:
        """A person has answered: who could not open the file does."""
        self._in_use.authenticator().look_again()
        gateway.tell_problem(self.problem())
        await self._in_use.take_over_runs()
        self.start(gateway)
        for news in (ClientsChanged(), GrantsChanged(), AuditNoted()):
            bus.publish(news)

    def start(self, gateway: Gateway) -> None:
        """On the loop. What comes between while it runs is told as the gateway's problem. Of a file
        in question there is nothing to back up."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon(lambda: gateway.tell_problem(self.problem()))

        self._tell = tell
        if not self.found:
            self.backups.start()

    def problem(self) -> str:
        """Of the file, as of now. Quick."""
        clients = self._in_use.authenticator().problem
        return self.found or clients or cannot_be_written(self._path)

    async def vault_problem(self) -> str:
        return await self._watch.problem()

    async def vault_warning(self) -> str:
        return await self._watch.warning()

    async def lost_flights(self) -> int | None:
        """Of which what was said can never be read; None where that is not known."""
        return await self._watch.lost_flights()

    async def close(self) -> None:
        """When all else is closed."""
        self._tell = _nobody
        await self.backups.stop()
        await self._watch.close()
        await asyncio.to_thread(leave, self._path)


def _nobody() -> None:
    """Hears of it any more."""
