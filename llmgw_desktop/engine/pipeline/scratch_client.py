"""A question of the person's own, asked through any door: what is sent stands there as it goes, and
what comes back is heard as it comes, both as bytes and as words.

It goes down the pipeline as every request does: gate, policy, guards, routing, failover, a flight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from multidict import CIMultiDict

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.model.answer import (
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
)
from llmgw_desktop.domain.model.content import Item, Refusal, Text, Thinking, ToolCall
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.translate.codec import EventReader
from llmgw_desktop.wire.translate.tools import ToolNames

MOST_HEARD = 4 * 1024 * 1024
"""Bytes of an answer that are kept to be looked at; its flight has them all."""


@value
class ScratchRequest:
    """As a program would send it."""

    protocol: ModelProtocol
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    is_stream: bool


@dataclass(slots=True, eq=False)
class ScratchTalk:
    """What has been heard so far; whoever shows it looks again while it is not `done`."""

    request: ScratchRequest
    text: str = ""
    thinking: str = ""
    status: int | None = None
    headers: HeaderLines = ()
    raw: bytearray = field(default_factory=bytearray)
    is_whole: bool = True
    """Not more came than is kept."""
    error: str = ""
    """As a program would have been told."""
    flight: FlightSummary | None = None
    """Once it has ended."""
    is_done: bool = False

    def takes(self, event: AnswerEvent, kinds: dict[int, Item]) -> None:
        if isinstance(event, ItemBegun):
            kinds[event.index] = event.item
            if isinstance(event.item, ToolCall):
                self.text += f"\n[{event.item.name}] "
            self._grows(event.item, getattr(event.item, "text", ""))
        elif isinstance(event, ItemGrew):
            self._grows(kinds.get(event.index), event.more)
        elif isinstance(event, ItemEnded):
            kinds.pop(event.index, None)
        elif isinstance(event, AnswerFailed):
            self.error = event.message

    def _grows(self, item: Item | None, more: str) -> None:
        if isinstance(item, Text | Refusal | ToolCall):
            self.text += more
        elif isinstance(item, Thinking):
            self.thinking += more


class ScratchCaller:
    """One question of the scratch pad."""

    presented_keys: Sequence[str] = ()
    is_gone = False
    address = ""
    is_from_here = True
    connection: object | None = None

    def __init__(self, asked: ScratchRequest, talk: ScratchTalk) -> None:
        self.path, self.query = asked.path, asked.query
        self.headers: Mapping[str, str] = CIMultiDict(asked.headers)
        self.has_begun = False
        self._asked, self._talk = asked, talk
        self._reader: EventReader | None = None
        self._kinds: dict[int, Item] = {}

    def header_lines(self, name: str) -> Sequence[str]:
        return [self.headers[name]] if name in self.headers else []

    async def read_body(self) -> bytes:
        return self._asked.body

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await self.begin(status, headers)
        self._keep(body)
        if status >= 400:
            self._talk.error = _error_words(body) or f"The answer has status {status}."
        else:
            self._read_whole(body)

    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.has_begun = True
        self._talk.status, self._talk.headers = status, tuple(headers)
        if self._asked.is_stream and status < 400:
            self._reader = codec_of(self._asked.protocol).event_reader(ToolNames())

    async def write(self, chunk: bytes) -> None:
        self._keep(chunk)
        if self._reader is not None:
            self._hear(self._reader, bytes(chunk))

    async def end(self) -> None:
        if self._reader is not None:
            self._hear(self._reader, None)
        elif self._talk.status is not None and self._talk.status >= 400:
            self._talk.error = _error_words(bytes(self._talk.raw)) or self._talk.error
        elif not self._talk.text:
            self._read_whole(bytes(self._talk.raw))

    def _keep(self, chunk: bytes) -> None:
        room = MOST_HEARD - len(self._talk.raw)
        self._talk.raw += chunk[:room]
        self._talk.is_whole = self._talk.is_whole and len(chunk) <= room

    def _hear(self, reader: EventReader, chunk: bytes | None) -> None:
        """What no codec can read, and what is too long, is looked at as bytes."""
        if not self._talk.is_whole:
            self._reader = None
            return
        try:
            for event in reader.finish() if chunk is None else reader.feed(chunk):
                self._talk.takes(event, self._kinds)
        except LlmgwError:
            self._reader = None

    def _read_whole(self, body: bytes) -> None:
        try:
            answer = codec_of(self._asked.protocol).read_answer(body, ToolNames())
        except LlmgwError as error:
            self._talk.error = str(error)
            return
        for index, item in enumerate(answer.items):
            self._talk.takes(ItemBegun(index=index, item=item), self._kinds)
            if isinstance(item, ToolCall):
                self._talk.takes(ItemGrew(index=index, more=item.arguments), self._kinds)


class ScratchClient:
    """One for the window."""

    def __init__(self, pipeline: Pipeline, dialects: Mapping[ModelProtocol, Dialect]) -> None:
        self._pipeline = pipeline
        self._dialects = dialects

    async def ask(self, talk: ScratchTalk, principal: Principal) -> None:
        """Until it has ended, in the caller's own task: who cancels that cancels it, and its flight
        says so. Raises GatewayClosed, MissingScope: then nobody was asked."""
        asked = talk.request
        caller = ScratchCaller(asked, talk)
        dialect = self._dialects[asked.protocol]
        try:
            exchange = self._pipeline.admitted(dialect, Operation.GENERATE, caller, principal)
            try:
                await self._pipeline.carry(exchange)
            finally:
                talk.flight = exchange.flight.summary()
                talk.error = talk.error or talk.flight.error_text or ""
        finally:
            talk.is_done = True


def _error_words(body: bytes) -> str:
    """Each dialect has them below `error`."""
    try:
        told = parse_json(body)
    except ValueError:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    return words if isinstance(words, str) else ""
