"""All workspaces by their aliases: those of the settings file, and those that were registered.

Nothing is remembered here between two uses: a folder that has gone, or a link that leads elsewhere
now, is noticed with each. Everything here may touch the disk and is for a thread.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.cli_settings import ContainSettings
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchWorkspace
from llmgw_desktop.domain.jobs.workspace import (
    ALIAS,
    ALIAS_WORDS,
    AllowedRoot,
    Place,
    Workspace,
    WorkspaceKind,
    WorkspaceSettings,
)
from llmgw_desktop.domain.setting import Unfit
from llmgw_desktop.engine.workspaces.folders import Creation, Guard, is_inside, real_folder
from llmgw_desktop.engine.workspaces.git import Git, git_folder
from llmgw_desktop.store.settings.clis import CONTAIN_KEYS
from llmgw_desktop.store.workspaces import WorkspaceStore

_NOTHING_SAID = ContainSettings()


class Workspaces:
    """One for all; whoever may name a working folder may name any of them."""

    def __init__(
        self,
        store: WorkspaceStore,
        settings: Callable[[], WorkspaceSettings],
        *,
        guard: Guard,
        git: Git,
        clock: Clock,
    ) -> None:
        """`settings`: those in force."""
        self._store = store
        self._settings = settings
        self._guard = guard
        self._creation = Creation(guard, git)
        self._clock = clock
        self._changing = threading.Lock()

    @property
    def settings(self) -> WorkspaceSettings:
        return self._settings()

    def all(self) -> list[Workspace]:
        """Those of the settings first; they hide registered ones of their aliases."""
        said = self._settings()
        known = {each.alias for each in said.repos} | set(said.off)
        listed = [*said.repos, *(each for each in self._store.all() if each.alias not in known)]
        default = said.default or next((each.alias for each in listed if each.is_default), "")
        return [replace(each, is_default=each.alias == default) for each in listed]

    def get(self, alias: str, field: str = "workspace") -> Workspace:
        """Raises NoSuchWorkspace."""
        if why := self._settings().off.get(alias):
            raise InvalidRun(f"it is off, for the settings have a mistake: {why}", field=field)
        for each in self.all():
            if each.alias == alias:
                return each
        raise NoSuchWorkspace(alias, field=field)

    def top(self, alias: str) -> str:
        """Its folder, for whoever reads in it. Raises NoSuchWorkspace, InvalidRun."""
        return str(self._top(self.get(alias)))

    def place(self, alias: str, working_dir: str, cli: CliName) -> Place:
        """In the workspace that is named, or else in the default one; `working_dir` is relative
        to it. Raises NoSuchWorkspace, InvalidRun."""
        workspace = self.get(alias) if alias else self._default(working_dir)
        if Path(working_dir).is_absolute() and not alias:
            raise InvalidRun("name it relative to a workspace", field="workingDir")
        top = self._allowed(workspace, cli)
        folder = self._guard.below(top, working_dir, "workingDir") if working_dir else top
        return Place(folder=str(folder), workspace=workspace, top=str(top))

    def holding(self, folder: str, cli: CliName) -> Place:
        """The workspace that a folder lies in, the deepest: for what was placed earlier. Raises
        InvalidRun."""
        real = real_folder(folder, "workingDir")
        places: list[Place] = []
        for each in self.all():
            with suppress(InvalidRun):
                top = self._allowed(each, cli)
                if is_inside(real, top):
                    places.append(Place(folder=str(real), workspace=each, top=str(top)))
        if not places:
            raise InvalidRun(
                "it lies in no workspace that this CLI may work in; name one as workspace",
                field="workingDir",
            )
        self._guard.check(real, "workingDir")
        return max(places, key=lambda place: len(place.top))

    def below(self, place: Place, path: str, field: str) -> str:
        """A further folder inside a workspace that allows them. Raises InvalidRun."""
        if not place.workspace.allow_add_dir:
            raise InvalidRun(
                f"workspace '{place.workspace.alias}' allows no further folders", field=field
            )
        return str(self._guard.below(Path(place.top), path, field))

    def is_private(self, real: Path) -> bool:
        """Whether it leads to where credentials are kept."""
        try:
            self._guard.check(real, "path")
        except InvalidRun:
            return True
        return False

    def _default(self, working_dir: str) -> Workspace:
        default = next((each for each in self.all() if each.is_default), None)
        if default is None and working_dir:
            raise InvalidRun(
                "a relative folder lies in a workspace: name one as workspace, for there is no"
                " default one, or give the folder's whole path",
                field="workingDir",
            )
        if default is None:
            raise InvalidRun(
                "callers elsewhere work in a workspace, and there is no default one; name one"
                " (workspace_list has them), or have one registered at the gateway's computer",
                field="workspace",
            )
        return default

    def _allowed(self, workspace: Workspace, cli: CliName) -> Path:
        if workspace.clis and cli not in workspace.clis:
            raise InvalidRun(f"{cli} may not work there", field="workspace")
        return self._top(workspace)

    def create(
        self,
        alias: str,
        root: str,
        slug: str,
        kind: WorkspaceKind,
        *,
        default: bool,
        by: str,
    ) -> Workspace:
        """A new folder below an allowed root. Raises InvalidRun, NoSuchWorkspace; then nothing was
        made."""
        with self._changing:
            self._check_new(alias, default=default)
            allowed = self._root(root)
            made = self._creation.make(allowed, slug, kind)
            workspace = self._new(alias, made.path, kind, root=root, default=default, by=by)
            try:
                self._add(workspace)
            except BaseException:
                made.undo()
                raise
            return workspace

    def register(self, alias: str, path: str, *, default: bool, by: str) -> Workspace:
        """A git repository that lies below an allowed root. Raises InvalidRun."""
        with self._changing:
            self._check_new(alias, default=default)
            real = self._guard.workspace(path, "path")
            root = self._root_over(real)
            kept = git_folder(real)
            if kept is None:
                raise InvalidRun("it is not the top of a git repository", field="path")
            if not is_inside(kept, _real_root(root, "path")):
                raise InvalidRun("git keeps its history outside the allowed root", field="path")
            workspace = self._new(
                alias, real, WorkspaceKind.GIT, root=root.alias, default=default, by=by
            )
            self._add(workspace)
            return workspace

    def add(
        self,
        alias: str,
        path: str,
        *,
        default: bool,
        by: str,
        containment: ContainSettings = _NOTHING_SAID,
    ) -> Workspace:
        """For the person at this computer: any folder that may be one. Raises InvalidRun."""
        _check_places(containment)
        with self._changing:
            self._check_new(alias, default=default)
            real = self._guard.workspace(path, "path")
            kind = WorkspaceKind.FOLDER if git_folder(real) is None else WorkspaceKind.GIT
            made = self._new(alias, real, kind, root="", default=default, by=by)
            workspace = replace(made, containment=containment)
            self._add(workspace)
            return workspace

    def change(
        self,
        alias: str,
        path: str,
        *,
        default: bool,
        containment: ContainSettings | None = None,
    ) -> Workspace:
        """For the person at this computer: another folder, the default one from now on or no
        longer, contained otherwise (None: as before). Raises NoSuchWorkspace, InvalidRun; then it
        is as it was."""
        _check_places(containment or _NOTHING_SAID)
        with self._changing:
            known = self.get(alias, "alias")
            if known.is_of_settings:
                raise InvalidRun("it stands in the settings file; change it there", field="alias")
            if default and self._settings().default:
                raise InvalidRun("the settings file names the default one", field="setDefault")
            real = self._guard.workspace(path, "path")
            kind = WorkspaceKind.FOLDER if git_folder(real) is None else WorkspaceKind.GIT
            is_same = str(real) == known.path
            changed = replace(
                known,
                path=str(real),
                kind=kind,
                root=known.root if is_same else "",
                is_default=default,
                containment=known.containment if containment is None else containment,
            )
            if not self._store.change(changed):
                raise NoSuchWorkspace(alias, field="alias")
            return changed

    def remove(self, alias: str) -> None:
        """The folder stays. Raises NoSuchWorkspace, InvalidRun."""
        if any(each.alias == alias for each in self._settings().repos):
            raise InvalidRun("it stands in the settings file; take it out there", field="alias")
        if not self._store.remove(alias):
            raise NoSuchWorkspace(alias, field="alias")

    def close(self) -> None:
        self._store.close()

    def _top(self, workspace: Workspace) -> Path:
        real = self._guard.workspace(str(Path(workspace.path).expanduser()), "workspace")
        if workspace.root:
            root = self._root(workspace.root, "workspace")
            if not is_inside(real, _real_root(root, "workspace")):
                raise InvalidRun(
                    f"it leads out of the allowed root '{root.alias}' now", field="workspace"
                )
        return real

    def _root(self, alias: str, field: str = "root") -> AllowedRoot:
        for each in self._settings().allowed_roots:
            if each.alias == alias:
                return each
        raise InvalidRun(
            f"there is no allowed root '{alias[:64]}'; the settings name them", field=field
        )

    def _root_over(self, real: Path) -> AllowedRoot:
        over = [
            each
            for each in self._settings().allowed_roots
            if each.allow_register_existing_git_repos and _is_over(each, real)
        ]
        if not over:
            raise InvalidRun(
                "it lies below no allowed root that takes repositories; the settings name them",
                field="path",
            )
        return over[0]

    def _check_new(self, alias: str, *, default: bool) -> None:
        if not ALIAS.fullmatch(alias):
            raise InvalidRun(f"it must be {ALIAS_WORDS}", field="alias")
        if alias in self._settings().off or any(each.alias == alias for each in self.all()):
            raise InvalidRun("there is a workspace of this alias already", field="alias")
        if default and self._settings().default:
            raise InvalidRun("the settings file names the default one", field="setDefault")

    def _new(
        self, alias: str, path: Path, kind: WorkspaceKind, *, root: str, default: bool, by: str
    ) -> Workspace:
        return Workspace(
            alias=alias,
            path=str(path),
            kind=kind,
            root=root,
            is_default=default,
            made_by=by,
            made_at_s=self._clock.now_s(),
        )

    def _add(self, workspace: Workspace) -> None:
        """Another process may have been quicker."""
        if not self._store.add(workspace):
            raise InvalidRun("there is a workspace of this alias already", field="alias")


def _check_places(said: ContainSettings) -> None:
    """As the settings file would. Raises InvalidRun."""
    for field, paths in (("readable", said.readable), ("writable", said.writable)):
        try:
            CONTAIN_KEYS[field].kind.read(list(paths))
        except Unfit as unfit:
            raise InvalidRun(f"it must be {unfit}", field=field) from None


def _real_root(root: AllowedRoot, field: str) -> Path:
    return real_folder(str(Path(root.path).expanduser()), field)


def _is_over(root: AllowedRoot, real: Path) -> bool:
    try:
        return is_inside(real, _real_root(root, "root"))
    except InvalidRun:
        return False
