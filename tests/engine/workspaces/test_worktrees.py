"""Worktrees with the real git, also of repositories that would have it run programs."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import Event, JobChanged, WorktreesChanged
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import (
    NoSuchWorktree,
    Place,
    Workspace,
    Worktree,
    WorktreeHasWork,
    WorktreeInUse,
    WorktreeState,
    WorktreeWish,
)
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.workspaces.checkout import MOST_PATCH_BYTES
from llmgw_desktop.engine.workspaces.worktrees import Worktrees
from llmgw_desktop.store.workspaces import WorktreeStore

OTHER = Principal(client_id="cli_other", name="other", scopes=frozenset())


@dataclass
class Scene:
    home: Path
    repo: Path
    bus: Bus = field(default_factory=Bus)
    live: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    stores: list[WorktreeStore] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus.subscribe(self.events.append, WorktreesChanged)
        self.trees = self.opened()

    def opened(self) -> Worktrees:
        clock = SystemClock()
        self.stores.append(WorktreeStore(self.home / "gateway.db"))
        return Worktrees(
            self.stores[-1],
            self.home / "worktrees",
            env={**os.environ, "HOME": str(self.home)},
            clock=clock,
            bus=self.bus,
            live_folders=lambda: self.live,
        )

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=cwd or self.repo,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    async def make(self, **wish: str) -> tuple[Worktree, Path]:
        made, folder = await self.trees.make(WorktreeWish(**wish), str(self.repo), LOCAL, None)
        return made, Path(folder)

    def job(self, folder: Path, state: JobState) -> None:
        job = Job(
            id="job_1",
            owner=LOCAL.client_id,
            client="me",
            cli=CliName.CLAUDE,
            state=state,
            working_dir=str(folder),
            asked_at_s=1.0,
        )
        self.bus.publish(JobChanged(job=job))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    (tmp_path / "home").mkdir()
    repo = tmp_path / "repo"
    repo.mkdir()
    scene = Scene(home=tmp_path / "home", repo=repo)
    scene.git("init", "-q", "-b", "main")
    (repo / "src").mkdir()
    (repo / "src" / "a.py").write_text("one\n")
    scene.git("add", ".")
    scene.git("commit", "-q", "-m", "first")
    yield scene
    for store in scene.stores:
        store.close()


def place(scene: Scene, **more: bool) -> Place:
    workspace = Workspace(alias="app", path=str(scene.repo), **more)
    return Place(folder=str(scene.repo), workspace=workspace, top=str(scene.repo))


async def test_it_is_a_checkout_on_a_branch_of_its_own(scene: Scene) -> None:
    made, folder = await scene.make(name="try")
    assert folder == scene.home / "worktrees" / made.id
    assert (folder / "src" / "a.py").read_text() == "one\n"
    assert scene.git("branch", "--show-current", cwd=folder) == "gateway/try"
    assert made.base == scene.git("rev-parse", "HEAD")
    assert scene.git("status", "--porcelain", cwd=folder) == ""
    assert not (scene.home / "worktrees").stat().st_mode & 0o077
    (look,) = await scene.trees.list(LOCAL.client_id)
    assert (look.changed_files, look.commits, look.has_work) == (0, 0, False)
    assert await scene.trees.list(OTHER.client_id) == []
    assert [type(each) for each in scene.events] == [WorktreesChanged]


async def test_the_working_folder_stays_the_same_inside(scene: Scene) -> None:
    wish = WorktreeWish()
    made, folder = await scene.trees.make(wish, str(scene.repo / "src"), LOCAL, place(scene))
    assert Path(folder) == Path(made.path) / "src"
    assert made.workspace == "app"


async def test_what_is_changed_is_told_new_files_too(scene: Scene) -> None:
    made, folder = await scene.make()
    (folder / "src" / "a.py").write_text("two\n")
    (folder / "new.txt").write_text("new\n")
    diff = await scene.trees.diff(made.id)
    assert set(diff.files) == {"src/a.py", "new.txt"}
    assert "-one\n+two\n" in diff.patch
    assert "+new\n" in diff.patch
    assert diff.is_whole
    (look,) = await scene.trees.list()
    assert (look.changed_files, look.commits) == (2, 0)
    assert scene.git("diff", "--cached", "--name-only", cwd=folder) == "", "its index is as it was"
    (folder / "big.txt").write_text("x" * 99 + "\n" + ("y" * 99 + "\n") * 20_000)
    cut = await scene.trees.diff(made.id)
    assert not cut.is_whole
    assert len(cut.patch.encode()) == MOST_PATCH_BYTES


async def test_it_goes_when_its_job_changed_nothing_and_stays_when_it_did(scene: Scene) -> None:
    idle, idle_folder = await scene.make(name="idle")
    busy, busy_folder = await scene.make(name="busy")
    done, done_folder = await scene.make(name="done")
    (busy_folder / "src" / "a.py").write_text("two\n")
    (done_folder / "b.py").write_text("b\n")
    scene.git("add", ".", cwd=done_folder)
    scene.git("commit", "-q", "-m", "second", cwd=done_folder)
    for folder in (idle_folder, busy_folder, done_folder):
        scene.job(folder, JobState.COMPLETED)
    await scene.trees.close()
    left = {each.worktree.id: each for each in await scene.trees.list()}
    assert set(left) == {busy.id, done.id}
    assert (left[done.id].changed_files, left[done.id].commits) == (0, 1)
    assert {each.worktree.state for each in left.values()} == {WorktreeState.KEPT}
    assert not idle_folder.exists()
    assert scene.git("branch", "--list", "gateway/*", "--format=%(refname:short)").split() == [
        "gateway/busy",
        "gateway/done",
    ]
    assert idle.id not in scene.git("worktree", "list")


async def test_one_that_is_used_stays(scene: Scene) -> None:
    made, folder = await scene.make()
    scene.live.append(str(folder / "src"))
    scene.job(folder, JobState.COMPLETED)
    await asyncio.sleep(0)
    with pytest.raises(WorktreeInUse):
        await scene.trees.remove(made.id, force=True)
    await scene.trees.close()
    assert folder.is_dir()


async def test_a_removal_asks_where_work_would_be_lost(scene: Scene) -> None:
    made, folder = await scene.make(name="w")
    (folder / "new.txt").write_text("new\n")
    with pytest.raises(WorktreeHasWork, match="changes in 1 file,"):
        await scene.trees.remove(made.id)
    with pytest.raises(NoSuchWorktree):
        await scene.trees.remove(made.id, OTHER.client_id, force=True)
    assert folder.is_dir()
    removed = await scene.trees.remove(made.id, force=True)
    assert removed.kept_branch == ""
    assert not folder.exists()
    assert await scene.trees.list() == []
    with pytest.raises(NoSuchWorktree):
        await scene.trees.diff(made.id)
    assert scene.git("worktree", "prune", "-n", "-v") == "", "git has nothing of it left"


async def test_commits_outlive_the_folder(scene: Scene) -> None:
    made, folder = await scene.make(name="w")
    (folder / "b").write_text("b")
    scene.git("add", ".", cwd=folder)
    scene.git("commit", "-q", "-m", "second", cwd=folder)
    removed = await scene.trees.remove(made.id)
    assert removed.kept_branch == "gateway/w"
    assert scene.git("show", "gateway/w:b") == "b"


async def test_a_session_that_goes_on_finds_its_folder_again(scene: Scene) -> None:
    made, folder = await scene.make()
    scene.job(folder, JobState.COMPLETED)
    await scene.trees.close()
    assert not folder.exists()
    again = await scene.trees.go_on(str(folder))
    assert again is not None
    assert again.id == made.id
    assert (folder / "src" / "a.py").read_text() == "one\n"


async def test_after_a_fall_it_is_found_again(scene: Scene) -> None:
    made, folder = await scene.make(name="kept")
    (folder / "new").write_text("x")
    _, idle = await scene.make(name="idle")
    later = scene.opened()
    later.start()
    await later.close()
    assert [each.worktree.id for each in await later.list()] == [made.id]
    assert not idle.exists()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"ref": "nowhere"}, "there is no commit 'nowhere'"),
        ({"ref": "HEAD~5"}, "there is no commit"),
        ({"name": "taken"}, "there is a branch"),
    ],
)
async def test_what_cannot_be_made_leaves_nothing(
    scene: Scene, wish: dict[str, str], words: str
) -> None:
    scene.git("branch", "gateway/taken")
    with pytest.raises(InvalidRun, match=words) as caught:
        await scene.make(**wish)
    assert caught.value.field == "worktree"
    assert await scene.trees.list() == []
    assert scene.git("worktree", "list").count("\n") == 0


async def test_workspaces_say_whether_there_may_be_any(scene: Scene) -> None:
    for where, words in (
        (place(scene, allow_worktree=False), "allows no worktrees"),
        (None, "in no git repository"),
    ):
        folder = str(scene.repo) if where else str(scene.home)
        with pytest.raises(InvalidRun, match=words):
            await scene.trees.make(WorktreeWish(), folder, LOCAL, where)


async def test_a_history_outside_the_workspace_is_not_checked_out(scene: Scene) -> None:
    bait = scene.home / "bait"
    bait.mkdir()
    (bait / ".git").write_text(f"gitdir: {scene.repo / '.git'}\n")
    workspace = Workspace(alias="bait", path=str(bait))
    where = Place(folder=str(bait), workspace=workspace, top=str(bait))
    with pytest.raises(InvalidRun, match="outside the workspace"):
        await scene.trees.make(WorktreeWish(), str(bait), LOCAL, where)


def hostile(scene: Scene, marker: Path) -> None:
    """Every way that we know by which a repository has git run a program."""
    run = scene.home / "run.sh"
    run.write_text(f'#!/bin/sh\necho "$0 $*" >>{marker}\ncat 2>/dev/null\nexit 0\n')
    run.chmod(0o755)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit"):
        path = scene.repo / ".git" / "hooks" / hook
        path.write_text(run.read_text())
        path.chmod(0o755)
    (scene.repo / ".gitattributes").write_text("*.py filter=evil diff=evil\n*.txt filter=late\n")
    (scene.repo / "b.txt").write_text("plain\n")
    scene.git("-c", "core.hooksPath=/dev/null", "add", ".")
    scene.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "hostile")
    late = scene.home / "late.conf"
    late.write_text(f'[filter "late"]\n\tsmudge = {run} late\n\tclean = {run} late\n\trequired\n')
    extra = scene.home / "extra.conf"
    extra.write_text(f'[filter "evil"]\n\tsmudge = {run} smudge\n\tclean = {run} clean\n')
    with (scene.repo / ".git" / "config").open("a") as config:
        config.write(
            f"""
[core]
\tfsmonitor = {run} fsmonitor
\thooksPath = {scene.repo}/.git/hooks
\tsshCommand = {run} ssh
\tpager = {run} pager
\teditor = {run} editor
[include]
\tpath = {extra}
[includeIf "onbranch:gateway/**"]
\tpath = {late}
[includeIf "gitdir:**/worktrees/**"]
\tpath = {late}
[diff]
\texternal = {run} external
[diff "evil"]
\tcommand = {run} command
\ttextconv = {run} textconv
[hook "evil"]
\tcommand = {run} hook
\tevent = post-checkout
[remote "origin"]
\turl = ext::{run} remote
\tpromisor = true
[gpg]
\tprogram = {run} gpg
[log]
\tshowSignature = true
[protocol "ext"]
\tallow = always
"""
        )


async def test_a_hostile_repository_has_nothing_run(scene: Scene) -> None:
    marker = scene.home / "ran"
    hostile(scene, marker)
    assert not marker.exists()
    subprocess.run(
        ["git", "worktree", "add", "-q", str(scene.home / "proof")],
        cwd=scene.repo,
        env={"PATH": os.environ["PATH"], "HOME": str(scene.home)},
        check=False,
        capture_output=True,
    )
    ran = marker.read_text()
    assert "smudge" in ran
    assert "post-checkout" in ran
    assert "late" in ran, "the repository is as hostile as was meant"
    marker.unlink()
    made, folder = await scene.make(name="safe")
    assert (folder / "src" / "a.py").read_text() == "one\n"
    (folder / "src" / "a.py").write_text("two\n")
    (folder / "new.txt").write_text("x\n")
    diff = await scene.trees.diff(made.id)
    assert set(diff.files) == {"src/a.py", "new.txt"}
    await scene.trees.list()
    scene.job(folder, JobState.COMPLETED)
    await scene.trees.remove(made.id, force=True)
    await scene.trees.close()
    assert not marker.exists(), marker.read_text()


async def test_a_settings_work_tree_leads_nowhere(scene: Scene) -> None:
    bait = scene.home / "elsewhere"
    bait.mkdir()
    (bait / "keep").write_text("mine")
    scene.git("config", "core.worktree", str(bait))
    _, folder = await scene.make(name="here")
    assert (folder / "src" / "a.py").read_text() == "one\n"
    await scene.trees.list()
    assert [each.name for each in bait.iterdir()] == ["keep"]


async def test_what_the_agent_does_to_its_own_mark_is_not_followed(scene: Scene) -> None:
    made, folder = await scene.make(name="w")
    other = scene.home / "other"
    other.mkdir()
    scene.git("init", "-q", cwd=other)
    marker = scene.home / "ran"
    scene.git("config", "core.fsmonitor", f"touch {marker}", cwd=other)
    (folder / ".git").write_text(f"gitdir: {other}/.git\n")
    (folder / "new").symlink_to("/etc")
    (look,) = await scene.trees.list()
    assert look.changed_files == 1
    diff = await scene.trees.diff(made.id)
    assert diff.files == ("new",)
    assert "root:" not in diff.patch
    await scene.trees.remove(made.id, force=True)
    assert not marker.exists()
    assert (other / ".git").is_dir()
    assert Path("/etc/passwd").exists()


async def test_a_repository_that_has_gone_is_said_and_its_folder_can_go(scene: Scene) -> None:
    made, folder = await scene.make()
    (scene.repo / ".git").rename(scene.home / "gone")
    (look,) = await scene.trees.list()
    assert look.changed_files is None
    assert look.problem
    assert look.has_work
    with pytest.raises(WorktreeHasWork):
        await scene.trees.remove(made.id)
    await scene.trees.remove(made.id, force=True)
    assert not folder.exists()
