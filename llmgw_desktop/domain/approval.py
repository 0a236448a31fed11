"""The gate: what a person says of it, and a decision of it, with what each point was for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import REMOTE_KINDS, PrincipalKind

REDACTED = "[redacted]"
LONGEST_PREVIEW = 280


class ApprovalStrategy(StrEnum):
    """Who answers for what a run may do unasked."""

    LEGACY = "legacy"
    """Who asks for it: it runs as it was asked for."""
    MCP_MANAGED = "mcp_managed"
    """The gate: it is scored, and runs in the CLI's safe mode unless more was approved."""


class ApprovalPolicy(StrEnum):
    """How many points a managed run may have; the strictest first."""

    STRICT = "strict"
    BALANCED = "balanced"
    PERMISSIVE = "permissive"


class Unattended(StrEnum):
    """What becomes of an agent's question while no window and no command looks."""

    WAIT = "wait"
    """For whoever comes in time."""
    DENY = "deny"


class Asking(StrEnum):
    """Who answers for what an agent does while it runs."""

    AGENT = "agent"
    """The agent itself, by its own settings and the request's."""
    ASK = "ask"
    """A person: it asks before it acts."""


class ApprovalStatus(StrEnum):
    APPROVED = "approved"
    DENIED = "denied"


STRATEGIES = tuple(ApprovalStrategy)
"""The one that leaves the most to who asks first."""
POLICIES = tuple(ApprovalPolicy)


def stricter(one: ApprovalStrategy, other: ApprovalStrategy) -> ApprovalStrategy:
    return max(one, other, key=STRATEGIES.index)


def _usual_floor() -> dict[PrincipalKind, ApprovalStrategy]:
    return {
        kind: ApprovalStrategy.MCP_MANAGED if kind in REMOTE_KINDS else ApprovalStrategy.LEGACY
        for kind in PrincipalKind
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """`[approvals]`: what holds whatever a request says."""

    policy: ApprovalPolicy = ApprovalPolicy.BALANCED
    """Where a request names none; who is held to the gate may only name a stricter one."""
    allow_bypass: bool = False
    """Whether a managed run may do everything unasked, if it asked for that and was approved."""
    log_prompts: bool = False
    """Records begin with the prompt's first characters in place of its digest alone."""
    floor: Mapping[PrincipalKind, ApprovalStrategy] = field(default_factory=_usual_floor)
    """The least for each kind of caller; never less than managed for remote ones."""
    answer_within_minutes: int = 30
    """What an agent asked and nobody answered is denied then."""
    unattended: Unattended = Unattended.WAIT
    agents: Asking = Asking.AGENT
    """The least for every job: `ask` cannot be undone by a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A record; it says nothing of the prompt but its digest, unless a person wants more."""

    id: str
    at_s: float
    owner: str
    """The client that asked."""
    status: ApprovalStatus
    policy: str
    cli: CliName
    operation: str
    """The tool or door."""
    score: int
    reasons: tuple[str, ...] = ()
    """What each point of the score is for."""
    prompt_sha256: str = ""
    prompt_preview: str = REDACTED
    requested_mcp_servers: tuple[str, ...] = ()
    bypass_requested: bool = False
    full_auto: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict)
