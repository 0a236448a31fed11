"""A line of JSON-RPC to a message, or to the one error that it is answered with.

Nothing is imported here that reading one line does not need: the first is answered at once.
"""

import json
import os

from llmgw_desktop.domain.mcp_presentation import (
    CAPABILITIES,
    HANDSHAKE_VERSIONS,
    INSTRUCTIONS,
    NAME,
    STATELESS_VERSIONS,
    TITLE,
    VERSION,
)
from llmgw_desktop.platform.files import keep_bytes

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNSUPPORTED_VERSION = -32022
REQUEST_CANCELLED = -32800
GATEWAY_ERROR = -32000
"""The gateway cannot be reached, or did not answer as MCP."""

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
CLIENT_KEY = "io.modelcontextprotocol/clientInfo"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"

Json = dict[str, object]


class Refused(Exception):
    """What is no message; answered with `code` and its words."""

    def __init__(self, message: str, code: int = INVALID_REQUEST, about: "Id" = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.about = about


Id = str | int | None


class StdioMessage:
    """One message of the client, checked as far as JSON-RPC goes."""

    __slots__ = ("id", "method", "params", "raw")

    def __init__(self, raw: bytes, method: str, message_id: Id, params: Json) -> None:
        self.raw = raw
        """As it came: passed on byte for byte."""
        self.method = method
        """Empty for the answer to a question of the server."""
        self.id = message_id
        """None for a notification."""
        self.params = params

    @property
    def key(self) -> tuple[str, Id]:
        """Two ids are the same only if they are of one type."""
        return type(self.id).__name__, self.id

    @property
    def meta(self) -> Json:
        meta = self.params.get("_meta")
        return meta if isinstance(meta, dict) else {}

    @property
    def version(self) -> object:
        """What it says of itself in the era in which each request does; else None."""
        return self.meta.get(VERSION_KEY)


def read(line: bytes | None, longest: int) -> StdioMessage | list[object]:
    """A message, or a batch as it was decoded. Raises Refused."""
    if line is None:
        raise Refused(f"The message is longer than {longest} bytes, the most that is taken.")
    try:
        told = json.loads(line.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused("The line is not JSON: one message a line.", PARSE_ERROR) from None
    if isinstance(told, list):
        return told
    return message_of(told, line)


def message_of(told: object, raw: bytes) -> StdioMessage:
    """Raises Refused."""
    if not isinstance(told, dict) or told.get("jsonrpc") != "2.0":
        raise Refused('Not a message of JSON-RPC: an object with "jsonrpc": "2.0".')
    has_id, message_id = "id" in told, told.get("id")
    if has_id and not _is_id(message_id):
        raise Refused("An id is a string or a whole number.")
    method, params = told.get("method"), told.get("params", {})
    if method is None and has_id and ("result" in told or "error" in told):
        return StdioMessage(raw, "", message_id, {})
    if not isinstance(method, str) or not method:
        raise Refused("A message needs a method.", about=message_id)
    if not isinstance(params, dict):
        raise Refused("params must be an object.", INVALID_PARAMS, message_id)
    return StdioMessage(raw, method, message_id, params)


def answer(message_id: Id, result: Json) -> bytes:
    return encoded({"jsonrpc": "2.0", "id": message_id, "result": result})


def error(message_id: Id, code: int, message: str, data: object = None) -> bytes:
    told: Json = {"code": code, "message": message}
    if data is not None:
        told["data"] = data
    return encoded({"jsonrpc": "2.0", "id": message_id, "error": told})


def refusal(refused: Refused) -> bytes:
    return error(refused.about, refused.code, refused.message)


def encoded(told: object) -> bytes:
    """On one line, and in ASCII: half of a character that a client sent would not be UTF-8."""
    return json.dumps(told, separators=(",", ":")).encode()


def _is_id(told: object) -> bool:
    return isinstance(told, str | int) and not isinstance(told, bool)


def _no_number(name: str) -> None:
    raise ValueError(name)


class Greeting:
    """What the client has said of itself; it may say it again."""

    def __init__(self) -> None:
        self.params: Json | None = None
        """Of its `initialize`, to open sessions with; None before it, and in the other era."""
        self.version = ""
        """The protocol that was agreed on then."""

    def reply(self, message: StdioMessage) -> bytes | None:
        """None if it takes an engine to answer."""
        if message.id is None:
            return None
        if message.method == "initialize":
            return self._initialize(message)
        if message.method == "ping" and message.version is None:
            return answer(message.id, {})
        if message.method == "server/discover":
            return _discover(message)
        return None

    def _initialize(self, message: StdioMessage) -> bytes:
        asked, client = message.params.get("protocolVersion"), message.params.get("clientInfo")
        if not isinstance(asked, str) or not isinstance(client, dict):
            wrong = "initialize needs protocolVersion, capabilities and clientInfo."
            return error(message.id, INVALID_PARAMS, wrong)
        self.version = asked if asked in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1]
        self.params = {**message.params, "protocolVersion": self.version}
        result: Json = {
            "capabilities": CAPABILITIES,
            "instructions": INSTRUCTIONS,
            "protocolVersion": self.version,
            "serverInfo": _server(),
        }
        return answer(message.id, result)


def _discover(message: StdioMessage) -> bytes:
    missing = [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in message.meta]
    if missing or not isinstance(message.version, str):
        wrong = f"params._meta needs {' and '.join(missing or [VERSION_KEY])}."
        return error(message.id, INVALID_PARAMS, wrong)
    if message.version not in STATELESS_VERSIONS:
        data = {"supported": list(STATELESS_VERSIONS), "requested": message.version}
        return error(message.id, UNSUPPORTED_VERSION, "Unsupported protocol version", data)
    result: Json = {
        "cacheScope": "private",
        "capabilities": CAPABILITIES,
        "instructions": INSTRUCTIONS,
        "resultType": "complete",
        "supportedVersions": list(STATELESS_VERSIONS),
        "ttlMs": 0,
        "_meta": {SERVER_KEY: _server()},
    }
    return answer(message.id, result)


def _server() -> dict[str, object]:
    return {"name": NAME, "title": TITLE, "version": VERSION}


class InputLines:
    """Feed it what was read; it gives whole lines, and None for each that was too long."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._size = 0
        self._skips = False
        """The line that is being read is too long: nothing of it is kept."""

    def feed(self, data: bytes) -> list[bytes | None]:
        *ends, rest = data.split(b"\n")
        found = [line for end in ends if (line := self._end(end)) != b""]
        self._keep(rest)
        return found

    def _end(self, last: bytes) -> bytes | None:
        self._keep(last)
        line = None if self._skips else b"".join(self._parts).strip()
        self._parts, self._size, self._skips = [], 0, False
        return line

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._longest:
            self._parts, self._skips = [], True
        elif part:
            self._parts.append(part)


_PIECE = 1 << 16


class Pipes:
    """`read` in one thread, `write` in one thread. A client that has gone ends the program."""

    def __init__(self, longest: int) -> None:
        self._lines = InputLines(longest)
        self._input = 0
        self._output = os.dup(1)
        try:
            os.dup2(2, 1)  # what a library prints goes where people read
        except OSError:  # nobody reads
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        for handle in (self._input, self._output):
            keep_bytes(handle)

    def read(self) -> list[bytes | None] | None:
        """Lines, of which one that was too long is None; None at the end. Waits."""
        try:
            data = os.read(self._input, _PIECE)
        except OSError:
            return None
        return self._lines.feed(data) if data else None

    def write(self, line: bytes) -> None:
        """Raises OSError if the client has gone. Waits until it has room."""
        rest = memoryview(line + b"\n")
        while rest:
            rest = rest[os.write(self._output, rest) :]
