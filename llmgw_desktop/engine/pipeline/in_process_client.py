"""The one way in which the gateway itself asks a model something: `InProcessClient.ask`.

Such a question goes down the pipeline as every request does: gate, routing, failover, flight. Its
caller sits inside the gateway: what it is told are frames of a chat completion, which it reads.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from multidict import CIMultiDict

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import LlmgwError, UpstreamGarbage
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.exchange.completion import Completion, CompletionFailed, CompletionResult
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.routing.router import NO_FALLBACK
from llmgw_desktop.wire.errors import error_message
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.native.generate import chat_request
from llmgw_desktop.wire.sse import SseSplitter, data_of

LONGEST_TEXT = 16 * 1024 * 1024
"""Characters; all of it is held until nobody wants it any more."""
_LONGEST_FRAME = 32 * 1024 * 1024


class InProcessCaller:
    """One question; `says` gets each piece of the answer's text."""

    query = ""
    presented_keys: Sequence[str] = ()
    is_gone = False
    address = ""
    is_from_here = True
    connection: object | None = None

    def __init__(
        self, path: str, body: bytes, headers: Mapping[str, str], says: Callable[[str], None]
    ) -> None:
        self.path = path
        self.headers: Mapping[str, str] = CIMultiDict(headers)
        self.has_begun = False
        self.status: int | None = None
        self.error_words = ""
        """As a client would have been told."""
        self._body = body
        self._says = says
        self._splitter = SseSplitter(_LONGEST_FRAME)
        self._length = 0

    def header_lines(self, name: str) -> Sequence[str]:
        return [self.headers[name]] if name in self.headers else []

    async def read_body(self) -> bytes:
        return self._body

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        """A stream was asked for: what comes whole is an error."""
        self.status = status
        self.error_words = _error_words(_object(body)) or f"The answer has status {status}."

    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.has_begun, self.status = True, status

    async def write(self, chunk: bytes) -> None:
        """Raises UpstreamGarbage for more than anybody could want."""
        said = "".join([self._read(frame) for frame in self._splitter.feed(chunk)])
        self._tell(said)

    async def end(self) -> None:
        """Some servers leave out the last blank line."""
        self._tell(self._read(self._splitter.tail))

    def _tell(self, said: str) -> None:
        if not said:
            return
        self._length += len(said)
        if self._length > LONGEST_TEXT:
            raise UpstreamGarbage(f"The answer is longer than {LONGEST_TEXT:,} characters.")
        self._says(said)

    def _read(self, frame: bytes) -> str:
        chunk = _object(data_of(frame))
        self.error_words = _error_words(chunk) or self.error_words
        choices = chunk.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        delta = first.get("delta") if isinstance(first, dict) else None
        if not isinstance(delta, dict):
            return ""
        said = delta.get("content") or delta.get("refusal")
        return said if isinstance(said, str) else ""


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        told = parse_json(raw) if raw.lstrip()[:1] == b"{" else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _error_words(told: Mapping[str, Any]) -> str:
    error = told.get("error")
    words = error.get("message") if isinstance(error, dict) else error
    return words if isinstance(words, str) else ""


MCP_PATH = "/mcp"
_VENDORS_OWN = re.compile(r"upstream_(\d{3}|stream_error)")
"""Of these the flight has the vendor's words, without secrets."""


class InProcessClient:
    """One for all who ask inside the gateway."""

    def __init__(self, pipeline: Pipeline, chat: Dialect) -> None:
        """`chat`: of chat completions, whose streams are the simplest to read."""
        self._pipeline = pipeline
        self._chat = chat
        self._tasks = Tasks()

    def ask(  # noqa: PLR0913 - what a model can be asked, each by its name
        self,
        model: str,
        prompt: str,
        principal: Principal,
        *,
        system: str = "",
        project: str = "",
        max_tokens: int | None = None,
        temperature: float | None = None,
        strict: bool = False,
        path: str = MCP_PATH,
    ) -> Completion:
        """Begins at once. `strict`: no other candidate than the first; `path`: where the flight
        says that it came in."""
        fields = {
            "prompt": prompt,
            "system": system,
            "maxTokens": max_tokens,
            "temperature": temperature,
        }
        headers = {"content-type": "application/json"}
        if project:
            headers["x-project"] = project
        if strict:
            headers[NO_FALLBACK] = "true"
        asked = Completion()
        try:
            body = chat_request(fields, model, streaming=True)
        except TypeError:  # what a text of Python may hold, and none of UTF-8
            words = "What is asked holds half a character. Send whole ones."
            asked.ends(CompletionResult(error=CompletionFailed(words, reason="malformed_request")))
            return asked
        caller = InProcessCaller(path, body, headers, asked.says)
        task = self._tasks.start(self._ask(caller, principal, asked), name=f"ask {model[:80]}")
        asked.starts(task.cancel)
        task.add_done_callback(lambda _: asked.ends(_given_up()))
        return asked

    async def close(self) -> None:
        """Cancel what still goes on."""
        await self._tasks.stop()

    async def _ask(self, caller: InProcessCaller, principal: Principal, asked: Completion) -> None:
        try:
            exchange = self._pipeline.admitted(self._chat, Operation.GENERATE, caller, principal)
        except LlmgwError as error:
            asked.ends(
                CompletionResult(error=CompletionFailed(error_message(error), reason=error.kind))
            )
            return
        try:
            await self._pipeline.carry(exchange)
        finally:
            asked.ends(_result(exchange.flight, caller, asked.text))


def _result(flight: OpenFlight, caller: InProcessCaller, text: str) -> CompletionResult:
    """Of a flight that has been closed."""
    told = flight.summary()
    error = None
    if told.state is not FlightState.OK:
        reason = told.error_kind or "internal"
        ours = "" if _VENDORS_OWN.fullmatch(reason) else caller.error_words
        error = CompletionFailed(ours or told.error_text or "It was not answered.", reason=reason)
    return CompletionResult(
        text=text,
        model=told.model_served or "",
        provider=told.provider or "",
        account=told.account or "",
        usage=told.usage,
        cost_usd=told.cost_usd,
        stop_reason=told.stop_reason,
        fell_back=flight.fell_back is True,
        flight_id=told.id,
        took_ms=told.took_ms or 0.0,
        error=error,
    )


def _given_up() -> CompletionResult:
    """Before it had begun."""
    words = "The question was cancelled before it was asked."
    return CompletionResult(error=CompletionFailed(words, reason="client_gone"))
