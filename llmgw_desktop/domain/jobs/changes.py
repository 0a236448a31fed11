"""What a run changed in its folder, how that is taken back, and what is kept for it."""

from collections.abc import Sequence
from enum import StrEnum

from llmgw_desktop.domain.errors import RequestError
from llmgw_desktop.domain.setting import Size, WholeNumber, YesNo, setting
from llmgw_desktop.domain.values import value

MOST_NAMED = 20
"""Files that a sentence names."""


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    RENAMED = "renamed"


@value
class ChangedFile:
    """One file or link, below the snapshot's folder."""

    path: str
    """As it is shown: what is not UTF-8 in it stands as `\\xNN`."""
    kind: ChangeKind
    before: str = ""
    """Of a renamed one: how it was called."""
    lines_added: int | None = None
    """None where it is no text."""
    lines_removed: int | None = None
    is_taken_back: bool = False
    """It stands now as it did before the run."""


@value
class HeadLook:
    """Where a git repository stood."""

    commit: str = ""
    """In full; empty while there is none."""
    branch: str = ""
    """Empty where none is checked out."""


@value
class SnapshotLook:
    """A look at the folder, before a run or after it. Wall clock."""

    at_s: float
    took_ms: int
    files: int
    """That were read: in a git repository those that its last commit does not have so."""
    size: int
    """Of these, in bytes."""
    head: HeadLook | None = None
    """None where there is no git repository."""


GIT_FOLDER = ".git"
_GIT_GONE = (
    "The run removed .git. Files that are new cannot be told from those that git ignored: they are"
    " not listed here, and stay. Only files that were there before are taken back."
)


@value
class FolderSnapshot:
    """What is kept of one job's folder."""

    job_id: str
    folder: str = ""
    """Absolute."""
    none: str = ""
    """There is no snapshot: why, as a sentence."""
    before: SnapshotLook | None = None
    after: SnapshotLook | None = None
    """None while it runs; `is_late` says that nobody looked when the run ended."""
    is_late: bool = False
    left_out: tuple[str, ...] = ()
    """Places that are not in it: submodules, repositories in the repository, what changed while it
    was read."""
    beside: tuple[str, ...] = ()
    """Jobs that worked in the same folder at the same time: what they changed is in it too."""


@value
class SeenCommand:
    """One that destroys something, as the agent's tool told it."""

    command: str
    """A line, perhaps cut."""
    why: str


@value
class JobChanges:
    """All that a run did to its folder. `patch` is empty unless it was asked for."""

    snapshot: FolderSnapshot
    files: tuple[ChangedFile, ...] = ()
    patch: str = ""
    is_whole: bool = True
    """False where list or patch are cut."""
    destructive: tuple[SeenCommand, ...] = ()
    is_live: bool = False
    """It runs: this is how far it is."""

    @property
    def history(self) -> str:
        """What became of the repository's head, as a sentence; empty where it stands as before."""
        before, after = self.snapshot.before, self.snapshot.after
        if before is None or after is None or before.head is None or after.head is None:
            return ""
        was, now = before.head, after.head
        if was == now:
            return ""
        if GIT_FOLDER in self.snapshot.left_out and now == HeadLook():
            return _GIT_GONE
        if was.branch != now.branch:
            return (
                f"The branch was {_branch(was)} and is {_branch(now)}."
                " That stays as it is: only files are taken back."
            )
        return (
            f"The branch {_branch(now)} was at {was.commit[:10] or 'no commit'} and is at"
            f" {now.commit[:10] or 'no commit'}. That stays as it is: only files are taken back."
        )


@value
class UndoDone:
    """What was taken back."""

    files: tuple[str, ...]
    was_so: tuple[str, ...] = ()
    """These stood as before the run already."""


class NoSnapshot(RequestError):
    """Nothing of it can be taken back."""

    kind = "no_snapshot"


class UndoRefused(RequestError):
    """Nothing was changed. `files`: why, where it is because of some."""

    kind = "undo_refused"

    def __init__(
        self, message: str, files: Sequence[str] = (), *, is_changed_since: bool = False
    ) -> None:
        """`is_changed_since`: by somebody else; it can be forced."""
        super().__init__(message)
        self.files = tuple(files)
        self.is_changed_since = is_changed_since


def named(files: Sequence[str]) -> str:
    """`a, b and 3 more`."""
    more = len(files) - MOST_NAMED
    told = ", ".join(files[:MOST_NAMED])
    return f"{told} and {more} more" if more > 0 else told


def shown_name(raw: bytes) -> str:
    """Of a file, for people and JSON."""
    return raw.decode("utf-8", "backslashreplace")


def _branch(head: HeadLook) -> str:
    return head.branch or "none"


@value
class UndoSettings:
    """`[undo]`: snapshots of the folders of runs that may change files."""

    enabled: bool = setting(
        True,
        YesNo(),
        "Whether runs that may change files get a snapshot of their folder first, so that what "
        "they did can be taken back.",
        since="0.2.0",
    )
    max_files: int = setting(
        20_000,
        WholeNumber(least=1, most=1_000_000),
        "A folder with more files has none; in a git repository those count that its last commit "
        "does not have so.",
        since="0.2.0",
    )
    max_bytes: int = setting(
        512 * 1024 * 1024,
        Size(least="1 KB", most="100 GB"),
        "Neither has one whose files, counted so, are larger together.",
        since="0.2.0",
    )
    keep_days: int = setting(
        14,
        WholeNumber(least=1, most=36500),
        "Older snapshots are removed; they go with their job at the latest.",
        since="0.2.0",
    )
    keep_count: int = setting(
        200,
        WholeNumber(least=1, most=100_000),
        "The oldest are removed when there are more.",
        since="0.2.0",
    )
    keep_bytes: int = setting(
        2 * 1024**3,
        Size(least="1 MB", most="1000 GB"),
        "The oldest are removed when what they hold is more together.",
        since="0.2.0",
    )
