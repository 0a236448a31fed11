"""The one way in which the gateway itself asks a model something: `Asking.ask`.

Such a question goes down the pipeline as every request does: gate, routing, failover, flight.
"""

import asyncio
import re

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.engine.asking.asked import Asked, AskResult
from llmgw_desktop.engine.asking.failure import AskFailed
from llmgw_desktop.engine.asking.in_house import InHouse
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.pipeline import Pipeline
from llmgw_desktop.engine.routing.router import NO_FALLBACK
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.wire.errors import error_message
from llmgw_desktop.wire.native import chat_request

MCP_PATH = "/mcp"
_VENDORS_OWN = re.compile(r"upstream_(\d{3}|stream_error)")
"""Of these the flight has the vendor's words, without secrets."""


class Asking:
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
    ) -> Asked:
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
        asked = Asked()
        try:
            body = chat_request(fields, model, streaming=True)
        except TypeError:  # what a text of Python may hold, and none of UTF-8
            words = "What is asked holds half a character. Send whole ones."
            asked.ends(AskResult(error=AskFailed(words, reason="malformed_request")))
            return asked
        caller = InHouse(path, body, headers, asked.says)
        task = self._tasks.start(self._ask(caller, principal, asked), name=f"ask {model[:80]}")
        asked.starts(task.cancel)
        task.add_done_callback(lambda _: asked.ends(_given_up()))
        return asked

    async def close(self) -> None:
        """Cancel what still goes on."""
        await self._tasks.stop()

    async def _ask(self, caller: InHouse, principal: Principal, asked: Asked) -> None:
        try:
            flight = self._pipeline.admitted(self._chat, Operation.GENERATE, caller.path, principal)
        except LlmgwError as error:
            asked.ends(AskResult(error=AskFailed(error_message(error), reason=error.kind)))
            return
        try:
            await self._pipeline.fly(flight, self._chat, caller, principal)
        except asyncio.CancelledError:
            asked.ends(_result(flight, caller, asked.text))
            raise
        asked.ends(_result(flight, caller, asked.text))


def _result(flight: OpenFlight, caller: InHouse, text: str) -> AskResult:
    """Of a flight that has been closed."""
    told = flight.summary()
    error = None
    if told.state is not FlightState.OK:
        reason = told.error_kind or "internal"
        ours = "" if _VENDORS_OWN.fullmatch(reason) else caller.error_words
        error = AskFailed(ours or told.error_text or "It was not answered.", reason=reason)
    return AskResult(
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


def _given_up() -> AskResult:
    """Before it had begun."""
    words = "The question was cancelled before it was asked."
    return AskResult(error=AskFailed(words, reason="client_gone"))
