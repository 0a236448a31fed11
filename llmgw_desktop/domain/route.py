"""To whom a request goes, and why."""

from dataclasses import dataclass

from llmgw_desktop.domain.provider import Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An upstream with the model name that it knows."""

    upstream: Upstream
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDecision:
    """One use of the routing rules: candidates in the order they are tried, the reason in words."""

    candidates: tuple[Candidate, ...]
    reason: str
