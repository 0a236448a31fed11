"""A decision of the gate: whether a run that asked for more than usual was started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName

REDACTED = "[redacted]"


class ApprovalStatus(StrEnum):
    APPROVED = "approved"
    DENIED = "denied"


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
