"""Single facts of a flight in a few words: the table and the sentences say them alike."""

from llmgw_desktop.app.figures import UNKNOWN
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.flight import FlightState, FlightSummary
from llmgw_desktop.domain.model_request import Operation

STATE_WORDS: dict[FlightState, str] = {
    FlightState.RUNNING: "Running",
    FlightState.OK: "OK",
    FlightState.FAILED: "Failed",
    FlightState.CUT: "Cut",
    FlightState.CANCELED: "Canceled",
    FlightState.LOST: "Lost",
}
OPERATION_WORDS: dict[Operation, str] = {
    Operation.GENERATE: "Generation",
    Operation.COUNT_TOKENS: "Token count",
    Operation.EMBED: "Embeddings",
    Operation.COMPACT: "Compaction",
}


def model_text(flight: FlightSummary) -> str:
    """«asked → served» where they differ."""
    asked = inert_line(flight.model_asked, 120) or UNKNOWN
    if not flight.model_served or flight.model_served == flight.model_asked:
        return asked
    return f"{asked} → {inert_line(flight.model_served, 120)}"


def took_so_far_ms(flight: FlightSummary, now_s: float) -> float | None:
    """How long it took, or has been taking."""
    if flight.took_ms is not None or not flight.is_running:
        return flight.took_ms
    return max(0.0, (now_s - flight.started_at_s) * 1000)


def dialects_text(flight: FlightSummary) -> str:
    """«anthropic → gemini · 2 lost»; one of them where nothing was translated."""
    if flight.upstream_protocol is None or not flight.is_translated:
        return flight.protocol.value
    lost = f" · {len(flight.losses)} lost" if flight.losses else ""
    return f"{flight.protocol.value} → {flight.upstream_protocol.value}{lost}"


def client_text(flight: FlightSummary, most: int = 80) -> str:
    """«client», or «client / label» where its caller said what it is."""
    client = inert_line(flight.client, most)
    return f"{client} / {inert_line(flight.label, most)}" if flight.label else client
