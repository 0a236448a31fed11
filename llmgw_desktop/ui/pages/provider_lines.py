"""The lines of «Flights by provider»: those who answered most, and one line for all others."""

from collections.abc import Sequence

from llmgw_desktop.app.figures import count_text, counted, share_text
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.overview import NO_PROVIDER, ProviderShare
from llmgw_desktop.ui.charts.share_bars import Share

LINES_MOST = 5
"""So many providers have a line of their own: the chart above needs its room."""


def provider_lines(providers: Sequence[ProviderShare]) -> list[Share]:
    """In the order of the providers, the greatest first."""
    lines = [_line(each) for each in providers]
    rest = providers[LINES_MOST:]
    return [*lines[:LINES_MOST], _rest(rest, lines[LINES_MOST:])] if rest else lines


def is_rest_line(index: int, providers: Sequence[ProviderShare]) -> bool:
    return index == LINES_MOST < len(providers)


def _line(share: ProviderShare) -> Share:
    return Share(
        name=inert_line(share.provider, 60) or NO_PROVIDER,
        share=share.share,
        words=_words(share.flights, share.share),
        note=_errors(share.errors),
    )


def _rest(rest: Sequence[ProviderShare], lines: Sequence[Share]) -> Share:
    flights, share = sum(each.flights for each in rest), sum(each.share for each in rest)
    return Share(
        name=f"and {len(rest):,} more",
        share=share,
        words=_words(flights, share),
        note=_errors(sum(each.errors for each in rest)),
        hint="\n".join(f"{each.name}: {each.words}  {each.note}".rstrip() for each in lines),
        is_rest=True,
    )


def _words(flights: int, share: float) -> str:
    return f"{count_text(flights)}  ·  {share_text(share)}"


def _errors(count: int) -> str:
    return counted(count, "error") if count else ""
