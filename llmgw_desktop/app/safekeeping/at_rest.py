"""What is encrypted in the stores, whether the vault still opens it, and how that is told."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Generic, TypeVar

from llmgw_desktop.app.audit.words import VERB_WORDS
from llmgw_desktop.app.words.figures import counted, local_time, size_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.gateway_conversion import GatewayConversion
from llmgw_desktop.store.flights.conversion import flights_lost
from llmgw_desktop.store.safekeeping.backups import Backup, DoneSince
from llmgw_desktop.store.vault.vault import Vault

LOOK_S = 5.0
LOOK_AT_FLIGHTS_S = 600.0
"""All of them are walked through, if keys are missing."""
PATIENCE_S = 0.5
"""The system's keyring may wait for a person; who asks for the health does not."""
_T = TypeVar("_T")


class VaultWatch:
    """For the loop."""

    def __init__(self, vault: Vault, flights_db: Path, clock: Clock) -> None:
        self._tasks = Tasks()
        self._opens = _Look(
            lambda: vault_facts(vault), ("", ""), clock, every_s=LOOK_S, mark=lambda: vault.writes
        )
        lost = LostFlights(vault, flights_db)
        self._lost = _Look(lost.count, None, clock, every_s=LOOK_AT_FLIGHTS_S, mark=int)

    async def problem(self) -> str:
        """Why what it holds cannot be used, in a sentence; empty where it can. Of the last look
        where the new one takes long."""
        return (await self._opens.said(self._tasks))[0]

    async def warning(self) -> str:
        """Why nothing will open it after the next start; as `problem`."""
        return (await self._opens.said(self._tasks))[1]

    async def lost_flights(self) -> int | None:
        """As `LostFlights.count`; None also before the first look has ended."""
        return await self._lost.said(self._tasks)

    async def close(self) -> None:
        await self._tasks.stop()


class LostFlights:
    """Flights of which what was said can never be read: no key of the vault is theirs."""

    def __init__(self, vault: Vault, flights_db: Path) -> None:
        self._vault, self._path = vault, flights_db
        self._known: frozenset[int] | None = None
        self._count: int | None = None

    def count(self) -> int | None:
        """None where that cannot be told. Waits for the disk. While none is lost and no key goes
        none can become so: the file is walked through once."""
        try:
            known = self._vault.data_keys.numbers()
            if self._count != 0 or self._known is None or not self._known <= known:
                self._count = flights_lost(self._path, known)
            self._known = known
        except StoreError:
            self._count = None  # said of the file itself
        return self._count


def vault_facts(vault: Vault) -> tuple[str, str]:
    """Why what it holds cannot be used, and why it cannot be used after the next start, in
    sentences. Both are empty where all is well."""
    problem = vault.problem()
    return problem, "" if problem else vault.warning()


class _Look(Generic[_T]):
    """One thing that waits for disk or keyring."""

    def __init__(
        self,
        look: Callable[[], _T],
        before: _T,
        clock: Clock,
        *,
        every_s: float,
        mark: Callable[[], int],
    ) -> None:
        """`before`: what is said until it was looked at. It is again when `mark` has changed."""
        self._look, self._said, self._mark = look, before, mark
        self._clock, self._every_s = clock, every_s
        self._task: asyncio.Task[object] | None = None
        self._at: tuple[float, int] | None = None

    async def said(self, tasks: Tasks) -> _T:
        """Of the last look where the new one takes long."""
        now_s, mark = self._clock.monotonic_s(), self._mark()
        is_fresh = self._at is not None and now_s < self._at[0] + self._every_s
        if self._task is None and not (is_fresh and self._at is not None and mark == self._at[1]):
            self._at = now_s, mark
            self._task = tasks.start(self._looked(), name="vault look")
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=PATIENCE_S)
        return self._said

    async def _looked(self) -> None:
        try:
            self._said = await asyncio.to_thread(self._look)
        finally:
            self._task = None


_OF_ITSELF = frozenset({"gateway", "flights", "audit", "gate", "home", "store"})
"""Acts that leave nothing that could be lost."""
_MOST_NAMES = 10
UNREADABLE_DO = (
    "A gateway.db, or a backup of the home, from when they were recorded may hold it"
    " (docs/backups.md). Their figures stay."
)
ANEW_LOSES = (
    "The gateway begins without keys of programs, credentials, grants, registered workspaces, jobs"
    " and audit log: programs need new keys. Recorded flights stay. The old file is kept aside."
)
HOME_LOSES = (
    "All that was done and recorded since that backup goes: settings, keys, credentials, jobs and"
    " flights. Access that was taken since then is open again."
)
UNDO_LOSES = (
    "All that was done and recorded since the home was restored goes: settings, keys, credentials,"
    " jobs and flights. Access that was taken since then is open again. It is kept aside."
)
AS_IT_IS_LOSES = (
    "What it lacks stays lost, and keys that were revoked since open again where it is older. Its"
    " audit log goes on from the newest seal in it."
)
_SHOWN = {"clients": "client", "vault_entries": "credential", "jobs": "job"}


def time_words(at_s: float) -> str:
    """«2026-11-21 15:01:58», as `--at` takes it."""
    return f"{local_time(at_s):%Y-%m-%d %H:%M:%S}"


def unreadable_words(flights: int) -> str:
    """Of flights that no key opens."""
    of = "one recorded flight" if flights == 1 else f"{flights:,} recorded flights"
    return (
        f"What was said in {of} cannot be read any more: the data key that it was encrypted under"
        " is gone."
    )


def backup_line(backup: Backup) -> str:
    """A line of the list."""
    counts = backup.snapshot.counts
    held = [counted(counts.get(table, 0), word) for table, word in _SHOWN.items()]
    size = size_text(backup.snapshot.size)
    return f"{time_words(backup.made_at_s)}  {size:>9}  {', '.join(held)}"


def lost_words(done: DoneSince | None) -> str:
    """What a restore of a backup takes away, in sentences, before a person agrees."""
    if done is None:
        return (
            "What was done since then, and is lost, cannot be told: gateway.db cannot be read, or"
            " is not the one that the backup was made of."
        )
    acts = [
        f"{VERB_WORDS.get(verb, verb)} ({count:,})"
        for verb, total in done.verbs.items()
        if (count := total - done.own.get(verb, 0)) and verb.partition(".")[0] not in _OF_ITSELF
    ]
    acts += [counted(done.jobs, "job")] if done.jobs else []
    lost = "; ".join(acts)
    said = f"Done since then, and lost: {lost}." if lost else "Nothing done since then is lost."
    if done.open_again:
        names = ", ".join(map(inert_line, done.open_again[:_MOST_NAMES]))
        more = len(done.open_again) - _MOST_NAMES
        said += f" Access that was taken since then is open again: {names}"
        said += f" and {more:,} more." if more > 0 else "."
    return f"{said} Recorded flights stay."


def ways_out(backups: Sequence[Backup], *, can_stay: bool) -> str:
    """What a person can do about a file in question; `backups`: newest first. `can_stay`: there is
    something that could be used as it is."""
    restore = (
        f"Restore the backup of {time_words(backups[0].made_at_s)}: llmgw restore --at newest."
        if backups
        else "Put a copy of the file from before in its place: there is no automatic backup."
    )
    stay = " Or, if you know why it is so, use it: llmgw restore --as-it-is." if can_stay else ""
    return (
        f"{restore} Or begin anew and keep the old file: llmgw restore --anew.{stay} Stop the"
        " gateway first, or do it in its window."
    )


PAUSE_S = 0.02
"""Between two steps, for whoever else wants to write."""
_log = logging.getLogger(__name__)


class Encrypting:
    """Works on a thread that lives only while there is something to do: after a start, and after a
    change of the master key."""

    def __init__(self, path: Path, at_rest: AtRest) -> None:
        self._conversion = GatewayConversion(path, at_rest)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_wanted_again = False
        self.part = 1.0
        """How much is done, from 0 to 1."""
        at_rest.listen(self.look)

    def start(self) -> None:
        """Without a text that is to be changed the vault is not opened."""
        self._stopping.clear()
        self.look(unasked=True)

    def look(self, *, unasked: bool = False) -> None:
        """Quick, from any thread. `unasked`: nobody has wanted the key yet."""
        with self._lock:
            if self._thread is not None:
                self._is_wanted_again = True
                return
            self._thread = threading.Thread(
                target=self._work, args=(unasked,), name="encrypting", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """What is left is done after the next start."""
        self._stopping.set()
        thread = self._thread
        if thread is not None:
            thread.join(5.0)

    def _work(self, unasked: bool) -> None:
        while True:
            self._run(unasked=unasked)
            with self._lock:
                if not self._is_wanted_again or self._stopping.is_set():
                    self._thread = None
                    return
                self._is_wanted_again = unasked = False

    def _run(self, *, unasked: bool) -> None:
        try:
            if unasked and not self._conversion.wants_key():
                return
            with closing(self._conversion.steps()) as steps:
                for part in steps:
                    self.part = min(part, 0.999)
                    if self._stopping.wait(PAUSE_S):
                        return
            self.part = 1.0
        except (StoreError, VaultError) as error:
            _log.warning("what gateway.db holds could not be brought under the key: %s", error)
        except Exception:  # noqa: BLE001 - requests must go on without it
            _log.exception("what gateway.db holds could not be brought under the key")
