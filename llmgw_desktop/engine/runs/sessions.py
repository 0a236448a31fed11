"""Sessions of callers with CLIs, and which of them a run belongs to."""

import asyncio
import shutil
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.cli import CliName, SessionWish
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.jobs.job import SESSION_PREFIX, Session, SessionTotals, SessionUse
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchSession
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import neutral_root
from llmgw_desktop.engine.jobs.launch import checked_folder
from llmgw_desktop.engine.runs.fields import RunAsked
from llmgw_desktop.store.jobs.session_store import SessionStore

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

    async def list_and_active(
        self, owner: str, cli: CliName | None = None, *, limit: int
    ) -> tuple[list[Session], dict[CliName, Session]]:
        """The last used first, and those that are active, of any CLI."""

        def read() -> tuple[list[Session], dict[CliName, Session]]:
            found = self._store.recent(owner, cli, limit=limit)
            return [each for each in found if self._is_kept(each)], self._active(owner)

        return await self._aside(read)


@value
class SessionPlan:
    """What a request means for its CLI and for the books."""

    wish: SessionWish
    provider_id: str = ""
    use: SessionUse | None = None
    working_dir: str = ""

    @property
    def chosen_id(self) -> str:
        """The CLI's id of the session, where we know it before the CLI tells."""
        if self.use is None:
            return ""
        is_resumed = self.wish is SessionWish.RESUME
        return self.use.new_provider_id or (self.provider_id if is_resumed else "")


def session_plan(sessions: Sessions, asked: RunAsked, principal: Principal) -> SessionPlan:
    """Nothing is made. For a thread. Raises InvalidRun, StoreError."""
    sessions.tidy()
    owner, cli = principal.client_id, asked.cli
    if asked.session_id:
        session = sessions.find(asked.session_id, owner)
        if session is None:
            return _foreign(sessions, asked, principal)
        return _going_on(sessions, asked, session)
    if asked.continues:
        last = sessions.last(owner, cli.name, asked.working_dir)
        if last is not None:
            return _going_on(sessions, asked, last)
        if owner != LOCAL.client_id or not asked.working_dir:
            raise InvalidRun(
                "you have no session with this CLI that could go on", field="sessionId"
            )
        # The person's own conversations in this folder, begun in a terminal.
        wish = SessionWish.FORK if asked.forks else SessionWish.CONTINUE
        return _beginning(sessions, asked, owner, wish=wish)
    return _beginning(sessions, asked, owner, wish=SessionWish.NEW)


def _beginning(
    sessions: Sessions, asked: RunAsked, owner: str, *, wish: SessionWish, provider_id: str = ""
) -> SessionPlan:
    """The gateway's session begins with this run."""
    plan = SessionPlan(wish=wish, provider_id=provider_id, working_dir=asked.working_dir)
    if not asked.keeps_session:
        return plan
    new = sessions.new(asked.cli.name, owner, asked.working_dir)
    use = SessionUse(
        id=new.id,
        is_new=True,
        new_provider_id=_chosen_id(asked) if wish is SessionWish.NEW else "",
        is_active=asked.creates,
        working_dir=new.working_dir,
        neutral_dir=new.neutral_dir,
    )
    return replace(plan, use=use)


def _going_on(sessions: Sessions, asked: RunAsked, session: Session) -> SessionPlan:
    if session.cli is not asked.cli.name:
        raise InvalidRun(f"it is a session with {session.cli}", field="sessionId")
    if not (asked.keeps_session or asked.forks):
        raise InvalidRun(
            "what goes on with a session is kept in it; fork it to leave it as it is",
            field="sessionId",
        )
    known = session.provider_session_id
    use = SessionUse(
        id=session.id,
        working_dir=session.working_dir,
        neutral_dir=session.neutral_dir,
        before=session.totals,
    )
    plan = SessionPlan(
        wish=SessionWish.RESUME,
        provider_id=known,
        use=use,
        working_dir=asked.working_dir or session.working_dir,
    )
    if asked.forks:
        if not known:
            raise InvalidRun(
                "nothing was said in it yet: there is nothing to fork from", field="sessionId"
            )
        use = replace(use, id=sessions.new_id(), is_new=True)
        return replace(plan, wish=SessionWish.FORK, use=use if asked.keeps_session else None)
    if known:
        return plan
    use = replace(use, new_provider_id=_chosen_id(asked), before=None)
    return replace(plan, wish=SessionWish.NEW, use=use)


def _foreign(sessions: Sessions, asked: RunAsked, principal: Principal) -> SessionPlan:
    """No session of his: the person at the computer may name one of the CLI's own. Others may not:
    it would be somebody's."""
    named = asked.session_id
    is_ours = named.startswith(f"{SESSION_PREFIX}_") or sessions.is_held(asked.cli.name, named)
    if principal.client_id != LOCAL.client_id or is_ours:
        raise InvalidRun(
            "there is no such session of yours; session_list, or GET /v1/sessions, has all",
            field="sessionId",
        )
    wish = SessionWish.FORK if asked.forks else SessionWish.RESUME
    return _beginning(sessions, asked, principal.client_id, wish=wish, provider_id=named)


def _chosen_id(asked: RunAsked) -> str:
    return str(uuid.uuid4()) if asked.cli.facts.takes_new_id else ""
