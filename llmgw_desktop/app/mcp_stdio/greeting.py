"""What is answered without an engine: the greetings of both eras, and whether we are there."""

from llmgw_desktop.app.mcp_stdio.messages import (
    CAPABILITIES_KEY,
    INVALID_PARAMS,
    SERVER_KEY,
    UNSUPPORTED_VERSION,
    VERSION_KEY,
    Json,
    Message,
    answer,
    error,
)
from llmgw_desktop.domain.mcp_presentation import (
    CAPABILITIES,
    HANDSHAKE_VERSIONS,
    INSTRUCTIONS,
    NAME,
    STATELESS_VERSIONS,
    TITLE,
    VERSION,
)


class Greeting:
    """What the client has said of itself; it may say it again."""

    def __init__(self) -> None:
        self.params: Json | None = None
        """Of its `initialize`, to open sessions with; None before it, and in the other era."""
        self.version = ""
        """The protocol that was agreed on then."""

    def reply(self, message: Message) -> bytes | None:
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

    def _initialize(self, message: Message) -> bytes:
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


def _discover(message: Message) -> bytes:
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
