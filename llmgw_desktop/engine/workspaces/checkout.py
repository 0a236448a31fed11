"""A worktree on the disk: made, looked at, taken away. Git is asked so that it runs nothing of the
repository's, and what the agent may have changed inside is not asked where the repository is.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import BRANCHES, Worktree, WorktreeDiff, WorktreeLook
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.workspaces.folders import is_inside
from llmgw_desktop.engine.workspaces.git import TameGit, git_folder

FIELD = "worktree"
MOST_PATCH_BYTES = 1024 * 1024
MOST_FILES = 2000
_PATIENCE_S = 300.0
"""A large repository is written out whole."""
_LONGEST_MARK = 8192
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all")


@value
class Repository:
    """`shared`: where all its worktrees keep their share of it."""

    top: Path
    git_dir: Path
    shared: Path


def repository_over(folder: Path, within: Path | None) -> Repository:
    """The one that a folder lies in; its history too lies inside `within`. Raises InvalidRun."""
    for top in (folder, *folder.parents):
        if within is not None and not is_inside(top, within):
            break
        git_dir = git_folder(top)
        if git_dir is None:
            continue
        shared = _shared(git_dir)
        if within is not None and not (is_inside(git_dir, within) and is_inside(shared, within)):
            raise InvalidRun("git keeps its history outside the workspace", field=FIELD)
        return Repository(top=top, git_dir=git_dir, shared=shared)
    raise InvalidRun("the working folder is in no git repository; leave it out", field=FIELD)


def _shared(git_dir: Path) -> Path:
    try:
        with (git_dir / "commondir").open("rb") as file:
            told = os.fsdecode(file.read(_LONGEST_MARK)).strip()
        return Path(os.path.realpath(git_dir / told, strict=True))
    except (OSError, ValueError):
        return Path(os.path.realpath(git_dir))


class Checkouts:
    """For a thread. Everything raises InvalidRun."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def base_of(self, repository: Repository, ref: str) -> str:
        """The commit that is meant, in full."""
        git = self._git_of(repository)
        named = f"{ref or 'HEAD'}^{{commit}}"
        if not (base := git.found("rev-parse", "--verify", "--quiet", named)):
            what = f"there is no commit '{ref}'" if ref else "the repository has no commit yet"
            raise InvalidRun(what, field=FIELD)
        return base

    def has_branch(self, repository: Repository, name: str) -> bool:
        return self._has(self._git_of(repository), f"{BRANCHES}{name}")

    def make(self, worktree: Worktree, repository: Repository) -> None:
        """All or nothing."""
        git = self._git_of(repository)
        fresh = [] if self._has(git, worktree.branch) else ["-b", worktree.branch]
        from_ = worktree.base if fresh else worktree.branch
        try:
            # Nothing is checked out by this: conditions in the repository's settings may hold in
            # the new worktree alone, and programs be named there that are not known yet.
            git.run(
                *("worktree", "add", "--quiet", "--no-checkout", "--no-track", *fresh),
                *("--", worktree.path, from_),
            )
            self._git_in(worktree).run("reset", "--hard", "--quiet", "--no-recurse-submodules")
        except BaseException:
            self.remove(worktree)
            raise

    def look(self, worktree: Worktree) -> WorktreeLook:
        """Never raises: what cannot be told is said."""
        try:
            git = self._git_in(worktree)
            told, _ = git.beginning(
                *("status", "--porcelain=v1", "-z", "--no-renames"),
                *("--untracked-files=all", "--ignore-submodules=all"),
            )
            heads = ["HEAD"]
            if self._has(git, worktree.branch):
                heads.append(f"refs/heads/{worktree.branch}")
            commits = git.text("rev-list", "--count", *heads, f"^{worktree.base}", "--")
            return WorktreeLook(
                worktree=worktree, changed_files=told.count(b"\0"), commits=int(commits)
            )
        except (InvalidRun, ValueError) as error:
            return WorktreeLook(worktree=worktree, problem=str(error).removeprefix("workingDir: "))

    def diff(self, worktree: Worktree) -> WorktreeDiff:
        """New files are in it, though nothing was added: by an index of its own."""
        git = self._git_in(worktree)
        with tempfile.TemporaryDirectory(prefix="llmgw-diff-") as folder:
            index = str(Path(folder) / "index")
            with suppress(OSError):
                # With its age: files that are younger are looked into.
                shutil.copy2(Path(worktree.git_dir) / "index", index)
            git.beginning("add", "--all", "--intent-to-add", "--", ".", index=index)
            names, _ = git.beginning(*_DIFF, "--name-only", "-z", worktree.base, "--", index=index)
            patch, is_whole = git.beginning(*_DIFF, worktree.base, "--", index=index)
        files = [os.fsdecode(each) for each in names.split(b"\0") if each]
        return WorktreeDiff(
            worktree=worktree,
            patch=patch.decode("utf-8", "replace"),
            is_whole=is_whole,
            files=tuple(
                each.encode("utf-8", "replace").decode("utf-8", "replace")
                for each in files[:MOST_FILES]
            ),
        )

    def remove(self, worktree: Worktree) -> str:
        """The folder, git's share of it, and the branch unless it has commits of its own: then its
        name is told. What is not ours is not followed."""
        branch = worktree.branch
        shutil.rmtree(worktree.path, ignore_errors=True)
        if Path(worktree.path).exists():
            raise InvalidRun("its folder cannot be removed; look at its rights", field=FIELD)
        share = Path(worktree.git_dir)
        if share.parent.name == "worktrees" and share.name == worktree.id:
            shutil.rmtree(share, ignore_errors=True)
        try:
            git = self._git_of(_repository_of(worktree))
            # Only where it stands still: no commit is lost.
            git.found("update-ref", "-d", f"refs/heads/{branch}", worktree.base)
            return branch if self._has(git, branch) else ""
        except InvalidRun:
            return ""

    @staticmethod
    def _has(git: TameGit, branch: str) -> bool:
        return bool(git.found("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"))

    def _git_of(self, repository: Repository) -> TameGit:
        return TameGit(
            str(repository.top),
            self._env,
            git_dir=str(repository.git_dir),
            time_limit_s=_PATIENCE_S,
        )

    def _git_in(self, worktree: Worktree) -> TameGit:
        return TameGit(
            worktree.path,
            self._env,
            git_dir=worktree.git_dir,
            most_bytes=MOST_PATCH_BYTES,
            time_limit_s=_PATIENCE_S,
        )


def _repository_of(worktree: Worktree) -> Repository:
    shared = Path(worktree.git_dir).parent.parent
    return Repository(top=Path(worktree.repository), git_dir=shared, shared=shared)
