"""What the ways of passing an answer on share: how one is read, and what we say of it ourselves."""

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer

MAX_WHOLE_BYTES = 256 * 1024 * 1024
"""An answer that does not stream is held until it is whole; this is where that ends. A stream that
is translated ends here too."""


async def collect(answer: UpstreamAnswer, flight: OpenFlight) -> bytes:
    """The whole body. Raises UpstreamError."""
    body = bytearray()
    while chunk := await answer.read():
        if not body:
            flight.answered()
        body += chunk
        if len(body) > MAX_WHOLE_BYTES:
            raise UpstreamGarbage(f"'{flight.provider}' answered with too large a body.")
    return bytes(body)


def own_headers(flight: OpenFlight) -> list[tuple[str, str]]:
    """What every answer says of its way through the gateway."""
    lines = [("x-llmgw-flight", flight.id)]
    if flight.provider is not None:
        lines.append(("x-llmgw-provider", flight.provider))
    if flight.model_served is not None and _is_plain(flight.model_served):
        lines.append(("x-llmgw-model", flight.model_served))
    if flight.attempts > 1:
        lines.append(("x-llmgw-attempts", str(flight.attempts)))
    if flight.losses:
        lines.append(("x-llmgw-dropped", ", ".join(flight.losses)))
    return lines


def _is_plain(text: str) -> bool:
    """A name from outside may stand in a header."""
    return len(text) <= 256 and text.isascii() and text.isprintable()
