"""A line of JSON-RPC to a message, or to the one error that it is answered with.

Nothing is imported here that reading one line does not need: the first is answered at once.
"""

import json

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


class Message:
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


def read(line: bytes | None, longest: int) -> Message | list[object]:
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


def message_of(told: object, raw: bytes) -> Message:
    """Raises Refused."""
    if not isinstance(told, dict) or told.get("jsonrpc") != "2.0":
        raise Refused('Not a message of JSON-RPC: an object with "jsonrpc": "2.0".')
    has_id, message_id = "id" in told, told.get("id")
    if has_id and not _is_id(message_id):
        raise Refused("An id is a string or a whole number.")
    method, params = told.get("method"), told.get("params", {})
    if method is None and has_id and ("result" in told or "error" in told):
        return Message(raw, "", message_id, {})
    if not isinstance(method, str) or not method:
        raise Refused("A message needs a method.", about=message_id)
    if not isinstance(params, dict):
        raise Refused("params must be an object.", INVALID_PARAMS, message_id)
    return Message(raw, method, message_id, params)


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
