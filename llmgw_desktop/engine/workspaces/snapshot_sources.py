"""Which files of a folder a snapshot has to read: in a git repository those that are otherwise than
in its last commit, and those that are new; elsewhere all of them.

The repository is asked by an index of our own, and runs nothing.
"""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from llmgw_desktop.domain.jobs.changes import HeadLook
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.containment.sights import shared_by
from llmgw_desktop.engine.workspaces.git import TameGit
from llmgw_desktop.platform.work_tree import TreeFile, TreeKind, look, walk

_MOST_LIST_BYTES = 128 * 1024 * 1024
_PATIENCE_S = 300.0
_BRANCH = "refs/heads/"
_NOT_PLAIN = {b"h", b"S", b"s"}
"""Tags of entries that git is told to believe or to leave out."""


class TooLarge(Exception):
    """`str()` says than what."""


@value
class SnapshotLimits:
    """Of one snapshot."""

    files: int
    size: int
    """Bytes, all files together."""


@value
class FolderSeen:
    """A folder as it stands now. Places are below `root`."""

    base: str
    """The tree that `files` are told against; empty: none."""
    files: Mapping[str, TreeFile | None]
    """None: the place is empty."""
    left_out: tuple[str, ...]
    head: HeadLook | None
    ignored: tuple[str, ...] = ()
    """What git ignores there; a folder ends with a stroke."""

    @property
    def count(self) -> int:
        return sum(found is not None for found in self.files.values())

    @property
    def size(self) -> int:
        return sum(found.size for found in self.files.values() if found is not None)


@value
class SnapshotSource:
    """Where a snapshot is made of. `objects` is None where there is no git repository."""

    root: Path
    scope: str = ""
    """Below the root, where not all of it is meant."""
    git_dir: Path | None = None
    objects: Path | None = None
    is_sha256: bool = False


def source_of(
    folder: Path, top: Path | None, home: Path | None, env: Mapping[str, str]
) -> SnapshotSource:
    """Of a run that works in `folder`, in the workspace or worktree `top`. A repository whose
    history lies elsewhere is one only where both name each other; HOME is none. For a thread."""
    meant = folder if top is None else top
    for root in (meant, *meant.parents):
        if home is not None and (root == home or root in home.parents):
            break
        git_dir = _git_dir(root)
        if git_dir is None:
            if os.path.lexists(root / ".git"):
                break
            continue
        scope = "" if top is None or root == meant else meant.relative_to(root).as_posix()
        shared = shared_by(root) or git_dir
        git = _git(root, git_dir, env)
        kind = git.found("rev-parse", "--show-object-format")
        if not kind:  # what is called .git is none
            break
        return SnapshotSource(
            root=root,
            scope=scope,
            git_dir=git_dir,
            objects=shared / "objects",
            is_sha256=kind == "sha256",
        )
    return SnapshotSource(root=meant)


def _git_dir(root: Path) -> Path | None:
    mark = root / ".git"
    if mark.is_symlink():
        return None
    if mark.is_dir():
        return None if os.path.lexists(mark / "commondir") else mark
    if not mark.is_file() or shared_by(root) is None:
        return None
    named = mark.read_text("utf-8", "surrogateescape").split("\n")[0]
    return Path(os.path.realpath(root / named.removeprefix("gitdir: ")))


def seen(
    source: SnapshotSource,
    env: Mapping[str, str],
    limits: SnapshotLimits,
    were_ignored: Collection[str] = (),
) -> FolderSeen:
    """`were_ignored`: what git ignored before, and is nobody's new file if it does no longer.
    Raises TooLarge, InvalidRun, OSError."""
    if source.git_dir is None:
        return _plain(source.root, limits)
    git = _git(source.root, source.git_dir, env)
    with _own_index(source.git_dir) as index:
        listing = _Listing(git, index, source.scope)
        base = git.found("rev-parse", "--verify", "--quiet", "HEAD^{tree}")
        tracked = list(listing.tracked())
        places = dict.fromkeys(listing.differing(base))
        left_out = {name for name, tag, mode in tracked if mode == b"160000"}
        for name, tag, _ in tracked:
            if tag in _NOT_PLAIN and os.path.lexists(source.root / os.fsdecode(name)):
                places[name] = None
        others = [each for each in listing.others() if not _is_among(each, were_ignored)]
        ignored = tuple(map(os.fsdecode, listing.ignored()))
    if base and _may_convert(source, git, (name for name, _, _ in tracked), others):
        places |= dict.fromkeys(_of_other_size(git, source, base))
    for name in others:
        if name.endswith(b"/"):
            left_out.add(name.rstrip(b"/"))
        else:
            places[name] = None
    files = {}
    for name in sorted(places):
        if name not in left_out:
            files[os.fsdecode(name)] = plain_at(source.root, os.fsdecode(name))
    found = FolderSeen(
        base=base,
        files=files,
        left_out=tuple(sorted(os.fsdecode(name) for name in left_out)),
        head=_head(git),
        ignored=ignored,
    )
    return _checked(found, limits)


def _plain(root: Path, limits: SnapshotLimits) -> FolderSeen:
    files: dict[str, TreeFile | None] = {}
    left_out: list[str] = []
    size = 0

    def is_left_out(place: str) -> bool:
        if os.path.lexists(root / place / ".git"):
            left_out.append(place)
            return True
        return place.rpartition("/")[2] == ".git"

    for place, found in walk(root, is_left_out):
        if found.kind is TreeKind.OTHER:
            continue
        files[place] = found
        size += found.size
        _check(len(files), size, limits)
    return FolderSeen(base="", files=files, left_out=tuple(left_out), head=None)


def _checked(found: FolderSeen, limits: SnapshotLimits) -> FolderSeen:
    _check(found.count, found.size, limits)
    return found


def _check(count: int, size: int, limits: SnapshotLimits) -> None:
    if count > limits.files:
        raise TooLarge(f"more than {limits.files:,} files would have to be kept")
    if size > limits.size:
        raise TooLarge(f"larger than {limits.size / 1024**2:,.0f} MB")


class _Listing:
    """What git says, by an index of our own; names are bytes."""

    def __init__(self, git: TameGit, index: str, scope: str) -> None:
        self._git = git
        self._index = index
        self._where = ("--", scope) if scope else ("--",)

    def tracked(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Name, tag, mode."""
        for entry in self._told("ls-files", "-s", "-v", "-z"):
            facts, _, name = entry.partition(b"\t")
            tag, mode, *_ = facts.split(b" ")
            yield name, tag, mode

    def differing(self, base: str) -> list[bytes]:
        """From the base; of an empty one all that is tracked."""
        if not base:
            return self._told("ls-files", "--cached", "-z")
        return self._told(
            *("diff-index", "--name-only", "--no-renames", "--ignore-submodules=all", "-z", base)
        )

    def others(self) -> list[bytes]:
        return self._told("ls-files", "--others", "--exclude-standard", "-z")

    def ignored(self) -> list[bytes]:
        """A folder that is ignored as a whole is one."""
        which = ("--others", "--ignored", "--exclude-standard", "--directory")
        return self._told("ls-files", *which, "-z")

    def _told(self, *arguments: str) -> list[bytes]:
        told, is_whole = self._git.beginning(*arguments, *self._where, index=self._index)
        if not is_whole:
            raise TooLarge("its list of files alone is larger than 128 MB")
        return [each for each in told.split(b"\0") if each]


def _is_among(name: bytes, ignored: Collection[str]) -> bool:
    place = os.fsdecode(name)
    folders = (place[: at + 1] for at, each in enumerate(place) if each == "/")
    return place in ignored or any(each in ignored for each in folders)


def plain_at(root: Path, place: str) -> TreeFile | None:
    """A file or a link that stands there. Raises OSError."""
    found = look(root, place)
    is_kept = found is not None and found.kind in (TreeKind.FILE, TreeKind.LINK)
    return found if is_kept else None


def _may_convert(
    source: SnapshotSource, git: TameGit, tracked: Iterable[bytes], others: Sequence[bytes]
) -> bool:
    """Whether what lies on the disk may be otherwise than what git has, and both count as the
    same: line ends, filters, encodings."""
    if any(name.rpartition(b"/")[2] == b".gitattributes" for name in (*tracked, *others)):
        return True
    if source.git_dir is not None and (source.git_dir / "info" / "attributes").exists():
        return True
    if git.found("config", "--get", "core.attributesFile"):
        return True
    return git.found("config", "--get", "core.autocrlf") not in ("", "false")


def _of_other_size(git: TameGit, source: SnapshotSource, base: str) -> Iterator[bytes]:
    where = ("--", source.scope) if source.scope else ()
    told, _ = git.beginning("ls-tree", "-r", "-l", "-z", base, *where)
    for entry in told.split(b"\0"):
        facts, _, name = entry.partition(b"\t")
        words = facts.split()
        if len(words) != 4 or words[1] != b"blob" or words[0] == b"120000":
            continue
        with suppress(OSError, ValueError):
            if os.lstat(source.root / os.fsdecode(name)).st_size != int(words[3]):
                yield name


def _head(git: TameGit) -> HeadLook:
    named = git.found("symbolic-ref", "--quiet", "HEAD")
    return HeadLook(
        commit=git.found("rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
        branch=named.removeprefix(_BRANCH),
    )


@contextmanager
def _own_index(git_dir: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="llmgw-look-") as folder:
        index = Path(folder) / "index"
        with suppress(FileNotFoundError):
            # With its age: files that are younger are looked into.
            shutil.copy2(git_dir / "index", index, follow_symlinks=False)
        yield str(index)


def _git(root: Path, git_dir: Path, env: Mapping[str, str]) -> TameGit:
    try:
        return TameGit(
            str(root),
            env,
            git_dir=str(git_dir),
            most_bytes=_MOST_LIST_BYTES,
            time_limit_s=_PATIENCE_S,
        )
    except InvalidRun as error:
        raise OSError(str(error)) from error
