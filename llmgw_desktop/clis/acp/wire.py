"""JSON-RPC out of an agent's stdout: what it asks, what it tells, what it answers."""

import json
from collections.abc import Iterator
from enum import Enum

import orjson

from llmgw_desktop.clis.acp.messages import RpcId
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.lines import LONGEST_LINE, Lines
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.values import value

_MARK = b'"jsonrpc"'


@value
class Request:
    """The agent waits for an answer."""

    rpc_id: RpcId
    method: str
    params: Message
    raw: str


@value
class Notice:
    method: str
    params: Message


@value
class Reply:
    """To a request of ours. `error` is None where it went well."""

    rpc_id: RpcId
    result: Message
    error: Message | None = None


class Lost(Enum):
    """Something of the protocol that could not be read: it may have been a question."""

    LINE = "line"


Heard = Request | Notice | Reply | Lost


class Wire:
    """Whole messages out of bytes in any pieces."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._lines = Lines(longest)
        self._lost = 0
        self.noise = 0
        """Lines that are none of the protocol's."""

    def feed(self, chunk: bytes) -> Iterator[Heard]:
        for line in self._lines.feed(chunk):
            yield from self._read(line)
        if self._lines.lost > self._lost:
            self._lost = self._lines.lost
            yield Lost.LINE

    def rest(self) -> Iterator[Heard]:
        yield from self._read(self._lines.rest())

    def _read(self, line: bytes) -> Iterator[Heard]:
        if not line.strip():
            return
        message = _object_in(line)
        if message is None:
            if _MARK in line:
                yield Lost.LINE
            else:
                self.noise += 1
            return
        heard = _heard(message, line)
        if heard is None:
            self.noise += 1
        else:
            yield heard


def _heard(message: Message, line: bytes) -> Heard | None:
    rpc_id, method = message.get("id"), message.get("method")
    has_id = isinstance(rpc_id, int | str) and not isinstance(rpc_id, bool)
    params = object_of(message.get("params"))
    if isinstance(method, str):
        if has_id:
            raw = line.decode(errors="replace")
            return Request(rpc_id=rpc_id, method=method, params=params, raw=raw)  # type: ignore[arg-type]
        # A request whose answer could not be told apart from others.
        return Lost.LINE if "id" in message else Notice(method=method, params=params)
    if not has_id or ("result" not in message and "error" not in message):
        return None
    error = object_of(message["error"]) if "error" in message else None
    return Reply(rpc_id=rpc_id, result=object_of(message.get("result")), error=error)  # type: ignore[arg-type]


def _object_in(line: bytes) -> Message | None:
    """Half characters, which some agents write, do not hide what else it says."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        message = _mended(line)
    return message if isinstance(message, dict) else None


def _mended(line: bytes) -> object:
    try:
        read = json.loads(line.decode(errors="replace"))
        return orjson.loads(json.dumps(read, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def words_of(error: Message) -> str:
    """What an error says, with what it tells apart."""
    data = error.get("data")
    inner = object_of(data)
    more = text_of(data) or text_of(inner.get("details")) or text_of(inner.get("message"))
    words = text_of(error.get("message")) or "It failed and did not say why."
    return words if not more or more in words else f"{words}: {more}"
