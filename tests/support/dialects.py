"""The two dialects of the gateway's doors as a raw client speaks them: what to send, what an error
and a broken stream look like."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.support.raw_http import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectOfDoor:
    kind: str
    path: str
    protocol: str
    """As the recorder names it."""

    def body(self, model: str, *, stream: bool = False, **fields: Any) -> bytes:
        asked: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": "ping"}]}
        if self.kind == "anthropic":
            asked |= {"max_tokens": 100}
        if stream:
            asked |= {"stream": True}
        return json.dumps(asked | fields).encode()

    @property
    def untouched(self) -> dict[str, Any]:
        """Fields with which a stream comes back byte for byte: OpenAI's usage must be asked for,
        else the gateway asks in the caller's stead and takes the usage chunk out again."""
        return {} if self.kind == "anthropic" else {"stream_options": {"include_usage": True}}

    def error_type(self, body: bytes) -> str:
        """The error's type, once the envelope is exactly that of the dialect."""
        envelope = json.loads(body)
        error = envelope["error"]
        assert isinstance(error["message"], str)
        assert error["message"]
        if self.kind == "anthropic":
            assert envelope["type"] == "error"
            assert set(envelope) <= {"type", "error", "request_id"}
            assert set(error) == {"type", "message"}
        else:
            assert set(envelope) == {"error"}
            assert set(error) == {"message", "type", "param", "code"}
        return str(error["type"])

    def assert_stream_broken(self, reply: Reply) -> None:
        """The caller was told, and nothing says that the answer is whole."""
        events = reply.events()
        name, data = events[-1]
        if self.kind == "anthropic":
            assert name == "error"
            assert all(event != "message_stop" for event, _ in events)
        else:
            assert all(text != "[DONE]" for _, text in events)
        self.error_type(data.encode())

    def assert_stream_whole(self, reply: Reply) -> None:
        assert reply.status == 200
        assert reply.whole
        name, data = reply.events()[-1]
        assert (name if self.kind == "anthropic" else data) in ("message_stop", "[DONE]")


ANTHROPIC = DialectOfDoor(kind="anthropic", path="/v1/messages", protocol="anthropic")
OPENAI = DialectOfDoor(kind="openai", path="/v1/chat/completions", protocol="openai-chat")
DIALECTS = (ANTHROPIC, OPENAI)
