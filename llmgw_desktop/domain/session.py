"""A session: a conversation with a CLI that goes on from run to run, as the gateway keeps it.

What was said in it lies with the CLI alone; here stands whose it is, how the CLI calls it, and what
it has used so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage, usage_of

SESSION_PREFIX = "gws"
"""Of our own ids, so that none is taken for one of a CLI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTotals:
    """What a whole session has used, as far as its CLI told, or as the flights of its runs' own
    requests say; unknown is None."""

    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    told_usage: Usage | None = None
    """What the CLI itself says of the session where flights say something else: what it says after
    a later run is a sum with this. None: it is the same."""
    told_cost_usd: float | None = None
    """The same of the cost; of no meaning without the former."""


def session_totals_of(kept: Mapping[str, Any]) -> SessionTotals:
    """From what `asdict` made of one, of this version or an earlier one. Raises TypeError for
    what is none."""
    told = kept.get("told_usage")
    usages = {"usage": usage_of(kept["usage"]), "told_usage": told and usage_of(told)}
    return SessionTotals(**{**kept, **usages})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One row. Times are wall clock, seconds since 1970."""

    id: str
    owner: str
    """The principal's client id: others do not find it."""
    cli: CliName
    provider_session_id: str = ""
    """The CLI's own; empty until its first run told it."""
    description: str = ""
    working_dir: str = ""
    """The caller's; empty where none was named."""
    neutral_dir: str = ""
    """Where its runs work that name no folder: some CLIs find a session in its folder alone."""
    made_at_s: float
    used_at_s: float
    is_active: bool = False
    """The one of its owner and CLI that is meant where the last one is asked for."""
    totals: SessionTotals = field(default_factory=SessionTotals)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUse:
    """What a run has to do with a session. Kept with the job, for the program that ends it."""

    id: str
    is_new: bool = False
    """It begins with this run."""
    new_provider_id: str = ""
    """What the CLI shall call it, where it takes such an id."""
    is_active: bool = False
    """It becomes the active one."""
    working_dir: str = ""
    neutral_dir: str = ""
    before: SessionTotals | None = None
    """What the session had used before; None where nobody knows. A fork goes on from its
    parent's."""
