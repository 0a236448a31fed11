"""The scratch pad without a pipeline: what is heard is what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from llmgw_desktop.app.routing.scratch import ScratchPad
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.engine.pipeline.scratch_client import ScratchTalk
from llmgw_desktop.wire.models import ModelEntry

MODELS = (
    ModelEntry(id="practice/echo", provider="practice", is_practice=True),
    ModelEntry(id="anthropic/claude-sonnet-4-5", provider="anthropic"),
    ModelEntry(id="openai/gpt-5", provider="openai"),
)


class PlainScratch:
    """`says` comes at once; it ends when `goes_on` is set."""

    def __init__(self) -> None:
        self.asked: list[ScratchTalk] = []
        self.says = "Tea is a drink.\n\nIt is made of leaves and hot water."
        self.status = 200
        self.flight: FlightSummary | None = None
        self.error = ""
        self.trouble: LlmgwError | None = None
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.pad = ScratchPad(self, self.models)  # type: ignore[arg-type]

    async def models(self) -> Sequence[ModelEntry]:
        return MODELS

    async def ask(self, talk: ScratchTalk, principal: Principal) -> None:
        self.asked.append(talk)
        try:
            if self.trouble is not None:
                raise self.trouble
            talk.status = self.status
            talk.headers = (("content-type", "text/event-stream"), ("x-llmgw-flight", "flt_1"))
            talk.text = self.says
            talk.raw += f"data: {self.says!r}\n\n".encode()
            await self.goes_on.wait()
            talk.error = self.error
        finally:
            talk.flight = None if self.trouble is not None else self.flight
            talk.is_done = True
