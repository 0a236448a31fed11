"""How a flight was routed, for people: what decided, and what was said of each candidate."""

from llmgw_desktop.app.words.figures import UNKNOWN, counted, duration_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord, Phase, PhaseName
from llmgw_desktop.domain.routing.route import Consideration, PassedRule
from llmgw_desktop.domain.values import value

_UNDER_WAY = "How this flight was routed is told when it has ended."
_UNDECIDED = "No route was chosen for this flight; the overview says why."
_UNRECORDED = "How this flight was routed was not recorded."


@value
class CandidateLine:
    """One that could have answered."""

    rank: str
    """Its place in the order; a dash where it was left out."""
    account: str
    model: str
    reason: str
    is_left_out: bool

    @property
    def text(self) -> str:
        return f"{self.rank}. {self.account}, {self.model}: {self.reason}"


@value
class RouteTold:
    """What the tab says."""

    sentence: str
    note: str
    """What the list below shows; empty where there is none."""
    lines: tuple[CandidateLine, ...] = ()
    passed: tuple[str, ...] = ()
    """The rules that were passed over, each with the reason."""

    @property
    def copy_text(self) -> str:
        return "\n".join([self.sentence, *(line.text for line in self.lines), *self.passed])


def route_told(record: FlightRecord) -> RouteTold:
    lines = tuple(candidate_line(each) for each in record.considered)
    passed = tuple(_passed_line(each) for each in record.passed_rules)
    if not lines:
        reason = inert_line(record.route_reason, 600)
        return RouteTold(sentence=reason or _without(record), note="", passed=passed)
    asked = [line for line in lines if not line.is_left_out]
    left_out = len(lines) - len(asked)
    note = "One candidate"
    if len(asked) > 1:
        note = f"{counted(len(asked), 'candidate')}, in the order in which they are asked"
    if left_out:
        note = f"{note}; {left_out} left out"
    return RouteTold(
        sentence=inert_line(record.route_reason, 600), note=f"{note}.", lines=lines, passed=passed
    )


def _passed_line(each: PassedRule) -> str:
    why = inert_line(each.why, 300)
    return f"{inert_line(each.name, 100)}: {why}" if each.name else why


def candidate_line(each: Consideration) -> CandidateLine:
    return CandidateLine(
        rank=UNKNOWN if each.rank is None else str(each.rank),
        account=inert_line(each.account, 160),
        model=inert_line(each.model, 160),
        reason=inert_line(each.reason, 600),
        is_left_out=each.rank is None,
    )


def _without(record: FlightRecord) -> str:
    flight = record.summary
    if flight.is_running:
        return _UNDER_WAY
    if flight.provider is None and flight.error_kind is not None:
        return _UNDECIDED
    return _UNRECORDED


PHASE_WORDS: dict[PhaseName, tuple[str, str]] = {
    PhaseName.READ: ("Read", "The request's body arrived"),
    PhaseName.ROUTE: ("Route", "A provider was chosen"),
    PhaseName.HELD: ("Held", "A person was asked whether it may go on"),
    PhaseName.QUEUED: ("Queued", "It waited for its turn at a local server"),
    PhaseName.LOADING: ("Loading", "The local server loaded the model"),
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
    facts = [f"Timeline of {duration_text(took_ms)}" if took_ms is not None else "Timeline"]
    for phase in phases:
        took = duration_text(phase.end_ms - phase.start_ms)
        facts.append(f"{PHASE_WORDS[phase.name][0]}: {took}")
    if rest := sum(end - start for start, end in rest_of_timeline(phases, took_ms)):
        facts.append(f"{REST_WORD}: {duration_text(rest)}")
    return ". ".join(facts) + "."


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
