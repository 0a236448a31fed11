"""The practice vendors: one small server on loopback that speaks Anthropic Messages and Chat
Completions, thinks and streams as long as real ones do, and answers as the play wants it.
"""

import asyncio
import itertools
import random
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from typing import Any

import orjson
from aiohttp import web

from llmgw_desktop.domain.values import value

WORDS = (
    "It reads the session cookie, looks the token up, and compares its scope with the one that the "
    "route asks for. Two things are missing: the expiry is never checked, and a token without any "
    "scope passes. A test for each comes first."
)
OVERLOADED = 529
_PIECE_WORDS = 3
_MOST_BYTES = 4 * 1024 * 1024


@value
class PlayedUsage:
    """Token figures as a vendor reports them."""

    fresh: int
    """Of the prompt, neither read from the cache nor written to it."""
    cache_read: int = 0
    cache_write: int = 0
    answer: int = 60


@value
class PlayedLine:
    """What is answered to a prompt."""

    text: str = WORDS
    spent: PlayedUsage | None = None
    """None: as the dice fall."""
    begin_s: float = 0.7
    piece_s: float = 0.05
    refused: frozenset[str] = field(default_factory=frozenset)
    """Keys for which the vendor is overloaded just now."""


class PracticeVendors:
    """On the loop. `lines` are by model and words that stand in the request."""

    def __init__(self, pace: float = 1.0) -> None:
        """`pace`: 1 as real ones, 0 at once."""
        self.lines: dict[tuple[str, str], PlayedLine] = {}
        self._pace = pace
        self._dice = random.Random(7)  # noqa: S311 - figures of a play
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None

    async def start(self, listening: socket.socket) -> None:
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/messages/count_tokens", self._count)
        app.router.add_post("/v1/chat/completions", self._chat)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fields = orjson.loads(body)
        line = self._line(str(fields.get("model")), body)
        await self._think(line)
        if request.headers.get("x-api-key", "") in line.refused:
            told = {"type": "overloaded_error", "message": "Overloaded"}
            return web.json_response({"type": "error", "error": told}, status=OVERLOADED)
        frames = _anthropic(fields, line, self._spent(line), next(self._numbers))
        if not fields.get("stream"):
            return web.json_response(frames.whole)
        return await self._streamed(request, line, frames.events)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fields = orjson.loads(body)
        line = self._line(str(fields.get("model")), body)
        await self._think(line)
        frames = _chat(fields, line, self._spent(line), next(self._numbers))
        if not fields.get("stream"):
            return web.json_response(frames.whole)
        return await self._streamed(request, line, frames.events)

    @staticmethod
    async def _count(request: web.Request) -> web.Response:
        return web.json_response({"input_tokens": len(await request.read()) // 4})

    def _line(self, model: str, body: bytes) -> PlayedLine:
        for (of, words), line in self.lines.items():
            if of == model and words.encode() in body:
                return line
        return PlayedLine(begin_s=self._dice.uniform(0.3, 1.2))

    def _spent(self, line: PlayedLine) -> PlayedUsage:
        if line.spent is not None:
            return line.spent
        prompt = int(self._dice.gauss(21_000, 4_000))
        read = int(prompt * self._dice.choice((0.95, 0.93, 0.9, 0.84)))
        written = (prompt - read) // 2
        return PlayedUsage(fresh=prompt - read - written, cache_read=read, cache_write=written)

    async def _think(self, line: PlayedLine) -> None:
        await asyncio.sleep(line.begin_s * self._pace)

    async def _streamed(
        self, request: web.Request, line: PlayedLine, events: tuple[bytes, ...]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        with suppress(ConnectionResetError):  # the gateway has ended meanwhile, or its caller left
            await response.prepare(request)
            for event in events:
                await response.write(event)
                await asyncio.sleep(line.piece_s * self._pace)
            await response.write_eof()
        return response


@value
class _Frames:
    """One answer both ways."""

    whole: Mapping[str, Any]
    events: tuple[bytes, ...]


def _pieces(text: str) -> Iterator[str]:
    words = text.split(" ")
    for at in range(0, len(words), _PIECE_WORDS):
        piece = " ".join(words[at : at + _PIECE_WORDS])
        yield piece if at + _PIECE_WORDS >= len(words) else f"{piece} "


def _anthropic(
    fields: Mapping[str, Any], line: PlayedLine, spent: PlayedUsage, number: int
) -> _Frames:
    usage = {
        "input_tokens": spent.fresh,
        "cache_read_input_tokens": spent.cache_read,
        "cache_creation_input_tokens": spent.cache_write,
        "output_tokens": spent.answer,
    }
    message = {
        "id": f"msg_demo{number}",
        "type": "message",
        "role": "assistant",
        "model": fields.get("model"),
        "content": [{"type": "text", "text": line.text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }
    begun = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    for piece in _pieces(line.text):
        delta = {"type": "text_delta", "text": piece}
        told.append({"type": "content_block_delta", "index": 0, "delta": delta})
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    told += (
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": usage},
        {"type": "message_stop"},
    )
    events = tuple(b"event: %b\ndata: %b\n\n" % (_type(each), orjson.dumps(each)) for each in told)
    return _Frames(whole=message, events=events)


def _type(event: Mapping[str, Any]) -> bytes:
    return str(event["type"]).encode()


def _chat(fields: Mapping[str, Any], line: PlayedLine, spent: PlayedUsage, number: int) -> _Frames:
    prompt = spent.fresh + spent.cache_read + spent.cache_write
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": spent.answer,
        "total_tokens": prompt + spent.answer,
        "prompt_tokens_details": {"cached_tokens": spent.cache_read},
    }
    common = {"id": f"chatcmpl-demo{number}", "created": 1_780_000_000, "model": fields["model"]}
    said = {"role": "assistant", "content": line.text}
    whole = {
        **common,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": said, "finish_reason": "stop"}],
        "usage": usage,
    }
    chunk = {**common, "object": "chat.completion.chunk"}
    told: list[dict[str, Any]] = [_choice(chunk, {"role": "assistant", "content": ""})]
    told += (_choice(chunk, {"content": piece}) for piece in _pieces(line.text))
    told.append(_choice(chunk, {}, "stop"))
    if (fields.get("stream_options") or {}).get("include_usage"):
        told.append({**chunk, "choices": [], "usage": usage})
    events = (*(b"data: %b\n\n" % orjson.dumps(each) for each in told), b"data: [DONE]\n\n")
    return _Frames(whole=whole, events=events)


def _choice(
    chunk: Mapping[str, Any], delta: Mapping[str, Any], reason: str | None = None
) -> dict[str, Any]:
    return {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
