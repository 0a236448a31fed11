"""Identifiers: unguessable, sortable by the time they were made."""

import os
from typing import Protocol

from llmgw_desktop.domain.clock import Clock


class IdSource(Protocol):
    """Makes a fresh identifier; a prefix says of what (`flt` a flight, `cli` a client)."""

    def new(self, prefix: str) -> str: ...


class TimedIds:
    """`prefix_` + 12 hex digits of milliseconds + 16 random hex digits (64 bits)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self, prefix: str) -> str:
        return f"{prefix}_{int(self._clock.now_s() * 1000):012x}{os.urandom(8).hex()}"
