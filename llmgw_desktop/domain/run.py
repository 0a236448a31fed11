"""What a client that asked for a run is told."""

from dataclasses import dataclass, field

from llmgw_desktop.domain.approval import Approval
from llmgw_desktop.domain.cli import Warned
from llmgw_desktop.domain.containment import Contained
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.mcp_server import ServersTold
from llmgw_desktop.domain.prompt_facts import Saving
from llmgw_desktop.domain.submission import EarlierRun
from llmgw_desktop.domain.worktree import Worktree


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReply:
    """A job as it stands, with what its CLI answered so far."""

    job: Job
    text: str = field(default="", repr=False)
    structured: object = field(default=None, repr=False)
    stop_reason: str | None = None
    stderr: str = field(default="", repr=False)
    deduped: bool = False
    """The job was there already: asked for by an earlier request that is the same."""
    earlier: EarlierRun | None = None
    """What `replay` would have given this request instead of a run."""
    correlation_id: str = ""
    """Of this request; a shared job has that of the first."""
    provider_session_id: str | None = None
    """The CLI's own, as soon as it is known."""
    prompt_saving: Saving | None = None
    answer_saving: Saving | None = None
    """Of an answer that has come; None where it was not asked for, and of structures."""
    warnings: tuple[Warned, ...] = ()
    approval: Approval | None = None
    """What the gate said of this request; None where it was not asked."""
    mcp_servers: ServersTold | None = None
    """None where none were asked for."""
    contained: Contained | None = None
    """How it was started, as far as that is known."""
    worktree: Worktree | None = None
    """The one that was made for it."""
