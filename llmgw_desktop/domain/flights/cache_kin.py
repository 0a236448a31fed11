"""What is known of vendors' prompt caches, by their own pages (what none of them says is None); and
which of two prompts should have warmed the cache for the other, with how much of it."""

import re
from collections.abc import Sequence
from enum import StrEnum

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.flights.prompt_changes import common_messages, shared_size
from llmgw_desktop.domain.flights.prompt_print import PrintMark, PromptPrint, PromptSection
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.domain.values import value

MINUTE_S, HOUR_S = 60.0, 3600.0


@value
class CacheHabits:
    """Of one vendor's cache, for one model."""

    is_marked: bool = False
    """Only what the request marks is put into the cache; else every prompt is."""
    least_tokens: int | None = None
    """Shorter prompts are never cached."""
    kept_s: tuple[float, float] | None = None
    """How long after its last use it is certainly still there, and after how long certainly gone.
    Where a request marks with a time to live, that counts."""
    step_tokens: int = 1
    """Reads come in whole steps of so many."""
    looks_back_blocks: int | None = None
    """From a mark so many blocks back an earlier mark is found."""
    passes_attribution: bool = False
    """Claude Code's attribution block does not matter."""


_ANTHROPIC_LEAST = (
    (re.compile(r"opus-4-[5-9]|haiku-4-5"), 4096),
    (re.compile(r"haiku-3|3-5-haiku|3-haiku"), 2048),
)
LARGEST_LEAST = 4096
"""No model is known that wants more."""
_ANTHROPIC_USUAL = 1024
_OPENAI = CacheHabits(least_tokens=1024, kept_s=(5 * MINUTE_S, HOUR_S), step_tokens=128)
_PLAIN = CacheHabits()
_OPENAI_KINDS = frozenset({ProviderKind.OPENAI})
_OPENAI_PROTOCOLS = frozenset({ModelProtocol.CODEX})


def habits_of(
    kind: ProviderKind | None, protocol: ModelProtocol | None, model: str | None
) -> CacheHabits:
    """`protocol`: as it was spoken with the provider. A server that speaks a vendor's protocol need
    not have its cache: of such a one nothing is known but whether marks mean anything to it."""
    if protocol is ModelProtocol.ANTHROPIC:
        if kind is ProviderKind.ANTHROPIC:
            return CacheHabits(
                is_marked=True,
                least_tokens=_anthropic_least(model or ""),
                kept_s=(5 * MINUTE_S, 5 * MINUTE_S),
                looks_back_blocks=20,
                passes_attribution=True,
            )
        return _PLAIN
    if kind in _OPENAI_KINDS or protocol in _OPENAI_PROTOCOLS:
        return _OPENAI
    if protocol is ModelProtocol.GEMINI and kind is ProviderKind.GOOGLE:
        return CacheHabits(least_tokens=4096 if "pro" in (model or "") else 1024)
    return _PLAIN


def _anthropic_least(model: str) -> int:
    for names, least in _ANTHROPIC_LEAST:
        if names.search(model):
            return least
    return _ANTHROPIC_USUAL


_BYTES_A_TOKEN = 4
_ALIKE_SHARE = 0.5
_ALIKE_SIZE = 0.1


@value
class PrintedFlight:
    """A flight with what its prompt consists of."""

    flight: FlightSummary
    made: PromptPrint


class Kinship(StrEnum):
    """How two prompts belong together."""

    CONVERSATION = "conversation"
    PREFIX = "prefix"
    """The same tools and system prompt, or nearly, and another conversation."""


def nearest(
    now: PrintedFlight, earlier: Sequence[PrintedFlight]
) -> tuple[PrintedFlight, Kinship] | None:
    """Who should have warmed the cache: of the same conversation the one with the longest beginning
    in common, then with the most messages, else one of another conversation that begins alike; of
    several the latest that was answered in time."""
    began = now.flight.started_at_s
    best: tuple[tuple[float, ...], PrintedFlight, Kinship] | None = None
    for each in earlier:
        if each.flight.id == now.flight.id or not _may_have_warmed(each, began):
            continue
        kinship = kinship_of(each.made, now.made)
        if kinship is None:
            continue
        rank = (
            kinship is Kinship.CONVERSATION,
            answered_at_s(each.flight) <= began,
            shared_size(each.made, now.made),
            common_messages(each.made, now.made) if kinship is Kinship.CONVERSATION else 0,
            _likeness(each.made, now.made),
            each.flight.started_at_s,
        )
        if best is None or rank > best[0]:
            best = rank, each, kinship
    return None if best is None else (best[1], best[2])


def kinship_of(earlier: PromptPrint, now: PromptPrint) -> Kinship | None:
    """One conversation begins with the same message, or has most of its messages in common though
    one of the first was changed."""
    if earlier.messages and now.messages and not now.continues:
        pairs = list(zip(earlier.messages, now.messages, strict=False))
        if pairs[0][0].whole == pairs[0][1].whole:
            return Kinship.CONVERSATION
        equal = sum([a.whole == b.whole for a, b in pairs])
        if len(pairs) > 1 and equal * 2 >= len(pairs):
            return Kinship.CONVERSATION
    return Kinship.PREFIX if _likeness(earlier, now) >= _ALIKE_SHARE else None


def _likeness(earlier: PromptPrint, now: PromptPrint) -> float:
    """Of their tools and system prompts, 0 to 1: by what of them is equal, or still to be known."""
    most = max(earlier.base_size, now.base_size)
    if not most:
        return 0.0
    alike = 0
    names = {each.members[0]: each for each in earlier.tools}
    for tool in now.tools:
        was = names.get(tool.members[0])
        if was is not None:
            same = sum(a == b for a, b in zip(was.members, tool.members, strict=True))
            alike += tool.size * same // len(tool.members)
    wholes = {each.whole for each in earlier.system}
    ends = {end for each in earlier.system for end in (each.head, each.tail) if end}
    for block in now.system:
        if block.whole in wholes:
            alike += block.size
        elif not ends.isdisjoint((block.head, block.tail)) and _is_as_long(block.size, earlier):
            alike += block.size * 3 // 4
    return alike / most


def _is_as_long(size: int, earlier: PromptPrint) -> bool:
    return any(abs(each.size - size) <= size * _ALIKE_SIZE for each in earlier.system)


def _may_have_warmed(each: PrintedFlight, began_s: float) -> bool:
    flight = each.flight
    if flight.started_at_s > began_s or not flight.was_generated:
        return False
    return flight.usage.cache_read_tokens is not None or flight.usage.input_tokens is not None


def answered_at_s(flight: FlightSummary) -> float:
    """When what it put into the cache was there: with the first byte of its answer."""
    return flight.started_at_s + (flight.ttft_ms or flight.took_ms or 0.0) / 1000


def expected_tokens(
    now: PromptPrint, before: PrintedFlight, kinship: Kinship, habits: CacheHabits
) -> tuple[int | None, Provenance]:
    """Tokens of this prompt that lay in the cache, had nothing been changed or gone wrong."""
    was = before.flight.usage
    if habits.is_marked or was.cache_write_tokens:
        cached: int | None = (was.cache_read_tokens or 0) + (was.cache_write_tokens or 0)
        provenance = Provenance.TOLD
    else:
        cached, provenance = was.input_tokens, Provenance.ESTIMATED
    if cached is None:
        return None, Provenance.UNKNOWN
    if kinship is Kinship.PREFIX or ends_otherwise(before.made, now):
        whole = max(before.made.size, 1)
        tokens = was.input_tokens or whole // _BYTES_A_TOKEN
        share = min(_reusable_size(before.made, now, kinship, habits) / whole, 1.0)
        cached, provenance = min(cached, int(tokens * share)), Provenance.ESTIMATED
    return cached - cached % habits.step_tokens, provenance


def ends_otherwise(earlier: PromptPrint, now: PromptPrint) -> bool:
    """Only the earlier one's last message is another: what stands before it is what is shared."""
    same = common_messages(earlier, now)
    return 0 < same == len(earlier.messages) - 1


def _reusable_size(
    earlier: PromptPrint, now: PromptPrint, kinship: Kinship, habits: CacheHabits
) -> int:
    """Of its beginning, which another prompt may use: where vendors want marks, up to the last
    of them in it."""
    kept = 0 if kinship is Kinship.PREFIX else common_messages(earlier, now)
    if not habits.is_marked:
        return earlier.base_size + sum(each.size for each in earlier.messages[:kept])
    end = len(earlier.tools) + len(earlier.system)
    end += sum(each.blocks for each in earlier.messages[:kept])
    marks = [each for each in earlier.marks if position(earlier, each) < end]
    return max((_size_up_to(earlier, each) for each in marks), default=0)


def _size_up_to(made: PromptPrint, mark: PrintMark) -> int:
    upto = mark.index + 1
    tools = sum(each.size for each in made.tools)
    if mark.section is PromptSection.TOOLS:
        return sum(each.size for each in made.tools[:upto])
    if mark.section is PromptSection.SYSTEM:
        return tools + sum(each.size for each in made.system[:upto])
    return made.base_size + sum(each.size for each in made.messages[:upto])


def position(made: PromptPrint, mark: PrintMark) -> int:
    """Blocks before it, all sections together."""
    if mark.section is PromptSection.TOOLS:
        return mark.index
    if mark.section is PromptSection.SYSTEM:
        return len(made.tools) + mark.index
    before = sum(each.blocks for each in made.messages[: mark.index])
    return len(made.tools) + len(made.system) + before + mark.block
