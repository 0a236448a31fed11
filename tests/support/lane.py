"""One base URL of a stand-in upstream: its script, and the record of what came to it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Literal

from tests.support.answers import Answer, Behaviour, Spent
from tests.support.seen import Seen

Manners = Literal["lenient", "vendor", "compatible"]


class Lane:
    def __init__(self, name: str, origin: str) -> None:
        self.name = name
        self.root_url = f"{origin}/lane/{name}"
        """As the Anthropic SDK wants it, without /v1."""
        self.base_url = f"{self.root_url}/v1"
        """As the OpenAI SDK wants it."""
        self.always: Behaviour = Answer()
        self.key: str | None = None
        """The only credential it takes; None takes any."""
        self.models: list[str] = []
        """What it offers; empty takes any model name."""
        self.manners: Manners = "lenient"
        """How strict it is with what it gets: see rules."""
        self.spends: Iterator[Spent] | None = None
        """What each answer reports in turn, in place of its own figures."""
        self.requests: list[Seen] = []
        self._script: deque[Behaviour] = deque()

    def then(self, *behaviours: Behaviour) -> None:
        """Do these with the next requests, one each, before `always`."""
        self._script.extend(behaviours)

    def forget(self) -> None:
        """As new, for the next test; what it offers and takes stays."""
        self.always = Answer()
        self.requests = []
        self._script.clear()

    def next_behaviour(self) -> Behaviour:
        return self._script.popleft() if self._script else self.always

    @property
    def only(self) -> Seen:
        assert len(self.requests) == 1, [(r.method, r.path) for r in self.requests]
        return self.requests[0]

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Seen]:
        """Until so many requests have come in; for tests in another thread."""
        ends = time.monotonic() + timeout_s
        while len(self.requests) < count and time.monotonic() < ends:
            time.sleep(0.005)
        assert len(self.requests) >= count, f"{len(self.requests)} of {count} requests came"
        return self.requests
