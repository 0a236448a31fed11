"""The scratch pad: any model is asked through any door, and what went over the wire, what it cost
and its flight are there to be looked at.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING
from urllib.parse import quote

from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    cost_text,
    duration_text,
    hit_rate_text,
    in_out_text,
)
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.content import Role, Text, Turn
from llmgw_desktop.domain.model.prompt import Prompt, Sampling
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.pipeline.scratch_client import ScratchClient, ScratchRequest, ScratchTalk
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import LossReport

if TYPE_CHECKING:
    from llmgw_desktop.wire.models import ModelEntry

DOORS: Mapping[ModelProtocol, tuple[str, ProviderKind]] = {
    ModelProtocol.ANTHROPIC: ("Anthropic", ProviderKind.ANTHROPIC),
    ModelProtocol.OPENAI_CHAT: ("OpenAI chat", ProviderKind.OPENAI),
    ModelProtocol.OPENAI_RESPONSES: ("Responses", ProviderKind.OPENAI),
    ModelProtocol.GEMINI: ("Gemini", ProviderKind.GOOGLE),
}
"""Each with its word on the screen, and whose way of writing requests it is."""
_PATHS = {
    ModelProtocol.ANTHROPIC: "/v1/messages",
    ModelProtocol.OPENAI_CHAT: "/v1/chat/completions",
    ModelProtocol.OPENAI_RESPONSES: "/v1/responses",
}
_HEADERS = {"content-type": "application/json", "user-agent": "LLM Gateway scratch pad"}
USUAL_MAX_TOKENS = 1024
"""Anthropic's protocol demands a bound."""
MOST_TOKENS = 1_000_000
MOST_SHOWN = 128 * 1024
"""Characters of an answer that are looked at here ten times a second; its flight has all."""
_REST = "\n… (longer than is shown here; its flight has all of it)"


@value
class ScratchWish:
    """As it is filled in."""

    model: str
    prompt: str = field(repr=False)
    system: str = field(default="", repr=False)
    door: ModelProtocol = ModelProtocol.OPENAI_CHAT
    streams: bool = True
    max_tokens: str = ""
    temperature: str = ""


class ScratchPad:
    """Everything raises LlmgwError with a sentence for the person."""

    def __init__(
        self, client: ScratchClient, models: Callable[[], Awaitable[Sequence["ModelEntry"]]]
    ) -> None:
        self._client = client
        self._models = models

    async def models(self) -> tuple[str, ...]:
        """All that can be named, practice last. Providers may have to be asked."""
        found = await self._models()
        ids = [each.id for each in sorted(found, key=lambda entry: entry.is_practice)]
        return tuple(dict.fromkeys(ids))

    def begin(self, wish: ScratchWish) -> ScratchTalk:
        """What `ask` will send; nothing is sent yet. Raises InvalidRun with the field's name."""
        return ScratchTalk(request=request_of(wish))

    async def ask(self, talk: ScratchTalk) -> None:
        """Until it has ended, in the name of this computer's person. Who cancels it ends it."""
        await self._client.ask(talk, LOCAL)


def request_of(wish: ScratchWish) -> ScratchRequest:
    """As a program would write it. Raises InvalidRun, MalformedRequest."""
    model = wish.model.strip()
    if not model:
        raise InvalidRun("name a model, such as practice/echo", field="model")
    if not wish.prompt.strip():
        raise InvalidRun("there is nothing to ask yet", field="prompt")
    turns = [Turn(role=Role.USER, items=(Text(text=wish.prompt),))]
    if wish.system.strip():
        turns.insert(0, Turn(role=Role.SYSTEM, items=(Text(text=wish.system),)))
    bound = _max_tokens(wish.max_tokens)
    if bound is None and wish.door is ModelProtocol.ANTHROPIC:
        bound = USUAL_MAX_TOKENS
    prompt = Prompt(
        model=model,
        turns=tuple(turns),
        max_tokens=bound,
        sampling=Sampling(temperature=_temperature(wish.temperature)),
        streaming=wish.streams,
    )
    _, kind = DOORS[wish.door]
    target = PromptTarget(protocol=wish.door, kind=kind, model=model)
    try:
        written = codec_of(wish.door).write_prompt(prompt, target, LossReport())
    except TypeError as error:  # half a character is no JSON
        raise InvalidRun("it holds half a character; send whole ones", field="prompt") from error
    path, query = _address(wish, model)
    return ScratchRequest(
        protocol=wish.door,
        path=path,
        query=query,
        headers=_HEADERS,
        body=written.body,
        is_stream=wish.streams,
    )


def _address(wish: ScratchWish, model: str) -> tuple[str, str]:
    if wish.door is not ModelProtocol.GEMINI:
        return _PATHS[wish.door], ""
    action = "streamGenerateContent" if wish.streams else "generateContent"
    return f"/v1beta/models/{quote(model, safe='/:.-_')}:{action}", "alt=sse" * wish.streams


def _max_tokens(text: str) -> int | None:
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and 0 < int(plain) <= MOST_TOKENS):
        raise InvalidRun(f"a whole number from 1 to {MOST_TOKENS:,} is wanted", field="maxTokens")
    return int(plain)


def _temperature(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        wanted = float(text.strip().replace(",", "."))
    except ValueError:
        wanted = -1.0
    if not 0.0 <= wanted <= 2.0:
        raise InvalidRun("a number from 0 to 2 is wanted", field="temperature")
    return wanted


def standing_words(talk: ScratchTalk) -> str:
    """«anthropic/main · claude-sonnet · first token 0.8 s · 4.0 s · 48.2k → 310 · …»"""
    flight = talk.flight
    if flight is None:
        return "Asking …" if talk.status is None else "Answering …"
    if flight.state is FlightState.CANCELED:
        return "Stopped. What had come by then is recorded."
    if flight.state is not FlightState.OK:
        return f"Not answered ({flight.status or flight.error_kind or flight.state})."
    figures = (
        flight.account or flight.provider or "",
        flight.model_served or flight.model_asked,
        f"first token {duration_text(flight.ttft_ms)}" if flight.ttft_ms is not None else "",
        duration_text(flight.took_ms),
        f"{in_out_text(flight.usage)} tokens",
        _told("from cache", hit_rate_text(flight.usage)),
        cost_text(flight.usage, flight.cost_usd),
    )
    return " · ".join(inert_line(each, 80) for each in figures if each)


def _told(what: str, figure: str) -> str:
    return "" if figure == UNKNOWN else f"{figure} {what}"


def answer_words(talk: ScratchTalk) -> str:
    """As text, whatever it holds."""
    thinking = f"({inert(talk.thinking.strip()[:MOST_SHOWN])})\n\n" if talk.thinking.strip() else ""
    rest = _REST if len(talk.text) > MOST_SHOWN else ""
    return thinking + inert(talk.text[:MOST_SHOWN]) + rest


def request_words(request: ScratchRequest) -> str:
    """The wire on the way there."""
    address = f"{request.path}?{request.query}" if request.query else request.path
    head = [f"POST {address}", *(f"{name}: {told}" for name, told in request.headers.items())]
    return inert("\n".join(head) + "\n\n" + _pretty(request.body))


def response_words(talk: ScratchTalk) -> str:
    """The wire on the way back, as far as it has come."""
    if talk.status is None:
        return ""
    head = [f"HTTP {talk.status}", *(f"{name}: {told}" for name, told in talk.headers)]
    body = bytes(talk.raw[:MOST_SHOWN])
    shown = body.decode("utf-8", "replace") if talk.request.is_stream else _pretty(body)
    rest = _REST if len(talk.raw) > MOST_SHOWN else ""
    return inert("\n".join(head) + "\n\n" + shown + rest)


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")
