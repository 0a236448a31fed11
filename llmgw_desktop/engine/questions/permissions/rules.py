"""What "allow for this job" means, where paths really lead, and what was allowed.

Everything that decides what is done goes into a digest: the exact command in its folder, each file
by where it really leads, the exact address, a tool with its exact arguments. A prompt is no
sandbox: what a command does cannot be told from its words. Only what is named is looked at; the
files of an edit are known, those of a command are guessed at.
"""

import asyncio
import logging
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import orjson

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    PermissionAnswer,
    PermissionKind,
    PermissionRule,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.environment import IS_POSIX
from llmgw_desktop.store.jobs.approval_store import PermissionStore

_MOST_NAMED = 200
_CREDENTIALS = "where credentials are kept"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s'\"]*")
_WORD = re.compile(r"[^\s'\"`=:,;|&<>(){}\[\]$]+")
_HARMLESS = ("/bin/", "/sbin/", "/usr/", "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr")


@dataclass(slots=True)
class ResolvedPath:
    """`known`: sentences of what is certain; `guessed`: of what a command's words look like."""

    known: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    is_private: bool = False
    """Some of it leads to where credentials are kept."""


@value
class PathInView:
    """A path as it was said, and where it really leads."""

    said: str
    full: str
    real: str


class PathView:
    """Of one job. Touches the disk."""

    def __init__(self, job: AskingJob, is_private: Callable[[Path], bool]) -> None:
        self._links = _Links()
        self._plain: dict[str, str] = {}
        """Of folders that are looked into: as they are written whole, where that is plain."""
        self._working_dir = job.working_dir
        self._base = self._links.real(job.working_dir)
        self._top = self._links.real(job.top or job.working_dir)
        self._limit = "the workspace" if job.top else "the job's working folder"
        self._home = os.path.expanduser("~")  # noqa: PTH111 - a text, and often
        self._is_private = is_private
        self._is_own: bool | None = None

    def folder(self, ask: Ask) -> PathInView:
        """Where it is done."""
        return self._place(ask.cwd or self._working_dir, self._working_dir)

    def files(self, ask: Ask) -> list[PathInView]:
        """Those that it changes."""
        folder = self.folder(ask).full
        return [self._place(each.path, folder) for each in ask.changes]

    def look(self, ask: Ask) -> ResolvedPath:
        """What a person should know of them."""
        found = ResolvedPath()
        folder = self.folder(ask)
        if ask.kind is PermissionKind.COMMAND and (said := self._said_of(folder)):
            found.known.append(f"It runs {said}")
        for place in self.files(ask):
            if said := self._said_of(place):
                found.known.append(f"It leads {said}")
        for word in _named(ask):
            if said := self._said_of(self._place(word, folder.full)):
                found.guessed.append(f"It names a path {said}")
        found.is_private = any(_CREDENTIALS in each for each in (*found.known, *found.guessed))
        return found

    def look_up(self, said: str, folder: str) -> tuple[str, ...]:
        """Where it lies and where it really leads; `said` from `folder` on, below the job's."""
        if said and "/" not in said and said[0] not in "~." and (top := self._plainly(folder)):
            full = f"{top}/{said}"  # as below: most words of a command are one name
            real = self._links.real(full)
            return (full,) if full == real else (full, real)
        place = self._place(said, self._whole(folder) if folder else self._base)
        full = os.path.normpath(place.full)
        return (full,) if full == place.real else (full, place.real)

    def _whole(self, folder: str) -> str:
        """A folder that a command goes to, from the job's own."""
        is_home = folder == "~" or folder.startswith("~/")
        return _joined(self._base, self._home + folder[1:] if is_home else folder)

    def _plainly(self, folder: str) -> str:
        """Empty where a name cannot simply be hung on to it."""
        found = self._plain.get(folder)
        if found is None:
            full = self._whole(folder) if folder else self._base
            whole = full.rstrip("/")
            is_plain = IS_POSIX and whole.startswith("/") and os.path.normpath(whole) == whole
            found = self._plain[folder] = whole if is_plain else ""
        return found

    @property
    def top(self) -> str:
        """As it really lies."""
        return self._top

    @property
    def home(self) -> str:
        return self._home

    def _place(self, said: str, folder: str) -> PathInView:
        is_home = said == "~" or said.startswith("~/")
        full = _joined(folder, self._home + said[1:] if is_home else said)
        return PathInView(said=said, full=full, real=self._links.real(full))

    def _said_of(self, place: PathInView) -> str:
        """Where it leads, as the rest of a sentence; nothing for what stays inside."""
        real = Path(place.real)
        leads = "" if place.real == place.said else f" (it leads to {place.real})"
        is_inside = _is_inside(place.real, self._top)
        if is_inside and self._lies_in_ours():
            return ""
        if self._is_private(real):
            return f"{_CREDENTIALS}: {place.said}{leads}"
        if is_inside:
            return ""
        if _is_inside(os.path.normpath(place.full), self._top):
            return f"by a link out of {self._limit}: {place.said}{leads}"
        return f"outside {self._limit}: {place.said}{leads}"

    def _lies_in_ours(self) -> bool:
        """Among the gateway's own files: a folder that was made for this job."""
        if self._is_own is None:
            self._is_own = self._is_private(Path(self._top))
        return self._is_own


def _named(ask: Ask) -> Iterator[str]:
    """Words of a command that look like paths which could lead out."""
    if ask.kind is not PermissionKind.COMMAND:
        return
    seen: set[str] = set()
    for found in _WORD.finditer(_ADDRESS.sub(" ", ask.command)):
        word = found.group()
        if not _could_lead_out(word) or word in seen:
            continue
        seen.add(word)
        yield word
        if len(seen) == _MOST_NAMED:
            return


def _could_lead_out(word: str) -> bool:
    if word.startswith(_HARMLESS) and ".." not in word:
        return False
    return len(word) > 1 and len(word) < 4096 and (word[0] in "/~" or "/" in word or ".." in word)


def _joined(folder: str, said: str) -> str:
    return os.path.join(folder, said)  # noqa: PTH118 - texts, and often


_NO_NAMES = ("", ".", "..")


class _Links:
    """Where paths lead, of what need not be there: as `os.path.realpath` says it, but each folder
    is looked at once. For one question: what is there may change."""

    def __init__(self) -> None:
        self._real = {"": "/"}

    def real(self, path: str) -> str:
        try:
            if not IS_POSIX or not path.startswith("/"):
                return os.path.realpath(path)
            return self._walked(path)
        except (OSError, ValueError):
            return path

    def _walked(self, path: str) -> str:
        head, _, last = path.rpartition("/")
        real = self._real.get(head, "")
        if real and last not in _NO_NAMES:  # beside what was looked at before
            found = self._real.get(path)
            if found is None:
                found = self._real[path] = _led(f"{real if real != '/' else ''}/{last}")
            return found
        said, real = "", "/"
        for name in path.split("/"):
            if name in ("", "."):
                continue
            if name == "..":
                said, real = f"{said}/..", real.rpartition("/")[0] or "/"
                continue
            said = f"{said}/{name}"
            found = self._real.get(said)
            if found is None:
                found = self._real[said] = _led(f"{real if real != '/' else ''}/{name}")
            real = found
        return real


def _led(path: str) -> str:
    """What lies in a folder that is no link."""
    try:
        is_link = stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return path
    return os.path.realpath(path) if is_link else path


def _is_inside(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


@value
class Rule:
    """`digests`: all of them must have been allowed. Empty words: no rule can be made of it."""

    words: str = ""
    digests: tuple[str, ...] = ()


NO_RULE = Rule()


def rule_of(ask: Ask, folder: PathInView, files: Sequence[PathInView]) -> Rule:
    """Raises TypeError for arguments that are no JSON."""
    match ask.kind:
        case PermissionKind.COMMAND if ask.command and not ask.changes:
            exact = [ask.command, folder.full, folder.real, ask.server, ask.tool]
            return Rule(
                words=f"Exactly this command, in {folder.full}",
                digests=(_digest("command", *exact, dict(ask.arguments)),),
            )
        case PermissionKind.EDIT if ask.changes and not ask.command:
            return _of_files(ask, files)
        case PermissionKind.FETCH if ask.url and not ask.changes and not ask.command:
            digest = _digest("fetch", ask.url, ask.server, ask.tool, dict(ask.arguments))
            return Rule(words=f"Exactly this address: {ask.url}", digests=(digest,))
        case PermissionKind.MCP if ask.tool and not ask.changes and not ask.command:
            digest = _digest("mcp", ask.server, ask.tool, ask.url, dict(ask.arguments))
            words = f"The tool {ask.tool} of {ask.server or 'this server'} with these arguments"
            return Rule(words=words, digests=(digest,))
        case _:
            return NO_RULE


def rule_of_session(ask: Ask) -> Rule:
    """Of a client of our MCP door: the tool, whatever its arguments."""
    words = f"Every call of the tool {ask.tool} of {ask.server}, until this session ends"
    return Rule(words=words, digests=(_digest("session", ask.server, ask.tool),))


def _of_files(ask: Ask, files: Sequence[PathInView]) -> Rule:
    changed = [each for each, change in zip(files, ask.changes, strict=True) if not change.is_gone]
    gone = [each for each, change in zip(files, ask.changes, strict=True) if change.is_gone]
    words = [f"any change of {_names(changed)}"] if changed else []
    words += [f"the removal of {_names(gone)}"] if gone else []
    said = " and ".join(words)
    return Rule(
        words=said[0].upper() + said[1:],
        digests=(
            *(_digest("edit", each.full, each.real) for each in changed),
            *(_digest("remove", each.full, each.real) for each in gone),
        ),
    )


def _names(places: Sequence[PathInView]) -> str:
    """All of them: a rule is shown whole."""
    return ", ".join(dict.fromkeys(each.full for each in places))


def _digest(*parts: object) -> str:
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


MOST_OF_JOB = 500
"""Further ones are not kept: what they allow is asked again."""
_log = logging.getLogger(__name__)
_LONGEST_WORDS = 1000


class JobRules:
    """On the loop."""

    def __init__(self, store: PermissionStore) -> None:
        self._store = store
        self._held: dict[str, dict[str, PermissionRule]] = {}

    async def load(self, job_id: str) -> None:
        """Those of an earlier start. A file that cannot be read allows nothing."""
        if job_id in self._held:
            return
        try:
            stored = await asyncio.to_thread(self._store.rules, job_id)
        except StoreError as error:
            _log.warning("what was allowed for job %s is not known: %s", job_id, error)
            return
        self._held.setdefault(job_id, {each.digest: each for each in stored})

    def allows(self, job_id: str, rule: Rule) -> PermissionRule | None:
        """What of it was allowed, where all of it was."""
        held = self._held.get(job_id, {})
        found = [held.get(digest) for digest in rule.digests]
        return None if not found or None in found else found[0]

    async def add(
        self, job_id: str, rule: Rule, answer: PermissionAnswer, *, is_kept: bool = True
    ) -> None:
        """Written when this returns; where the disk takes none, it holds until the program
        ends. `is_kept`: it outlives this program."""
        held = self._held.setdefault(job_id, {})
        if len(held) + len(rule.digests) > MOST_OF_JOB:
            return
        for digest in rule.digests:
            held[digest] = PermissionRule(
                job_id=job_id,
                digest=digest,
                words=rule.words[:_LONGEST_WORDS],
                person=answer.person,
                made_at_s=answer.at_s,
            )
            if not is_kept:
                continue
            try:
                await asyncio.to_thread(self._store.add_rule, held[digest])
            except StoreError as error:
                _log.warning("what was allowed for job %s is not kept: %s", job_id, error)

    async def forget(self, job_id: str) -> None:
        self._held.pop(job_id, None)
        try:
            await asyncio.to_thread(self._store.forget_rules, job_id)
        except StoreError as error:
            _log.warning("what was allowed for job %s is not forgotten: %s", job_id, error)
