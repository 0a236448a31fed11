"""Servers that read less of a prompt than was sent, and do not say so: local ones with a short
context leave out its beginning.

What a server counts is compared with our own estimate, which is wrong by a third at most for text;
so half is far too few. Of images and the like nobody can tell what they count.
"""

from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.wire.json_edits import LargeObject
from llmgw_desktop.wire.tokens import BYTES_PER_TOKEN, estimate_tokens

PROMPT_CUT = "prompt_cut"
"""As a flight's losses name it, with what was counted."""
_INPUT = Figure.INPUT.value
"""A bit: an enum's own `&` makes a value of it, for each request."""
_LEAST_BYTES = 8 * 1024
_FAR_FEWER = 2
_LEAST_TOKENS = 1000
_MOST_KNOWN = 256
_MEDIA = (b"base64,", b'"image', b'"inlineData"', b'"inline_data"', b'"input_audio"', b'"document"')


def note_truncation(exchange: Exchange) -> None:
    """Whoever answered has told his count. Costs nothing where that is no local server."""
    flight = exchange.flight
    candidate, told = flight.candidate, flight.usage.input_tokens
    if candidate is None or not candidate.upstream.local or told is None:
        return
    if flight.usage.estimated & _INPUT:
        return
    request = exchange.request
    sent = _sent_tokens(request) if len(request.body) >= _LEAST_BYTES else 0
    if told * _FAR_FEWER < sent and sent - told >= _LEAST_TOKENS:
        flight.counted_fewer(told, sent)
    elif flight.truncated:
        flight.counted_all()


class Truncations:
    """What is known of each model's context from answers of its server: a stream tells its count
    behind the headers, so that its caller is told what the last one brought."""

    def __init__(self) -> None:
        self._most: dict[tuple[str, str], int] = {}

    def expect(self, exchange: Exchange) -> None:
        """Before the answer begins."""
        most = self._most.get(_place(exchange)) if self._most else None
        if most is not None:
            sent = _sent_tokens(exchange.request)
            if most * _FAR_FEWER < sent:
                exchange.flight.counted_fewer(most, sent)

    def learn(self, exchange: Exchange) -> None:
        """After it has ended."""
        flight, place = exchange.flight, _place(exchange)
        if exchange.request.streaming:  # a whole one was looked at before it went out
            note_truncation(exchange)
        told = flight.usage.input_tokens
        if told is None:
            return
        if flight.truncated:
            if len(self._most) >= _MOST_KNOWN:
                self._most.clear()
            self._most[place] = told
            flight.lost((*flight.losses, f"{PROMPT_CUT}:{flight.truncated}"))
        elif told > self._most.get(place, told):
            del self._most[place]  # it has a longer context by now


def _place(exchange: Exchange) -> tuple[str, str]:
    candidate = exchange.flight.candidate
    return ("", "") if candidate is None else (candidate.upstream.account, candidate.model)


def _sent_tokens(request: ModelRequest) -> int:
    """About so many; 0 where it cannot be told, or does not matter."""
    body, fields = request.body, request.fields
    if len(body) < _LEAST_BYTES or any([mark in body for mark in _MEDIA]):
        return 0
    if request.protocol is ModelProtocol.GEMINI or isinstance(fields, LargeObject):
        return len(body) // BYTES_PER_TOKEN
    return estimate_tokens(fields, request.protocol)
