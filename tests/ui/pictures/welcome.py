"""Takes pictures of the welcome and of the first steps."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.ui.pictures.jobs import Studio

_WAIT_S = 0.6


async def _welcome(studio: Studio, step: int = 0, **size: int) -> Any:
    from llmgw_desktop.app.gateway.welcome import FoundHere, FoundKind
    from llmgw_desktop.ui.overview.welcome import WelcomeBox

    await studio.show(page="overview", **size)
    window = studio.shell.window
    assert window is not None
    window.menus.welcome_wanted.emit()
    await asyncio.sleep(_WAIT_S)
    box = window.findChild(WelcomeBox)
    assert box is not None
    cli, key, program = FoundKind.CLI, FoundKind.KEY, FoundKind.PROGRAM
    box.show_found(
        (
            FoundHere(kind=cli, words="Claude Code: ready"),
            FoundHere(kind=cli, words="Codex: sign-in needed", button="Look…", page="providers"),
            FoundHere(
                kind=FoundKind.SERVER,
                words="Ollama on this computer, with 7 models",
                button="Add",
                page="x",
            ),
            FoundHere(kind=key, words="GROQ_API_KEY, for Groq", button="Use it", page="x"),
            FoundHere(kind=program, words="Claude Code: set up, MCP by HTTP, and its models"),
            FoundHere(kind=program, words="Codex: not set up", button="Set up…", page="clients"),
            FoundHere(kind=program, words="Cursor: not set up", button="Set up…", page="clients"),
        )
    )
    for _ in range(step):
        box.next.click()
    studio.subject = box
    await asyncio.sleep(_WAIT_S)
    return box


async def welcome_found(studio: Studio) -> None:
    await _welcome(studio)


async def welcome_nothing(studio: Studio) -> None:
    box = await _welcome(studio)
    box.show_found(())


async def welcome_recorded(studio: Studio) -> None:
    await _welcome(studio, 1)


async def welcome_first(studio: Studio) -> None:
    await _welcome(studio, 2)
    await asyncio.sleep(_WAIT_S)


async def welcome_steps(studio: Studio) -> None:
    await studio.show(page="overview", width=900, height=600)


async def welcome_steps_full(studio: Studio) -> None:
    from tests.ui.plain_gateway import ended_flight

    studio.fill()
    studio.gateway.reader.waves = True
    studio.gateway.reader.flights = [ended_flight(number) for number in range(1, 60)]
    await studio.show(page="overview", height=900)


POSES = {name: pose for name, pose in globals().copy().items() if name.startswith("welcome_")}
