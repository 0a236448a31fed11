"""One request to a stand-in upstream being answered, in the dialect of the door it came to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from aiohttp import web

from tests.support import (
    anthropic_dialect,
    gemini_dialect,
    openai_dialect,
    responses_dialect,
    responses_stream,
    rules,
)
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
from tests.support.doors import door_at
from tests.support.lane import Lane
from tests.support.seen import Seen

Json = dict[str, Any]
_VENDORS: Any = {
    "anthropic": anthropic_dialect,
    "openai": openai_dialect,
    "google": gemini_dialect,
}
_WHOLE: Any = {
    "messages": anthropic_dialect.whole,
    "chat": openai_dialect.whole,
    "responses": responses_dialect.whole,
}
_STREAM: Any = {
    "messages": anthropic_dialect.stream,
    "chat": openai_dialect.stream,
    "responses": responses_stream.stream,
}
_COUNT: Any = {
    "anthropic": anthropic_dialect.token_count,
    "openai": responses_dialect.token_count,
    "google": gemini_dialect.token_count,
}
SSE = "text/event-stream"


class Turn:
    def __init__(self, request: web.BaseRequest, seen: Seen, lane: Lane, number: int) -> None:
        self._request = request
        self._seen = seen
        self._lane = lane
        self._number = number
        self._request_id = f"req_011stub{number:06d}"
        self._door = door_at(seen.method, seen.path, request.headers)
        self._vendor = _VENDORS[self._door.vendor]

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
        extra = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
        return await self._json(self._vendor.refusal(fault, self._request_id), fault.status, extra)

    async def _answer(self, answer: Answer) -> web.StreamResponse:
        if self._lane.key is not None and not self._door.has_key(
            self._lane.key, self._request.headers
        ):
            return await self._refuse(Refusal(status=401))
        method, path, does = self._seen.method, self._seen.path, self._door.does
        if does is None:
            return await self._refuse(Refusal(status=404, message=f"Not found: {method} {path}"))
        if does == "models":
            return await self._json(self._vendor.models(self._lane.models))
        try:
            body = json.loads(self._seen.body)
        except ValueError:
            return await self._refuse(Refusal(status=400, message="body is not JSON"))
        if self._door.vendor == "google":
            body = gemini_dialect.canonical(body)
        model = self._door.model or body.get("model")
        if self._lane.models and model not in self._lane.models:
            return await self._refuse(Refusal(status=404, message=f"model: {model}"))
        fault = rules.fault_in(self._door, body, self._request.headers, self._lane.manners)
        if fault is not None:
            self._seen.fault = fault
            return await self._refuse(Refusal(status=400, message=fault))
        return await self._say(body, answer)

    async def _say(self, body: Json, answer: Answer) -> web.StreamResponse:
        does = self._door.does
        if self._lane.spends is not None:
            answer = replace(answer, spent=next(self._lane.spends))
        self._seen.spent = answer.spent if answer.tells_usage else None
        if does == "embed":
            return await self._json(openai_dialect.embeddings(body), delivery=answer.delivery)
        if does == "count":
            return await self._json(_COUNT[self._door.vendor](self._seen.body))
        if does == "gemini":
            return await self._gemini(body, answer)
        answer = replace(answer, shows_reasoning=self._lane.manners == "compatible")
        if body.get("stream") is True:
            frames = _STREAM[does](body, answer, self._number)
            return await self._stream(frames, answer.delivery)
        return await self._json(_WHOLE[does](body, answer, self._number), delivery=answer.delivery)

    async def _gemini(self, body: Json, answer: Answer) -> web.StreamResponse:
        model = str(self._door.model)
        if not self._door.streams:
            whole = gemini_dialect.whole(body, answer, self._number, model)
            return await self._json(whole, delivery=answer.delivery)
        sse = self._request.query.get("alt") == "sse"
        frames = gemini_dialect.stream(body, answer, self._number, model, sse=sse)
        return await self._stream(frames, answer.delivery, SSE if sse else "application/json")

    async def _stream(
        self, frames: list[bytes], delivery: Delivery, kind: str = SSE
    ) -> web.StreamResponse:
        headers = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Cache-Control": "no-cache",
            **self._vendor.headers(self._request_id),
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
        own = self._vendor.headers(self._request_id)
        headers = {"Content-Type": "application/json", **own, **(extra or {})}
        courier = Courier(self._request, self._seen, delivery or Delivery())
        # In halves, so that a body without events can be cut or stalled in its middle too.
        half = len(body) // 2
        return await courier.send(status, headers, [body[:half], body[half:]], streaming=False)
