"""What of a flight can be put on the clipboard: curl, request, answer text, id.

Never a secret: a curl command reads the key from its file when it runs, headers of records are
masked already and only harmless ones are taken, and of bodies that were recorded with secrets these
are taken out. Nothing
copied carries control characters that a terminal would obey.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from llmgw_desktop.app.conversation.flight_conversation import conversation_of
from llmgw_desktop.app.conversation.message_parts import answer_text
from llmgw_desktop.app.curl_commands import SHELLS, Asked, Shell, TooLongForShell, curl_command
from llmgw_desktop.app.recorded_body import as_text, indented_json, json_value
from llmgw_desktop.domain.acting import cleaned
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.domain.provider import ModelProtocol

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
    body = _request_body(record)
    if not base_urls:
        raise NothingToCopy("The gateway is not running, so there is no address to send to.")
    if not isinstance(json_value(body), dict):
        raise NothingToCopy("Only a request in JSON can be copied as curl.")
    asked = Asked(
        url=_url(record, base_urls),
        key_header=_KEY_HEADERS.get(record.summary.protocol, _BEARER),
        key_file=key_file,
        body=_escaped_json(cleaned(as_text(body))),
        headers=[f"{name}: {value}" for name, value in _plain_headers(record)],
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
    asked = Asked(
        url=f"{base_urls['OpenAI']}/chat/completions",
        key_header=_BEARER,
        key_file=key_file,
        body=_FIRST_BODY,
    )
    return curl_command(asked, shell)


def request_json_text(record: FlightRecord) -> str:
    return _escaped_json(indented_json(as_text(_request_body(record))))


def answer_copy_text(record: FlightRecord) -> str:
    """What the model said, put together, with line ends and tabs but no other controls."""
    if record.answer_body is None:
        raise NothingToCopy("The answer of this flight was not recorded.")
    messages = conversation_of(record, of_request=False)
    text = answer_text(messages) if messages else ""
    if not text:
        raise NothingToCopy("The answer of this flight has no text.")
    return _RISKY.sub("", text.replace("\r\n", "\n").encode("utf-8", "replace").decode())


def _request_body(record: FlightRecord) -> bytes:
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


def _plain_headers(record: FlightRecord) -> list[tuple[str, str]]:
    return [
        (name.lower(), value)
        for name, value in record.request_headers
        if name.lower() in _SENT_HEADERS and _PLAIN_VALUE.fullmatch(value)
    ]


def _escaped_json(text: str) -> str:
    """Inside JSON strings an escape means the same as the character; outside there are none."""
    return _RISKY.sub(lambda found: f"\\u{ord(found.group()):04x}", text.replace("\r\n", "\n"))
