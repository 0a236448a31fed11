"""Figures as people read them: counts, durations, sizes, shares, times of day.

One function for one kind of figure, used by every view, so that two places never show two
spellings. What is unknown is «–». Sentences are left to the files that know a flight.
"""

from datetime import UTC, date, datetime, tzinfo

from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.usage import Figure, Provenance, Usage, provenance_of

UNKNOWN = "–"
MARKS = {Provenance.ESTIMATED: "≈", Provenance.PARTIAL: "≥"}
_KIB = 1024
_MOST_DIGITS = 8
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_FIELDS = {
    Figure.INPUT: "input_tokens",
    Figure.OUTPUT: "output_tokens",
    Figure.CACHE_READ: "cache_read_tokens",
    Figure.CACHE_WRITE: "cache_write_tokens",
    Figure.REASONING: "reasoning_tokens",
}
_RATE_OF = int(Figure.INPUT | Figure.CACHE_READ)
_FRESH_OF = int(_RATE_OF | Figure.CACHE_WRITE)


def marked(text: str, provenance: Provenance) -> str:
    """«≈310» for what the gateway counted, «≥310» for a lower bound; «–» stays so, and what was
    told is plain."""
    return UNKNOWN if text == UNKNOWN else f"{MARKS.get(provenance, '')}{text}"


def tokens_text(usage: Usage, figure: Figure, *, in_full: bool = False) -> str:
    """One kind of tokens with its mark: «48.2k», «≥1,204»; `in_full` «48,212»."""
    count = count_of(usage, figure)
    text = count_text(count) if in_full else short_count_text(count)
    return marked(text, usage.provenance(figure))


def fresh_text(usage: Usage, *, in_full: bool = False) -> str:
    """Input tokens not cached; unknown where the provider is silent about its cache."""
    count = usage.fresh_tokens
    text = count_text(count) if in_full else short_count_text(count)
    return marked(text, _derived(usage, _FRESH_OF))


def count_of(usage: Usage, figure: Figure) -> int | None:
    found: int | None = getattr(usage, _FIELDS[figure])
    return found


def in_out_text(usage: Usage) -> str:
    """«48.2k → ≥1,204»; one dash where neither is known."""
    if usage.input_tokens is None and usage.output_tokens is None:
        return UNKNOWN
    return f"{tokens_text(usage, Figure.INPUT)} → {tokens_text(usage, Figure.OUTPUT)}"


def hit_rate_text(usage: Usage) -> str:
    """«91 %», «≈91 %» where what it is made of was not told."""
    return marked(share_text(usage.cache_hit_rate), _derived(usage, _RATE_OF))


def cost_text(usage: Usage, cost_usd: float | None) -> str:
    """«$0.042», «≥$0.042»: of an answer with this usage, whose marks the cost's travel with."""
    is_known = cost_usd is not None
    provenance = provenance_of(Figure.COST, is_known=is_known, usage=usage)
    return marked_money(cost_usd, provenance)


def count_text(count: int | None) -> str:
    """«98,311»."""
    return UNKNOWN if count is None else f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """«1 flight», «1,204 flights»; `many` where an s does not do."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def short_count_text(count: int | None) -> str:
    """For narrow columns: «310», «4,820», «48.2k», «1.2 M»."""
    if count is None:
        return UNKNOWN
    if count < 10_000:
        return f"{count:,}"
    if count < 999_950:
        return f"{count / 1000:.1f}k"
    return f"{count / 1_000_000:.1f} M"


def duration_text(duration_ms: float | None) -> str:
    """«0.4 ms», «840 ms», «12.4 s», «3 m 05 s», «2 h 07 m»; nothing only where there is nothing."""
    if duration_ms is None:
        return UNKNOWN
    ms = max(duration_ms, 0.0)
    if ms < 999.5:
        if ms < 0.05:
            return "<0.1 ms" if ms else "0 ms"
        return f"{ms:.1f} ms" if ms < 9.95 else f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    if seconds < 3600:
        return f"{seconds // 60} m {seconds % 60:02d} s"
    minutes = round(ms / 60_000)
    return f"{minutes // 60} h {minutes % 60:02d} m"


def size_text(size_bytes: int | None) -> str:
    """«0 bytes», «1 byte», «64 KB», «3.2 MB»."""
    if size_bytes is None:
        return UNKNOWN
    if size_bytes < _KIB:
        return counted(size_bytes, "byte")
    size = size_bytes / _KIB
    for unit in ("KB", "MB"):
        if size < 999.5:
            return f"{_three_digits(size)} {unit}"
        size /= _KIB
    return f"{_three_digits(size)} GB"


def share_text(share: float | None) -> str:
    """«91 %»; neither rounded up to all nor down to nothing while it is not."""
    if share is None:
        return UNKNOWN
    percent = share * 100
    if 0 < percent < 0.5:
        return "<1 %"
    if 99.5 <= percent < 100:
        return "99 %"
    return f"{percent:.0f} %"


def money_text(dollars: float | None) -> str:
    """«$0», «<$0.001», «$0.042», «$3.10», «$1,204»."""
    if dollars is None:
        return UNKNOWN
    if dollars < 0.0005:
        return "<$0.001" if dollars else "$0"
    if dollars < 0.9995:
        return f"${dollars:.3f}"
    return f"${dollars:,.2f}" if dollars < 99.995 else f"${dollars:,.0f}"


def marked_money(dollars: float | None, provenance: Provenance) -> str:
    """«$0.042», «≈$0.042», «≥$0.042»; a marked one is never «less than»: «≥$0.00031»."""
    is_tiny = dollars is not None and 0 < dollars < 0.0005 and provenance in MARKS
    return marked(exact_money_text(dollars) if is_tiny else money_text(dollars), provenance)


def exact_money_text(dollars: float | None) -> str:
    """For the place where one flight is looked at: «$0.0123», «$0.000041», «$3.10»."""
    if dollars is None or not 0 < dollars < 0.9995:
        return money_text(dollars)
    if dollars < 10**-_MOST_DIGITS:
        return "<$0.00000001"
    digits = 4
    while digits < _MOST_DIGITS and round(dollars, digits) < 10 / 10**digits:
        digits += 1
    return f"${dollars:.{digits}f}"


def spent_text(dollars: float, *, is_whole: bool) -> str:
    """Of several answers: «≥$0.0123» where some did not tell theirs, «–» where none did."""
    if is_whole:
        return exact_money_text(dollars)
    return f"{MARKS[Provenance.PARTIAL]}{exact_money_text(dollars)}" if dollars else UNKNOWN


def rate_text(per_s: float | None) -> str:
    """Tokens a second: «75», «3.2»."""
    if per_s is None:
        return UNKNOWN
    return f"{per_s:.1f}" if per_s < 9.95 else short_count_text(round(per_s))


def local_time(at_s: float, zone: tzinfo | None = None) -> datetime:
    """The wall clock of this computer, or of `zone`."""
    return datetime.fromtimestamp(at_s, tz=UTC).astimezone(zone)


def clock_text(at_s: float, today: date, zone: tzinfo | None = None) -> str:
    """«15:01:58»; with its day when that is not today, with its year when that is another."""
    at = local_time(at_s, zone)
    time = f"{at:%H:%M:%S}"
    if at.date() == today:
        return time
    day = f"{at.day} {month_text(at)}"
    return f"{day} {time}" if at.year == today.year else f"{day} {at.year} {time}"


def moment_text(at_s: float, zone: tzinfo | None = None) -> str:
    """In full: «2026-11-21 15:01:58.042»."""
    at = local_time(at_s, zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"


def _three_digits(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 99.95 else f"{value:.0f}"


def _derived(usage: Usage, figures: int) -> Provenance:
    """Of what is computed of these, up or down."""
    is_doubted = (usage.estimated | usage.partial) & figures
    return Provenance.ESTIMATED if is_doubted else Provenance.TOLD
