"""The worktrees of jobs: each is on record before it is made, kept when its job changed something,
and removed when it did not. After a fall they are found by their records.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.clock import Clock, TimedIds
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import Event, JobChanged, WorktreesChanged
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import (
    NoSuchWorktree,
    Place,
    Worktree,
    WorktreeDiff,
    WorktreeHasWork,
    WorktreeInUse,
    WorktreeLook,
    WorktreeRemoved,
    WorktreeState,
    WorktreeWish,
)
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.workspaces.checkout import FIELD, Checkouts, repository_over
from llmgw_desktop.engine.workspaces.folders import is_inside, real_folder
from llmgw_desktop.store.workspaces import WorktreeStore

_FORGET_AFTER_S = 60 * 86_400.0
_NAME_OF_ID = 12

_log = logging.getLogger(__name__)


class Worktrees:
    """All raise StoreError; those that name one NoSuchWorktree. Without an owner everybody's are
    meant."""

    def __init__(
        self,
        store: WorktreeStore,
        root: Path,
        *,
        env: Mapping[str, str],
        clock: Clock,
        bus: Bus,
        live_folders: Callable[[], Collection[str]],
    ) -> None:
        """`live_folders`: where jobs wait or run."""
        self._store = store
        self._root = root.resolve()
        self._checkouts = Checkouts(env)
        self._ids = TimedIds(clock)
        self._clock = clock
        self._bus = bus
        self._tasks = Tasks()
        self._one = asyncio.Lock()
        self._live_folders = live_folders
        self._unsubscribe = bus.subscribe(self._heard, JobChanged)

    def start(self) -> None:
        """What an earlier program left: its jobs that go on are known by now."""
        self._tasks.start(self._settle_all(self._clock.now_s()), name="settle worktrees")

    async def close(self) -> None:
        self._unsubscribe()
        await self._tasks.finish(10.0)
        self._store.close()

    def is_one(self, folder: str) -> bool:
        """Or lies in one."""
        return bool(folder) and is_inside(Path(folder), self._root) and folder != str(self._root)

    def top_of(self, folder: str) -> str:
        """Of the one that it is or lies in."""
        return str(self._root / Path(folder).relative_to(self._root).parts[0])

    async def make(
        self, wish: WorktreeWish, folder: str, principal: Principal, place: Place | None
    ) -> tuple[Worktree, str]:
        """And where in it the folder lies. Raises InvalidRun; then nothing was made."""
        if place is not None and not place.workspace.allow_worktree:
            raise InvalidRun("this workspace allows no worktrees", field=FIELD)
        if not folder:
            raise InvalidRun("name a workspace or a workingDir in a repository", field=FIELD)
        async with self._one:
            made = await asyncio.to_thread(self._make, wish, folder, principal, place)
        self._tell(made[0])
        return made

    def _make(
        self, wish: WorktreeWish, folder: str, principal: Principal, place: Place | None
    ) -> tuple[Worktree, str]:
        real = real_folder(folder, "workingDir")
        within = Path(place.top) if place is not None else None
        repository = repository_over(real, within)
        worktree_id = self._ids.new("wtr")
        name = wish.name or worktree_id[-_NAME_OF_ID:]
        if self._checkouts.has_branch(repository, name):
            raise InvalidRun(f"there is a branch gateway/{name}; choose another name", field=FIELD)
        worktree = Worktree(
            id=worktree_id,
            owner=principal.client_id,
            client=principal.name,
            name=name,
            workspace=place.workspace.alias if place is not None else "",
            repository=str(repository.top),
            git_dir=str(repository.shared / "worktrees" / worktree_id),
            path=str(self._root / worktree_id),
            base=self._checkouts.base_of(repository, wish.ref),
            ref=wish.ref,
            made_at_s=self._clock.now_s(),
        )
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store.add(worktree)
        try:
            self._checkouts.make(worktree, repository)
            below = self._below(worktree, real.relative_to(repository.top))
        except BaseException:
            self._store.delete(worktree.id)
            raise
        return worktree, str(below)

    def _below(self, worktree: Worktree, path: Path) -> Path:
        below = Path(worktree.path) / path
        if below.is_dir() and below.resolve() == below:
            return below
        self._checkouts.remove(worktree)
        raise InvalidRun("the working folder is not in that commit", field=FIELD)

    async def used(self, worktree: Worktree, job_id: str) -> None:
        """By this job, from now on."""
        await asyncio.to_thread(self._store.move, worktree.id, WorktreeState.IN_USE, job_id=job_id)

    async def undo(self, worktree: Worktree) -> None:
        """There is no such job after all."""
        async with self._one:
            await asyncio.to_thread(self._undo, worktree)
        self._tell(worktree)

    def _undo(self, worktree: Worktree) -> None:
        self._checkouts.remove(worktree)
        self._store.delete(worktree.id)

    async def go_on(self, folder: str) -> Worktree | None:
        """A session works there again: made anew where it was removed because nothing had changed.
        Raises InvalidRun."""
        async with self._one:
            worktree = await asyncio.to_thread(self._of_folder, folder)
            if worktree is not None:
                await asyncio.to_thread(self._make_anew, worktree)
        if worktree is not None:
            self._tell(worktree)
        return worktree

    def _make_anew(self, worktree: Worktree) -> None:
        if Path(worktree.path).is_dir():
            return
        repository = repository_over(Path(worktree.repository), Path(worktree.repository).parent)
        if repository.top != Path(worktree.repository):
            raise InvalidRun("its repository is not there any more", field=FIELD)
        self._checkouts.make(worktree, repository)
        self._store.move(worktree.id, WorktreeState.IN_USE)

    async def diff(self, worktree_id: str, owner: str | None = None) -> WorktreeDiff:
        """All that is otherwise than at its base, cut where it is very long. Raises InvalidRun."""
        worktree = await self._known(worktree_id, owner)
        return await asyncio.to_thread(self._checkouts.diff, worktree)

    async def remove(
        self, worktree_id: str, owner: str | None = None, *, force: bool = False
    ) -> WorktreeRemoved:
        """A branch with commits of its own stays. Raises WorktreeInUse, InvalidRun; and
        WorktreeHasWork without `force`."""
        worktree = await self._known(worktree_id, owner)
        async with self._one:
            if self._is_in_use(worktree):
                raise WorktreeInUse(worktree.job_id)
            kept = await asyncio.to_thread(self._removed, worktree, force=force)
        self._tell(worktree)
        return WorktreeRemoved(worktree=worktree, kept_branch=kept)

    def _removed(self, worktree: Worktree, *, force: bool) -> str:
        look = self._checkouts.look(worktree)
        if not force and look.changed_files != 0:
            counted = look.changed_files
            what = look.problem or f"changes in {counted} file{'s' if counted != 1 else ''}"
            raise WorktreeHasWork(what)
        kept = self._checkouts.remove(worktree)
        self._store.move(worktree.id, WorktreeState.REMOVED)
        return kept

    async def _known(self, worktree_id: str, owner: str | None) -> Worktree:
        found = await asyncio.to_thread(self._store.get, worktree_id, owner)
        if found is None or found.state is WorktreeState.REMOVED:
            raise NoSuchWorktree(worktree_id)
        return found

    async def of(self, folder: str, owner: str) -> Worktree | None:
        """The one that a folder lies in, if it is this owner's."""
        found = await asyncio.to_thread(self._of_folder, folder)
        return found if found is not None and found.owner == owner else None

    def _of_folder(self, folder: str) -> Worktree | None:
        if not self.is_one(folder):
            return None
        return self._store.get(Path(folder).relative_to(self._root).parts[0])

    def _is_in_use(self, worktree: Worktree) -> bool:
        top = Path(worktree.path)
        return any(each and is_inside(Path(each), top) for each in self._live_folders())

    def _heard(self, event: Event) -> None:
        if not isinstance(event, JobChanged):
            return
        job = event.job
        if not job.is_live and self.is_one(job.working_dir):
            self._tasks.start(self._settle(job.working_dir), name=f"settle worktree of {job.id}")

    async def _settle(self, folder: str) -> None:
        try:
            async with self._one:
                worktree = await asyncio.to_thread(self._of_folder, folder)
                if worktree is None or self._is_in_use(worktree):
                    return
                await asyncio.to_thread(self._settled, worktree)
            self._tell(worktree)
        except (StoreError, InvalidRun) as error:
            _log.warning("the worktree %s could not be settled: %s", folder, error)

    async def _settle_all(self, began_s: float) -> None:
        """Those of jobs that are asked for meanwhile are younger."""
        try:
            await asyncio.to_thread(self._store.forget, self._clock.now_s() - _FORGET_AFTER_S)
            left = await asyncio.to_thread(self._store.all)
        except StoreError as error:
            _log.warning("worktrees of an earlier start cannot be looked at: %s", error)
            return
        for each in left:
            if each.state is WorktreeState.IN_USE and each.made_at_s < began_s:
                await self._settle(each.path)

    def _list(self, owner: str | None) -> list[WorktreeLook]:
        there = [each for each in self._store.all(owner) if each.state is not WorktreeState.REMOVED]
        return [self._checkouts.look(each) for each in there]

    def _settled(self, worktree: Worktree) -> None:
        """Kept where anything was changed, or nobody can tell."""
        state = WorktreeState.KEPT
        if not Path(worktree.path).exists():
            state = WorktreeState.REMOVED
            self._checkouts.remove(worktree)
        elif not self._checkouts.look(worktree).has_work:
            self._checkouts.remove(worktree)
            state = WorktreeState.REMOVED
        self._store.move(worktree.id, state)

    def _tell(self, worktree: Worktree) -> None:
        self._bus.publish(WorktreesChanged(owner=worktree.owner))

    async def list(self, owner: str | None = None) -> list[WorktreeLook]:
        """Newest first, each as it stands now; without an owner everybody's."""
        return await asyncio.to_thread(self._list, owner)
