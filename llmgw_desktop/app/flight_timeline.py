"""The phases of a flight in words, and what of its time belongs to none of them."""

from llmgw_desktop.app.figures import duration_text
from llmgw_desktop.domain.flight import Phase, PhaseName

PHASE_WORDS: dict[PhaseName, tuple[str, str]] = {
    PhaseName.READ: ("Read", "The request's body arrived"),
    PhaseName.ROUTE: ("Route", "A provider was chosen"),
    PhaseName.CONNECT: ("Connect", "A connection was made and the request sent"),
    PhaseName.WAIT: ("Wait", "Until the first byte of the answer"),
    PhaseName.STREAM: ("Stream", "From the first byte to the last"),
}
REST_WORD = "Other"
_LEAST_REST_MS = 0.05
_LEAST_REST_SHARE = 0.02


def timeline_sentence(phases: tuple[Phase, ...], took_ms: float | None) -> str:
    """The timeline in words, for those who do not see it."""
    if not phases:
        return "No timeline was recorded for this flight."
    spans = ", ".join(
        f"{PHASE_WORDS[phase.name][0].lower()} {duration_text(phase.end_ms - phase.start_ms)}"
        for phase in phases
    )
    whole = f" of {duration_text(took_ms)}" if took_ms is not None else ""
    rest = sum(end - start for start, end in rest_of_timeline(phases, took_ms))
    other = f", {REST_WORD.lower()} {duration_text(rest)}" if rest else ""
    return f"Timeline{whole}: {spans}{other}."


def rest_of_timeline(
    phases: tuple[Phase, ...], took_ms: float | None
) -> tuple[tuple[float, float], ...]:
    """Stretches that belong to no phase; none where they come to next to nothing."""
    if not phases or took_ms is None:
        return ()
    stretches, at = [], 0.0
    for phase in sorted(phases, key=lambda phase: phase.start_ms):
        if phase.start_ms > at:
            stretches.append((at, phase.start_ms))
        at = max(at, phase.end_ms)
    if took_ms > at:
        stretches.append((at, took_ms))
    least = max(_LEAST_REST_MS, took_ms * _LEAST_REST_SHARE)
    is_worth_it = sum(end - start for start, end in stretches) >= least
    return tuple(stretches) if is_worth_it else ()
