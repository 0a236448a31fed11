"""An agent that runs asks whether it may do something, and a person answers.

The question belongs to a job and is its owner's; whoever sits at the screen answers it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.values import value


def nobody_answered(minutes: int) -> str:
    """What the agent is told then."""
    length = "a minute" if minutes == 1 else f"{minutes:,} minutes"
    return f"Nobody answered within {length}, so this was denied."


class PermissionKind(StrEnum):
    """What an agent wants to do."""

    COMMAND = "command"
    EDIT = "edit"
    FETCH = "fetch"
    MCP = "mcp"
    """A tool of an MCP server."""
    OTHER = "other"


class Decision(StrEnum):
    ONCE = "once"
    JOB = "job"
    """This, and the same again in this job: a rule of the gateway's, never of the agent's."""
    DENY = "deny"
    STOP = "stop"
    """Denied, and the job ends."""


class DecisionWay(StrEnum):
    """How a question came to its answer."""

    DIALOG = "dialog"
    COMMAND = "command"
    """`llmgw approvals`."""
    RULE = "rule"
    """The same was allowed for this job."""
    POLICY = "policy"
    """The operator's settings answer where nobody can be asked."""
    TIMEOUT = "timeout"
    WITHDRAWN = "withdrawn"
    """The agent asks no longer, or the job ended."""
    REFUSED = "refused"
    """By the gateway itself: outside the workspace, or too large to be shown."""


@value
class FileChange:
    """One file as an edit would leave it."""

    path: str
    old: str | None = None
    """None: not told, or there is none yet."""
    new: str | None = None
    diff: str = ""
    """Where the agent gives a diff instead."""
    is_gone: bool = False
    """The file is removed, or moved away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an agent asks, read from its own protocol: nothing of it is trusted, nothing shortened.

    `native_id` is by what the answer is matched (request_id, JSON-RPC id); `call_id` by what the
    tool's call is (tool_use_id, itemId, toolCallId).
    """

    native_id: str
    call_id: str = ""
    kind: PermissionKind = PermissionKind.OTHER
    command: str = ""
    changes: tuple[FileChange, ...] = ()
    url: str = ""
    server: str = ""
    tool: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Of a tool, or all that is known where nothing else is."""
    cwd: str = ""
    reason: str = ""
    """Why the agent's program asks."""
    agent_words: str = ""
    """The model's own description: shown as what the agent says, never as what is done."""
    can_take_note: bool = True
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingJob:
    """What must be known of a job to put its questions."""

    id: str
    owner: str
    client: str
    cli: CliName
    title: str = ""
    working_dir: str
    """Absolute."""
    workspace: str = ""
    """Alias; empty where the job has none."""
    top: str = ""
    """The workspace's folder; empty: the working folder is the limit."""
    is_remote: bool = False
    """Its owner may sit anywhere: what leads out is refused unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRule:
    """What a person allowed for one job: this again, and nothing but this."""

    job_id: str
    digest: str
    """Of what was allowed, in full."""
    words: str
    person: str = ""
    made_at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionQuestion:
    """An ask as it waits for a person."""

    id: str
    job_id: str
    owner: str
    """The client whose job it is."""
    client: str
    cli: CliName
    job_title: str
    ask: Ask
    asked_at_s: float
    expires_at_s: float
    workspace: str = ""
    """Alias; empty where the job has none."""
    rule: str = ""
    """What `JOB` would allow, in words; empty: it cannot be offered."""
    warnings: tuple[str, ...] = ()
    """What a person should look at: a path outside the workspace, control characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionAnswer:
    decision: Decision
    way: DecisionWay
    at_s: float
    note: str = ""
    """Reaches the agent, with a denial."""
    person: str = ""

    @property
    def allows(self) -> bool:
        return self.decision in (Decision.ONCE, Decision.JOB)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDecision:
    """A question with its answer, as the log keeps it."""

    question: PermissionQuestion
    answer: PermissionAnswer
