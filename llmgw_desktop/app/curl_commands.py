"""One request as a curl command for the shells that people paste into.

The key never stands in it: the shell reads it from its file when the command runs. What shells and
consoles would take for their own is written as JSON's escapes, which mean the same in a string and
cannot stand anywhere else.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_MOST_IN_AN_ARGUMENT = 64 * 1024
"""Bytes. Linux takes 128 KiB as one."""
_MOST_IN_CMD = 8_000
"""Of its 8,191 characters for a line; the key is put in when it runs."""
_MARK = "LLMGW_BODY"
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FOR_CMD = {'"': "\\u0022", "\\": "\\u005c"}
_QUOTES_OF_POWERSHELL = re.compile("['\u2018\u2019\u201a\u201b]")
_OF_CMD = re.compile(r"[^ -~]|[%!^&|<>()@`']")


class Shell(StrEnum):
    """As it is called."""

    POSIX = "a shell"
    POWERSHELL = "PowerShell"
    CMD = "cmd"


SHELLS: tuple[Shell, ...] = (
    (Shell.POWERSHELL, Shell.CMD) if sys.platform == "win32" else (Shell.POSIX,)
)
"""Of this computer, the usual one first."""


class TooLongForShell(Exception):
    """In words, with another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`url` and `headers` are plain ASCII without quotes; `body` is JSON."""

    url: str
    key_header: str
    """`x-api-key:`, or `Authorization: Bearer`: the key comes behind it."""
    key_file: str
    body: str
    headers: Sequence[str] = ()
    streams: bool = False


def curl_command(asked: Asked, shell: Shell) -> str:
    """Works as pasted. Raises TooLongForShell."""
    match shell:
        case Shell.POWERSHELL:
            return _for_powershell(asked)
        case Shell.CMD:
            return _for_cmd(asked)
    return _for_posix(asked)


def _for_posix(asked: Asked) -> str:
    """As an argument, or behind the command where it is longer than an argument may be."""
    lines = [
        f"curl {_options(asked)} {_quoted(asked.url)}",
        f'-H "{asked.key_header} $(cat {_quoted(asked.key_file)})"',
        *(f"-H {_quoted(header)}" for header in _headers(asked)),
    ]
    body = asked.body.replace("\t", " ")  # at a prompt it would complete a word
    if len(body.encode(errors="replace")) <= _MOST_IN_AN_ARGUMENT:
        return " \\\n  ".join([*lines, f"--data-raw {_quoted(body)}"])
    # No line of JSON is the mark. Shells put earlier commands in the place of ! even in quotes.
    body = _escaped(body, "!")
    command = " \\\n  ".join([*lines, f"--data-binary @- <<'{_MARK}'"])
    return f"{command}\n{body.strip()}\n{_MARK}\n"


def _for_powershell(asked: Asked) -> str:
    """Through a pipe: the older one takes quotes out of arguments, and passes on ASCII alone.
    `curl.exe`, for `curl` may be another command's alias."""
    quoted = _powershell_quoted
    key = f"(Get-Content -Raw -LiteralPath {quoted(asked.key_file)}).Trim()"
    told = [f"-H {quoted(header)}" for header in _headers(asked)]
    command = [
        f"curl.exe {_options(asked)} {quoted(asked.url)}",
        f"-H ({quoted(f'{asked.key_header} ')} + {key})",
        *told,
        "--data-binary '@-'",
    ]
    body = _escaped(asked.body.replace("\t", " ").strip(), r"\x80-\U0010ffff")
    return f"@'\n{body}\n'@ | {' '.join(command)}\n"


def _for_cmd(asked: Asked) -> str:
    """On one line, which is short here."""
    body = _ESCAPE.sub(lambda found: _FOR_CMD.get(found[1], found[0]), " ".join(_lines(asked.body)))
    body = "".join(_in_json(c) if _OF_CMD.match(c) else c for c in body).replace('"', '\\"')
    headers = "".join(f' -H "{header}"' for header in _headers(asked))
    key_file = asked.key_file.replace('"', "")
    command = (
        f'for /f "usebackq delims=" %k in ("{key_file}") do @curl {_options(asked)} '
        f'"{asked.url}" -H "{asked.key_header} %k"{headers} --data-raw "{body}"'
    )
    if len(command) > _MOST_IN_CMD:
        raise TooLongForShell(
            "It is too long for cmd, which takes short lines. Copy it for PowerShell."
        )
    return command


def _options(asked: Asked) -> str:
    return "-sSN" if asked.streams else "-sS"


def _headers(asked: Asked) -> list[str]:
    return ["content-type: application/json", *asked.headers]


def _lines(body: str) -> list[str]:
    return body.replace("\t", " ").split("\n")


def _escaped(body: str, signs: str) -> str:
    return re.sub(f"[{signs}]", lambda found: _in_json(found[0]), body)


def _in_json(letter: str) -> str:
    """The escape, or two of them."""
    raw = letter.encode("utf-16-be", "replace")
    return "".join(f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2))


def _quoted(text: str) -> str:
    """One word for a POSIX shell, whatever is in it."""
    return "'" + text.replace("'", "'\\''") + "'"


def _powershell_quoted(text: str) -> str:
    """Typographic quotes end a string there as well."""
    return "'" + _QUOTES_OF_POWERSHELL.sub(lambda found: found[0] * 2, text) + "'"
