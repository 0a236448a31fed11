"""One request to a stand-in upstream being answered, in the dialect of the door it came to."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from tests.support import anthropic_dialect, openai_dialect
from tests.support.answers import (
    Answer,
    Delivery,
    Hangup,
    Raw,
    Refusal,
    Silence,
    SocketBytes,
)
from tests.support.delivery import Courier, Cut, cut, forever
from tests.support.lane import Lane
from tests.support.seen import Seen

Door = Callable[[dict[str, Any], Answer], Coroutine[Any, Any, web.StreamResponse]]


class Turn:
    def __init__(self, request: web.BaseRequest, seen: Seen, lane: Lane, number: int) -> None:
        self._request = request
        self._seen = seen
        self._lane = lane
        self._number = number
        self._request_id = f"req_011stub{number:06d}"
        shared_path = seen.path.startswith("/v1/models")
        self._anthropic = seen.path.startswith("/v1/messages") or (
            shared_path and "anthropic-version" in request.headers
        )

    async def play(self) -> web.StreamResponse:
        behaviour = self._lane.next_behaviour()
        match behaviour:
            case Silence():
                await forever()
            case Hangup():
                cut(self._request, reset=True)
                raise Cut
            case SocketBytes(data=data):
                await self._on_the_socket(data)
            case Raw():
                return await self._raw(behaviour)
            case Refusal():
                return await self._refuse(behaviour)
            case Answer():
                return await self._answer(behaviour)
        raise AssertionError(behaviour)

    async def _on_the_socket(self, data: bytes) -> None:
        transport = self._request.transport
        assert transport is not None
        transport.write(data)
        transport.close()
        raise Cut

    async def _raw(self, raw: Raw) -> web.StreamResponse:
        streaming = "event-stream" in raw.headers.get("Content-Type", "")
        courier = Courier(self._request, self._seen, raw.delivery)
        return await courier.send(raw.status, raw.headers, list(raw.frames), streaming=streaming)

    async def _refuse(self, fault: Refusal) -> web.StreamResponse:
        body = (
            anthropic_dialect.refusal(fault, self._request_id)
            if self._anthropic
            else openai_dialect.refusal(fault)
        )
        extra = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
        return await self._json(body, fault.status, extra)

    async def _answer(self, answer: Answer) -> web.StreamResponse:
        if not self._key_is_right():
            return await self._refuse(Refusal(status=401))
        method, path = self._seen.method, self._seen.path
        if method == "GET" and path == "/v1/models":
            dialect = anthropic_dialect if self._anthropic else openai_dialect
            return await self._json(dialect.models(self._lane.models))
        doors: dict[str, Door] = {
            "/v1/messages": self._messages,
            "/v1/messages/count_tokens": self._count_tokens,
            "/v1/chat/completions": self._chat,
            "/v1/embeddings": self._embeddings,
        }
        if method != "POST" or path not in doors:
            return await self._refuse(Refusal(status=404, message=f"Not found: {method} {path}"))
        try:
            body = json.loads(self._seen.body)
        except ValueError:
            return await self._refuse(Refusal(status=400, message="body is not JSON"))
        if self._lane.models and body.get("model") not in self._lane.models:
            return await self._refuse(Refusal(status=404, message=f"model: {body.get('model')}"))
        return await doors[path](body, answer)

    async def _messages(self, body: dict[str, Any], answer: Answer) -> web.StreamResponse:
        fault = anthropic_dialect.fault_in(body, self._request.headers)
        if fault is not None:
            return await self._refuse(Refusal(status=400, message=fault))
        if body.get("stream") is True:
            frames = anthropic_dialect.stream(body, answer, self._number)
            return await self._event_stream(frames, answer.delivery)
        whole = anthropic_dialect.whole(body, answer, self._number)
        return await self._json(whole, delivery=answer.delivery)

    async def _count_tokens(self, body: dict[str, Any], answer: Answer) -> web.StreamResponse:
        del body, answer
        return await self._json(anthropic_dialect.token_count(self._seen.body))

    async def _chat(self, body: dict[str, Any], answer: Answer) -> web.StreamResponse:
        fault = openai_dialect.fault_in(body)
        if fault is not None:
            return await self._refuse(Refusal(status=400, message=fault))
        if body.get("stream") is True:
            frames = openai_dialect.stream(body, answer, self._number)
            return await self._event_stream(frames, answer.delivery)
        whole = openai_dialect.whole(body, answer, self._number)
        return await self._json(whole, delivery=answer.delivery)

    async def _embeddings(self, body: dict[str, Any], answer: Answer) -> web.StreamResponse:
        return await self._json(openai_dialect.embeddings(body), delivery=answer.delivery)

    async def _event_stream(self, frames: list[bytes], delivery: Delivery) -> web.StreamResponse:
        headers = {
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-cache",
            **self._vendor_headers(),
        }
        courier = Courier(self._request, self._seen, delivery)
        return await courier.send(200, headers, frames, streaming=True)

    async def _json(
        self,
        body: bytes,
        status: int = 200,
        extra: dict[str, str] | None = None,
        delivery: Delivery | None = None,
    ) -> web.StreamResponse:
        headers = {"Content-Type": "application/json", **self._vendor_headers(), **(extra or {})}
        courier = Courier(self._request, self._seen, delivery or Delivery())
        # In halves, so that a body without events can be cut or stalled in its middle too.
        half = len(body) // 2
        return await courier.send(status, headers, [body[:half], body[half:]], streaming=False)

    def _vendor_headers(self) -> dict[str, str]:
        if self._anthropic:
            return anthropic_dialect.headers(self._request_id)
        return openai_dialect.headers(self._request_id)

    def _key_is_right(self) -> bool:
        if self._lane.key is None:
            return True
        name, wanted = (
            ("x-api-key", self._lane.key)
            if self._anthropic
            else ("authorization", f"Bearer {self._lane.key}")
        )
        return self._seen.header(name) == wanted
