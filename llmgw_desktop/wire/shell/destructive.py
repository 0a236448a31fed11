"""Commands that destroy what lies somewhere, told from their words: for a mark beside them, not for
a verdict. What a shell would only make of something else is not seen through."""

import itertools
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from llmgw_desktop.domain.jobs.rules.command import CommandShell, SimpleCommand
from llmgw_desktop.wire.shell.windows import read_command

_MAY = re.compile(
    r"\b(?:rm|rmdir|rd|ri|del|erase|remove-item|git|dd|mkfs|wipefs|shred|truncate|fdisk|parted|"
    r"sgdisk|find|drop|delete|flushall|flushdb|prune|destroy|docker|podman|kubectl|terraform|aws|"
    r"gsutil|rsync|format|diskpart|clear-disk|format-volume|dropdb|chmod|chown)\b|/dev/",
    re.IGNORECASE,
)
_ON_WINDOWS = re.compile(
    r"\b(?:remove-item|ri|del|erase|rd|rmdir|format|diskpart|clear-disk|format-volume)\b", re.I
)
_SQL = re.compile(
    r"\b(?:drop\s+(?:table|database|schema|index|view|collection)|truncate\s+(?:table\s+)?\w|"
    r"delete\s+from\s+[\w.\"`\[\]]+\s*(?:;|$))",
    re.IGNORECASE,
)
_OF_DATABASES = frozenset(
    [
        "psql",
        "mysql",
        "mariadb",
        "sqlite3",
        "sqlite",
        "sqlcmd",
        "duckdb",
        "clickhouse-client",
        "mongosh",
        "mongo",
        "bq",
    ]
)
_DEVICE = re.compile(r"/dev/(?:sd|nvme|hd|vd|xvd|disk|mmcblk|mapper/)")
_DISK_TOOLS = frozenset(
    [
        "wipefs",
        "fdisk",
        "sfdisk",
        "sgdisk",
        "parted",
        "mkswap",
        "blkdiscard",
        "diskpart",
        "clear-disk",
        "format-volume",
    ]
)
_WHOLE = "it deletes folders with all that is in them"
_GIT_OPTIONS_WITH_VALUE = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace"})

Words = Sequence[str]


@lru_cache(maxsize=512)
def destroys(command: str) -> str:
    """Why a person should know of it, in a few words; empty: nothing was seen. Never raises."""
    if not _MAY.search(command):
        return ""
    shells = [CommandShell.POSIX]
    if _ON_WINDOWS.search(command):
        shells += [CommandShell.POWERSHELL, CommandShell.CMD]
    for shell in shells:
        for each in read_command(command.removesuffix("…"), shell).every:
            if why := _why(each):
                return why
    return ""


def _why(command: SimpleCommand) -> str:
    if any(each.writes and _DEVICE.match(each.target.text) for each in command.redirects):
        return "it writes over a disk"
    words = [each.text for each in command.words[1:]]
    name = command.name
    if name.startswith("mkfs") or name in _DISK_TOOLS:
        return "it writes a disk anew"
    if name in _OF_DATABASES:
        return "it deletes from a database" if _SQL.search(" ".join(words)) else ""
    own = _BY_NAME.get(name)
    return own(words) if own is not None else ""


def _rm(words: Words) -> str:
    return _WHOLE if _has(words, "rR", "--recursive", "-recurse", "-r") else ""


def _rd(words: Words) -> str:
    return _WHOLE if _slashed(words, "/s") or _has(words, "", "-recurse", "-r") else ""


def _del(words: Words) -> str:
    many = _slashed(words, "/s") or _has(words, "", "-recurse", "-r")
    return "it deletes files of all folders below" if many else ""


def _dd(words: Words) -> str:
    return "it writes over a file or disk" if any(each.startswith("of=") for each in words) else ""


def _find(words: Words) -> str:
    return "it deletes what it finds" if "-delete" in words else ""


def _truncate(words: Words) -> str:
    return "it empties files" if words else ""


def _shred(words: Words) -> str:
    return "it makes files unreadable for ever" if words else ""


def _rsync(words: Words) -> str:
    deletes = any(each.startswith("--del") for each in words)
    return "it deletes what the other side does not have" if deletes else ""


def _format(words: Words) -> str:
    return "it writes a disk anew" if any(re.match(r"[a-z]:", each, re.I) for each in words) else ""


def _chmod(words: Words) -> str:
    is_root = any(each in ("/", "/*", "~", "~/") for each in words)
    return "it changes who may do what with everything" if is_root and _has(words, "R") else ""


def _git(words: Words) -> str:
    rest = list(words)
    while rest and rest[0].startswith("-"):
        del rest[: 2 if rest[0] in _GIT_OPTIONS_WITH_VALUE else 1]
    if not rest:
        return ""
    own = _BY_VERB.get(rest[0])
    return own(rest[1:]) if own is not None else ""


def _reset(words: Words) -> str:
    hard = "--hard" in words or "--merge" in words
    return "it throws away changes that are not committed" if hard else ""


def _clean(words: Words) -> str:
    is_dry = _has(words, "n", "--dry-run")
    forced = _has(words, "f", "--force") and not is_dry
    return "it deletes files that git does not have" if forced else ""


def _push(words: Words) -> str:
    forced = _has(words, "f", "--force", "--mirror", "--prune") or any(
        each.startswith(("--force-with-lease", "+")) for each in words
    )
    if forced:
        return "it writes over a branch elsewhere"
    deletes = _has(words, "d", "--delete") or any(each.startswith(":") for each in words)
    return "it deletes a branch elsewhere" if deletes else ""


def _checkout(words: Words) -> str:
    lost = _has(words, "f", "--force") or "--" in words or "." in words
    return "it throws away changes that are not committed" if lost else ""


def _restore(words: Words) -> str:
    staged_alone = "--staged" in words and "--worktree" not in words
    return "" if staged_alone else "it throws away changes that are not committed"


def _switch(words: Words) -> str:
    lost = _has(words, "f", "--force", "--discard-changes")
    return "it throws away changes that are not committed" if lost else ""


def _branch(words: Words) -> str:
    forced = _has(words, "D") or ("--delete" in words and "--force" in words)
    return "it deletes a branch with its commits" if forced else ""


def _stash(words: Words) -> str:
    return "it deletes what was put aside" if words[:1] in (["drop"], ["clear"]) else ""


def _reflog(words: Words) -> str:
    lost = words[:1] in (["expire"], ["delete"])
    return "it deletes the way back to commits" if lost else ""


def _gc(words: Words) -> str:
    lost = any(each.startswith("--prune") for each in words)
    return "it deletes commits that no branch has" if lost else ""


def _history(words: Words) -> str:
    return "it writes the history anew" if words else ""


def _worktree(words: Words) -> str:
    lost = words[:1] == ["remove"] and _has(words, "f", "--force")
    return "it deletes a worktree with its changes" if lost else ""


def _update_ref(words: Words) -> str:
    return "it deletes a branch or tag" if _has(words, "d", "--delete") else ""


def _containers(words: Words) -> str:
    pairs = set(itertools.pairwise(words))
    pruned = "prune" in words or ("volume", "rm") in pairs
    down = "down" in words and _has(words, "v", "--volumes")
    return "it deletes containers' data" if pruned or down else ""


def _kubectl(words: Words) -> str:
    return "it deletes what runs in a cluster" if words[:1] == ["delete"] else ""


def _terraform(words: Words) -> str:
    return "it tears down what was built" if "destroy" in words else ""


def _cloud(words: Words) -> str:
    removes = any(each in ("rm", "rb") for each in words)
    return "it deletes from cloud storage" if removes and _has(words, "r", *_CLOUD_ALL) else ""


def _redis(words: Words) -> str:
    gone = any(each.casefold() in ("flushall", "flushdb") for each in words)
    return "it empties a database" if gone else ""


def _dropdb(words: Words) -> str:
    return "it deletes a database" if words else ""


def _has(words: Words, letters: str, *long: str) -> bool:
    """An option, alone (`--force`) or among letters (`-xfd`); what follows `--` is none."""
    for word in words:
        if word == "--":
            return False
        if word.casefold() in long:
            return True
        if re.fullmatch(r"-[A-Za-z]+", word) and any(each in word[1:] for each in letters):
            return True
    return False


def _slashed(words: Words, option: str) -> bool:
    return any(option in word.casefold() for word in words if word.startswith("/"))


_CLOUD_ALL = ("--recursive", "--force", "-r", "-m")
_BY_NAME: dict[str, Callable[[Words], str]] = {
    "rm": _rm,
    "remove-item": _rm,
    "ri": _rm,
    "rd": _rd,
    "rmdir": _rd,
    "del": _del,
    "erase": _del,
    "dd": _dd,
    "find": _find,
    "truncate": _truncate,
    "shred": _shred,
    "rsync": _rsync,
    "format": _format,
    "chmod": _chmod,
    "chown": _chmod,
    "git": _git,
    "docker": _containers,
    "podman": _containers,
    "docker-compose": _containers,
    "kubectl": _kubectl,
    "terraform": _terraform,
    "tofu": _terraform,
    "aws": _cloud,
    "gsutil": _cloud,
    "redis-cli": _redis,
    "dropdb": _dropdb,
}
_BY_VERB: dict[str, Callable[[Words], str]] = {
    "reset": _reset,
    "clean": _clean,
    "push": _push,
    "checkout": _checkout,
    "restore": _restore,
    "switch": _switch,
    "branch": _branch,
    "stash": _stash,
    "reflog": _reflog,
    "gc": _gc,
    "filter-branch": _history,
    "filter-repo": _history,
    "worktree": _worktree,
    "update-ref": _update_ref,
}
