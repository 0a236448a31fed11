"""A job that a person asks for in the window: what there is to choose from, and the asking, in the
name of this computer's person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Protocol

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import LOCAL, SITTING, Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Asking
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import HandedOver, HandOver, HandOverTo, RunReply
from llmgw_desktop.domain.jobs.workspace import Workspace, WorkspaceKind
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value

OPERATION = "window"
"""As the gate keeps it."""
MOST_FOLDERS = 6


@value
class CliChoice:
    """One that can be asked."""

    name: str
    title: str
    models: tuple[str, ...] = ()
    usual_model: str = ""
    """Of the settings; empty: it chooses."""
    can_ask: bool = False
    """A person can be asked before it acts."""
    accounts: tuple[str, ...] = ()
    """Projects with a sign-in of their own in the vault."""


@value
class PlaceChoice:
    """A folder that a job may work in: a workspace by its alias, or one that was used lately."""

    alias: str
    path: str
    is_git: bool = False


@value
class JobChoices:
    """What there is to choose from, as it is now."""

    clis: tuple[CliChoice, ...] = ()
    places: tuple[PlaceChoice, ...] = ()
    always_asks: bool = False
    """The settings let only such agents run."""


@value
class NewJob:
    """As it is filled in. Neither alias nor folder: it works in a folder that holds nothing."""

    cli: str
    prompt: str = field(repr=False)
    model: str = ""
    workspace: str = ""
    folder: str = ""
    asks: bool = False
    own_worktree: bool = False
    goes_on_from: str = ""
    """A flight of the recorded conversation that it goes on from."""


class AsksForRuns(Protocol):
    """Of `engine/runs/run_service`, what is asked here."""

    async def ask_at(
        self,
        operation: str,
        cli: str,
        fields: Mapping[str, object],
        principal: Principal,
        *,
        wait: bool,
    ) -> RunReply: ...

    async def ask_after(
        self, handed: HandedOver, cli: str, fields: Mapping[str, object], principal: Principal
    ) -> RunReply: ...


class HandsOver(Protocol):
    """Of `engine/runs/hand_over`, what is asked here."""

    async def draft(self, job_id: str, owner: str, to: HandOverTo) -> HandOver: ...

    async def move(
        self, job_id: str, to: HandOverTo, prompt: str, *, owner: str, stop: bool
    ) -> RunReply: ...


@value
class StarterParts:
    """What asking for a job stands on."""

    runs: AsksForRuns
    settings: Callable[[], Settings]
    ready: Callable[[], Sequence[str]]
    """The CLIs that can be asked; waits for the disk."""
    workspaces: Callable[[], Sequence[Workspace]]
    """Waits for the disk."""
    recent: Callable[[], Sequence[Job]]
    """Newest first. Raises StoreError."""
    is_ours: Callable[[Path], bool]
    """Whether the gateway itself made this folder for a job."""
    hand_overs: HandsOver
    accounts: Callable[[CliName], Sequence[str]] = lambda _: ()
    """The projects with a sign-in of their own for it in the vault; waits for the disk."""


class JobStarter:
    """One for the window."""

    def __init__(self, parts: StarterParts) -> None:
        self._parts = parts

    def choices(self) -> JobChoices:
        """Waits for the disk. Raises StoreError."""
        parts, settings = self._parts, self._parts.settings()
        ready = frozenset(parts.ready())
        on = [said for said in settings.clis if said.name.value in ready]
        clis = [_choice(said, tuple(parts.accounts(said.name))) for said in on]
        known = [
            PlaceChoice(
                alias=each.alias,
                path=each.path,
                is_git=each.kind is WorkspaceKind.GIT and each.allow_worktree,
            )
            for each in parts.workspaces()
        ]
        return JobChoices(
            clis=tuple(clis),
            places=(*known, *self._lately({each.path for each in known})),
            always_asks=settings.approvals.agents is Asking.ASK,
        )

    async def start(self, wish: NewJob) -> Job:
        """A run of its own, whatever ran before. Raises InvalidRun with the request's own name of
        the field, NoSuchWorkspace, ApprovalDenied, Saturated, StoreError: then nothing was made."""
        if not wish.prompt.strip():
            raise InvalidRun("say what it shall do", field="prompt")
        runs, fields = self._parts.runs, fields_of(wish)
        if wish.goes_on_from:
            handed = HandedOver(wish.goes_on_from, "", "", has_other_account=False)
            return (await runs.ask_after(handed, wish.cli, fields, SITTING)).job
        return (await runs.ask_at(OPERATION, wish.cli, fields, SITTING, wait=False)).job

    async def draft(self, job: Job, to: HandOverTo) -> HandOver:
        """What another one would be told that goes on with a job. Raises InvalidRun, NoSuchJob,
        StoreError, VaultError."""
        return await self._parts.hand_overs.draft(job.id, job.owner, to)

    async def hand_over(self, job: Job, to: HandOverTo, prompt: str) -> Job:
        """In the name of whoever asked for it. One that runs is ended first. Raises as `start`,
        and JobStillLive."""
        move = self._parts.hand_overs.move
        return (await move(job.id, to, prompt, owner=job.owner, stop=True)).job

    def _lately(self, known: set[str]) -> list[PlaceChoice]:
        """Folders of the person's own jobs that are still there."""
        found: list[PlaceChoice] = []
        for job in self._parts.recent():
            folder = job.working_dir
            if job.owner != LOCAL.client_id or not folder or folder in known:
                continue
            known.add(folder)
            path = Path(folder)
            if len(found) < MOST_FOLDERS and path.is_dir() and not self._parts.is_ours(path):
                found.append(PlaceChoice(alias="", path=folder, is_git=_is_git(path)))
        return found


def fields_of(wish: NewJob) -> dict[str, object]:
    """The request, by its public names."""
    told: dict[str, object] = {"prompt": wish.prompt, "forceRefresh": True}
    if wish.model:
        told["model"] = wish.model
    if wish.workspace:
        told["workspace"] = wish.workspace
    elif wish.folder:
        told["workingDir"] = str(Path(wish.folder).expanduser())
    if wish.asks:
        told["approvals"] = Asking.ASK.value
    if wish.own_worktree:
        told["worktree"] = True
    return told


def _choice(said: CliSettings, accounts: tuple[str, ...]) -> CliChoice:
    cli = cli_of(said.name)
    return CliChoice(
        name=said.name.value,
        title=cli.title,
        models=said.models or cli.model_hints,
        usual_model=said.default_model,
        can_ask=cli.asking is not None,
        accounts=accounts,
    )


def _is_git(folder: Path) -> bool:
    """It lies in a repository, of which a worktree can be made."""
    return any((each / ".git").exists() for each in (folder, *folder.parents))
