"""A command of `llmgw` as one value, and how commands ask a person.

Each package of use cases brings its commands in its `__init__`: words and arguments, and the name
of what does the work, which is read in only when it is called. `app/commands.py` lists them.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from llmgw_desktop.domain.values import value

if TYPE_CHECKING:
    from llmgw_desktop.store.paths import Places

Parser = argparse.ArgumentParser
Work = Callable[[argparse.Namespace, "Places", Mapping[str, str]], int]
"""Does what was asked; returns the exit code."""
_MOST_SAID: Final = 600
_LEFT_OUT: Final = argparse.SUPPRESS
"""An option that a command shares with `llmgw` itself has no default: it would undo what stands
before the command."""


@value(kw_only=False)
class Command:
    """One word after `llmgw`."""

    name: str
    help: str
    work: str = ""
    """`package.module:function` below `app/`; empty for what `__main__` itself runs."""
    arguments: Callable[[Parser], object] = lambda _: None
    """Adds them; called only where the command may be meant."""
    hears_secrets: bool = False
    """What it is given too much is not repeated: it may be a secret."""
    has_address: bool = False
    """Takes `--host` and `--port`."""
    only_looks: bool = False
    """Makes no folders."""

    def run(self, arguments: argparse.Namespace, places: "Places", env: Mapping[str, str]) -> int:
        return self.find_work()(arguments, places, env)

    def find_work(self) -> Work:
        """Reads it in."""
        module, function = self.work.split(":")
        work: Work = getattr(import_module(f"llmgw_desktop.app.{module}"), function)
        return work


def add_verbs(
    parser: Parser, helps: Mapping[str, str], *, dest: str = "verb", shown: str = ""
) -> list[Parser]:
    """One parser for each verb, of which one must be said; `shown` in place of all of them."""
    verbs = parser.add_subparsers(dest=dest, required=True, metavar=shown or "|".join(helps))
    return [
        verbs.add_parser(verb, help=words, description=as_sentence(words))
        for verb, words in helps.items()
    ]


def as_sentence(words: str) -> str:
    """What a list of commands says of one, as its own help says it."""
    return f"{words[:1].upper()}{words[1:]}."


def add_flags(parser: "argparse._ActionsContainer", **helps: str) -> None:
    """Options without a value: `dry_run` is `--dry-run`."""
    for name, words in helps.items():
        parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=words)


def add_hidden(parser: Parser) -> None:
    parser.add_argument(
        "--hidden", action="store_true", default=_LEFT_OUT, help="start in the tray"
    )


def add_address(parser: Parser) -> None:
    parser.add_argument(
        "--host",
        default=_LEFT_OUT,
        help="address to listen on; beyond this computer with TLS",
    )
    parser.add_argument(
        "--port", type=_port, default=_LEFT_OUT, help="port to listen on; 0 takes a free one"
    )


def _port(text: str) -> int:
    if len(text) > 5 or not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def count(text: str) -> int:
    """A whole number, for `type=`."""
    if len(text) > 9 or not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError("expected a whole number")
    return int(text)


def secret_line(words: str) -> str:
    """One line that is not shown. Raises EntryUnfit if nothing comes."""
    if sys.stdin.isatty():
        text = getpass.getpass(f"{words}: ")
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        from llmgw_desktop.domain.vault import EntryUnfit

        raise EntryUnfit(words, "one line, at the prompt or on stdin")
    return text


def secret_lines_agree(words: str) -> str:
    """The same; typed twice at a terminal. Raises EntryUnfit if the two differ."""
    text = secret_line(words)
    if sys.stdin.isatty() and secret_line("Once more") != text:
        from llmgw_desktop.domain.vault import EntryUnfit

        raise EntryUnfit(words, "the same both times")
    return text


def agrees(question: str) -> bool:
    """Only a yes is one; so are neither silence nor the end of stdin."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def print_table(lines: Iterable[str]) -> None:
    """Lines of cells with a tab between two: so for other programs, and on a terminal with cells
    below each other."""
    if not sys.stdout.isatty():
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    rows = [line.split("\t") for line in lines]
    widths = [0] * max(map(len, rows), default=0)
    for row in rows:
        for at, cell in enumerate(row[:-1]):  # the last may be as long as it likes
            widths[at] = max(widths[at], len(cell))
    for row in rows:
        cells = (cell.ljust(widths[at]) for at, cell in enumerate(row))
        sys.stdout.write(f"{'  '.join(cells).rstrip()}\n")


def fail(sentence: str) -> int:
    """Says on stderr, in one harmless line, why a command did nothing; what it then ends with."""
    from llmgw_desktop.app.words.inert_text import inert_line

    sys.stderr.write(f"llmgw: {inert_line(sentence, _MOST_SAID)}\n")
    return 1
