"""A budget in words: how far it is used, when it begins anew; in log, notice and table alike."""

import logging
from collections.abc import Callable

from llmgw_desktop.app.figures import local_time
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.amount_words import amount_words, budget_words
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import BudgetReached, Event

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
    return f"it begins anew on {at.day} {at:%b}{year} at {at:%H:%M}"


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
