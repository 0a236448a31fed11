"""Asks a person at a terminal, or reads the answers from stdin where there is none."""

import getpass
import sys

from llmgw_desktop.domain.vault_errors import EntryUnfit


def secret_line(words: str) -> str:
    """One line that is not shown. Raises EntryUnfit if nothing comes."""
    if sys.stdin.isatty():
        text = getpass.getpass(f"{words}: ")
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise EntryUnfit(words, "one line, at the prompt or on stdin")
    return text


def secret_lines_agree(words: str) -> str:
    """The same; typed twice at a terminal. Raises EntryUnfit if the two differ."""
    text = secret_line(words)
    if sys.stdin.isatty() and secret_line("Once more") != text:
        raise EntryUnfit(words, "the same both times")
    return text


def agrees(question: str) -> bool:
    """Only a yes is one; so are neither silence nor the end of stdin."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
