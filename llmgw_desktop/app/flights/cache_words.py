"""A client whose prompts no longer come from their vendor's cache, in words: for log and notice."""

import logging

from llmgw_desktop.app.words.figures import local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.events import CacheFell, Event

_NAME_CHARS = 60
_log = logging.getLogger(__name__)


def fall_title(event: CacheFell) -> str:
    """«Claude Code's cache misses since 14:02: a clock in tools[12].description»."""
    name, cause = inert_line(event.name, _NAME_CHARS), inert_line(event.cause, _NAME_CHARS)
    return f"{name}'s cache misses since {local_time(event.since_s):%H:%M}: {cause}"


FALL_TEXT = "Its prompts are sent again at full price. The tab Cache of the request says more."


def fall_log(event: Event) -> None:
    """A line in the log, with windows and without."""
    if isinstance(event, CacheFell):
        _log.warning("%s (llmgw flights why %s)", fall_title(event), event.flight_id)
