"""Who holds too many connections, in words for a person."""

from collections.abc import Sequence

from llmgw_desktop.app.figures import clock_text, local_time
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.flood import Flood

_SHOWN = 3


def flood_title(floods: Sequence[Flood]) -> str:
    """What happens, of all that go on; empty for none."""
    if not floods:
        return ""
    first = floods[0]
    if len(floods) == 1:
        return f"{flood_name(first)} holds {_connections(first)} to the gateway."
    return f"{len(floods)} programs or addresses hold too many connections to the gateway."


def flood_text(floods: Sequence[Flood], now_s: float) -> str:
    """Since when, what comes of it, and what to do."""
    if len(floods) == 1:
        (flood,) = floods
        return (
            f"Since {_since(flood, now_s)} what comes beyond is refused; others are served."
            f" {_advice(flood)}"
        )
    lines = [
        f"{flood_name(flood)}: {_connections(flood)} since {_since(flood, now_s)}"
        for flood in floods[:_SHOWN]
    ]
    more = f"; and {len(floods) - _SHOWN} more" if len(floods) > _SHOWN else ""
    return f"{'; '.join(lines)}{more}. What comes beyond is refused; others are served."


def flood_name(flood: Flood) -> str:
    name = inert_line(flood.name, 60)
    return name if flood.client_id else f"Somebody at {name}"


def flood_state(flood: Flood, now_s: float) -> str:
    """As it stands beside the client's name."""
    return f"{_connections(flood)} since {_since(flood, now_s)}"


def _advice(flood: Flood) -> str:
    if not flood.client_id:
        return "No key was shown, or they come from another computer."
    return "Look what it does, or pause it."


def _connections(flood: Flood) -> str:
    return f"{flood.connections:,} connection{'' if flood.connections == 1 else 's'}"


def _since(flood: Flood, now_s: float) -> str:
    return clock_text(flood.since_s, local_time(now_s).date())
