"""Words as a person pastes them into a terminal, and as programs hand them to a shell.

On Windows nobody knows which of two shells that will be, so a line means the same in both, as far
as one can: `%NAME%` is the one's, `$` the other's, within quotes too. cmd knows no quotes but
double ones. PowerShell takes a line that begins with one for a text, not for a program, so a
program's path is quoted from its third sign on: C:"\\Program Files\\...".
"""

import re
import shlex
from collections.abc import Sequence

from llmgw_desktop.platform.environment import IS_POSIX

_PLAIN = re.compile(r"[\w\\/:.+=~-]+")
"""What neither shell acts on. Not `,` and `@`, of which PowerShell makes lists and tables."""
_CUT = re.compile(r"-[^-].*[.:]")
"""An option that PowerShell takes apart at that sign."""
_HEAD = re.compile(r"[A-Za-z]:|\\\\[\w.-]+|[\w.]")
"""Not with a stroke at its end, which would take the quote behind it for its own."""
_KEPT_HOME = re.compile(r"[\w\\/:.+=~ -]+")


def pasted(words: Sequence[str], *, home: str = "", is_posix: bool = IS_POSIX) -> str:
    """`home`: a LLMGW_HOME that goes along; a terminal opened elsewhere does not have it. Empty
    where a home is told that both of Windows' shells do not take."""
    if is_posix:
        line = shlex.join(words)
        return f"LLMGW_HOME={shlex.quote(home)} {line}" if home else line
    first, *more = words
    line = " ".join([_program(first), *map(_quoted, more)])
    if not home:
        return line
    if '"' in line or not _KEPT_HOME.fullmatch(home):
        return ""  # no quotes within quotes that mean the same in both
    return f'cmd /c "set LLMGW_HOME={home}&& {line}"'


def _program(path: str) -> str:
    if _PLAIN.fullmatch(path):
        return path
    head = _HEAD.match(path)
    at = head.end() if head else 0
    return path[:at] + _in_quotes(path[at:])


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) and not _CUT.match(word) else _in_quotes(word)


def _in_quotes(word: str) -> str:
    """As a program's C library takes its command line apart."""
    whole = re.sub(r'(\\*)"', r'\1\1\\"', word)
    ending = len(whole) - len(whole.rstrip("\\"))
    return '"' + whole + "\\" * ending + '"'
