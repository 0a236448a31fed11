"""What a run did to its folder is shown and taken back, with real git and by every byte."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.changes import (
    JobChanges,
    NoSnapshot,
    UndoDone,
    UndoRefused,
    UndoSettings,
)
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.workspaces import snapshot_store
from llmgw_desktop.engine.workspaces.git import TameGit
from llmgw_desktop.engine.workspaces.snapshots import Snapshots
from tests.support.plain_runs import plain_job


def git(folder: Path, *arguments: str) -> str:
    told = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return told.stdout.decode("utf-8", "replace").strip()


def every_byte(folder: Path) -> dict[str, object]:
    """All that lies there, but for git's own."""
    found: dict[str, object] = {}
    for above, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each != ".git"]
        for name in (*names, *folders):
            path = Path(above) / name
            key = str(path.relative_to(folder))
            if path.is_symlink():
                found[key] = ("link", path.readlink())
            elif path.is_file():
                found[key] = (path.read_bytes(), path.stat().st_mode & 0o777)
    return found


class Desk:
    """Runs that do what a test says, in a folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.jobs: dict[str, Job] = {}
        env = {"PATH": os.environ["PATH"], "HOME": str(home / "person")}
        (home / "person").mkdir(exist_ok=True)
        self.snapshots = Snapshots(home / "jobs", env=env, clock=SystemClock(), live=self._live)

    def _live(self) -> Iterable[Job]:
        assert threading.current_thread() is threading.main_thread()  # jobs come and go there
        return [each for each in self.jobs.values() if each.is_live]

    def folder(self, job: Job) -> JobFolder:
        path = self.home / "jobs" / job.id
        path.mkdir(parents=True, exist_ok=True)
        return JobFolder(path=path, temp=path / "temp")

    async def begins(self, folder: Path, number: int = 1, **asked: Any) -> Job:
        job = plain_job(number, working_dir=str(folder))
        self.jobs[job.id] = job
        request = CliRequest(cli=CliName.CLAUDE, prompt="x", working_dir=str(folder))
        submission = Submission(request=request, owner="me", **asked)
        await self.snapshots.before(job, submission, self.folder(job))
        return job

    async def ends(self, job: Job) -> Job:
        await self.snapshots.after(job, self.folder(job))
        return self.over(job)

    def over(self, job: Job) -> Job:
        self.jobs[job.id] = ended = replace(job, state=JobState.COMPLETED)
        return ended

    async def ran(self, folder: Path, work: Callable[[], object], number: int = 1) -> Job:
        job = await self.begins(folder, number)
        work()
        return await self.ends(job)

    async def changes(self, job: Job, *, patch: bool = False) -> JobChanges:
        return await self.snapshots.changes(job, self.folder(job), patch=patch)

    async def undo(self, job: Job, *files: str, force: bool = False) -> UndoDone:
        return await self.snapshots.undo(job, self.folder(job), files, force=force)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A folder without git."""
    folder = tmp_path / "plain"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text("one\ntwo\nthree\n")
    (folder / "run.sh").write_text("echo run\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "notes").write_text("mine\n")
    return folder


@pytest.fixture
def repository(plain: Path) -> Path:
    """The same with a commit, a staged change, one that is not, and what git ignores."""
    git(plain, "init", "-q", "-b", "main")
    (plain / ".gitignore").write_text("ignored/\n")
    git(plain, "add", ".")
    git(plain, "commit", "-qm", "first")
    (plain / "notes").write_text("mine, staged\n")
    git(plain, "add", "notes")
    (plain / "src" / "a.py").write_text("one\nTWO\nthree\n")
    (plain / "untracked").write_text("nobody has this\n")
    (plain / "ignored").mkdir()
    (plain / "ignored" / "cache").write_text("cache\n")
    return plain


def wreck(folder: Path) -> None:
    """What an agent may do."""
    (folder / "src" / "a.py").write_text("gone\n")
    (folder / "notes").unlink()
    shutil.move(folder / "run.sh", folder / "start.sh")
    (folder / "new" / "deep").mkdir(parents=True)
    (folder / "new" / "deep" / "file").write_text("new\n")
    with_nothing = folder / "untracked"
    if with_nothing.exists():
        with_nothing.unlink()


@pytest.mark.parametrize("kind", ["plain", "repository"])
async def test_everything_comes_back_to_the_byte(
    desk: Desk, kind: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(kind)
    before = every_byte(folder)
    job = await desk.ran(folder, lambda: wreck(folder))
    told = await desk.changes(job)
    kinds = {each.path: each.kind.value for each in told.files}
    assert kinds.pop("untracked", "deleted") == "deleted"
    assert kinds == {
        "notes": "deleted",
        "new/deep/file": "added",
        "src/a.py": "changed",
        "start.sh": "renamed",
    }
    done = await desk.undo(job)
    assert {"notes", "src/a.py", "run.sh", "start.sh"} <= set(done.files)
    assert every_byte(folder) == before
    assert not (folder / "new").exists()
    assert all(each.is_taken_back for each in (await desk.changes(job)).files)


async def test_nothing_of_the_persons_repository_is_touched(desk: Desk, repository: Path) -> None:
    def everything() -> dict[str, bytes]:
        own = repository / ".git"
        return {str(each): each.read_bytes() for each in own.rglob("*") if each.is_file()}

    before = everything()
    job = await desk.ran(repository, lambda: wreck(repository))
    await desk.changes(job, patch=True)
    await desk.undo(job)
    assert everything() == before
    assert git(repository, "diff", "--cached", "--name-only") == "notes"


async def test_lines_and_patch_are_told(desk: Desk, repository: Path) -> None:
    def work() -> None:
        (repository / "src" / "a.py").write_text("one\nTWO\nthree\nfour\n")
        (repository / "bin").write_bytes(b"\0\1\2" * 100)

    told = await desk.changes(await desk.ran(repository, work), patch=True)
    lines = {each.path: (each.lines_added, each.lines_removed) for each in told.files}
    assert lines == {"src/a.py": (1, 0), "bin": (None, None)}
    assert "+four" in told.patch
    assert "TWO" in told.patch  # the person's own change is where it began
    assert "+TWO" not in told.patch


async def test_one_file_alone_is_taken_back_and_a_renamed_one_by_either_name(
    desk: Desk, repository: Path
) -> None:
    job = await desk.ran(repository, lambda: wreck(repository))
    assert (await desk.undo(job, "notes")).files == ("notes",)
    assert (repository / "notes").read_text() == "mine, staged\n"
    assert (repository / "src" / "a.py").read_text() == "gone\n"
    assert set((await desk.undo(job, "start.sh")).files) == {"run.sh", "start.sh"}
    assert (repository / "run.sh").stat().st_mode & 0o111
    with pytest.raises(UndoRefused, match="no such file: nothing"):
        await desk.undo(job, "nothing")


async def test_what_somebody_changed_since_is_not_lost_unless_told(
    desk: Desk, repository: Path
) -> None:
    job = await desk.ran(repository, lambda: wreck(repository))
    (repository / "src" / "a.py").write_text("by hand, later\n")
    with pytest.raises(UndoRefused, match=r"src/a\.py") as refused:
        await desk.undo(job)
    assert refused.value.files == ("src/a.py",)
    assert not (repository / "notes").exists()  # nothing was done at all
    await desk.undo(job, force=True)
    assert (repository / "src" / "a.py").read_text() == "one\nTWO\nthree\n"


async def test_a_run_that_commits_and_switches_leaves_its_branch_and_files_come_back(
    desk: Desk, repository: Path
) -> None:
    before = every_byte(repository)

    def work() -> None:
        (repository / "src" / "a.py").write_text("committed\n")
        git(repository, "switch", "-qc", "other")
        git(repository, "add", ".")
        git(repository, "commit", "-qm", "agent's")

    job = await desk.ran(repository, work)
    told = await desk.changes(job)
    assert [each.path for each in told.files] == ["src/a.py"]
    assert told.history.startswith("The branch was main and is other.")
    await desk.undo(job)
    assert every_byte(repository) == before
    assert git(repository, "branch", "--show-current") == "other"


async def test_a_repository_that_was_emptied_and_packed_away_comes_back(
    desk: Desk, repository: Path
) -> None:
    before = every_byte(repository)

    def work() -> None:
        git(repository, "checkout", "-q", "--orphan", "empty")
        git(repository, "rm", "-rqf", ".")
        git(repository, "branch", "-D", "main")
        git(repository, "reflog", "expire", "--expire=now", "--all")
        git(repository, "gc", "-q", "--prune=now")

    job = await desk.ran(repository, work)
    await desk.undo(job)
    assert every_byte(repository) == before


async def test_files_come_back_when_the_repository_itself_was_deleted(
    desk: Desk, repository: Path
) -> None:
    before = every_byte(repository)
    del before["ignored/cache"]

    def work() -> None:
        for each in repository.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        (repository / "new").write_text("nobody can tell\n")

    job = await desk.ran(repository, work)
    told = await desk.changes(job)
    assert told.snapshot.left_out == (".git",)
    assert told.history.startswith("The run removed .git. Files that are new ")
    await desk.undo(job)
    assert every_byte(repository) == before | {"new": (b"nobody can tell\n", 0o644)}


async def test_what_is_ignored_no_more_or_from_now_on_is_neither_new_nor_gone(
    desk: Desk, repository: Path
) -> None:
    before = every_byte(repository)

    def work() -> None:
        (repository / ".gitignore").write_text("untracked\nrun.sh\n")
        git(repository, "rm", "-q", "--cached", "run.sh")
        git(repository, "commit", "-qm", "x", "run.sh", ".gitignore")

    job = await desk.ran(repository, work)
    assert [each.path for each in (await desk.changes(job)).files] == [".gitignore"]
    await desk.undo(job)
    assert every_byte(repository) == before


async def test_links_are_kept_as_links_and_lead_nowhere_else(
    desk: Desk, repository: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_text("not yours\n")
    (repository / "link").symlink_to("notes")
    before = every_byte(repository)

    def work() -> None:
        (repository / "link").unlink()
        (repository / "link").write_text("no link\n")
        shutil.rmtree(repository / "src")
        (repository / "src").symlink_to(outside)

    job = await desk.ran(repository, work)
    assert {each.path for each in (await desk.changes(job)).files} == {"link", "src", "src/a.py"}
    with pytest.raises(UndoRefused, match="could not be put back"):
        await desk.undo(job, "src/a.py")
    assert (outside / "a.py").read_text() == "not yours\n"
    await desk.undo(job, force=True)
    assert every_byte(repository) == before
    assert (outside / "a.py").read_text() == "not yours\n"


async def test_names_that_are_no_utf8_and_odd_ones(desk: Desk, repository: Path) -> None:
    odd = [b"caf\xe9", b'a "quoted"\n line', b"back\\slash", b" lead", "ünïcode".encode()]
    for name in odd:
        (repository / os.fsdecode(name)).write_text("before\n")
    before = every_byte(repository)

    def work() -> None:
        for name in odd:
            (repository / os.fsdecode(name)).unlink()

    job = await desk.ran(repository, work)
    shown = {each.path for each in (await desk.changes(job)).files}
    assert "caf\\xe9" in shown
    assert len(shown) == len(odd)
    await desk.undo(job, "caf\\xe9")
    assert (repository / os.fsdecode(odd[0])).exists()
    await desk.undo(job)
    assert every_byte(repository) == before


async def test_line_ends_filters_and_big_files_come_back_as_they_lay_there(
    desk: Desk, repository: Path
) -> None:
    ran = repository.parent / "filter-ran"
    git(repository, "config", "filter.evil.clean", f"touch {ran}; cat")
    git(repository, "config", "filter.evil.smudge", f"touch {ran}; cat")
    git(repository, "config", "core.fsmonitor", f"touch {ran}; true")
    git(repository, "config", "diff.evil.textconv", f"touch {ran}; cat")
    (repository / "dos.txt").write_bytes(b"a\r\nb\r\n")
    (repository / ".gitattributes").write_text("*.txt text\n*.evil filter=evil diff=evil\n")
    git(repository, "-c", "core.fsmonitor=false", "add", "dos.txt", ".gitattributes")
    git(repository, "-c", "core.fsmonitor=false", "commit", "-qm", "with line ends")
    (repository / "x.evil").write_text("x\n")
    (repository / "big").write_bytes(os.urandom(1024 * 1024) * 3)
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    ran.unlink(missing_ok=True)
    before = every_byte(repository)

    def work() -> None:
        for name in ("dos.txt", "x.evil", "big"):
            (repository / name).write_bytes(b"changed\n")

    job = await desk.ran(repository, work)
    await desk.changes(job, patch=True)
    await desk.undo(job)
    assert every_byte(repository) == before
    assert not ran.exists()


async def test_submodules_and_repositories_inside_are_left_out_and_named(
    desk: Desk, repository: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "f").write_text("f\n")
    git(other, "add", ".")
    git(other, "commit", "-qm", "x")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    git(repository, "commit", "-qam", "with a submodule")
    shutil.copytree(other, repository / "nested")

    def work() -> None:
        (repository / "sub" / "f").write_text("changed\n")
        (repository / "nested" / "f").write_text("changed\n")
        (repository / "notes").write_text("changed\n")

    job = await desk.ran(repository, work)
    told = await desk.changes(job)
    assert [each.path for each in told.files] == ["notes"]
    assert set(told.snapshot.left_out) == {"sub", "nested"}
    await desk.undo(job)
    assert (repository / "sub" / "f").read_text() == "changed\n"


async def test_a_sparse_checkout_stays_sparse(desk: Desk, repository: Path) -> None:
    git(repository, "stash", "-qu")
    (repository / "far").mkdir()
    (repository / "far" / "f").write_text("far\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "far")
    git(repository, "sparse-checkout", "set", "--cone", "--sparse-index", "src")
    assert not (repository / "far").exists()
    before = every_byte(repository)
    job = await desk.ran(repository, lambda: (repository / "src" / "a.py").write_text("x"))
    assert [each.path for each in (await desk.changes(job)).files] == ["src/a.py"]
    await desk.undo(job)
    assert every_byte(repository) == before


async def test_a_worktree_and_a_folder_below_the_top(desk: Desk, repository: Path) -> None:
    tree = repository.parent / "tree"
    git(repository, "worktree", "add", "-q", str(tree))
    job = await desk.ran(tree / "src", lambda: (tree / "notes").write_text("x"))
    told = await desk.changes(job)
    assert [each.path for each in told.files] == ["notes"]
    assert told.snapshot.folder == str(tree)
    await desk.undo(job)
    assert (tree / "notes").read_text() == "mine\n"
    # of a workspace below the top nothing around it is looked at
    job = await desk.begins(
        repository / "src", 2, workspace="w", workspace_top=str(repository / "src")
    )
    (repository / "notes").write_text("not in the workspace")
    (repository / "src" / "a.py").write_text("x")
    told = await desk.changes(await desk.ends(job))
    assert [each.path for each in told.files] == ["src/a.py"]


async def test_a_mark_that_names_another_repository_opens_nothing(
    desk: Desk, repository: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / ".git").write_text(f"gitdir: {repository / '.git'}\n")
    (trap / "own").write_text("own\n")
    job = await desk.ran(trap, lambda: (trap / "own").write_text("x"))
    told = await desk.changes(job, patch=True)
    assert [each.path for each in told.files] == ["own"]
    assert told.snapshot.before is not None
    assert told.snapshot.before.head is None


@pytest.mark.parametrize("kind", ["plain", "repository"])
async def test_what_is_too_large_is_said_and_no_half_is_kept(
    desk: Desk, kind: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(kind)
    (folder / "large").write_bytes(bytes(3000))
    desk.snapshots.apply(UndoSettings(max_bytes=2048), ())
    job = await desk.ran(folder, lambda: None)
    with pytest.raises(NoSnapshot, match="There is no snapshot: larger than"):
        await desk.changes(job)
    assert [each.name for each in (desk.folder(job).snapshot).iterdir()] == ["record.json"]
    desk.snapshots.apply(UndoSettings(max_files=1), ())
    job = await desk.ran(folder, lambda: None, 2)
    with pytest.raises(NoSnapshot, match="more than 1 files"):
        await desk.changes(job)


async def test_it_can_be_switched_off_for_all_a_cli_and_a_job(desk: Desk, plain: Path) -> None:
    desk.snapshots.apply(UndoSettings(enabled=False), ())
    jobs = [await desk.ran(plain, lambda: None, 1)]
    desk.snapshots.apply(UndoSettings(), {CliName.CLAUDE})
    jobs.append(await desk.ran(plain, lambda: None, 2))
    desk.snapshots.apply(UndoSettings(), ())
    jobs.append(await desk.ends(await desk.begins(plain, 3, snapshot=False)))
    for job in jobs:
        with pytest.raises(NoSnapshot):
            await desk.changes(job)
        assert not desk.folder(job).snapshot.exists()


async def test_two_runs_in_one_folder_are_told_of_each_other(desk: Desk, plain: Path) -> None:
    first = await desk.begins(plain, 1)
    second = await desk.begins(plain / "src", 2)
    (plain / "notes").write_text("by one of them\n")
    first = await desk.ends(first)
    with pytest.raises(UndoRefused, match=f"Job {second.id} works there"):
        await desk.undo(first)
    second = await desk.ends(second)
    assert (await desk.changes(first)).snapshot.beside == (second.id,)
    assert (await desk.changes(second)).snapshot.beside == (first.id,)
    await desk.undo(first)


async def test_a_run_that_came_to_nothing_was_beside_nobody(desk: Desk, plain: Path) -> None:
    first = await desk.begins(plain, 1)  # its program cannot be started
    desk.over(first)
    second = await desk.ran(plain, lambda: None, 2)
    assert (await desk.changes(second)).snapshot.beside == ()


async def test_a_program_that_fell_while_it_looked_begins_anew(
    desk: Desk, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(snapshot_store.SnapshotStore, "write", falls)
        with pytest.raises(KeyboardInterrupt):
            desk.snapshots._made(*await _asked(desk, repository))
    assert desk.folder(plain_job(1)).snapshot.exists()
    job = await desk.ran(repository, lambda: (repository / "notes").write_text("x"))
    assert [each.path for each in (await desk.changes(job)).files] == ["notes"]


async def _asked(desk: Desk, folder: Path) -> tuple[Job, Submission, JobFolder]:
    job = plain_job(1, working_dir=str(folder))
    request = CliRequest(cli=CliName.CLAUDE, prompt="x", working_dir=str(folder))
    return job, Submission(request=request, owner="me"), desk.folder(job)


async def test_a_job_that_goes_on_keeps_its_first_snapshot(desk: Desk, plain: Path) -> None:
    job = await desk.begins(plain)
    (plain / "notes").write_text("first run\n")
    await desk.snapshots.after(job, desk.folder(job))
    await desk.begins(plain)
    (plain / "run.sh").write_text("second run\n")
    ended = await desk.ends(job)
    assert {each.path for each in (await desk.changes(ended)).files} == {"notes", "run.sh"}
    await desk.undo(ended)
    assert (plain / "notes").read_text() == "mine\n"


async def test_an_end_that_nobody_saw_is_looked_at_late_and_said(desk: Desk, plain: Path) -> None:
    job = await desk.begins(plain)
    (plain / "notes").write_text("x\n")
    told = await desk.changes(desk.over(job))
    assert told.snapshot.is_late
    assert [each.path for each in told.files] == ["notes"]


async def test_while_it_runs_it_is_told_how_far_it_is(desk: Desk, plain: Path) -> None:
    job = await desk.begins(plain)
    (plain / "notes").write_text("x\n")
    assert (await desk.changes(job)).is_live
    (plain / "more").write_text("x\n")
    assert {each.path for each in (await desk.changes(job)).files} == {"notes", "more"}


async def test_no_more_are_kept_than_settings_say(desk: Desk, plain: Path) -> None:
    desk.snapshots.apply(UndoSettings(keep_count=2), ())
    jobs = [await desk.ran(plain, lambda: None, number) for number in (1, 2, 3)]
    await desk.snapshots.close()
    with pytest.raises(NoSnapshot, match="as long as the settings say"):
        await desk.changes(jobs[0])
    assert not (desk.folder(jobs[0]).snapshot / "git").exists()
    for job in jobs[1:]:
        await desk.changes(job)


async def test_one_that_is_too_large_takes_no_other_with_it(desk: Desk, plain: Path) -> None:
    small = await desk.ran(plain, lambda: None, 1)
    (plain / "large").write_bytes(bytes(100_000))
    large = await desk.ran(plain, lambda: (plain / "large").unlink(), 2)
    desk.snapshots.apply(UndoSettings(keep_bytes=50_000), ())
    last = await desk.ran(plain, lambda: None, 3)
    await desk.snapshots.close()
    with pytest.raises(NoSnapshot, match="as long as the settings say"):
        await desk.changes(large)
    for job in (small, last):
        await desk.changes(job)


def test_git_that_takes_too_long_is_said_to(repository: Path) -> None:
    env = {"PATH": os.environ["PATH"]}
    tame = TameGit(str(repository), env, git_dir=str(repository / ".git"), time_limit_s=0.3)
    with pytest.raises(InvalidRun, match="did not end within"):
        tame.fed(("hash-object", "--stdin"), itertools.repeat(bytes(65536)))
    blob = git(repository, "rev-parse", "HEAD:notes")
    with (
        pytest.raises(InvalidRun, match="did not end within"),
        tame.objects(itertools.repeat(blob, 100_000)),
    ):
        time.sleep(1)  # it waits for its reader, longer than it may


async def test_a_private_file_comes_back_private(desk: Desk, plain: Path) -> None:
    (plain / ".env").write_text("KEY=1\n")
    (plain / ".env").chmod(0o600)
    job = await desk.ran(plain, lambda: (plain / ".env").unlink())
    await desk.undo(job)
    assert (plain / ".env").stat().st_mode & 0o777 == 0o600


async def test_a_hundred_thousand_committed_files_are_not_read(desk: Desk, tmp_path: Path) -> None:
    """Of a repository that has them all committed, nothing is read but what git lists."""
    folder = tmp_path / "many"
    folder.mkdir()
    git(folder, "init", "-q")
    stream = [
        b"blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\ncommitter t <t> 0 +0000\ndata 0\n"
    ]
    stream += [b"M 100644 :1 d%d/f%d\n" % (number // 500, number) for number in range(100_000)]
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=folder,
        input=b"".join(stream),
        check=True,
        timeout=60,
    )
    git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    git(folder, "sparse-checkout", "set", "--no-cone", "/d1/")
    git(folder, "checkout", "-q", "-f", "main")
    job = await desk.ran(folder, lambda: (folder / "d1" / "f500").write_text("y"))
    told = await desk.changes(job)
    assert [each.path for each in told.files] == ["d1/f500"]
    await desk.undo(job)
    assert (folder / "d1" / "f500").read_text() == "x\n"
