"""What is noticed while nobody looks, in words, for log, notice and table: budgets and how far they
are used, floods, caches that miss."""

import logging
from collections.abc import Callable, Sequence

from llmgw_desktop.app.words.figures import clock_text, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import BudgetReached, CacheFell, Event
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.policy import Flood, amount_words, budget_words

_NAME_CHARS = 60
_DAY_S = 86_400.0
_log = logging.getLogger(__name__)


def anew_words(ends_at_s: float | None, now_s: float) -> str:
    """«it begins anew at 00:00», «… on 1 Dec at 00:00»: by the wall clock of this computer."""
    if ends_at_s is None:
        return "it does not begin anew"
    at = local_time(ends_at_s)
    if ends_at_s - now_s <= _DAY_S:
        return f"it begins anew at {at:%H:%M}"
    year = "" if at.year == local_time(now_s).year else f" {at.year}"
    return f"it begins anew on {at.day} {month_text(at)}{year} at {at:%H:%M}"


def reached_title(event: BudgetReached) -> str:
    """«nightly has used 80 % of its 5 US dollars a day»."""
    name, budget = inert_line(event.name, _NAME_CHARS), budget_words(event.spent.budget)
    if event.percent >= 100:
        return f"{name} has used up its {budget}"
    return f"{name} has used {event.percent} % of its {budget}"


def reached_text(event: BudgetReached, now_s: float) -> str:
    """What comes of it, and until when."""
    anew = anew_words(event.spent.ends_at_s, now_s)
    if event.percent >= 100:
        return f"Its requests are refused; {anew}."
    left = amount_words(event.spent.budget.measure, event.spent.left)
    return f"{left} {'is' if left.startswith('1 ') else 'are'} left; {anew}."


def budget_log(clock: Clock) -> Callable[[Event], None]:
    """A line in the log for each mark that is reached, with windows and without."""

    def tell(event: Event) -> None:
        if isinstance(event, BudgetReached):
            _log.warning("%s. %s", reached_title(event), reached_text(event, clock.now_s()))

    return tell


_SHOWN = 3


def flood_title(floods: Sequence[Flood]) -> str:
    """What happens, of all that go on; empty for none."""
    if not floods:
        return ""
    first = floods[0]
    if len(floods) == 1:
        return f"{flood_name(first)} holds {flood_short(first)} to the gateway."
    return f"{len(floods)} programs or addresses hold too many connections to the gateway."


def flood_text(floods: Sequence[Flood], now_s: float) -> str:
    """Since when, what comes of it, and what to do."""
    if len(floods) == 1:
        (flood,) = floods
        return (
            f"Since {_since(flood, now_s)} more than {flood.most:,} are refused; others are served."
            f" {_advice(flood)}"
        )
    lines = [
        f"{flood_name(flood)}: {flood_short(flood)} since {_since(flood, now_s)}"
        for flood in floods[:_SHOWN]
    ]
    more = f"; and {len(floods) - _SHOWN} more" if len(floods) > _SHOWN else ""
    return f"{'; '.join(lines)}{more}. What comes beyond is refused; others are served."


def flood_name(flood: Flood) -> str:
    name = inert_line(flood.name, 60)
    return name if flood.client_id else f"Somebody at {name}"


def flood_state(flood: Flood, now_s: float) -> str:
    """As it stands beside the client's name."""
    return f"{flood_short(flood)} since {_since(flood, now_s)}"


def flood_short(flood: Flood) -> str:
    """For narrow places."""
    return f"{flood.connections:,} connection{'' if flood.connections == 1 else 's'}"


def _advice(flood: Flood) -> str:
    if not flood.client_id:
        return "They showed no good key, or come from another computer."
    return "See what it does, or pause it."


def _since(flood: Flood, now_s: float) -> str:
    return clock_text(flood.since_s, local_time(now_s).date())


def fall_title(event: CacheFell) -> str:
    """«Claude Code's cache misses since 14:02: a clock in tools[12].description»."""
    name, cause = inert_line(event.name, _NAME_CHARS), inert_line(event.cause, _NAME_CHARS)
    return f"{name}'s cache misses since {local_time(event.since_s):%H:%M}: {cause}"


FALL_TEXT = "Its prompts are sent again at full price. The tab Cache of the request says more."


def fall_log(event: Event) -> None:
    """A line in the log, with windows and without."""
    if isinstance(event, CacheFell):
        _log.warning("%s (llmgw flights why %s)", fall_title(event), event.flight_id)
