"""What goes through the gateway, told to programs that gather such from many: OpenTelemetry. Here:
which span a flight is."""

import re
from hashlib import blake2b

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.values import value

_TRACE = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_LENGTH = 55
"""Of the version that is known, which has nothing more behind it."""


@value(kw_only=False)
class TraceParent:
    """Of a caller: where its own span stands (W3C Trace Context)."""

    trace_id: int
    span_id: int
    is_sampled: bool = True


def read_trace(header: str) -> TraceParent | None:
    """None for what is no `traceparent`."""
    found = _TRACE.fullmatch(header.strip())
    if found is None or found[1] == "ff" or (found[1] == "00" and len(found[0]) > _LENGTH):
        return None
    trace_id, span_id = int(found[2], 16), int(found[3], 16)
    if not trace_id or not span_id:
        return None
    return TraceParent(trace_id, span_id, bool(int(found[4], 16) & 1))


def ids_of(flight_id: str) -> tuple[int, int]:
    """Trace and span of a flight, of which both sides know: they follow from its id."""
    made = blake2b(flight_id.encode(), digest_size=24, person=b"llmgw-trace").digest()
    return int.from_bytes(made[:16]) or 1, int.from_bytes(made[16:]) or 1


@value(kw_only=False)
class EndedFlight:
    """As the loop leaves it."""

    summary: FlightSummary
    parent: TraceParent | None


@value
class EndedToolCall:
    """One use of a tool over MCP."""

    tool: str
    client: str
    started_at_s: float
    took_ms: float
    error: str = ""
    """What kind of failure, as the tool tells it."""
