"""PowerShell and cmd, by the few forms that say one thing: plain words, plain quotes, `;`, `&&`,
`||`, `|` and redirections. Everything else asks; it is looked through for what is denied all the
same, with the signs taken out that a shell would take out."""

import re
from collections.abc import Iterator
from dataclasses import replace

from llmgw_desktop.domain.jobs.rules.command import (
    CommandShell,
    FileRedirect,
    ParsedCommand,
    ShellWord,
    SimpleCommand,
    WordKind,
    program_name,
    shell_word,
)
from llmgw_desktop.wire.shell.posix import MOST_BYTES, TOO_LONG, read_posix
from llmgw_desktop.wire.shell.starters import NOTHING, started

_DOUBT = "It holds more of {shell} than plain words."
_STARTS = "What {name} runs cannot be told."
_TOKEN = {
    CommandShell.POWERSHELL: re.compile(
        r"(?P<space>[ \t]+)|(?P<end>\r?\n|;|&&|\|\||\|)|(?P<null>[12*]?>{1,2} ?\$null\b|2>&1)"
        r"|(?P<write>[12]?>{1,2})"
        r"|(?P<word>(?:[A-Za-z0-9_./\\:=+*?~^-]|'[^'\u2018-\u201b\r\n]*'"
        r"|\"[^\"$`\u201c-\u201e\r\n]*\")+)"
    ),
    CommandShell.CMD: re.compile(
        r"(?P<space>[ \t]+)|(?P<end>\r?\n|&&|&|\|\||\|)|(?P<null>[12]?>{1,2} ?nul\b|2>&1)"
        r"|(?P<write>[12]?>{1,2})"
        r"|(?P<word>(?:[A-Za-z0-9_./\\:=+*?~@'-]|\"[^\"%!^\r\n]*\")+)",
        re.IGNORECASE,
    ),
}
_QUOTES = re.compile("['\"\u2018-\u201f]")
_PARTS = re.compile(r"[;|&\r\n(){}$>]+")
_STARTERS = frozenset(
    str.split(
        "& . iex invoke-expression start-process saps start icm invoke-command cmd powershell pwsh "
        "bash sh wsl call for forfiles runas gsudo sudo rundll32 mshta wscript cscript regsvr32 if "
        "foreach foreach-object where-object % ? new-alias set-alias sal nal invoke-item ii "
        "wmic schtasks at conhost doskey ftype assoc winrs psexec invoke-wmimethod iwmi "
        "invoke-cimmethod icim start-job sajb start-threadjob measure-command register-objectevent "
        "register-scheduledjob new-scheduledtaskaction"
    )
)
_ALIASES = (
    ("remove-item", "rm", "ri", "del", "erase", "rd", "rmdir"),
    ("copy-item", "cp", "copy", "cpi"),
    ("move-item", "mv", "move", "mi"),
    ("get-content", "cat", "gc", "type"),
    ("get-childitem", "ls", "dir", "gci"),
    ("invoke-webrequest", "curl", "wget", "iwr"),
    ("invoke-restmethod", "irm"),
    ("set-content", "sc"),
    ("stop-process", "kill", "spps"),
    ("clear-content", "clc"),
    ("set-location", "cd", "chdir", "sl"),
    ("write-output", "echo", "write"),
    ("select-string", "sls", "findstr"),
    ("get-location", "pwd", "gl"),
)
_OTHER_NAMES = {name: group for group in _ALIASES for name in group}
_MOST_WORDS = 40
_MOST_NESTED = 6
_GLOB = re.compile(r"[*?\[]")
_AHEAD = re.compile(r"[@=,;]*([^/=,;]*)[=,;]*(.*)", re.DOTALL)
_SLASHED = re.compile(r"(/[ckr])(?=[a-z])", re.IGNORECASE)
_GOING = ("cd", "chdir", "sl", "set-location", "pushd", "popd", "push-location", "pop-location")


def read_command(command: str, shell: CommandShell) -> ParsedCommand:
    """Never raises for any text."""
    if shell is CommandShell.POSIX:
        return read_posix(command)
    if len(command) > MOST_BYTES:
        return ParsedCommand(unclear=TOO_LONG)
    found, is_plain = _plain(command, shell)
    if any(each.name in _GOING for each in found):
        found = [replace(each, folders=None) for each in found]
    is_plain = is_plain and len(found) <= _MOST_WORDS
    found = found[:_MOST_WORDS]
    doubt = "" if is_plain else _DOUBT.format(shell=shell)
    for each in found:
        if any(_is_untold(one) for one in ParsedCommand(commands=(each,)).every):
            doubt = doubt or _STARTS.format(name=each.name)
    if doubt:
        command = command.replace("`\n", " ").replace("`\r\n", " ")
        found += [each for each in _seen(command, shell) if each not in found]
    return ParsedCommand(commands=tuple(found), unclear=doubt)


def _is_untold(command: SimpleCommand) -> bool:
    if command.name in _STARTERS or not command.name.isascii():
        return True
    starter = started(command.words)
    return bool(starter.doubt or starter.scripts or (starter.inner and not command.inner))


def _plain(command: str, shell: CommandShell) -> tuple[list[SimpleCommand], bool]:
    token = _TOKEN[shell]
    found: list[SimpleCommand] = []
    words: list[ShellWord] = []
    redirects: list[FileRedirect] = []
    at, writes = 0, False
    while at < len(command):
        if (match := token.match(command, at)) is None:
            return found, False
        at = match.end()
        if match.lastgroup == "write":
            writes = True
        elif match.lastgroup == "word" and writes:
            redirects.append(FileRedirect(target=_word(match.group()), writes=True))
            writes = False
        elif match.lastgroup == "word":
            words.append(_word(match.group()))
        elif match.lastgroup == "end":
            found += _made(words, redirects, shell)
            words, redirects = [], []
    found += _made(words, redirects, shell)
    return found, not writes


def _word(text: str) -> ShellWord:
    said = _QUOTES.sub("", text)
    if globbed := _GLOB.search(said):  # commands look for such names by themselves, quoted or not
        return shell_word(said, WordKind.GLOB if globbed.start() else WordKind.UNKNOWN)
    return shell_word(said)


def _made(
    words: list[ShellWord],
    redirects: list[FileRedirect],
    shell: CommandShell,
    left: int = _MOST_NESTED,
) -> Iterator[SimpleCommand]:
    """`left`: so many that start another one are looked into."""
    said = _parted(words) if shell is CommandShell.CMD else tuple(words)
    if not said:
        return
    starter = started(said) if left else NOTHING
    left = left - 1 if len(starter.inner) == 1 else 0
    yield SimpleCommand(
        words=said,
        redirects=tuple(redirects),
        shell=shell,
        other_names=_OTHER_NAMES.get(program_name(said[0]), ()),
        inner=tuple(one for each in starter.inner for one in _made(list(each), [], shell, left)),
        inner_at=starter.inner_at,
        does_no_more=starter.does_no_more,
        env=starter.env,
    )


def _parted(words: list[ShellWord]) -> tuple[ShellWord, ...]:
    """cmd reads `@del/q x` and `del=x` as `del` with what follows."""
    found = _AHEAD.fullmatch(words[0].text) if words else None
    if found is None or found[0] == found[1]:
        return tuple(words)
    parts = [shell_word(each) for each in found.groups() if each]
    return (*parts, *words[1:])


def _seen(command: str, shell: CommandShell) -> Iterator[SimpleCommand]:
    """What it may run, as far as its words go."""
    command = command.replace("<", " ")
    bare = _QUOTES.sub(" ", command.replace("`", "").replace("^", ""))
    joined = _QUOTES.sub("", command.replace("`", "").replace("^", ""))
    texts = (bare, joined, _SLASHED.sub(r"\1 ", bare))
    parts = dict.fromkeys(each.strip() for text in texts for each in _PARTS.split(text))
    for part in list(parts)[:_MOST_WORDS]:
        if part:
            words = [shell_word(each) for each in part.split()[:_MOST_WORDS]]
            for at in range(len(words)):
                yield from _made(words[at:], [], shell)
