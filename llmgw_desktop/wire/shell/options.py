"""Options and variables that have a program run another one: `tar --to-command 'rm x'`,
`git -c alias.x='!rm y'`, `fd -x rm`, `GIT_PAGER='rm x' git log`.

What they name is looked through for what is denied; such a command is never clear enough to be
allowed by what it seems to be.
"""

import re
from collections.abc import Iterator, Sequence

from llmgw_desktop.domain.jobs.rules.command import ShellWord

Words = Sequence[ShellWord]
_TAR = "-I --use-compress-program --to-command --checkpoint-action --rsh-command -F --info-script"
_GIT = "-c --config-env --exec -x -O --open-files-in-pager --upload-pack --receive-pack"
_RUNNING = {
    name: tuple(options.split())
    for name, options in {
        "tar": _TAR,
        "bsdtar": "--use-compress-program",
        "gtar": _TAR,
        "rsync": "-e --rsh --rsync-path",
        "scp": "-S -o",
        "sftp": "-S -o",
        "rg": "--pre --hostname-bin",
        "sort": "--compress-program",
        "git": _GIT,
        "zip": "-TT --unzip-command",
        "less": "--lesskey-content",
        "man": "-P --pager -H --html",
        "flatpak": "--command",
        "ssh-keygen": "-D",
        "wget": "--use-askpass",
        **dict.fromkeys(("vi", "vim", "nvim", "ex", "view"), "-c --cmd +"),
        "go": "-exec -toolexec",
        "mapfile": "-C",
    }.items()
}
"""Each one's value is a command."""
FROM_HERE = {
    "fd": ("-x", "--exec", "-X", "--exec-batch"),
    "fdfind": ("-x", "--exec", "-X", "--exec-batch"),
    "wezterm": ("-e", "--"),
    "xterm": ("-e",),
    "gnome-terminal": ("--", "-e", "-x"),
    "konsole": ("-e",),
}
"""What stands behind it is one."""
_SETTING = re.compile(r"(?:SHELL|CC|CXX|LD|AR|[A-Z_]*(?:PROGRAM|CMD|COMMAND|LAUNCHER|WRAPPER))=")
"""Of make's words: programs that it runs."""
_OF_MAKE = frozenset(str.split("make gmake bmake ninja just"))
_RUNS_BY_NAME = re.compile(
    r"(?:.*_)?(?:PAGER|EDITOR|VISUAL|BROWSER|SHELL|COMMAND|ASKPASS|WRAPPER|LAUNCHER|RUNNER)|"
    r"GIT_(?:SSH|EXTERNAL_DIFF|PROXY_COMMAND)|LESSOPEN|LESSCLOSE|PS[0-4]|CC|CXX|RSYNC_RSH|TAR_OPTIONS"
)
_BEFORE = re.compile(r":?[!|]+\s*")


def run_by_options(name: str, words: Words) -> tuple[str, ...]:
    """Texts that its options have run."""
    options = _RUNNING.get(name)
    if options is not None:
        return tuple(_commands(options, words))
    if name in _OF_MAKE:
        return tuple(each.text.partition("=")[2] for each in words[1:] if _SETTING.match(each.text))
    return ()


def begins_at(words: Words, signs: Sequence[str]) -> int:
    """Behind which word a command begins; 0 where none does."""
    return next((at for at, each in enumerate(words) if at and each.text in signs), 0)


def is_run(variable: str) -> bool:
    """What it holds is a command that programs run."""
    return _RUNS_BY_NAME.fullmatch(variable) is not None


def _commands(options: Sequence[str], words: Words) -> Iterator[str]:
    for at, word in enumerate(words):
        found = next((each for each in options if at and _is_it(word.text, each)), "")
        if not found:
            continue
        said = word.text[len(found) :] if not found.startswith("--") else ""
        said = said or word.text.partition("=")[2]
        if not said and at + 1 < len(words):
            said = words[at + 1].text
        yield from _readings(said)


def _is_it(text: str, option: str) -> bool:
    if option.startswith("--"):
        return text.partition("=")[0] == option
    return text.startswith(option) and not text.startswith("--")


def _readings(said: str) -> Iterator[str]:
    """`exec=rm x`, `alias.y=!rm x`, `ProxyCommand=rm x`: with what stands before it, too."""
    for each in (said, said.partition("=")[2]):
        if text := _BEFORE.sub("", each, count=1) if each[:1] in ":!|" else each:
            yield text
