"""What jobs are made with, joined by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.jobs.breaker import Breaker, NoBreaker
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.ledger import Ledger, NoLedger
from llmgw_desktop.engine.jobs.own_requests import NoOwnRequests, OwnRequests
from llmgw_desktop.engine.jobs.permissions import NobodyAnswers, Permissions
from llmgw_desktop.store.job_store import JobStore


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParts:
    """What a supervisor works with, joined by the composition root."""

    store: JobStore
    folders: JobFolders
    launcher: Launcher
    clock: Clock
    ids: IdSource
    bus: Bus
    clean: Callable[[str], str] = str
    """Takes secrets out of a title."""
    ledger: Ledger = field(default_factory=NoLedger)
    breaker: Breaker = field(default_factory=NoBreaker)
    own_requests: OwnRequests = field(default_factory=NoOwnRequests)
    """Knows model requests of runs that come to this gateway."""
    known_now_s: Callable[[], float] | None = None
    """The time by which it is counted how old ended jobs are; None: the clock's."""
    permissions: Permissions = field(default_factory=NobodyAnswers)
    """Answers what agents ask."""
