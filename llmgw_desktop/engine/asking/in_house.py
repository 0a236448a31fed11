"""A Caller inside the gateway: what it is told are frames of a chat completion, which it reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from multidict import CIMultiDict

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.engine.caller import HeaderLines
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.sse import SseSplitter, data_of

LONGEST_TEXT = 16 * 1024 * 1024
"""Characters; all of it is held until nobody wants it any more."""
_LONGEST_FRAME = 32 * 1024 * 1024


class InHouse:
    """One question; `says` gets each piece of the answer's text."""

    query = ""
    presented_keys: Sequence[str] = ()
    is_gone = False
    address = ""
    is_from_here = True
    connection: object | None = None

    def __init__(
        self, path: str, body: bytes, headers: Mapping[str, str], says: Callable[[str], None]
    ) -> None:
        self.path = path
        self.headers: Mapping[str, str] = CIMultiDict(headers)
        self.has_begun = False
        self.status: int | None = None
        self.error_words = ""
        """As a client would have been told."""
        self._body = body
        self._says = says
        self._splitter = SseSplitter(_LONGEST_FRAME)
        self._length = 0

    def header_lines(self, name: str) -> Sequence[str]:
        return [self.headers[name]] if name in self.headers else []

    async def read_body(self) -> bytes:
        return self._body

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        """A stream was asked for: what comes whole is an error."""
        self.status = status
        self.error_words = _error_words(_object(body)) or f"The answer has status {status}."

    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.has_begun, self.status = True, status

    async def write(self, chunk: bytes) -> None:
        """Raises UpstreamGarbage for more than anybody could want."""
        said = "".join([self._read(frame) for frame in self._splitter.feed(chunk)])
        self._tell(said)

    async def end(self) -> None:
        """Some servers leave out the last blank line."""
        self._tell(self._read(self._splitter.tail))

    def _tell(self, said: str) -> None:
        if not said:
            return
        self._length += len(said)
        if self._length > LONGEST_TEXT:
            raise UpstreamGarbage(f"The answer is longer than {LONGEST_TEXT:,} characters.")
        self._says(said)

    def _read(self, frame: bytes) -> str:
        chunk = _object(data_of(frame))
        self.error_words = _error_words(chunk) or self.error_words
        choices = chunk.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        delta = first.get("delta") if isinstance(first, dict) else None
        if not isinstance(delta, dict):
            return ""
        said = delta.get("content") or delta.get("refusal")
        return said if isinstance(said, str) else ""


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        told = parse_json(raw) if raw.lstrip()[:1] == b"{" else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _error_words(told: Mapping[str, Any]) -> str:
    error = told.get("error")
    words = error.get("message") if isinstance(error, dict) else error
    return words if isinstance(words, str) else ""
