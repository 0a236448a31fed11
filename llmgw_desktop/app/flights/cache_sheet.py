"""What the Cache tab shows of a flight: its verdict in words, its prompt as blocks, the words that
differ, and how its conversation went.

Made in a worker thread; all texts are harmless to show.
"""

from collections.abc import Sequence

from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    exact_money_text,
    local_time,
    marked,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.cache_verdict import COLD, CacheCause, CacheVerdict, Warmth
from llmgw_desktop.domain.flights.cache_words import (
    BlockFate,
    PromptBlock,
    cause_words,
    happened,
    kept_warm,
    time_words,
)
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.prompt_cache.explainer import (
    CacheExplainer,
    CacheExplanation,
    StripTurn,
)

FATE_WORDS = {
    BlockFate.READ: "read",
    BlockFate.WRITTEN: "written",
    BlockFate.FRESH: "fresh",
    BlockFate.UNKNOWN: "not told",
}
_NAME_CHARS = 80
_MOST_LISTED = 400
_WHOLE_CHARS = 600


@value
class SheetTurn:
    """One request of the conversation, as a bar of the strip. Shares are of its prompt, 0 to 1;
    None where the provider told nothing of its cache."""

    flight_id: str
    words: str
    read: float | None
    written: float | None
    is_miss: bool
    is_shown: bool
    """The flight that the sheet is of."""


@value
class CacheSheet:
    """`difference` is a text of two lines, before and now, where the words can be compared."""

    flight_id: str
    headline: str
    advice: str = ""
    is_miss: bool = False
    facts: Sequence[tuple[str, str]] = ()
    blocks: Sequence[PromptBlock] = ()
    names: Sequence[str] = ()
    """Of the blocks, in their order; empty where the prompt cannot be read."""
    difference: str = ""
    unread: str = ""
    warmth: Warmth = COLD
    turns: Sequence[SheetTurn] = ()

    @property
    def block_list(self) -> str:
        """One to a line, as a person reads them."""
        lines = [_block_line(each, at, self.names) for at, each in enumerate(self.blocks)]
        more = len(lines) - _MOST_LISTED
        return "\n".join(lines[:_MOST_LISTED]) + (f"\n… {more:,} more" if more > 0 else "")


def cache_sheet(explainer: CacheExplainer | None, flight_id: str) -> CacheSheet:
    """Waits for the disk."""
    found = None if explainer is None else explainer.explain(flight_id)
    if found is None or explainer is None:
        words = "Nothing is known of what its prompt consists of."
        return CacheSheet(flight_id=flight_id, headline=words)
    named = explainer.names(flight_id, found.blocks) if found.blocks else {}
    verdict, difference = found.verdict, found.difference
    return CacheSheet(
        flight_id=flight_id,
        headline=inert_line(happened(verdict, found.flight, difference), _WHOLE_CHARS),
        advice=kept_warm(verdict, found.flight, difference),
        is_miss=verdict.is_miss,
        facts=list(_facts(found)),
        blocks=found.blocks,
        names=[inert_line(named[each.place], _NAME_CHARS) for each in found.blocks]
        if named
        else (),
        difference=_both(found),
        unread=inert_line(found.unread, _WHOLE_CHARS),
        warmth=found.warmth,
        turns=[_turn(each, flight_id) for each in explainer.strip(flight_id)],
    )


def warm_words(warmth: Warmth, now_s: float) -> str:
    """How long it stays in the cache, as of now; empty where nothing is known of that."""
    if warmth.until_s is None:
        return ""
    left_s = warmth.until_s - now_s
    if left_s <= 0:
        ago = time_words(-left_s)
        gone = "No longer in the cache" if warmth.is_certain else "Perhaps no longer in the cache"
        return f"{gone}: its time was up {ago} ago, unless it was used since."
    minutes, seconds = divmod(int(left_s), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    at_least = "" if warmth.is_certain else "at least "
    return f"In the cache for {at_least}{clock} more, longer where it is used again."


def parts_words(blocks: Sequence[PromptBlock]) -> str:
    """The bar in words, for who does not see it."""
    counts = [
        f"{counted(len(those), 'block')} {FATE_WORDS[fate]}"
        for fate in BlockFate
        if (those := [each for each in blocks if each.fate is fate])
    ]
    changed = next((each.place for each in blocks if each.is_changed), "")
    told = ", ".join(counts)
    return f"{told}; the first difference is in {changed}" if changed else told


def block_tip(block: PromptBlock, name: str) -> str:
    size = "" if block.tokens is None else f", ≈{block.tokens:,} tokens"
    marked_too = ", marked for the cache" if block.is_marked else ""
    changed = ", the first difference" if block.is_changed else ""
    head = f"{block.place}{size}, {FATE_WORDS[block.fate]}{marked_too}{changed}"
    return f"{head}\n{name}" if name else head


def _block_line(block: PromptBlock, at: int, names: Sequence[str]) -> str:
    sign = "▶" if block.is_changed else " "
    size = "–" if block.tokens is None else f"≈{block.tokens:,}"
    mark = " ◆" if block.is_marked else "  "
    name = names[at] if at < len(names) else ""
    return f"{sign} {FATE_WORDS[block.fate]:<8} {size:>9}{mark} {block.place:<14} {name}".rstrip()


def _facts(found: CacheExplanation) -> list[tuple[str, str]]:
    verdict, facts = found.verdict, list[tuple[str, str]]()
    earlier = verdict.earlier
    if earlier is not None:
        kin = "the same conversation" if verdict.kinship == "conversation" else "the same beginning"
        began = f"{local_time(earlier.started_at_s):%H:%M:%S}"
        facts.append(("Compared with", f"the request of {began}, of {kin}"))
    if verdict.gap_s is not None and verdict.gap_s >= 0:
        kept = "" if verdict.kept_s is None else f"; kept for {time_words(verdict.kept_s)}"
        facts.append(("Last used", f"{time_words(verdict.gap_s)} before{kept}"))
    places = [f"{each.place} {each.what}" for each in verdict.changes]
    if len(places) > 1:
        more = f" and {len(places) - 8} more" if len(places) > 8 else ""
        facts.append(("All changes", ", ".join(places[:8]) + more))
    if verdict.is_miss and verdict.lost_tokens:
        lost = marked(count_text(verdict.lost_tokens), verdict.lost_provenance)
        again = ""
        if verdict.rewritten_tokens is not None:
            is_all = verdict.rewritten_tokens == verdict.lost_tokens
            those = "all" if is_all else count_text(verdict.rewritten_tokens)
            again = f", {those} of them written to the cache again"
        facts.append(("Sent again", f"{lost} tokens{again}"))
        if found.lost_usd is not None:
            facts.append(("That cost", f"{exact_money_text(found.lost_usd)} more than a hit"))
    if found.vendors_reason:
        facts.append(("The vendor says", found.vendors_reason.replace("_", " ")))
    return facts


def _both(found: CacheExplanation) -> str:
    difference = found.difference
    if difference is None or found.change is None:
        return ""
    before, now = inert_line(difference.before), inert_line(difference.now)
    head = f"@@ {found.change.place}, from byte {difference.byte:,}"
    return f"{head}\n- {before}\n+ {now}"


def _turn(turn: StripTurn, shown_id: str) -> SheetTurn:
    flight, verdict = turn.flight, turn.verdict
    read, written = _shares(flight.usage)
    return SheetTurn(
        flight_id=flight.id,
        words=_turn_words(flight, verdict),
        read=read,
        written=written,
        is_miss=verdict.is_miss,
        is_shown=flight.id == shown_id,
    )


def _shares(usage: Usage) -> tuple[float | None, float | None]:
    whole = usage.input_tokens
    if not whole or usage.cache_read_tokens is None:
        return None, None
    read = min(usage.cache_read_tokens / whole, 1.0)
    return read, min((usage.cache_write_tokens or 0) / whole, 1.0 - read)


def _turn_words(flight: FlightSummary, verdict: CacheVerdict) -> str:
    rate = flight.usage.cache_hit_rate
    share = "the cache is not told of" if rate is None else f"{rate:.0%} from the cache"
    why = "" if verdict.cause is CacheCause.UNKNOWN else f", {cause_words(verdict)}"
    return f"{local_time(flight.started_at_s):%H:%M:%S}: {share}{why}"
