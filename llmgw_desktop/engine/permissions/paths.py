"""Where the paths of a question lead: inside what the job was sent to, out of it, or to where
credentials are kept.

A prompt is no sandbox: what a command does cannot be told from its words. Only what is named is
looked at; the files of an edit are known, those of a command are guessed at.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from llmgw_desktop.domain.permission import Ask, AskingJob, PermissionKind

_MOST_NAMED = 200
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s'\"]*")
_WORD = re.compile(r"[^\s'\"`=:,;|&<>(){}\[\]$]+")
_HARMLESS = ("/bin/", "/sbin/", "/usr/", "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr")


@dataclass(slots=True)
class Found:
    """`known`: sentences of what is certain; `guessed`: of what a command's words look like."""

    known: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A path as it was said, and where it really leads."""

    said: str
    full: str
    real: str


class PathView:
    """Of one job. Touches the disk."""

    def __init__(self, job: AskingJob, is_private: Callable[[Path], bool]) -> None:
        self._working_dir = job.working_dir
        self._top = os.path.realpath(job.top or job.working_dir)
        self._limit = "the workspace" if job.top else "the job's working folder"
        self._home = str(Path("~").expanduser())
        self._is_private = is_private
        self._is_own = is_private(Path(self._top))
        """It lies among the gateway's own files: a folder that was made for this job."""

    def folder(self, ask: Ask) -> Place:
        """Where it is done."""
        return self._place(ask.cwd or self._working_dir, self._working_dir)

    def files(self, ask: Ask) -> list[Place]:
        """Those that it changes."""
        folder = self.folder(ask).full
        return [self._place(each.path, folder) for each in ask.changes]

    def look(self, ask: Ask) -> Found:
        """What a person should know of them."""
        found = Found()
        folder = self.folder(ask)
        if ask.kind is PermissionKind.COMMAND and (said := self._said_of(folder)):
            found.known.append(f"It runs {said}")
        for place in self.files(ask):
            if said := self._said_of(place):
                found.known.append(f"It leads {said}")
        for word in _named(ask):
            if said := self._said_of(self._place(word, folder.full)):
                found.guessed.append(f"It names a path {said}")
        return found

    def _place(self, said: str, folder: str) -> Place:
        is_home = said == "~" or said.startswith("~/")
        full = str(Path(folder) / (self._home + said[1:] if is_home else said))
        return Place(said=said, full=full, real=_real(full))

    def _said_of(self, place: Place) -> str:
        """Where it leads, as the rest of a sentence; nothing for what stays inside."""
        real = Path(place.real)
        leads = "" if place.real == place.said else f" (it leads to {place.real})"
        is_inside = _is_inside(place.real, self._top)
        if is_inside and self._is_own:
            return ""
        if self._is_private(real):
            return f"where credentials are kept: {place.said}{leads}"
        if is_inside:
            return ""
        if _is_inside(os.path.normpath(place.full), self._top):
            return f"by a link out of {self._limit}: {place.said}{leads}"
        return f"outside {self._limit}: {place.said}{leads}"


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


def _real(path: str) -> str:
    """Of what need not be there."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def _is_inside(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")
