"""Large bodies are worked on in a thread, small ones at once."""

from __future__ import annotations

import threading

import pytest

from llmgw_desktop.engine.translation.beside_loop import LARGE_BYTES, beside_loop


def _thread(told: str) -> tuple[str, int]:
    return told, threading.get_ident()


async def test_small_ones_stay_in_the_loop() -> None:
    assert await beside_loop(LARGE_BYTES - 1, _thread, "x") == ("x", threading.get_ident())


async def test_large_ones_leave_it() -> None:
    told, thread = await beside_loop(LARGE_BYTES, _thread, "x")
    assert told == "x"
    assert thread != threading.get_ident()


@pytest.mark.parametrize("size", [0, LARGE_BYTES])
async def test_what_goes_wrong_is_raised(size: int) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await beside_loop(size, int, "x")
