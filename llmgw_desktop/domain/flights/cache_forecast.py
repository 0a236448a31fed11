"""What will come from a vendor's cache, told before a request is sent: by the prints of the earlier
requests and by the clock. The same facts as the verdict's, which is told afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from llmgw_desktop.domain.flights.cache_kin import (
    CacheHabits,
    Kinship,
    PrintedFlight,
    answered_at_s,
    expected_tokens,
    nearest,
)
from llmgw_desktop.domain.flights.cache_verdict import kept_for_s
from llmgw_desktop.domain.flights.prompt_changes import changes
from llmgw_desktop.domain.flights.prompt_print import PromptSection
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value


class ColdCause(StrEnum):
    """Why what was warm is not."""

    EXPIRED = "expired"
    ACCOUNT = "another_account"
    CHANGED = "changed"


@value
class CacheForecast:
    """Of one request."""

    expected_tokens: int
    """Of its prompt will come from the cache."""
    lost_tokens: int = 0
    """Of its prompt lay in a cache, and will be sent again at full price."""
    cause: ColdCause | None = None
    """None: it is warm, or it cannot be told."""
    place: str = ""
    """Of CHANGED: what did."""
    before: PrintedFlight | None = None
    """What it is compared with."""
    gap_s: float = 0.0
    kept_s: float | None = None
    is_written: bool = False
    """What is sent again is written to the cache, which costs more than to send it."""
    is_kept_an_hour: bool = False

    def usage(self, prompt_tokens: int) -> Usage:
        """As it will be told, where nothing comes from the cache."""
        written = self.lost_tokens if self.is_written else 0
        return Usage(
            input_tokens=max(prompt_tokens, self.lost_tokens),
            cache_write_tokens=written,
            cache_write_1h_tokens=written if self.is_kept_an_hour else 0,
        )


def forecast(
    now: PrintedFlight, earlier: Sequence[PrintedFlight], habits: CacheHabits
) -> CacheForecast | None:
    """`now`: as it is about to be sent, its account and model as far as they are known. None where
    nothing like it was asked, or where it goes to another model."""
    found = nearest(now, earlier)
    if found is None:
        return None
    before, kinship = found
    was, flight = before.flight, now.flight
    if (was.model_served or was.model_asked) != (flight.model_served or flight.model_asked):
        return None
    reusable, _ = expected_tokens(now.made, before, kinship, habits)
    if not reusable:
        return None
    gap_s = flight.started_at_s - answered_at_s(was)
    kept = kept_for_s(before, habits)
    marks = now.made.marks
    cold = CacheForecast(
        expected_tokens=0,
        lost_tokens=reusable,
        before=before,
        gap_s=gap_s,
        kept_s=None if kept is None else kept[1],
        is_written=habits.is_marked and bool(marks),
        is_kept_an_hour=bool(marks) and marks[-1].ttl_s == 3600,
    )
    cause, place = _cold(before, now, kinship, cold)
    if cause is not None:
        return replace(cold, cause=cause, place=place)
    if kept is None or gap_s > kept[0]:
        return None  # the vendor promises nothing
    return CacheForecast(expected_tokens=reusable, before=before, gap_s=gap_s, kept_s=kept[1])


def _cold(
    before: PrintedFlight, now: PrintedFlight, kinship: Kinship, told: CacheForecast
) -> tuple[ColdCause | None, str]:
    """Why, and what was changed."""
    if told.kept_s is not None and told.gap_s > told.kept_s:
        return ColdCause.EXPIRED, ""
    was, flight = before.flight, now.flight
    if (was.provider, was.account) != (flight.provider, flight.account):
        return ColdCause.ACCOUNT, ""
    place = _changed(before, now) if kinship is Kinship.CONVERSATION else ""
    return (ColdCause.CHANGED, place) if place else (None, "")


_BASE = (PromptSection.TOOLS, PromptSection.SYSTEM)


def _changed(before: PrintedFlight, now: PrintedFlight) -> str:
    """The first difference before the messages; empty where there is none."""
    found = changes(before.made, now.made)
    return next((each.place for each in found if each.section in _BASE), "")
