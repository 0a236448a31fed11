"""Programs that start other programs: `timeout 5 git log`, `sudo -u ada rm x`, `bash -c '…'`,
`find -exec`, `xargs`.

What starts another one is unwrapped by the options that are known here; with any other option
nobody can tell where the inner one begins, and a person is asked.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from llmgw_desktop.domain.jobs.rules.command import ShellWord, WordKind, program_name, shell_word
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.shell.options import FROM_HERE, begins_at, run_by_options
from llmgw_desktop.wire.shell.ways import LOOSE, LOOSE_SECOND, SECOND, UNSURE, WAYS, StartWay

Words = tuple[ShellWord, ...]
_HIDDEN = "What {name} runs cannot be told."
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=", re.DOTALL)
_FAR = 32
"""So many words behind a program may name the one that it starts."""
_TOO_FAR = "It says more than can be looked through."
_MORE = shell_word("…", WordKind.UNKNOWN)
"""Words that come from elsewhere."""


@value
class Started:
    inner: tuple[Words, ...] = ()
    scripts: tuple[str, ...] = ()
    inner_at: int = 0
    does_no_more: bool = False
    env: tuple[str, ...] = ()
    doubt: str = ""


NOTHING = Started()


SHELLS = frozenset(str.split("sh bash dash ash zsh ksh mksh rbash"))
_OTHER_SHELLS = frozenset(
    str.split("fish csh tcsh nu elvish xonsh pwsh powershell cmd su ssh script")
)
_BLIND = frozenset(
    str.split(
        "parallel trap alias enable hash shopt bind complete let mapfile readarray coproc gdb lldb "
        "screen tmux at batch crontab systemd-run nsenter runuser sg start-stop-daemon expect"
    )
)
_FIND_RUNS = ("-exec", "-execdir", "-ok", "-okdir")
_GIT_VERBS = {"bisect": "run", "submodule": "foreach"}
_GIT_RUNS = {*_GIT_VERBS, *str.split("config filter-branch difftool mergetool hook for-each-repo")}
_GIT_READS = frozenset(str.split("--get --get-all --get-regexp --get-urlmatch --list -l get list"))
_INPUT = ("-", "--", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_SHELL_VALUED = ("-o", "+o", "-O", "+O", "--rcfile", "--init-file")
_SET = re.compile(r"[-+][eEuxvfnhCbBmT]*o?|pipefail|errexit|nounset|xtrace|--")


def started(words: Words, fed: str | None = None) -> Started:
    """`fed`: what a shell would read from its standard input, where that is known."""
    if words[0].kind is not WordKind.KNOWN:
        return Started(doubt="Which program it runs cannot be told.")
    name = program_name(words[0])
    if not name.isascii():
        return Started(doubt="The program's name holds letters that look like others.")
    found = _of_name(name, words, fed)
    if run := run_by_options(name, words):
        return replace(found, scripts=(*found.scripts, *run))
    return found


def _of_name(name: str, words: Words, fed: str | None) -> Started:
    if name in _READERS:
        return _READERS[name](words, fed)
    if (way := WAYS.get(name)) is not None:
        return _by_way(name, words, way)
    if (verbs := SECOND.get(name)) is not None:
        return _second(name, words, verbs)
    if name in LOOSE:
        return _starts_some(words, 1)
    at = begins_at(words, LOOSE_SECOND.get(name) or FROM_HERE.get(name, ()))
    return _starts_some(words, at + 1) if at else NOTHING


def _by_way(name: str, words: Words, way: StartWay) -> Started:
    at, env = _behind_options(name, words, way)
    if at < 0:
        return _starts_somewhere(name, words, -at)
    inner = words[at:]
    if not inner:
        return Started(env=env)
    if way.adds_words:
        inner = (*(_replaced(each) for each in inner), _MORE)
    if name == "watch" and len(inner) == 1:
        return _scripts(name, inner, at, does_no_more=False)
    return Started(inner=(inner,), inner_at=at, does_no_more=way.does_no_more, env=env)


def _behind_options(name: str, words: Words, way: StartWay) -> tuple[int, tuple[str, ...]]:
    """Where the inner one begins, and what is set for it; below 0: where nobody can tell any
    longer."""
    plain, valued = way.plain.split(), way.valued.split()
    env: list[str] = []
    at, skipped = 1, way.skipped
    while at < len(words):
        text = words[at].text
        if not words[at].is_known:
            return -at, ()
        if text == "-" and name == "env":
            at += 1
            continue
        if text == "--":
            at += 1
            break
        if text.startswith("-") and len(text) > 1:
            if not (steps := _steps(name, text, plain, valued)):
                return -at, ()
            at += steps
            continue
        if way.takes_env and (found := _ASSIGNED.match(text)):
            env.append(found[1])
        elif skipped:
            skipped -= 1
        else:
            break
        at += 1
    return at + skipped, tuple(env)


def _steps(name: str, option: str, plain: Sequence[str], valued: Sequence[str]) -> int:
    """How many words it takes; 0 where it is not known."""
    if option in plain or _is_value_inside(option, valued) or _is_number(name, option):
        return 1
    return 2 if option in valued else 0


def _is_value_inside(text: str, valued: Sequence[str]) -> bool:
    """`--user=ada`, `-n10`."""
    option, sign, _ = text.partition("=")
    return (bool(sign) and option in valued and option.startswith("--")) or (
        len(text) > 2 and text[1] != "-" and text[:2] in valued
    )


def _is_number(name: str, text: str) -> bool:
    return name == "nice" and text[1:].lstrip("-+").isdecimal()


def _replaced(word: ShellWord) -> ShellWord:
    return shell_word(word.text, WordKind.UNKNOWN) if "{}" in word.text else word


def _starts_somewhere(name: str, words: Words, at: int) -> Started:
    """Each word from here on may be the inner program: for what is denied."""
    return replace(_starts_some(words, at), inner_at=len(words), doubt=_HIDDEN.format(name=name))


def _starts_some(words: Words, at: int) -> Started:
    """The same, where a rule may allow it whatever it starts."""
    ways = tuple(words[i:] for i in range(at, min(len(words), at + _FAR)) if _may_begin(words[i]))
    texts = dict.fromkeys(text for each in words[at:] if each.is_known for text in _texts(each))
    doubt = "" if len(words) <= at + _FAR else _TOO_FAR
    return Started(inner=ways, scripts=tuple(texts), doubt=doubt)


def _texts(word: ShellWord) -> Iterator[str]:
    """What may be a command in one word: `rm x`, `--run=rm x`, `z=rm`, `-Srm x`."""
    text = word.text
    if tail := text.partition("=")[2]:
        yield tail
    if " " in text or "\\_" in text:
        yield text
        if text.startswith("-"):
            yield from (text[2:].replace("\\_", " "), text[3:].replace("\\_", " "))


def _may_begin(word: ShellWord) -> bool:
    return word.is_known and not word.text.startswith("-") and "=" not in word.text


def _second(name: str, words: Words, verbs: Sequence[str]) -> Started:
    """`uv run pytest`: with options of its own it starts nobody knows what."""
    if len(words) < 3 or not words[1].is_known or words[1].text not in verbs:
        first = next((i for i, each in enumerate(words[1:], 1) if each.text in verbs), 0)
        return _starts_somewhere(name, words, first + 1) if first > 1 else NOTHING
    at = 3 if len(words) > 3 and words[2].text == "--" else 2
    if name in UNSURE:
        return _starts_somewhere(name, words, at)
    if not _may_begin(words[at]):
        return _starts_somewhere(name, words, at)
    return Started(inner=(words[at:],), inner_at=at)


def _shell(words: Words, fed: str | None) -> Started:
    name = program_name(words[0])
    at, is_script = 1, False
    while at < len(words):
        word = words[at]
        if not word.is_known:
            return Started(doubt=_HIDDEN.format(name=name))
        if not word.text.startswith(("-", "+")) or word.text in ("-", "--"):
            break
        if word.text in _SHELL_VALUED:
            at += 1
        elif not word.text.startswith("--"):
            is_script = is_script or "c" in word.text
            at += "o" in word.text
        at += 1
    rest = words[at:]
    if is_script and rest and rest[0].text == "--":
        rest, at = rest[1:], at + 1
    if is_script:
        return _scripts(name, rest[:1], at)
    if not rest or rest[0].text in _INPUT or _reads_input(words):
        return _fed(name, len(words), fed)
    return Started(doubt=_HIDDEN.format(name=name)) if _is_made(rest[0]) else NOTHING


def _source(words: Words, fed: str | None) -> Started:
    """What it reads is a file, as ever; or what another program writes."""
    is_made = any(_is_made(each) or each.text in _INPUT for each in words[1:2])
    return Started(doubt=_HIDDEN.format(name="source")) if is_made else NOTHING


def _is_made(word: ShellWord) -> bool:
    return word.text.startswith(("/dev/fd/", "/proc/"))


def _reads_input(words: Words) -> bool:
    return any(each.text.startswith("-") and "s" in each.text[1:2] for each in words[1:])


def _fed(name: str, at: int, fed: str | None) -> Started:
    if fed is None:
        return Started(doubt=_HIDDEN.format(name=name))
    return Started(scripts=(fed,), inner_at=at, does_no_more=True)


def _scripts(name: str, words: Words, at: int, *, does_no_more: bool = True) -> Started:
    if not words or not all(each.is_known for each in words):
        return Started(doubt=_HIDDEN.format(name=name))
    script = " ".join(each.text for each in words)
    return Started(scripts=(script,), inner_at=at, does_no_more=does_no_more)


def _eval(words: Words, fed: str | None) -> Started:
    at = 2 if len(words) > 1 and words[1].text == "--" else 1
    return _scripts("eval", words[at:], at)


def _other_shell(words: Words, fed: str | None) -> Started:
    """They are asked; what they would run is looked through for what is denied."""
    return _starts_somewhere(program_name(words[0]), words, 1)


def _command(words: Words, fed: str | None) -> Started:
    if len(words) > 1 and words[1].text in ("-v", "-V"):
        return NOTHING
    return _by_way("command", words, WAYS["command"])


def _find(words: Words, fed: str | None) -> Started:
    found: list[Words] = []
    at = 1
    while at < len(words):
        if words[at].text in _FIND_RUNS:
            end = at + 1
            while end < len(words) and words[end].text not in (";", "+"):
                end += 1
            if end > at + 1:
                found.append(tuple(_replaced(each) for each in words[at + 1 : end]))
            at = end
        at += 1
    return Started(inner=tuple(found), inner_at=len(words)) if found else NOTHING


def _git(words: Words, fed: str | None) -> Started:
    """`git bisect run rm x`, and what has git run something later."""
    texts = [each.text for each in words]
    at = next((i for i, text in enumerate(texts) if text in _GIT_RUNS), 0)
    if at and texts[at] == "config":
        operands = [text for text in texts[at + 1 :] if not text.startswith("-")]
        if len(operands) < 2 or not _GIT_READS.isdisjoint(texts[at + 1 :]):
            return NOTHING
    if not at or (texts[at] in _GIT_VERBS and _GIT_VERBS[texts[at]] not in texts[at + 1 :]):
        return NOTHING
    return _starts_somewhere("git", words, at + 1)


def _sets_by_option(words: Words, fed: str | None) -> Started:
    """`printf -v PATH .`, `test -v 'a[$(rm x)]'`: a name that a shell reads as arithmetic."""
    name = words[0].text
    if name == "printf":
        words = words[:2]
    if any(each.text.startswith(("-v", "-R")) or not each.is_known for each in words[1:]):
        return Started(doubt=_HIDDEN.format(name=name))
    return NOTHING


def _set(words: Words, fed: str | None) -> Started:
    if all(each.is_known and _SET.fullmatch(each.text) for each in words[1:]):
        return NOTHING
    return Started(doubt=_HIDDEN.format(name="set"))


_READERS: dict[str, Callable[[Words, str | None], Started]] = {
    **dict.fromkeys(SHELLS, _shell),
    **dict.fromkeys(_OTHER_SHELLS, _other_shell),
    **dict.fromkeys(_BLIND, _other_shell),
    "command": _command,
    "find": _find,
    "eval": _eval,
    "source": _source,
    ".": _source,
    "git": _git,
    "printf": _sets_by_option,
    "set": _set,
    "test": _sets_by_option,
}
