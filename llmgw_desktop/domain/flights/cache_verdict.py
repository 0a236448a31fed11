"""Why a prompt did not come from its vendor's cache: a verdict from two prompts, their figures and
what is known of the vendor. Pure; nothing here knows a text.

`judge` compares a flight with earlier ones. The one that should have warmed the cache is chosen
first (`nearest`), then causes are asked for in the order in which they are certain: what the bytes
say comes before what the clock says, and the vendor's own miss is what is left.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from llmgw_desktop.domain.flights.cache_kin import (
    LARGEST_LEAST,
    CacheHabits,
    Kinship,
    PrintedFlight,
    answered_at_s,
    ends_otherwise,
    expected_tokens,
    nearest,
    position,
)
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.flights.prompt_changes import PromptChange, changes
from llmgw_desktop.domain.flights.prompt_print import OPTIONS, PromptPrint, PromptSection
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.domain.values import value


class CacheCause(StrEnum):
    """What became of the cache."""

    HIT = "hit"
    """All came from it that could."""
    FIRST = "first_request"
    EXPIRED = "expired"
    ACCOUNT = "another_account"
    MODEL = "another_model"
    TOOLS = "tools"
    SYSTEM = "system"
    MESSAGE = "message"
    PARAMETER = "parameter"
    MARKS = "marks_moved"
    UNMARKED = "not_marked"
    SMALL = "below_least_size"
    PARALLEL = "sent_at_once"
    """The earlier request had not been answered yet."""
    PROVIDER = "provider"
    """By bytes and time it should have hit."""
    UNKNOWN = "unknown"


NO_MISS = frozenset({CacheCause.HIT, CacheCause.FIRST})
_SLACK_TOKENS = 256
_SLACK_SHARE = 0.05
_OF_SECTION = {
    PromptSection.TOOLS: CacheCause.TOOLS,
    PromptSection.SYSTEM: CacheCause.SYSTEM,
    PromptSection.MESSAGES: CacheCause.MESSAGE,
}
_ATTRIBUTION = OPTIONS[-1]


@value
class CacheVerdict:
    """Of one flight. What is not known is None."""

    cause: CacheCause
    place: str = ""
    """Of the first difference: `tools[12].description`, `system`, `messages[7]`, `thinking`."""
    why: str = ""
    """Of UNKNOWN: a sentence."""
    earlier: FlightSummary | None = None
    """What it is compared with."""
    kinship: Kinship | None = None
    changes: tuple[PromptChange, ...] = ()
    """All differences, in the vendor's order."""
    gap_s: float | None = None
    """Since the earlier one was answered."""
    kept_s: float | None = None
    """How long the vendor keeps what it was given."""
    is_certain: bool = True
    """False where the vendor promises no time, or where a figure was counted here."""
    least_tokens: int | None = None
    lost_tokens: int | None = None
    """Of the prompt, that lay in the cache and were sent again at full price."""
    lost_provenance: Provenance = Provenance.UNKNOWN
    rewritten_tokens: int | None = None
    """Of these, written to the cache again."""

    @property
    def is_miss(self) -> bool:
        return self.cause not in NO_MISS and self.cause is not CacheCause.UNKNOWN


def unknown(why: str) -> CacheVerdict:
    return CacheVerdict(cause=CacheCause.UNKNOWN, why=why)


def why_unasked(flight: FlightSummary) -> str:
    """Why there is nothing to be said of its cache, in a sentence; empty where there may be."""
    if flight.is_running:
        return "The request has not been answered yet."
    if flight.operation is not Operation.GENERATE:
        return "Only prompts for an answer are cached."
    if not flight.attempts:
        return "No provider was asked."
    if flight.state is FlightState.FAILED:
        return "No answer came, so nothing is known of the cache."
    if flight.usage.cache_read_tokens is None and flight.usage.input_tokens is None:
        return "The provider told no figures."
    return ""


def judge(
    now: PrintedFlight, earlier: Sequence[PrintedFlight], habits: CacheHabits
) -> CacheVerdict:
    """`earlier`: flights that may have warmed the cache, in any order."""
    if why := why_unasked(now.flight):
        return unknown(why)
    found = nearest(now, earlier)
    if found is None:
        return _first(now, habits)
    before, kinship = found
    verdict = _compared(now, before, kinship, habits)
    if now.flight.usage.cache_read_tokens is None:
        return _untold(verdict, habits, "The provider does not tell what came from its cache.")
    if verdict.lost_tokens is None:
        return _untold(verdict, habits, "How much of it lay in the cache is not known.")
    return _outcome_without_miss(verdict, now, habits) or _blamed(verdict, now, before, habits)


def _untold(verdict: CacheVerdict, habits: CacheHabits, why: str) -> CacheVerdict:
    change = _cause_of(verdict.changes, habits)
    return replace(
        verdict,
        place="" if change is None else change.place,
        why=why,
    )


def _outcome_without_miss(
    verdict: CacheVerdict, now: PrintedFlight, habits: CacheHabits
) -> CacheVerdict | None:
    """Where nothing was lost, or nothing could be gained."""
    usage, lost = now.flight.usage, verdict.lost_tokens or 0
    if _is_small(usage.input_tokens, habits):
        return replace(verdict, cause=CacheCause.SMALL, least_tokens=habits.least_tokens)
    expected = lost + (usage.cache_read_tokens or 0)
    if not expected:
        cause = CacheCause.UNMARKED if _is_unmarked(now, habits) else CacheCause.FIRST
        return replace(verdict, cause=cause, lost_tokens=None, rewritten_tokens=None)
    if lost <= max(_SLACK_TOKENS, expected * _SLACK_SHARE, habits.step_tokens):
        return replace(verdict, cause=CacheCause.HIT, lost_tokens=0, rewritten_tokens=0)
    return None


def kept_for_s(each: PrintedFlight, habits: CacheHabits) -> tuple[float, float] | None:
    """By the marks of the request, else by what the vendor does usually."""
    usage = each.flight.usage
    if habits.is_marked:
        ttl_s = each.made.marks[-1].ttl_s if each.made.marks else None
        if ttl_s is None and usage.cache_write_1h_tokens:
            ttl_s = 3600
        if ttl_s is not None:
            return float(ttl_s), float(ttl_s)
    return habits.kept_s


def _first(now: PrintedFlight, habits: CacheHabits) -> CacheVerdict:
    usage = now.flight.usage
    if _is_small(usage.input_tokens, habits):
        return CacheVerdict(cause=CacheCause.SMALL, least_tokens=habits.least_tokens)
    if _is_unmarked(now, habits):
        return CacheVerdict(cause=CacheCause.UNMARKED)
    if usage.cache_read_tokens:
        return CacheVerdict(cause=CacheCause.HIT, lost_tokens=0, lost_provenance=Provenance.TOLD)
    return CacheVerdict(cause=CacheCause.FIRST)


def _compared(
    now: PrintedFlight, before: PrintedFlight, kinship: Kinship, habits: CacheHabits
) -> CacheVerdict:
    usage = now.flight.usage
    expected, provenance = expected_tokens(now.made, before, kinship, habits)
    lost: int | None = None
    if expected is not None and usage.cache_read_tokens is not None:
        lost = max(expected - usage.cache_read_tokens, 0)
        if usage.input_tokens is not None:
            lost = min(lost, max(usage.input_tokens - usage.cache_read_tokens, 0))
    written = usage.cache_write_tokens
    kept = kept_for_s(before, habits)
    found = changes(before.made, now.made)
    if kinship is Kinship.PREFIX or ends_otherwise(before.made, now.made):
        found = [each for each in found if each.section is not PromptSection.MESSAGES]
    return CacheVerdict(
        cause=CacheCause.UNKNOWN,
        earlier=before.flight,
        kinship=kinship,
        changes=tuple(found),
        gap_s=now.flight.started_at_s - answered_at_s(before.flight),
        kept_s=None if kept is None else kept[1],
        lost_tokens=lost,
        lost_provenance=Provenance.UNKNOWN if lost is None else provenance,
        rewritten_tokens=None if lost is None or written is None else min(lost, written),
    )


def _blamed(
    verdict: CacheVerdict, now: PrintedFlight, before: PrintedFlight, habits: CacheHabits
) -> CacheVerdict:
    flight, was = now.flight, before.flight
    if _model(flight) != _model(was):
        return replace(verdict, cause=CacheCause.MODEL)
    if (flight.provider, flight.account) != (was.provider, was.account):
        return replace(verdict, cause=CacheCause.ACCOUNT)
    change = _cause_of(verdict.changes, habits)
    if change is not None:
        named = CacheCause.PARAMETER if change.section is None else _OF_SECTION[change.section]
        return replace(verdict, cause=named, place=change.place)
    if _is_unmarked(now, habits):
        return replace(verdict, cause=CacheCause.UNMARKED)
    if not _reaches(now.made, before.made, habits):
        return replace(verdict, cause=CacheCause.MARKS)
    return _by_the_clock(verdict, now, before, habits)


def _by_the_clock(
    verdict: CacheVerdict, now: PrintedFlight, before: PrintedFlight, habits: CacheHabits
) -> CacheVerdict:
    """Nothing was changed."""
    gap_s, kept = verdict.gap_s or 0.0, kept_for_s(before, habits)
    if gap_s < 0:
        return replace(verdict, cause=CacheCause.PARALLEL)
    if kept is not None and gap_s > kept[0]:
        return replace(verdict, cause=CacheCause.EXPIRED, is_certain=gap_s > kept[1])
    if _is_refused(now, habits):
        return replace(verdict, cause=CacheCause.SMALL, is_certain=False)
    return replace(verdict, cause=CacheCause.PROVIDER, is_certain=kept is not None)


def _cause_of(found: Sequence[PromptChange], habits: CacheHabits) -> PromptChange | None:
    """The first difference that a cache minds."""
    for each in found:
        if each.place == _ATTRIBUTION and habits.passes_attribution:
            continue
        return each
    return None


def _model(flight: FlightSummary) -> str:
    return flight.model_served or flight.model_asked


def _is_small(input_tokens: int | None, habits: CacheHabits) -> bool:
    least = habits.least_tokens
    return least is not None and input_tokens is not None and input_tokens < least


def _is_refused(now: PrintedFlight, habits: CacheHabits) -> bool:
    """It was marked, and the vendor put nothing of it into its cache: too small for this model."""
    usage = now.flight.usage
    if not habits.is_marked or usage.cache_read_tokens or usage.cache_write_tokens != 0:
        return False
    return usage.input_tokens is not None and usage.input_tokens < LARGEST_LEAST


def _is_unmarked(now: PrintedFlight, habits: CacheHabits) -> bool:
    """A gateway that translates may mark by itself: then something was written."""
    usage = now.flight.usage
    has_used = bool(usage.cache_read_tokens or usage.cache_write_tokens)
    return habits.is_marked and not now.made.marks and not has_used


def _reaches(now: PromptPrint, before: PromptPrint, habits: CacheHabits) -> bool:
    """Whether the vendor, looking back from one of its marks, finds the last earlier one."""
    if not habits.is_marked or not now.marks or not before.marks:
        return True
    wanted = position(before, before.marks[-1])
    back = habits.looks_back_blocks
    ahead = [position(now, each) - wanted for each in now.marks]
    return any(each >= 0 and (back is None or each <= back) for each in ahead)


@value(kw_only=False)
class Warmth:
    """How long a flight's prompt stays in the cache after it."""

    until_s: float | None
    """By the wall clock; None where the vendor promises nothing."""
    is_certain: bool = True


COLD = Warmth(None)


def warmth_of(last: PrintedFlight, habits: CacheHabits) -> Warmth:
    """`last`: the newest that used it."""
    kept = kept_for_s(last, habits)
    used = last.flight.usage
    if kept is None or why_unasked(last.flight):
        return COLD
    if habits.is_marked and not (used.cache_read_tokens or used.cache_write_tokens):
        return COLD
    return Warmth(answered_at_s(last.flight) + kept[0], is_certain=kept[0] == kept[1])
