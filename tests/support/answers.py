"""What a stand-in upstream can be told to do with one request: answer, refuse, or misbehave.

Values only. The vendors' wire forms are made in the dialects, the sending is done in delivery.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Ending = Literal["end", "length", "refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Token figures to report. All differ, so that a mix-up between two of them shows."""

    input_tokens: int = 17
    cache_read: int = 2000
    cache_write_5m: int = 100
    cache_write_1h: int = 200
    output_tokens: int = 9
    reasoning_tokens: int = 4
    first_output_tokens: int = 1
    """What Anthropic's message_start says before the end is known; message_delta overrides it."""

    @property
    def cache_write(self) -> int:
        return self.cache_write_5m + self.cache_write_1h

    @property
    def prompt_tokens(self) -> int:
        """OpenAI's way of counting: the prompt includes what came from the cache."""
        return self.input_tokens + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the frames (SSE events, or parts of one JSON body) go out on the socket."""

    begin_s: float = 0.0
    """Think so long before anything is sent, even the headers."""
    pace_s: float = 0.0
    drip: bool = False
    """One byte at a time."""
    gzip: bool = False
    cut_after: int | None = None
    """Break the connection off after so many frames."""
    cut_by: Literal["fin", "reset"] = "reset"
    stall_after: int | None = None
    """Fall silent after so many frames; 0 means after the headers."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Besides its own."""
    linger: bool = False
    """Do not end the body after the last frame: stay open and silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A proper answer. It thinks when the request asks for it and calls an offered tool first."""

    text: str = "pong from the upstream"
    thinking: str = "The user says ping, so pong."
    call_tools: bool = True
    steps: deque[tuple[str, Mapping[str, object]]] = field(default_factory=deque)
    """Tools to call one after the other, each by the next request that is offered it."""
    calls: int = 1
    """How many at once: of all offered tools in turn, with numbers that differ."""
    calls_again: bool = False
    """Also where it was just told what a tool gave back."""
    call_named: str = ""
    """The tool to call, where it is offered; else one is chosen."""
    words_before_calls: str = ""
    tool_input: Mapping[str, object] | None = None
    ending: Ending = "end"
    """A model that refuses, or runs out of tokens, calls no tools."""
    shows_reasoning: bool = False
    """In Chat Completions: thinking as reasoning_content, as compatible servers have it."""
    call_ids: bool = True
    """Gemini gives its calls ids, or does not."""
    pieces: int = 3
    spent: Spent = field(default_factory=Spent)
    tells_usage: bool = True
    """Chat Completions and Gemini alone: many a server of theirs tells none."""
    pings: bool = True
    error_after: int | None = None
    """A vendor error event in the stream after so many frames, and then the end."""
    diagnosis: Mapping[str, object] | None = None
    """Anthropic's `cache_miss_reason`, for who asks for it."""
    delivery: Delivery = field(default_factory=Delivery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error as the vendor words it, in its own envelope."""

    status: int
    retry_after: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Exactly this status, these headers and these frames."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    frames: tuple[bytes, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketBytes:
    """These bytes on the socket in place of an HTTP answer, then the end."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """The connection is dropped before a byte of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The request is read and never answered."""


Behaviour = Answer | Refusal | Raw | SocketBytes | Hangup | Silence

CAPTIVE_PORTAL = (
    b"<!DOCTYPE html>\n<html><head><title>Welcome to Hotel WiFi</title></head>"
    b"<body><h1>Please sign in</h1></body></html>\n"
)


def html_page() -> Raw:
    return Raw(headers={"Content-Type": "text/html; charset=utf-8"}, frames=(CAPTIVE_PORTAL,))


def json_with_200(body: bytes) -> Raw:
    return Raw(headers={"Content-Type": "application/json"}, frames=(body,))


def stream_of(*frames: bytes, delivery: Delivery | None = None) -> Raw:
    """An event stream with these frames, whatever they contain."""
    return Raw(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"},
        frames=frames,
        delivery=delivery or Delivery(),
    )
