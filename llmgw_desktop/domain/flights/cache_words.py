"""A verdict on a cache as it is told. In words: what happened, and what would have kept it warm. As
the prompt's blocks, each with what became of it: read from the cache, written to it, or neither.

Vendors tell sums alone; they read a prompt from its beginning, so the blocks are laid along it by
their size. Where a boundary goes through a block is an estimate.
"""

from collections.abc import Callable
from enum import StrEnum

from llmgw_desktop.domain.flights.cache_verdict import CacheCause, CacheVerdict
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.flights.prompt_changes import ChangeLook, TextDifference
from llmgw_desktop.domain.flights.prompt_print import PromptPrint, PromptSection
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value

LOOKS = {
    ChangeLook.CLOCK: "a clock",
    ChangeLook.DATE: "a date",
    ChangeLook.ID: "an id",
    ChangeLook.COUNTER: "a number",
    ChangeLook.BLANKS: "blanks",
}
_Words = Callable[[CacheVerdict, FlightSummary], str]


def happened(
    verdict: CacheVerdict, flight: FlightSummary, difference: TextDifference | None = None
) -> str:
    """One sentence."""
    words = _HAPPENED[verdict.cause](verdict, flight)
    look = None if difference is None else LOOKS.get(difference.look)
    return f"{words[:-1]}: {look}." if look and verdict.place else words


def cause_words(verdict: CacheVerdict, difference: TextDifference | None = None) -> str:
    """As few words as can be, for a notice or a strip."""
    if verdict.place:
        look = None if difference is None else LOOKS.get(difference.look)
        return f"{look} in {verdict.place}" if look else f"{verdict.place} changed"
    return _SHORT[verdict.cause]


def kept_warm(
    verdict: CacheVerdict, flight: FlightSummary, difference: TextDifference | None = None
) -> str:
    """What would have kept it warm, in a sentence or two; empty where there is nothing to do."""
    if verdict.cause in _CHANGED and difference is not None and difference.look in LOOKS:
        what = LOOKS[difference.look]
        return f"Keep {what} out of the prompt's beginning: say it in the last message, if at all."
    advice = _ADVICE.get(verdict.cause)
    return "" if advice is None else advice(verdict, flight)


def time_words(seconds: float) -> str:
    """`42 s`, `7 min`, `1 h 7 min`, `3 d 2 h`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86_400
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{days} d" + (f" {hours % 24} h" if hours % 24 else "")


def _hit(verdict: CacheVerdict, flight: FlightSummary) -> str:
    del verdict
    read, whole = flight.usage.cache_read_tokens, flight.usage.input_tokens
    if read is None or whole is None:
        return "All came from the cache that could."
    return f"All came from the cache that could: {read:,} of {whole:,} tokens."


def _expired(verdict: CacheVerdict, flight: FlightSummary) -> str:
    del flight
    gap = time_words(verdict.gap_s or 0.0)
    kept = "" if verdict.kept_s is None else f", and is kept for {time_words(verdict.kept_s)}"
    if not verdict.is_certain:
        return (
            f"The cache has probably expired: it was last used {gap} before, and the provider"
            f" keeps it for a time of its own choice{_at_most(verdict)}."
        )
    return f"The cache had expired: it was last used {gap} before{kept}."


def _at_most(verdict: CacheVerdict) -> str:
    return "" if verdict.kept_s is None else f", at most {time_words(verdict.kept_s)}"


def _account(verdict: CacheVerdict, flight: FlightSummary) -> str:
    was = "another account" if verdict.earlier is None else f"{verdict.earlier.account}"
    return f"Another account answered: the prompt lay in the cache of {was}, not {flight.account}."


def _model(verdict: CacheVerdict, flight: FlightSummary) -> str:
    earlier = verdict.earlier
    was = "another one" if earlier is None else earlier.model_served or earlier.model_asked
    now = flight.model_served or flight.model_asked
    return f"Another model answered: the prompt lay in the cache of {was}, not {now}."


def _changed(verdict: CacheVerdict, flight: FlightSummary) -> str:
    del flight
    what = next((each.what for each in verdict.changes if each.place == verdict.place), "changed")
    told = {"added": "was added", "removed": "was taken out", "moved": "stands in another place"}
    return f"{verdict.place} {told.get(what, 'changed')}."


def _small(verdict: CacheVerdict, flight: FlightSummary) -> str:
    if verdict.least_tokens is None:
        return "The provider put nothing of it into its cache: it is probably too short for that."
    size = flight.usage.input_tokens
    whole = "The prompt" if size is None else f"The prompt, {size:,} tokens,"
    return f"{whole} is too short: this model's cache begins at {verdict.least_tokens:,} tokens."


def _provider(verdict: CacheVerdict, flight: FlightSummary) -> str:
    del flight
    if verdict.is_certain:
        return "The provider's own miss: by bytes and time it should have hit."
    return (
        "Nothing was changed: the provider's own miss, or it had expired; how long the provider"
        " keeps a prompt is not known."
    )


def _told(words: str) -> _Words:
    return lambda _, __: words


_HAPPENED: dict[CacheCause, _Words] = {
    CacheCause.HIT: _hit,
    CacheCause.FIRST: _told("The first request of its kind: nothing of it lay in the cache yet."),
    CacheCause.EXPIRED: _expired,
    CacheCause.ACCOUNT: _account,
    CacheCause.MODEL: _model,
    CacheCause.TOOLS: _changed,
    CacheCause.SYSTEM: _changed,
    CacheCause.MESSAGE: _changed,
    CacheCause.PARAMETER: _changed,
    CacheCause.MARKS: _told("The marks moved: from none of them the last cached place is found."),
    CacheCause.UNMARKED: _told("Nothing was marked for the cache, and this provider wants marks."),
    CacheCause.SMALL: _small,
    CacheCause.PARALLEL: _told(
        "Sent at once: the earlier request had not been answered yet, so its cache was not there."
    ),
    CacheCause.PROVIDER: _provider,
    CacheCause.UNKNOWN: lambda verdict, _: verdict.why,
}
_SHORT = {
    CacheCause.HIT: "hit",
    CacheCause.FIRST: "first request",
    CacheCause.EXPIRED: "expired",
    CacheCause.ACCOUNT: "another account",
    CacheCause.MODEL: "another model",
    CacheCause.TOOLS: "tools changed",
    CacheCause.SYSTEM: "the system prompt changed",
    CacheCause.MESSAGE: "a message changed",
    CacheCause.PARAMETER: "a parameter changed",
    CacheCause.MARKS: "marks moved",
    CacheCause.UNMARKED: "not marked",
    CacheCause.SMALL: "too short",
    CacheCause.PARALLEL: "sent at once",
    CacheCause.PROVIDER: "the provider's own miss",
    CacheCause.UNKNOWN: "unknown",
}
_CHANGED = frozenset({CacheCause.TOOLS, CacheCause.SYSTEM, CacheCause.MESSAGE})


def _sooner(verdict: CacheVerdict, flight: FlightSummary) -> str:
    del flight
    if verdict.kept_s is None:
        return "A request soon after the last one."
    sooner = f"A request within {time_words(verdict.kept_s)} of the last one"
    if verdict.kept_s <= 300:
        return f'{sooner}, or marks that are kept for an hour ("ttl": "1h").'
    return f"{sooner}."


_ADVICE: dict[CacheCause, _Words] = {
    CacheCause.EXPIRED: _sooner,
    CacheCause.ACCOUNT: _told("Let a conversation stay with one account."),
    CacheCause.MODEL: _told("Stay with one model: each has a cache of its own."),
    CacheCause.TOOLS: _told(
        "Tools come first in every prompt: send the same ones, in the same words and order, "
        "through a whole conversation."
    ),
    CacheCause.SYSTEM: _told(
        "Keep the system prompt as it is, and say what changes in the last message."
    ),
    CacheCause.MESSAGE: _told(
        "Add to a conversation at its end, and change nothing that was said before."
    ),
    CacheCause.PARAMETER: _told("Leave it as it is through a whole conversation."),
    CacheCause.MARKS: _told(
        "Leave a mark where the last one stood, or set one no more than 20 blocks behind it."
    ),
    CacheCause.UNMARKED: _told(
        "Mark the end of the system prompt and the last message with cache_control."
    ),
    CacheCause.PARALLEL: _told(
        "Send one, wait for the first byte of its answer, and send the others then."
    ),
}


class BlockFate(StrEnum):
    READ = "read"
    WRITTEN = "written"
    FRESH = "fresh"
    UNKNOWN = "unknown"
    """The provider told nothing of its cache."""


@value
class PromptBlock:
    """A tool, a block of the system prompt, or a message."""

    section: PromptSection
    index: int
    tokens: int | None
    """Its share of the prompt's tokens, estimated; None where nobody told of these."""
    share: float
    """Of the whole prompt, 0 to 1."""
    fate: BlockFate
    """Of its larger part."""
    is_marked: bool = False
    is_changed: bool = False
    """The first difference lies in it."""

    @property
    def place(self) -> str:
        return f"{self.section}[{self.index}]"


def blocks_of(made: PromptPrint, usage: Usage, verdict: CacheVerdict) -> list[PromptBlock]:
    """In the vendor's order."""
    parts = [(PromptSection.TOOLS, at, max(each.size, 1)) for at, each in enumerate(made.tools)]
    for section, those in (
        (PromptSection.SYSTEM, made.system),
        (PromptSection.MESSAGES, made.messages),
    ):
        parts += [(section, at, max(each.size, 1)) for at, each in enumerate(those)]
    whole = sum(size for *_, size in parts) or 1
    marked = {(each.section, each.index) for each in made.marks}
    changed = _changed_place(verdict)
    found, before = list[PromptBlock](), 0
    for section, index, size in parts:
        middle = (before + size / 2) / whole
        before += size
        tokens = None if usage.input_tokens is None else round(usage.input_tokens * size / whole)
        found.append(
            PromptBlock(
                section=section,
                index=index,
                tokens=tokens,
                share=size / whole,
                fate=_fate(middle, usage),
                is_marked=(section, index) in marked,
                is_changed=(section, index) == changed,
            )
        )
    return found


def _changed_place(verdict: CacheVerdict) -> tuple[PromptSection, int] | None:
    for each in verdict.changes:
        if each.place == verdict.place and each.section is not None and each.now is not None:
            return each.section, each.now
    return None


def _fate(middle: float, usage: Usage) -> BlockFate:
    """Of what lies in this place of the prompt, 0 to 1."""
    whole = usage.input_tokens
    if not whole or (usage.cache_read_tokens is None and usage.cache_write_tokens is None):
        return BlockFate.UNKNOWN
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    at = middle * whole
    if at < read:
        return BlockFate.READ
    return BlockFate.WRITTEN if at < read + written else BlockFate.FRESH
