"""Whether a rule's pattern is a command's.

What allows is strict: word for word, in order. What denies or asks is generous: flags in any order
and spelling, under any name of the program; where words are not known, it may be.
"""

import re
import shlex
from collections.abc import Sequence, Set
from enum import IntEnum
from functools import lru_cache

from llmgw_desktop.domain.jobs.rules.command import (
    SYSTEM_FOLDERS,
    CommandShell,
    ShellWord,
    SimpleCommand,
    WordKind,
    program_name,
)
from llmgw_desktop.domain.plain_text import Glob


class Fit(IntEnum):
    NO = 0
    MAYBE = 1
    YES = 2


_SAME_FLAGS = {
    "rm": (("-r", "-R", "--recursive"), ("-f", "--force")),
    "chmod": (("-R", "--recursive"),),
    "chown": (("-R", "--recursive"),),
    "cp": (("-r", "-R", "-a", "--recursive", "--archive"), ("-f", "--force")),
    "mv": (("-f", "--force"),),
    "git": (("-f", "--force", "--force-with-lease"), ("-D", "--delete"), ("-n", "--no-verify")),
    "curl": (("-o", "--output"), ("-X", "--request"), ("-d", "--data"), ("-k", "--insecure")),
    "docker": (("-f", "--force"),),
    "kubectl": (("-f", "--force"),),
}
_VALUED = {
    "git": frozenset(str.split("-C -c --git-dir --work-tree --namespace --exec-path --config-env")),
    "docker": frozenset(str.split("-H --host -c --context --config -l --log-level")),
    "kubectl": frozenset(str.split("-n --namespace --context --kubeconfig --cluster -s --server")),
    "npm": frozenset(str.split("--prefix -w --workspace")),
    "cargo": frozenset(str.split("-C --config --color -Z")),
}
"""Options before the subcommand that take a word."""
_SAFE_FIRST = {"git": frozenset(str.split("--no-pager -P --no-optional-locks --no-advice"))}
"""They change nothing: the subcommand counts as if they were not there."""
_RISKY = {
    "git": "-c --exec-path --config-env --output -O --open-files-in-pager --upload-pack "
    "--receive-pack --ext-diff --textconv --exec -x --upload-archive --no-index",
    "find": "-delete -fprint -fprint0 -fprintf -fls",
    "fd": "-x --exec -X --exec-batch",
    "rg": "--pre --hostname-bin",
    "sort": "-o --output --compress-program -T",
    "tar": "-I --use-compress-program --to-command --checkpoint-action --rsh-command -F",
    "rsync": "-e --rsh --rsync-path --delete",
    "curl": "-o -O --output --remote-name -K --config -T --upload-file --output-dir -J",
    "wget": "-O --output-document -P --use-askpass --post-file --input-file -i",
    "python": "-c",
    "node": "-e --eval -p --print -r --require",
    "deno": "eval",
    "bun": "-e --eval",
    "perl": "-e -E -i -n -p",
    "ruby": "-e -i",
    "php": "-r",
    "lua": "-e",
    "tee": "",
    "sed": "",
    "awk": "",
    "date": "-s --set -f",
    "tree": "-o",
    "xxd": "-r",
    "less": "-o -O",
    "man": "-P --pager -H",
    "ip": "-b -batch -force",
    "pytest": "-p --rootdir -c --confcutdir",
    "make": "--eval -f --file --makefile",
    "go": "-exec -toolexec -modfile -overlay",
    "cargo": "--config",
    "npm": "--script-shell --prefix",
    "ls": "",
}
"""Flags that make a harmless program write or run something: a `*` does not stand for them."""
_RISKY_WORDS = {name: tuple(words.split()) for name, words in _RISKY.items()}
_SCRIPTED = {
    "sed": re.compile(
        r"-[nEr]{1,3}|(?:\d+|\$)?(?:,(?:\d+|\$))?[pdq=]|s([/|#,]).*\1.*\1[gpI\d]*|/[^/]*/[pd]"
    ),
    "awk": re.compile(r"-F.{1,4}|[^-|>@][^|>@]*"),
}
_HARMLESS_IN_SED = re.compile(r"-[nErzu]+")
_RUNS_IN_AWK = re.compile(r"system|getline|ENVIRON|close|printf?\s.*[|>]")
_VERSIONED = re.compile(r"(python|ruby|perl|php|lua|node)[\d.]+")
_OTHER_AWKS = ("gawk", "mawk", "nawk")


class CommandPattern:
    """`git log *`, made ready. Raises ValueError for quotes that do not end."""

    def __init__(self, pattern: str) -> None:
        said = shlex.split(pattern)
        if not said:
            raise ValueError("expected a command")
        self.is_open = said[-1] == "*" and len(said) > 1
        self._fixed = [Glob(each) for each in (said[:-1] if self.is_open else said)]
        self.program = said[0]
        self.width = len(self._fixed)
        """How many words it names."""
        self.name = said[0].replace("\\", "/").rpartition("/")[2].casefold()
        self._name_fits = Glob(self.name).fits
        rest = said[1:-1] if self.is_open else said[1:]
        self._flags = [each for each in rest if _is_flag(each)]
        self._operands = [Glob(each) for each in rest if not _is_flag(each)]

    def allows(self, command: SimpleCommand, words: Sequence[ShellWord]) -> bool:
        """Every word of it is what the pattern says. `words`: without flags that change nothing."""
        count, width = len(words), self.width
        if count < width or (count > width and not self.is_open):
            return False
        for at in range(1, width):  # the subcommand first: most patterns of a program end there
            word = words[at]
            if word.kind is not WordKind.KNOWN or not self._fixed[at].fits(word.text):
                return False
        if not self._is_this_program(command):
            return False
        rest = words[width:]
        return not rest or _may_stand_for(command.name, rest)

    def _is_this_program(self, command: SimpleCommand) -> bool:
        said = command.words[0]
        if not said.is_known:
            return False
        if "/" in self.program or "\\" in self.program:
            return bool(Glob(self.program).fits(said.text))
        bare = _bare(said.text)
        if "/" in bare or "\\" in bare:
            return False
        if command.shell is not CommandShell.POSIX:
            return bool(self._name_fits(program_name(said)))
        return bool(self._fixed[0].fits(bare))

    def forbids(self, command: SimpleCommand) -> Fit:
        """Whether it is such a one with whatever else it says."""
        if not command.words:
            return Fit.NO
        if command.words[0].kind is not WordKind.KNOWN:
            return Fit.MAYBE
        names = {command.name, *command.other_names}
        if not any(self._name_fits(each) for each in names):
            return Fit.NO
        words = command.words[1:]
        open_ended = any(each.kind is not WordKind.KNOWN for each in words)
        missing = Fit.MAYBE if open_ended else Fit.NO
        if not self._has_flags(command.name, words, command.shell):
            return missing
        return Fit.YES if self._has_operands(command.name, words) else missing

    def _has_flags(self, name: str, words: Sequence[ShellWord], shell: CommandShell) -> bool:
        if not self._flags:
            return True
        said: set[str] = set()
        if name == "git" and any(word.text.startswith("+") for word in words):
            said.add("--force")  # `+main`, also behind `--`
        for word in words:
            if word.text == "--":
                break
            said |= _spelled(word.text)
        return all(
            any(_is_same(one, said, name, shell) for one in [flag])
            or (
                (parts := _parts_of(flag)) != {flag}
                and all(_is_same(part, said, name, shell) for part in parts)
            )
            for flag in self._flags
        )

    def _has_operands(self, name: str, words: Sequence[ShellWord]) -> bool:
        if not self._operands:
            return True
        said, latest = _operands(name, words)
        first = self._operands[0]
        for begin in range(min(latest + 1, len(said))):
            if first.fits(said[begin]) and _follow(self._operands[1:], said[begin + 1 :]):
                return True
        return False


@lru_cache(maxsize=1024)
def _bare(program: str) -> str:
    """Without the folder, where that is one of the system's."""
    for folder in SYSTEM_FOLDERS:
        if program.startswith(folder) and "/" not in program[len(folder) :]:
            program = program[len(folder) :]
    return program


class CommandPatterns:
    """Those of one rule, by the program's name. Raises ValueError as `CommandPattern`."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._by_name: dict[str, list[CommandPattern]] = {}
        self._wild: list[CommandPattern] = []
        for each in map(CommandPattern, patterns):
            if any(sign in each.name for sign in "*?"):
                self._wild.append(each)
            else:
                self._by_name.setdefault(each.name, []).append(each)
        self._all = [*self._wild, *(one for some in self._by_name.values() for one in some)]

    def __len__(self) -> int:
        return len(self._all)

    def _of(self, name: str) -> list[CommandPattern]:
        found = self._by_name.get(name, [])
        return [*found, *self._wild] if self._wild else found

    def are_of_others(self, names: Set[str]) -> bool:
        """Whether none of these programs is one of theirs."""
        return not self._wild and self._by_name.keys().isdisjoint(names)

    def width(self, command: SimpleCommand) -> int:
        """How many words of it are named by the pattern that allows it; 0 where none does."""
        found = self._of(command.name)
        if not found:
            return 0
        words = _without_safe(command)
        return max((each.width for each in found if each.allows(command, words)), default=0)

    def forbid(self, command: SimpleCommand) -> Fit:
        if not command.words:
            return Fit.NO
        if command.words[0].kind is not WordKind.KNOWN:
            return Fit.MAYBE
        is_posix = command.shell is CommandShell.POSIX
        found = self._of(command.name) if is_posix else self._all
        return max((each.forbids(command) for each in found), default=Fit.NO)


def _follow(globs: Sequence[Glob], said: Sequence[str]) -> bool:
    """In this order, whatever stands between them."""
    left = iter(said)
    return all(any(glob.fits(each) for each in left) for glob in globs)


def _operands(name: str, words: Sequence[ShellWord]) -> tuple[list[str], int]:
    """Words that are no flags, and the latest that may be the first of them."""
    found: list[str] = []
    valued = _VALUED.get(name)
    latest, at = 0, 0
    while at < len(words):
        text = words[at].text
        if not _is_flag(text):
            found.append(text)
        elif valued is not None and not found and text in valued:
            at += 1
        elif valued is None and not found:
            latest += 1
        at += 1
    return found, latest


def _is_flag(text: str) -> bool:
    return (text[:1] == "-" and len(text) > 1) or (
        text[:1] == "/" and 2 <= len(text) <= 3 and text[1].isalpha()
    )


def _spelled(text: str) -> set[str]:
    """`-rf` is `-r` and `-f` too, `--force=x` is `--force`."""
    if not _is_flag(text):
        return set()
    if text.startswith("--"):
        return {text.partition("=")[0]}
    return {text.partition("=")[0], *_parts_of(text)}


def _parts_of(flag: str) -> set[str]:
    if flag.startswith(("--", "/")):
        return {flag}
    return {f"-{letter}" for letter in flag[1:] if letter.isalnum()}


def _is_same(flag: str, said: set[str], name: str, shell: CommandShell) -> bool:
    if shell is not CommandShell.POSIX:
        folded = flag.casefold()
        if any(
            folded.startswith(each.casefold()) or each.casefold().startswith(folded)
            for each in said
            if len(each) > 1
        ):
            return True
    meant = next((group for group in _SAME_FLAGS.get(name, ()) if flag in group), (flag,))
    long = [each for each in meant if each.startswith("--")]
    return any(each in meant for each in said) or any(
        each.startswith("--") and len(each) > 3 and any(one.startswith(each) for one in long)
        for each in said
    )


def _without_safe(command: SimpleCommand) -> tuple[ShellWord, ...]:
    safe = _SAFE_FIRST.get(command.name)
    words = command.words
    if safe is None:
        return words
    at = 1
    while at < len(words) and words[at].text in safe:
        at += 1
    return (words[0], *words[at:])


def _may_stand_for(name: str, words: Sequence[ShellWord]) -> bool:
    """Whether a `*` stands for these: flags that make the program do other things are named."""
    if found := _VERSIONED.fullmatch(name):
        name = found[1]
    name = "awk" if name in _OTHER_AWKS else name
    if (script := _SCRIPTED.get(name)) is not None:
        return _is_plain_script(name, script, words)
    risky = _RISKY_WORDS.get(name)
    if not risky:
        return True
    return all(
        each.kind is not WordKind.UNKNOWN and not _is_risky(each.text, risky) for each in words
    )


def _is_plain_script(name: str, script: re.Pattern[str], words: Sequence[ShellWord]) -> bool:
    """Of sed and awk: the first word that is no flag is a program, and flags behind it may bring
    another one."""
    left = iter(words)
    for each in left:
        if name == "awk" and each.text == "-F":
            next(left, None)
            continue
        if not each.is_known or len(each.text) > 300 or not script.fullmatch(each.text):
            return False
        if name == "awk" and _RUNS_IN_AWK.search(each.text):
            return False
        if not _is_flag(each.text):
            break
    return all(not _is_flag(each.text) or _HARMLESS_IN_SED.fullmatch(each.text) for each in left)


def _is_risky(text: str, risky: Sequence[str]) -> bool:
    if text in risky:
        return True
    if text.startswith("--"):
        name = text.partition("=")[0]
        return any(
            each.startswith("--") and (each == name or (len(name) > 3 and each.startswith(name)))
            for each in risky
        )
    if not text.startswith("-") or len(text) < 2:
        return False
    return any(len(each) == 2 and each[0] == "-" and each[1] in text[1:] for each in risky)
