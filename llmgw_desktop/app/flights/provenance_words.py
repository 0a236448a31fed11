"""Where a figure comes from, in sentences: tips, the cost of a flight, what its bill leaves out.

The marks themselves (≈ ≥ –) are spelt in `figures`.
"""

from collections.abc import Iterable

from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    exact_money_text,
    marked,
    marked_money,
    money_text,
    share_text,
    short_count_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import Counted, FlightSummary, FlightTotals
from llmgw_desktop.domain.usage import Figure, Provenance

MARKS_HINT = "≈ was counted by the gateway, ≥ is at least so much, – is not known."
_NAME_CHARS = 60
_MOST_NAMES = 6
_PROMPT = Figure.INPUT | Figure.CACHE_READ | Figure.CACHE_WRITE
_TOKENS = (Figure.INPUT, Figure.OUTPUT)


def figure_tip(flight: FlightSummary, figure: Figure) -> str:
    """Why it has its mark; empty where there is nothing to be said."""
    if flight.is_running:
        return ""
    if figure is Figure.COST:
        return cost_words(flight, exactly=True)
    match flight.provenance(figure):
        case Provenance.ESTIMATED:
            return "The gateway counted this: the provider did not tell it."
        case Provenance.PARTIAL:
            return "At least so much: the answer broke off before all of it was told."
        case Provenance.UNKNOWN if flight.was_generated and figure is not Figure.TTFT:
            return "Not known: the provider did not tell it."
    return ""


def cost_words(flight: FlightSummary, *, exactly: bool = False) -> str:
    """«$0.0123, the vendor's own bill; $0.0110 by list prices», «at least $0.020: no price is known
    of web search»; empty where nothing cost anything."""
    spelt = exact_money_text if exactly else money_text
    usage, cost_usd = flight.usage, flight.cost_usd
    if cost_usd is None:
        return _why_unknown(flight)
    if flight.is_billed_by_vendor:
        by_list = flight.list_cost_usd
        beside = "" if by_list is None else f"; {spelt(by_list)} by list prices"
        return f"{spelt(cost_usd)}, the vendor's own bill{beside}"
    match flight.provenance(Figure.COST):
        case Provenance.PARTIAL:
            return f"at least {spelt(cost_usd)}: {_gaps(flight)}"
        case Provenance.ESTIMATED:
            of_what = "the prompt" if usage.estimated & _PROMPT else "the answer"
            return f"about {spelt(cost_usd)}: the gateway counted the tokens of {of_what}"
    return f"{spelt(cost_usd)}, by the prices known then"


def doubts(flight: FlightSummary) -> tuple[tuple[str, str], ...]:
    """(What, which) of what its bill depends on beside the tokens."""
    facts = flight.usage.billing
    fees = [f"{_words(name)}, {counted(count, 'time')}" for name, count in facts.fees]
    lines = (
        ("Service tier", _name(facts.service_tier)),
        ("Vendor's tools", "; ".join(fees)),
        ("Not understood", _named(facts.not_understood)),
        ("Cannot be true", _named(facts.unsound)),
    )
    return tuple((what, which) for what, which in lines if which)


def sum_tip(totals: FlightTotals, figure: Figure) -> str:
    """«Told by 201 of 214 answers; 3 estimated; 2 broke off; 8 unknown.»"""
    found = totals.counted.get(figure)
    return "" if found is None else counted_words(found, figure)


def counted_words(found: Counted, figure: Figure) -> str:
    if not found.flights:
        return ""
    if found.told == found.flights:
        return f"Told by all of {counted(found.flights, 'answer')}."
    parts = [f"Told by {found.told:,} of {counted(found.flights, 'answer')}"]
    bound = "broke off" if figure is not Figure.COST else "at least so much"
    for number, word in (
        (found.estimated, "estimated"),
        (found.partial, bound),
        (found.unknown, "unknown"),
    ):
        if number:
            parts.append(f"{number:,} {word}")
    return "; ".join(parts) + "."


def sum_money(totals: FlightTotals) -> str:
    """«≥$3.20» where a part of it is not known."""
    return marked_money(totals.cost_usd, totals.provenance(Figure.COST))


def sum_tokens(totals: FlightTotals, figure: Figure, *, in_full: bool = False) -> str:
    count = totals.input_tokens if figure is Figure.INPUT else totals.output_tokens
    text = count_text(count) if in_full else short_count_text(count)
    return marked(text, totals.provenance(figure))


def today_line(totals: FlightTotals) -> str:
    """«Today $3.20 · 83 % from cache · 412 flights»; empty where there was none."""
    if not totals.flights:
        return ""
    parts = ["Today" if totals.cost_usd is None else f"Today {sum_money(totals)}"]
    if totals.cache_hit_rate is not None:
        parts.append(f"{share_text(totals.cache_hit_rate)} from cache")
    return " · ".join([*parts, counted(totals.flights, "flight")])


def _gaps(flight: FlightSummary) -> str:
    """Why it is a lower bound."""
    facts, usage, reasons = flight.usage.billing, flight.usage, []
    unknown = {
        name
        for name, tokens in (("input", usage.input_tokens), ("output", usage.output_tokens))
        if tokens is None
    }
    if silent := [each for each in facts.unpriced if each in unknown]:
        reasons.append(f"its {' and '.join(silent)} is not known")
    if priceless := [each for each in facts.unpriced if each not in unknown]:
        reasons.append(f"no price is known of {_named(map(_words, priceless))}")
    if facts.not_understood:
        reasons.append(f"nobody here knows what {_named(facts.not_understood)} means")
    if not reasons or any(usage.provenance(each) is Provenance.PARTIAL for each in _TOKENS):
        reasons.append("the answer broke off")
    return "; ".join(reasons)


def _why_unknown(flight: FlightSummary) -> str:
    if not flight.was_generated:
        return ""
    facts = flight.usage.billing
    if facts.unsound:
        return f"not known: what was told cannot be true ({_named(facts.unsound)})"
    if flight.usage.input_tokens is None and flight.usage.output_tokens is None:
        return "not known: the provider told no tokens"
    if facts.unpriced:
        return f"not known: no price is known of {_named(map(_words, facts.unpriced))}"
    return "not known: no price is known of this model"


def _named(names: Iterable[str]) -> str:
    """However many a vendor sends."""
    every = tuple(names)
    more = len(every) - _MOST_NAMES
    some = [_name(each) for each in every[:_MOST_NAMES]]
    return ", ".join(some) + (f" and {more} more" if more > 0 else "")


def _words(name: str) -> str:
    """«web search», which a vendor writes as `web_search`."""
    return _name(name.replace("_", " "))


def _name(word: str) -> str:
    return inert_line(word, _NAME_CHARS)
