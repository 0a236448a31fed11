"""Takes pictures of the scratch pad."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.ui.pictures.jobs import Studio

_WAIT_S = 0.5


async def _scratch(studio: Studio, **size: int) -> Any:
    from tests.ui.plain_gateway import ended_flight

    studio.gateway.scratcher.flight = ended_flight(1, cost_usd=0.0123, account="anthropic/work")
    await studio.show(page="scratch", **size)
    return studio.shell.window.page("scratch")  # type: ignore[union-attr]


async def scratch_empty(studio: Studio) -> None:
    await _scratch(studio)


async def _asked(studio: Studio, view: str = "answer", **size: int) -> Any:
    page = await _scratch(studio, **size)
    page.model.setText("anthropic/claude-sonnet-4-5")
    page.prompt.setPlainText("What is tea?\nTwo sentences.")
    page.begin()
    await asyncio.sleep(_WAIT_S)
    page.views.choose(view)
    return page


async def scratch_answer(studio: Studio) -> None:
    await _asked(studio)


async def scratch_request(studio: Studio) -> None:
    await _asked(studio, "sent")


async def scratch_small(studio: Studio) -> None:
    await _asked(studio, "came", width=900, height=600)


async def scratch_narrow(studio: Studio) -> None:
    await _asked(studio, width=640, height=600)


async def scratch_running(studio: Studio) -> None:
    studio.gateway.scratcher.goes_on.clear()
    await _asked(studio)


async def scratch_refused(studio: Studio) -> None:
    from llmgw_desktop.domain.flights.flight import FlightState
    from tests.ui.plain_gateway import ended_flight

    page = await _scratch(studio)
    scratcher = studio.gateway.scratcher
    scratcher.says, scratcher.status = "", 404
    scratcher.error = "Nobody answers 'nowhere-9'. Add a provider that has it, or name another."
    scratcher.flight = ended_flight(1, state=FlightState.FAILED, status=404)
    page.model.setText("nowhere-9")
    page.prompt.setPlainText("What is tea?")
    page.begin()
    await asyncio.sleep(_WAIT_S)


async def scratch_wrong(studio: Studio) -> None:
    page = await _scratch(studio)
    page.model.setText("practice/echo")
    page.begin()
    await asyncio.sleep(_WAIT_S)


POSES = {name: pose for name, pose in globals().copy().items() if name.startswith("scratch_")}
