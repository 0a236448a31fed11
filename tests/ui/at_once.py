"""For windows that are only looked at: no loop runs, so what they start is run on the spot, as far
as it goes without waiting."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from llmgw_desktop.ui.bridge import Bridge

_kept: list[Coroutine[Any, Any, object]] = []


class Standing:
    """A task that stands where it would have waited."""

    def __init__(self, work: Coroutine[Any, Any, object]) -> None:
        self._work = work

    def done(self) -> bool:
        return False

    def cancel(self) -> None:
        """Left where it stands: closing it would need a loop."""


def run_at_once(bridge: Bridge, work: Coroutine[Any, Any, object], *, name: str) -> Standing:
    """In place of `Bridge.run`."""
    try:
        work.send(None)
    except StopIteration:
        pass
    except RuntimeError as error:
        if "no running event loop" not in str(error):
            raise
    else:
        _kept.append(work)
    return Standing(work)
