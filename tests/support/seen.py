"""What a stand-in upstream saw of one request, and what became of its answer.

Filled in by the upstream's loop, read by a test in any thread. Only bytes and moments; what they
mean is for the test to say.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.answers import Spent


@dataclass(slots=True, kw_only=True, eq=False)
class Seen:
    method: str
    path: str
    """Without the query, and without the lane in front."""
    query: str
    raw_headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""
    status: int | None = None
    fault: str | None = None
    """What the upstream refused in it."""
    spent: Spent | None = None
    """What the upstream told of its tokens; None where it told nothing."""
    sent: bytearray = field(default_factory=bytearray)
    """The body of the answer as it went out, before any compression."""
    whole: bool = False
    """The answer went out to its end."""
    peer_closed_at: float | None = None
    """time.monotonic() of the moment the caller dropped the connection before the end."""
    _over: threading.Event = field(default_factory=threading.Event)

    def header(self, name: str) -> str | None:
        """The one value of a header; a header that came twice is a fault of the caller."""
        values = [v for k, v in self.raw_headers if k.lower() == name.lower().encode()]
        assert len(values) < 2, f"{name} came {len(values)} times: {values}"
        return values[0].decode() if values else None

    def json(self) -> Any:
        return json.loads(self.body)

    def mentions(self, secret: str) -> bool:
        """Whether the secret occurs anywhere in what came in."""
        needle = secret.encode()
        lines = [k + b": " + v for k, v in self.raw_headers]
        return any(needle in part for part in (*lines, self.body, self.query.encode()))

    def close(self, *, by_peer: bool) -> None:
        if by_peer:
            self.peer_closed_at = time.monotonic()
        self._over.set()

    def wait_over(self, timeout_s: float = 10.0) -> bool:
        """Until the answer has ended in any way: whole, cut, or dropped by the caller."""
        return self._over.wait(timeout_s)
