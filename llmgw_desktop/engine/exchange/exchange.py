"""One request on its way through the gateway, with all that travels along; how its answer is read,
and what the gateway says of it itself.
"""

import asyncio
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.guard import names_of
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import RouteDecision
from llmgw_desktop.engine.exchange.caller import Caller
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.loop.large_bodies import BodyBuffer
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, whole_at_once
from llmgw_desktop.wire.errors import LOOP, NOT_AGAIN
from llmgw_desktop.wire.native.generate import with_gateway_facts


@dataclass(slots=True, eq=False)
class Exchange:
    """Made when a caller is let in; owned by its run in the pipeline."""

    dialect: Dialect
    principal: Principal
    flight: OpenFlight
    caller: Caller
    """Whom to answer from now on: others may stand before the one who asked."""
    request: ModelRequest = field(init=False)
    """Once its body was read. Guards and kept conversations put another in its place."""
    decision: RouteDecision = field(init=False)
    """Once it was routed."""
    wait_s: float = 0.0
    """So long it may be held until an account is free again, where it was asked and allowed."""


MAX_WHOLE_BYTES = 256 * 1024 * 1024
"""An answer that does not stream is held until it is whole; this is where that ends. A stream that
is translated ends here too."""

_JOINED_AT_ONCE = 4
"""Blocks of a quarter of a megabyte."""


async def collect(answer: UpstreamAnswer, flight: OpenFlight) -> bytes:
    """The whole body. Raises UpstreamError."""
    if (at_once := whole_at_once(answer)) is not None:
        flight.answered()
        return at_once
    first = await answer.read()
    if not first:
        return first
    flight.answered()
    if not (chunk := await answer.read()):
        return first
    parts = BodyBuffer()
    parts.add(first)
    while chunk:
        parts.add(chunk)
        if len(parts) > MAX_WHOLE_BYTES:
            raise UpstreamGarbage(f"'{flight.provider}' answered with too large a body.")
        chunk = await answer.read()
    return await _joined(parts)


async def _joined(parts: BodyBuffer) -> bytes:
    """Without a second copy of them, and not all of it at a stretch."""
    steps = parts.whole()
    while True:
        try:
            for _ in range(_JOINED_AT_ONCE):
                next(steps)
        except StopIteration as end:
            body: bytes = end.value
            return body
        await asyncio.sleep(0)


def not_again(answer: UpstreamAnswer) -> list[tuple[str, str]]:
    """Said of a circle, by whoever tells of it: vendors' SDKs would go round it once more."""
    is_said = answer.status != LOOP or NOT_AGAIN[0] in answer.headers
    return [] if is_said else [NOT_AGAIN]


def own_headers(flight: OpenFlight) -> list[tuple[str, str]]:
    """What every answer says of its way through the gateway."""
    candidate, model = flight.candidate, flight.model_served
    account = candidate.upstream.account if candidate is not None else ""
    named = _named if model is None or len(model) <= _LONGEST_KNOWN else _who_answers
    lines = [("x-llmgw-flight", flight.id), *named(flight.provider, account, model)]
    if flight.attempts > 1:
        lines.append(("x-llmgw-attempts", str(flight.attempts)))
    if flight.fell_back is not None:
        lines.append(("x-llmgw-fallback", "true" if flight.fell_back else "false"))
    if flight.cache_said:
        lines.append(("x-llmgw-cache", flight.cache_said))
    if flight.guard_hits and (told := names_of(flight.guard_hits)):
        lines.append(("x-llmgw-guards", told))
    if flight.cache_similarity is not None:
        lines.append(("x-llmgw-cache-similarity", f"{flight.cache_similarity:.3f}"))
    if flight.losses:
        lines.append(("x-llmgw-dropped", ", ".join(flight.losses)))
    return [*lines, ("x-llmgw-truncated", flight.truncated)] if flight.truncated else lines


def _who_answers(
    provider: str | None, account: str, model: str | None
) -> tuple[tuple[str, str], ...]:
    lines = []
    if provider is not None:
        lines.append(("x-llmgw-provider", provider))
        if account not in ("", provider):
            lines.append(("x-llmgw-account", account))
    if model is not None and _is_plain(model):
        lines.append(("x-llmgw-model", model))
    return tuple(lines)


_named = lru_cache(256)(_who_answers)
_LONGEST_KNOWN = 256
"""Names of others: no more of them are kept."""


def with_own_words(body: bytes, exchange: Exchange) -> bytes:
    """A whole good answer as its caller gets it: chat completions say who gave them, for programs
    that do not look at headers. Streams have nothing but the headers."""
    request, flight = exchange.request, exchange.flight
    is_chat = request.protocol is ModelProtocol.OPENAI_CHAT
    if not is_chat or request.operation is not Operation.GENERATE:
        return body
    asked, choice, usage = request.model, flight.choice, flight.usage
    first = choice.upstream.provider if choice is not None else ""
    start = _known_start if len(asked) <= _LONGEST_KNOWN else _start_of_own_words
    said = start(first, asked, (flight.provider, flight.model_served, flight.fell_back is True))
    spent = usage.input_tokens, usage.output_tokens
    if None in spent:
        return with_gateway_facts(body, said + b"null}")
    return with_gateway_facts(body, b"%b%d}" % (said, sum(filter(None, spent))))


def _start_of_own_words(
    first: str, asked: str, answered: tuple[str | None, str | None, bool]
) -> bytes:
    """All but the tokens, which come last."""
    is_named = first and asked.startswith((f"{first}/", f"{first}:"))
    provider, model, fell_back = answered
    facts = {
        "requestedProvider": first if is_named else None,
        "requestedModel": asked[len(first) + 1 :] if is_named else asked,
        "resolvedProvider": provider,
        "resolvedModel": model,
        "fallbackUsed": fell_back,
    }
    return orjson.dumps(facts)[:-1] + b',"tokensUsed":'


_known_start = lru_cache(256)(_start_of_own_words)


def _is_plain(text: str) -> bool:
    """A name from outside may stand in a header."""
    return len(text) <= 256 and text.isascii() and text.isprintable()
