"""A registry of workspaces on a disk of its own, with an allowed root and a person's HOME."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from llmgw_desktop.app.workspaces.workspaces import open_workspaces
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.workspace import AllowedRoot, WorkspaceSettings
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.store.paths import Places


@dataclass
class Scene:
    places: Places
    home: Path
    root: Path
    settings: WorkspaceSettings
    workspaces: Workspaces

    def say(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)

    def allow(self, **more: Any) -> None:
        """Of the one root."""
        (root,) = self.settings.allowed_roots
        self.say(allowed_roots=(replace(root, **more),))

    def repository(self, path: str) -> Path:
        folder = self.root / path
        folder.mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True, timeout=30)
        return folder


@contextmanager
def open_scene(tmp_path: Path) -> Iterator[Scene]:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "gateway")})
    places.make()
    home, root = tmp_path / "person", tmp_path / "code"
    home.mkdir()
    root.mkdir()
    allowed = AllowedRoot(
        alias="code",
        path=str(root),
        allow_register_existing_git_repos=True,
        allow_create_directories=True,
        allow_init_git_repos=True,
    )
    settings = WorkspaceSettings(admin=True, allowed_roots=(allowed,))
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    made = Scene(places, home, root, settings, None)  # type: ignore[arg-type]
    made.workspaces = open_workspaces(places, env, lambda: made.settings, SystemClock())
    yield made
    made.workspaces.close()
