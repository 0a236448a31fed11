"""One request as a curl command for the shells that people paste into.

The key never stands in it: the shell reads it from its file when the command runs. What shells and
consoles would take for their own is written as JSON's escapes, which mean the same in a string and
cannot stand anywhere else.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode

from llmgw_desktop.app.flights.conversation.message_parts import answer_text
from llmgw_desktop.app.flights.conversation.transcript import conversation_of
from llmgw_desktop.app.flights.recorded_body import as_text, indented_json, json_value
from llmgw_desktop.domain.audit import cleaned
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value

_MOST_IN_AN_ARGUMENT = 64 * 1024
"""Bytes. Linux takes 128 KiB as one."""
_MOST_IN_CMD = 8_000
"""Of its 8,191 characters for a line; the key is put in when it runs."""
_MARK = "LLMGW_BODY"
KEY_VARIABLE = "LLMGW_KEY"
"""Of a command that goes to somebody, who has a key of his own."""
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


@value
class CurlRequest:
    """`url` and `headers` are plain ASCII without quotes; `body` is JSON."""

    url: str
    key_header: str
    """`x-api-key:`, or `Authorization: Bearer`: the key comes behind it."""
    key_file: str
    """Empty: the variable KEY_VARIABLE holds the key."""
    body: str
    headers: Sequence[str] = ()
    streams: bool = False


def curl_command(asked: CurlRequest, shell: Shell) -> str:
    """Works as pasted. Raises TooLongForShell."""
    match shell:
        case Shell.POWERSHELL:
            return _for_powershell(asked)
        case Shell.CMD:
            return _for_cmd(asked)
    return _for_posix(asked)


def _for_posix(asked: CurlRequest) -> str:
    """As an argument, or behind the command where it is longer than an argument may be."""
    lines = [
        f"curl {_options(asked)} {_quoted(asked.url)}",
        f'-H "{asked.key_header} {_posix_key(asked.key_file)}"',
        *(f"-H {_quoted(header)}" for header in _headers(asked)),
    ]
    body = asked.body.replace("\t", " ")  # at a prompt it would complete a word
    if len(body.encode(errors="replace")) <= _MOST_IN_AN_ARGUMENT:
        return " \\\n  ".join([*lines, f"--data-raw {_quoted(body)}"])
    # No line of JSON is the mark. Shells put earlier commands in the place of ! even in quotes.
    body = _escaped(body, "!")
    command = " \\\n  ".join([*lines, f"--data-binary @- <<'{_MARK}'"])
    return f"{command}\n{body.strip()}\n{_MARK}\n"


def _posix_key(key_file: str) -> str:
    return f"$(cat {_quoted(key_file)})" if key_file else f"${KEY_VARIABLE}"


def _for_powershell(asked: CurlRequest) -> str:
    """Through a pipe: the older one takes quotes out of arguments, and passes on ASCII alone.
    `curl.exe`, for `curl` may be another command's alias."""
    quoted = _powershell_quoted
    key = f"$env:{KEY_VARIABLE}"
    if asked.key_file:
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


def _for_cmd(asked: CurlRequest) -> str:
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


def _options(asked: CurlRequest) -> str:
    return "-sSN" if asked.streams else "-sS"


def _headers(asked: CurlRequest) -> list[str]:
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


_SENT_HEADERS = (
    "anthropic-version",
    "anthropic-beta",
    "openai-beta",
    "x-llmgw-strict",
    "x-llmgw-no-fallback",
)
_KEY_HEADERS = {ModelProtocol.ANTHROPIC: "x-api-key:", ModelProtocol.GEMINI: "x-goog-api-key:"}
_BEARER = "Authorization: Bearer"
_FIRST_BODY = '{"model":"practice/echo","messages":[{"role":"user","content":"Hello"}]}'
_STREAMS_IN_GEMINI = ":streamGenerateContent"
_PLAIN_VALUE = re.compile(r"[\w.,;:/=+ -]{1,400}", re.ASCII)
_KEY_FIELDS = ("key", "api_key", "apikey", "access_token", "token")
_RISKY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


class NothingToCopy(Exception):
    """The reason, as a sentence for the person who tried."""


def curl_text(
    record: FlightRecord,
    base_urls: Mapping[str, str],
    key_file: str,
    shell: Shell = SHELLS[0],
) -> str:
    """The request as a command against this gateway, streaming as it was; works as pasted. Raises
    NothingToCopy."""
    body = request_body(record)
    if not base_urls:
        raise NothingToCopy("The gateway is not running, so there is no address to send to.")
    if not isinstance(json_value(body), dict):
        raise NothingToCopy("Only a request in JSON can be copied as curl.")
    asked = CurlRequest(
        url=_url(record, base_urls),
        key_header=_KEY_HEADERS.get(record.summary.protocol, _BEARER),
        key_file=key_file,
        body=_escaped_json(cleaned(as_text(body))),
        headers=[f"{name}: {value}" for name, value in plain_headers(record)],
        streams=record.summary.streaming,
    )
    try:
        return curl_command(asked, shell)
    except TooLongForShell as error:
        raise NothingToCopy(str(error)) from error


def first_curl_text(base_urls: Mapping[str, str], key_file: str, shell: Shell = SHELLS[0]) -> str:
    """For somebody who has no flight yet: works as pasted, with the practice provider. Empty
    while the gateway has no address."""
    if not base_urls:
        return ""
    asked = CurlRequest(
        url=f"{base_urls['OpenAI']}/chat/completions",
        key_header=_BEARER,
        key_file=key_file,
        body=_FIRST_BODY,
    )
    return curl_command(asked, shell)


def request_json_text(record: FlightRecord) -> str:
    return _escaped_json(indented_json(as_text(request_body(record))))


def answer_copy_text(record: FlightRecord) -> str:
    """What the model said, put together, with line ends and tabs but no other controls."""
    if record.answer_body is None:
        raise NothingToCopy("The answer of this flight was not recorded.")
    messages = conversation_of(record, of_request=False)
    text = answer_text(messages) if messages else ""
    if not text:
        raise NothingToCopy("The answer of this flight has no text.")
    return _RISKY.sub("", text.replace("\r\n", "\n").encode("utf-8", "replace").decode())


def request_body(record: FlightRecord) -> bytes:
    if record.unreadable:
        raise NothingToCopy(f"The request is encrypted. {record.unreadable}")
    if record.request_body is None:
        raise NothingToCopy("The request of this flight was not recorded.")
    if not record.request_body_whole:
        raise NothingToCopy("Only the beginning of this request was recorded.")
    return record.request_body


def _url(record: FlightRecord, base_urls: Mapping[str, str]) -> str:
    path, _, query = record.path.partition("?")
    fields = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name.lower() not in _KEY_FIELDS
    ]
    if _came_as_events(record, path) and "alt" not in dict(fields):
        fields.append(("alt", "sse"))
    root = base_urls["Anthropic"]
    tail = f"?{urlencode(fields)}" if fields else ""
    return f"{root}{quote(path, safe='/:%')}{tail}"


def _came_as_events(record: FlightRecord, path: str) -> bool:
    """A Gemini stream's form is chosen in the query, which is not recorded: the answer tells it.
    Without an answer it is the form that Google's own clients ask for."""
    if record.summary.protocol is not ModelProtocol.GEMINI:
        return False
    is_array = (record.answer_body or b"").lstrip().startswith(b"[")
    return path.endswith(_STREAMS_IN_GEMINI) and not is_array


def plain_headers(record: FlightRecord) -> list[tuple[str, str]]:
    return [
        (name.lower(), value)
        for name, value in record.request_headers
        if name.lower() in _SENT_HEADERS and _PLAIN_VALUE.fullmatch(value)
    ]


def _escaped_json(text: str) -> str:
    """Inside JSON strings an escape means the same as the character; outside there are none."""
    return _RISKY.sub(lambda found: f"\\u{ord(found.group()):04x}", text.replace("\r\n", "\n"))
