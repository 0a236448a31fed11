"""Sessions with CLIs: whose each is, how it goes on, and when it is forgotten.

Which one a request means, `session_plan.py` says.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.run_errors import InvalidRun, NoSuchSession
from llmgw_desktop.domain.session import SESSION_PREFIX, Session, SessionTotals, SessionUse
from llmgw_desktop.engine.jobs.folder import neutral_root
from llmgw_desktop.engine.jobs.launch import checked_folder
from llmgw_desktop.store.session_store import SessionStore

_T = TypeVar("_T")
_TIDY_EVERY_S = 600.0


class Sessions:
    """All of them. Methods raise StoreError; the public ones that name a session NoSuchSession."""

    def __init__(
        self,
        store: SessionStore,
        *,
        clock: Clock,
        ids: IdSource,
        ttl_s: int,
        folders_in_use: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`folders_in_use`: the neutral ones of runs under way, one for each run."""
        self._store = store
        self._clock = clock
        self._ids = ids
        self._ttl_s = ttl_s
        self._folders_in_use = folders_in_use
        self._tidied_at_s = float("-inf")

    def apply(self, ttl_s: int) -> None:
        self._ttl_s = ttl_s

    async def create(
        self,
        cli: CliName,
        principal: Principal,
        *,
        description: str = "",
        working_dir: str = "",
        is_active: bool = True,
    ) -> Session:
        """Nothing was said in it yet. Raises InvalidRun."""
        if principal.is_remote and working_dir:
            raise InvalidRun("name a workspace with each run instead", field="workingDir")
        session = self.new(cli, principal.client_id, checked_folder(working_dir))
        session = replace(session, description=description, is_active=is_active)
        await self._aside(lambda: self._store.add(session))
        return session

    async def active(self, owner: str) -> dict[CliName, Session]:
        return await self._aside(lambda: self._active(owner))

    async def get(self, session_id: str, owner: str) -> Session:
        found = await self._aside(lambda: self._kept(self._store.get(session_id, owner)))
        if found is None:
            raise NoSuchSession(session_id)
        return found

    async def activate(self, session_id: str, owner: str) -> Session:
        session = await self.get(session_id, owner)
        await self._aside(lambda: self._store.activate(session))
        return replace(session, is_active=True)

    async def deactivate(self, session_id: str, owner: str) -> Session:
        """If it is the active one, none is."""
        session = await self.get(session_id, owner)
        if session.is_active:
            await self._aside(lambda: self._store.deactivate(owner, session.cli))
        return replace(session, is_active=False)

    async def delete(self, session_id: str, owner: str) -> Session:
        """The gateway's knowledge of it; the CLI keeps what was said."""
        session = await self.get(session_id, owner)
        await self._aside(lambda: self._delete(session))
        return session

    async def clear(self, owner: str, cli: CliName | None = None) -> int:
        """How many there were."""
        return await self._aside(lambda: self._remove_folders(self._store.clear(owner, cli)))

    # The ledger's side; in threads.

    def enter(self, use: SessionUse, cli: CliName, owner: str) -> None:
        """A session begins with a run, or goes on with one."""
        now_s = self._clock.now_s()
        if not use.is_new:
            self._store.touch(use.id, owner, now_s)
            return
        session = Session(
            id=use.id,
            owner=owner,
            cli=cli,
            working_dir=use.working_dir,
            neutral_dir=use.neutral_dir,
            made_at_s=now_s,
            used_at_s=now_s,
            is_active=use.is_active,
            totals=use.before or SessionTotals(),
        )
        self._store.add(session)

    def strike(self, use: SessionUse, owner: str) -> None:
        """There is no such run after all."""
        if use.is_new:
            self._store.delete([use.id], owner)

    def went_on(self, use: SessionUse, owner: str, provider_id: str, totals: SessionTotals) -> None:
        self._store.went_on(
            use.id, owner, provider_id=provider_id, totals=totals, now_s=self._clock.now_s()
        )
        is_shared = self._folders_in_use().count(use.neutral_dir) > 1
        if not use.neutral_dir or is_shared:
            return
        with suppress(OSError):
            # An empty one is made again when it is needed; most are.
            Path(use.neutral_dir).rmdir()
            return
        # One that was deleted while it ran leaves its folder to us.
        if not self._store.is_used(use.neutral_dir):
            shutil.rmtree(use.neutral_dir, ignore_errors=True)

    # What plans ask; in threads.

    def everybodys(self, *, limit: int) -> list[Session]:
        """The last used first: for who sits at this computer."""
        return [each for each in self._store.recent(None, limit=limit) if self._is_kept(each)]

    def find(self, session_id: str, owner: str) -> Session | None:
        return self._kept(self._store.get(session_id, owner))

    def last(self, owner: str, cli: CliName, working_dir: str) -> Session | None:
        """The last one of this folder; where none is named the active one, or else the last."""
        active = self._active(owner).get(cli)
        if active is not None and not working_dir:
            return active
        last = self._store.recent(owner, cli, working_dir=working_dir, limit=1)
        return self._kept(last[0]) if last else None

    def is_held(self, cli: CliName, provider_session_id: str) -> bool:
        """By anybody."""
        return self._store.is_held(cli, provider_session_id)

    def new_id(self) -> str:
        return self._ids.new(SESSION_PREFIX)

    def tidy(self) -> None:
        now_s = self._clock.now_s()
        if now_s - self._tidied_at_s >= _TIDY_EVERY_S:
            self._tidied_at_s = now_s
            self._remove_folders(self._store.forget(now_s - self._ttl_s))

    def new(self, cli: CliName, owner: str, working_dir: str) -> Session:
        """Not kept yet."""
        now_s = self._clock.now_s()
        session_id = self.new_id()
        neutral = "" if working_dir else str(neutral_root() / f"llmgw-{session_id}")
        return Session(
            id=session_id,
            owner=owner,
            cli=cli,
            working_dir=working_dir,
            neutral_dir=neutral,
            made_at_s=now_s,
            used_at_s=now_s,
        )

    def _active(self, owner: str) -> dict[CliName, Session]:
        return {each.cli: each for each in self._store.active(owner) if self._is_kept(each)}

    def _kept(self, session: Session | None) -> Session | None:
        return session if session is not None and self._is_kept(session) else None

    def _is_kept(self, session: Session) -> bool:
        return session.used_at_s >= self._clock.now_s() - self._ttl_s

    def _delete(self, session: Session) -> None:
        self._store.delete([session.id], session.owner)
        self._remove_folders([session])

    def _remove_folders(self, gone: list[Session]) -> int:
        in_use = set(self._folders_in_use())
        for each in gone:
            folder = each.neutral_dir
            if folder and folder not in in_use and not self._store.is_used(folder):
                shutil.rmtree(Path(folder), ignore_errors=True)
        return len(gone)

    async def _aside(self, work: Callable[[], _T]) -> _T:
        """The disk may take its time."""
        return await asyncio.to_thread(work)

    async def list(self, owner: str, cli: CliName | None = None, *, limit: int) -> list[Session]:
        """The last used first."""
        found = await self._aside(lambda: self._store.recent(owner, cli, limit=limit))
        return [each for each in found if self._is_kept(each)]
