"""A flight in words: the sentence of its overview, its facts, its tokens.

Single figures are spelt in `figures`, single facts in `flight_words`, phases in `flight_timeline`,
errors explained in `flight_errors`, losses of a translation in `flight_losses`, bodies read in
`conversation` and `recorded_body`.
"""

from enum import StrEnum

from llmgw_desktop.app.flights.columns import STATE_WORDS, client_text, model_text, took_so_far_ms
from llmgw_desktop.app.flights.provenance_words import cost_words, doubts
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    count_of,
    count_text,
    counted,
    duration_text,
    fresh_text,
    hit_rate_text,
    marked,
    moment_text,
    rate_text,
    short_count_text,
    size_text,
    tokens_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import (
    ANOTHER_VERSION,
    FlightRecord,
    FlightState,
    FlightSummary,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure, PromptFacts, Usage
from llmgw_desktop.domain.values import value

PROTOCOL_WORDS: dict[ModelProtocol, str] = {
    ModelProtocol.ANTHROPIC: "Anthropic Messages",
    ModelProtocol.OPENAI_CHAT: "OpenAI Chat Completions",
    ModelProtocol.OPENAI_RESPONSES: "OpenAI Responses",
    ModelProtocol.CODEX: "Codex Responses",
    ModelProtocol.GEMINI: "Gemini",
    ModelProtocol.CLI: "Vendor's CLI",
    ModelProtocol.MCP: "MCP",
}


class ShownTokens(StrEnum):
    """The parts of the tokens bar."""

    INPUT = "input"
    """The whole prompt, where the provider is silent about its cache."""
    FRESH = "fresh"
    CACHE_WRITE = "cache_write"
    CACHE_READ = "cache_read"
    OUTPUT = "output"


TOKEN_WORDS: dict[ShownTokens, str] = {
    ShownTokens.INPUT: "Input (cache not told)",
    ShownTokens.FRESH: "Fresh input",
    ShownTokens.CACHE_WRITE: "Cache write",
    ShownTokens.CACHE_READ: "Cache read",
    ShownTokens.OUTPUT: "Output",
}


@value(kw_only=False)
class TokenPart:
    """One stretch of the tokens bar."""

    kind: ShownTokens
    tokens: int
    text: str
    """In full, with its mark."""


@value
class Fact:
    """A line of the overview; `can_copy` for what people paste elsewhere."""

    label: str
    value: str
    can_copy: bool = False
    is_code: bool = False
    """An id or a path: shown in letters of one width."""


def sentence(flight: FlightSummary, now_s: float) -> str:
    """What happened, in one or two sentences."""
    client = client_text(flight, 60) or "A client"
    asked = f"{client} {_ASKED[flight.operation]} {inert_line(flight.model_asked, 80) or 'a model'}"
    return f"{asked}; {_ending(flight, now_s)}."


def token_parts(usage: Usage) -> tuple[TokenPart, ...]:
    """Only what the provider told; a part that it told as 0 is left out."""
    parts: list[tuple[ShownTokens, int | None, str]] = []
    if usage.cache_read_tokens is None and usage.cache_write_tokens is None:
        parts.append(_part(ShownTokens.INPUT, Figure.INPUT, usage))
    else:
        parts.append((ShownTokens.FRESH, usage.fresh_tokens, fresh_text(usage, in_full=True)))
        parts.append(_part(ShownTokens.CACHE_WRITE, Figure.CACHE_WRITE, usage))
        parts.append(_part(ShownTokens.CACHE_READ, Figure.CACHE_READ, usage))
    parts.append(_part(ShownTokens.OUTPUT, Figure.OUTPUT, usage))
    return tuple(TokenPart(kind, tokens, text) for kind, tokens, text in parts if tokens)


def _part(kind: ShownTokens, figure: Figure, usage: Usage) -> tuple[ShownTokens, int | None, str]:
    return kind, count_of(usage, figure), tokens_text(usage, figure, in_full=True)


def tokens_sentence(usage: Usage, *, was_asked: bool = True) -> str:
    """The tokens bar in words. `was_asked`: a provider, who might have told figures."""
    parts = token_parts(usage)
    if not parts:
        told = "The provider told no token figures."
        return told if was_asked else "No provider was asked, so nobody told token figures."
    text = ", ".join(f"{TOKEN_WORDS[part.kind].lower()} {part.text}" for part in parts)
    reasoning = tokens_text(usage, Figure.REASONING, in_full=True)
    tail = f"; {reasoning} of the output were reasoning" if usage.reasoning_tokens else ""
    rate = hit_rate_text(usage)
    cached = f"; cache hit rate {rate}" if rate != UNKNOWN else ""
    return f"Tokens: {text}{cached}{tail}.{_marks_in_words(usage)}"


def _marks_in_words(usage: Usage) -> str:
    """Of what is shown with a mark."""
    tokens = usage.known
    words = ""
    if tokens & usage.estimated & ~usage.partial:
        words += " ≈ was counted by the gateway: the provider did not tell it."
    if tokens & usage.partial:
        words += " ≥ is at least so much: the answer broke off before all of it was told."
    return words


def facts(record: FlightRecord) -> tuple[Fact, ...]:
    """The overview's lines, in reading order; what does not apply is left out."""
    flight = record.summary
    lines = [
        *_billed(flight),
        Fact(label="Flight", value=flight.id, can_copy=True, is_code=True),
        *_vendor_ids(record),
        Fact(label="Started", value=moment_text(flight.started_at_s), can_copy=True),
        Fact(label="State", value=_state_text(flight)),
        *_caller(flight),
        Fact(label=_asked_label(flight), value=model_text(flight), can_copy=True),
        Fact(label="Provider", value=inert_line(_whose(flight), 130) or "None was chosen"),
        Fact(label="Protocol", value=protocol_text(flight)),
    ]
    if record.route_reason:
        lines.append(Fact(label="Route", value=inert_line(record.route_reason)))
    for label, which in (("Conversation", flight.conversation), ("Agent", flight.agent)):
        if which:
            value = inert_line(which, 80)
            lines.append(Fact(label=label, value=value, can_copy=True, is_code=True))
    lines.append(Fact(label="Asked at", value=_door_text(record)))
    if flight.ttft_ms is not None:
        lines.append(Fact(label="First token", value=duration_text(flight.ttft_ms)))
    if flight.took_ms is not None:
        lines.append(Fact(label="Took", value=_took_text(flight)))
    if flight.stop_reason:
        lines.append(Fact(label="Stop reason", value=inert_line(flight.stop_reason, 80)))
    if flight.attempts > 1:
        lines.append(Fact(label="Attempts", value=count_text(flight.attempts)))
    lines.append(Fact(label="Size", value=_sizes_text(flight)))
    if flight.prompt_facts is not None:
        lines += _prompt_facts(flight.prompt_facts)
    return tuple(lines)


_COUNTED = {
    False: "With its requests, which passed the gateway",
    True: "With the request of the model that reads the result",
}
"""By whether it is a call of a tool."""


def _billed(flight: FlightSummary) -> list[Fact]:
    """What it cost, and what that depends on."""
    cost = cost_words(flight, exactly=True)
    lines = [Fact(label="Cost", value=cost[0].upper() + cost[1:])] if cost else []
    lines += [Fact(label=what, value=which) for what, which in doubts(flight)]
    if not flight.is_counted:
        is_call = flight.operation is Operation.CALL_TOOL
        lines.append(Fact(label="Counted", value=_COUNTED[is_call]))
    return lines


def _caller(flight: FlightSummary) -> list[Fact]:
    """Its own word, and said so: what is proved is the client alone."""
    if not flight.label:
        return []
    value = f"{inert_line(flight.label, 80)} (says so of itself, with {flight.client}'s key)"
    return [Fact(label="Caller", value=inert_line(value, 200))]


def _prompt_facts(told: PromptFacts) -> list[Fact]:
    """Of a run: what of its prompt can be cached, and what was made shorter."""
    lines = []
    if told.stable_prefix_hash:
        marks = told.cache_control_blocks
        marked = f", {counted(marks, 'part')} marked for the cache" if marks else ""
        value = f"about {counted(told.stable_prefix_tokens, 'token')}{marked}"
        lines.append(Fact(label="Stable prefix", value=value))
    savings = [
        (saving, word)
        for saving, word in ((told.prompt_saving, "tokens asked"), (told.answer_saving, "answered"))
        if saving is not None
    ]
    if savings:
        count = short_count_text
        each = [f"{count(at.before_tokens)} → {count(at.after_tokens)} {w}" for at, w in savings]
        value = f"about {', '.join(each)}"
        lines.append(Fact(label="Made shorter", value=value))
    return lines


def _asked_label(flight: FlightSummary) -> str:
    return "Tool" if flight.operation is Operation.CALL_TOOL else "Model"


def protocol_text(flight: FlightSummary) -> str:
    """«client's dialect → provider's dialect» where they differ."""
    ours = PROTOCOL_WORDS[flight.protocol]
    if flight.upstream_protocol is None or not flight.is_translated:
        return ours
    return f"{ours} → {PROTOCOL_WORDS[flight.upstream_protocol]}"


_ASKED: dict[Operation, str] = {
    Operation.GENERATE: "asked for",
    Operation.COUNT_TOKENS: "asked for a token count by",
    Operation.EMBED: "asked for embeddings by",
    Operation.COMPACT: "had a conversation made shorter by",
    Operation.CALL_TOOL: "called",
}


_WE_ENDED = "LLM Gateway ended meanwhile, and how the flight ended is not known"
_ANOTHER_WROTE_IT = "another version of LLM Gateway wrote it, and this one cannot read how it ended"


def _ending(flight: FlightSummary, now_s: float) -> str:
    provider = inert_line(flight.provider or "", 60)
    took = duration_text(took_so_far_ms(flight, now_s))
    match flight.state:
        case FlightState.RUNNING:
            return _under_way(flight, provider, took)
        case FlightState.OK:
            served = (
                f" with {inert_line(flight.model_served or '', 80)}"
                if _was_rerouted(flight)
                else ""
            )
            return f"{provider or 'the gateway'} answered{served} in {took}{_cache_clause(flight)}"
        case FlightState.FAILED:
            status = f" with status {flight.status}" if flight.status is not None else ""
            was_refused = not provider and flight.status is not None and flight.status < 500
            what = "refused it" if was_refused else "failed"
            return f"{provider or 'the gateway'} {what}{status} after {took}"
        case FlightState.CUT:
            return f"{provider or 'the provider'} began to answer and broke off after {took}"
        case FlightState.CANCELED:
            is_run = flight.protocol is ModelProtocol.CLI
            whose = "the run was canceled" if is_run else "the client left"
            return f"{whose} after {took}, before the answer was complete"
        case FlightState.LOST:
            is_ours = flight.error_kind != ANOTHER_VERSION
            return _WE_ENDED if is_ours else _ANOTHER_WROTE_IT


def _under_way(flight: FlightSummary, provider: str, took: str) -> str:
    if flight.ttft_ms is not None:
        return f"{provider or 'the provider'} has been answering, {took} in all so far"
    return f"waiting for {provider or 'a provider'}, {took} so far"


def _was_rerouted(flight: FlightSummary) -> bool:
    return bool(flight.model_served) and flight.model_served != flight.model_asked


def _cache_clause(flight: FlightSummary) -> str:
    rate, tokens = flight.usage.cache_hit_rate, flight.usage.input_tokens
    if tokens is None:
        return ""
    spelt = marked(counted(tokens, "input token"), flight.usage.provenance(Figure.INPUT))
    if rate is None:
        return f"; {spelt}"
    share = "none" if rate == 0 else hit_rate_text(flight.usage)
    return f"; {share} of {spelt} came from cache"


def _state_text(flight: FlightSummary) -> str:
    word = STATE_WORDS[flight.state]
    return word if flight.status is None else f"{word}, status {flight.status}"


def _door_text(record: FlightRecord) -> str:
    kind = "streaming" if record.summary.streaming else "in one piece"
    return f"{inert_line(record.path, 200)}, {kind}" if record.path else kind


def _took_text(flight: FlightSummary) -> str:
    rate = flight.tokens_per_s
    took = duration_text(flight.took_ms)
    return took if rate is None else f"{took}, {rate_text(rate)} tokens/s"


def _sizes_text(flight: FlightSummary) -> str:
    text = f"{size_text(flight.request_bytes)} asked, {size_text(flight.answer_bytes)} answered"
    if flight.streaming and flight.replied_chunks:
        text = f"{text} in {counted(flight.replied_chunks, 'piece')}"
    return text


def _vendor_ids(record: FlightRecord) -> list[Fact]:
    """What a provider's support asks for."""
    return [
        Fact(
            label="Provider's request id", value=inert_line(value, 120), can_copy=True, is_code=True
        )
        for name, value in record.answer_headers
        if name.lower() in ("request-id", "x-request-id")
    ][:1]


def _whose(flight: FlightSummary) -> str:
    """The account where it is not its provider's only one."""
    return flight.account or flight.provider or ""
