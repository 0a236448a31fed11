"""A command as it was read, without having run anything of it."""

import re
from enum import StrEnum
from functools import lru_cache

from llmgw_desktop.domain.values import maker, value

SYSTEM_FOLDERS = (
    "/bin/",
    "/sbin/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/local/bin/",
    "/opt/homebrew/bin/",
)
"""A program that is named by its path is the one of that name if it lies here."""


class CommandShell(StrEnum):
    """Whose words a command is written in."""

    POSIX = "posix"
    """sh and bash."""
    POWERSHELL = "powershell"
    CMD = "cmd"


class WordKind(StrEnum):
    KNOWN = "known"
    """It is exactly this text."""
    GLOB = "glob"
    """It becomes names of files that begin as it does."""
    UNKNOWN = "unknown"
    """Only the shell knows what it becomes: nothing, one word or several."""


@value(kw_only=False)
class ShellWord:
    text: str
    """Without its quotes; as it is written where it is unknown."""
    kind: WordKind = WordKind.KNOWN

    @property
    def is_known(self) -> bool:
        return self.kind is WordKind.KNOWN


shell_word = maker(ShellWord)


@value
class FileRedirect:
    """A file that the shell itself opens."""

    target: ShellWord
    writes: bool


@value
class SimpleCommand:
    """One program with its words. `inner`: what it starts in its turn, as far as it was read."""

    words: tuple[ShellWord, ...]
    """Its name first."""
    inner: tuple["SimpleCommand", ...] = ()
    inner_at: int = 0
    """Where in `words` the inner one begins."""
    does_no_more: bool = False
    """It does nothing but start the inner ones (`timeout`, `env`, `bash -c`)."""
    env: tuple[str, ...] = ()
    """Names that are set for it."""
    redirects: tuple[FileRedirect, ...] = ()
    shell: CommandShell = CommandShell.POSIX
    other_names: tuple[str, ...] = ()
    """Further names of the program in its shell: `rm` is `Remove-Item`."""
    folders: tuple[str, ...] | None = ("",)
    """Where it may run, relative to where the whole begins; None: anywhere."""

    @property
    def name(self) -> str:
        """Of the program, without its folder; small letters; empty where it is not known."""
        return program_name(self.words[0]) if self.words else ""


@value
class ParsedCommand:
    commands: tuple[SimpleCommand, ...] = ()
    unclear: str = ""
    """Why a person has to look at it; empty: all of it was understood."""

    @property
    def every(self) -> list[SimpleCommand]:
        """The inner ones too."""
        found: list[SimpleCommand] = []
        todo = list(self.commands)
        while todo:
            each = todo.pop()
            found.append(each)
            todo += each.inner
        return found


def program_name(word: ShellWord) -> str:
    return _name_of(word.text) if word.kind is WordKind.KNOWN else ""


@lru_cache(maxsize=1024)
def _name_of(text: str) -> str:
    name = text.replace("\\", "/").rpartition("/")[2].casefold()
    for ending in (".exe", ".cmd", ".bat", ".com"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name


_HARMLESS_NAMES = re.compile(
    r"LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR(?:_FORCE)?|CI|"
    r"DEBUG|VERBOSE|NODE_ENV|RAILS_ENV|RACK_ENV|APP_ENV|PYTHONDONTWRITEBYTECODE|"
    r"PYTHONUNBUFFERED|PYTHONUTF8|PYTHONHASHSEED|RUST_BACKTRACE|RUST_LOG|CARGO_TERM_COLOR|"
    r"GIT_TERMINAL_PROMPT|GIT_OPTIONAL_LOCKS|HUSKY|QT_QPA_PLATFORM"
)
_OF_SCRIPTS = re.compile(r"(?!.*_proxy$)(?!ifs$)[a-z][a-z0-9_]{0,40}")


def is_harmless(name: str) -> bool:
    """A variable that only changes how a program looks and speaks, set for one program."""
    return _HARMLESS_NAMES.fullmatch(name) is not None


def is_of_script(name: str) -> bool:
    """Set for all that follows in a script: programs heed capitals, and few other names."""
    return is_harmless(name) or _OF_SCRIPTS.fullmatch(name) is not None
