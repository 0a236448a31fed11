"""The changes of a repository, frozen whole: patches and new files, each with its digest.

Nothing is ever cut. What changes while it is read is refused.
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.workspaces.git import TameGit, too_large
from llmgw_desktop.platform.files import CAREFUL

SCHEMA = "review-evidence.v2"
SCOPES = ("auto", "uncommitted", "branch", "commit")
_DIFF = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--find-renames",
    "--ignore-submodules=dirty",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_ONE_COMMIT = ("log", "-1", "--format=", "--no-notes", "--diff-merges=first-parent")
_BASES = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master")


@value
class ChangesAsked:
    """Which changes are meant."""

    folder: str
    scope: str = "auto"
    base: str = ""
    paths: tuple[str, ...] = ()
    most_bytes: int = 120_000
    is_bound: bool = False
    """Nothing above the folder, though the repository be larger."""


@value
class Evidence:
    """Frozen changes."""

    folder: str
    """The top of the repository."""
    told: Mapping[str, Any] = field(repr=False)
    """As the report shows it: paths, sizes and digests, without the content."""
    content: str = field(repr=False)
    """JSON with everything."""
    sha256: str


def capture(asked: ChangesAsked, env: Mapping[str, str]) -> Evidence:
    """For a thread. Raises InvalidRun."""
    first = _captured(asked, env)
    again = _captured(asked, env)
    if first.sha256 != again.sha256:
        raise InvalidRun(
            "the changes changed while they were read; ask again when nobody writes there",
            field="workingDir",
        )
    return first


def _captured(asked: ChangesAsked, env: Mapping[str, str]) -> Evidence:
    git = TameGit(asked.folder, env, most_bytes=asked.most_bytes)
    top = git.text("rev-parse", "--show-toplevel")
    if not top:
        raise InvalidRun("it is no folder of a repository with files", field="workingDir")
    if not (Path(top) / ".git").exists():
        # Its settings could name any folder of this computer.
        raise InvalidRun(
            "the repository's files lie elsewhere; name that folder", field="workingDir"
        )
    git = TameGit(top, env, most_bytes=asked.most_bytes)
    paths = _paths(asked, top)
    head = git.found("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    scope, base = _scope(git, asked, head, paths)
    parts: dict[str, Any] = {}
    if scope in ("branch", "commit"):
        which = ["diff", f"{base}...{head}"] if scope == "branch" else [*_ONE_COMMIT, base]
        parts["committedPatch"] = _patch(git, which, paths)
    if scope in ("uncommitted", "branch"):
        parts["stagedPatch"] = _patch(git, ["diff", "--cached"], paths)
        parts["unstagedPatch"] = _patch(git, ["diff"], paths)
        parts["untrackedFiles"] = _untracked(git, Path(top), paths, asked.most_bytes)
    whole = {"schema": SCHEMA, "scope": scope, "head": head, "base": base, **parts}
    return _evidence(top, whole, asked.most_bytes)


def _evidence(top: str, whole: dict[str, Any], most_bytes: int) -> Evidence:
    content = json.dumps(whole, ensure_ascii=False, indent=1)
    raw = content.encode()
    if len(raw) > most_bytes:
        raise too_large(most_bytes)
    pieces = [whole[name] for name in whole if name.endswith("Patch")]
    if not (any(each["bytes"] for each in pieces) or whole.get("untrackedFiles")):
        raise InvalidRun("there are no changes of this kind to review", field="scope")
    sha256 = hashlib.sha256(raw).hexdigest()
    told = {name: _without_content(value) for name, value in whole.items()}
    return Evidence(
        folder=top,
        told={**told, "bytes": len(raw), "sha256": sha256},
        content=content,
        sha256=sha256,
    )


def _scope(git: TameGit, asked: ChangesAsked, head: str, paths: Sequence[str]) -> tuple[str, str]:
    """With the commit that it begins from. `auto`: what is not committed; else the branch."""
    scope = asked.scope
    if scope == "auto" and not asked.base:
        arguments = ("status", "--porcelain=v1", "-z", "--ignore-submodules=dirty", "--")
        scope = "uncommitted" if git.run(*arguments, *paths) else "branch"
    elif scope == "auto":
        scope = "branch"
    if scope == "uncommitted":
        return scope, head
    if not head:
        raise InvalidRun("there is no commit yet; ask for scope uncommitted", field="scope")
    if scope == "commit":
        return scope, _commit(git, asked.base or "HEAD")
    return scope, _commit(git, asked.base) if asked.base else _usual_base(git, head)


def _usual_base(git: TameGit, head: str) -> str:
    for name in _BASES:
        found = git.found("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if found and found != head:
            return found
    raise InvalidRun("say what the branch began from: no other branch was found", field="base")


def _commit(git: TameGit, name: str) -> str:
    if name.startswith("-") or "\0" in name:
        raise InvalidRun("it is no name of a commit", field="base")
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = git.found(*arguments)
    if not found:
        raise InvalidRun("there is no such commit", field="base")
    return found


def _paths(asked: ChangesAsked, top: str) -> list[str]:
    """From the folder that was named; none may lead out of what may be reviewed."""
    folder, whole = Path(asked.folder).resolve(), Path(top).resolve()
    bound = folder if asked.is_bound else whole
    found = []
    for path in asked.paths or ((".",) if asked.is_bound else ()):
        named = Path(os.path.normpath(folder / path))
        if "\0" in path or not named.is_relative_to(bound):
            raise InvalidRun(f"{path[:200]} does not lie in there", field="paths")
        found.append(str(named.relative_to(whole)))
    return found


def _patch(git: TameGit, which: Sequence[str], paths: Sequence[str]) -> dict[str, Any]:
    verb, *rest = which
    raw = git.run(verb, "--patch", "--binary", "--full-index", *_DIFF, *rest, "--", *paths)
    listed = git.run(verb, "--name-only", "-z", *_DIFF, *rest, "--", *paths)
    names = listed.decode("utf-8", "replace").split("\0")
    return {"paths": [name for name in names if name.strip()], **_piece(raw)}


def _untracked(
    git: TameGit, top: Path, paths: Sequence[str], most_bytes: int
) -> list[dict[str, Any]]:
    listed = git.run("ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    found, total = [], 0
    for name in sorted(each for each in listed.split(b"\0") if each):
        path = top / os.fsdecode(name)
        kind, raw = _content(path, most_bytes - total)
        total += len(raw)
        shown = os.fsdecode(name).encode("utf-8", "replace").decode()
        found.append({"path": shown, "kind": kind, **_piece(raw)})
    return found


def _content(path: Path, most_bytes: int) -> tuple[str, bytes]:
    """A link is told as what it names, and never followed."""
    try:
        if path.is_symlink():
            return "link", os.fsencode(path.readlink())
        handle = os.open(path, os.O_RDONLY | CAREFUL)
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            os.close(handle)
            # A folder is a repository within this one.
            return "folder" if stat.S_ISDIR(mode) else "other", b""
        with os.fdopen(handle, "rb") as file:
            raw = file.read(most_bytes + 1)
    except OSError as error:
        raise InvalidRun(
            f"{path.name} cannot be read: {error.strerror}", field="workingDir"
        ) from error
    if len(raw) > most_bytes:
        raise too_large(most_bytes)
    return "file", raw


def _piece(raw: bytes) -> dict[str, Any]:
    try:
        text, encoding = raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = base64.b64encode(raw).decode(), "base64"
    digest = hashlib.sha256(raw).hexdigest()
    return {"encoding": encoding, "bytes": len(raw), "sha256": digest, "content": text}


def _without_content(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != "content"}
    return [_without_content(each) for each in value] if isinstance(value, list) else value
