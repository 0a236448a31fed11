"""Asks of every run: may it be, and in which mode. Who asks says more by what he is than by what
he says: the floor of his kind holds whatever the request names.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.clis.rights import in_safe_mode
from llmgw_desktop.domain.approval import (
    LONGEST_PREVIEW,
    POLICIES,
    REDACTED,
    Approval,
    ApprovalPolicy,
    ApprovalSettings,
    ApprovalStatus,
    ApprovalStrategy,
    stricter,
)
from llmgw_desktop.domain.cli import CliName, Warned
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import ApprovalDecided
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.run_errors import ApprovalDenied
from llmgw_desktop.engine.approvals.score import LIMITS, Score, scored
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.store.approval_store import ApprovalStore

_SPOILED = (
    "The review may say little: its tools, or its prompt, keep it from looking ({codes}). Let it"
    " read."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfGate:
    """What it looks at."""

    cli: CliName
    operation: str
    """The tool or door by which it was asked for."""
    prompt: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    strategy: ApprovalStrategy | None = None
    policy: ApprovalPolicy | None = None
    least: ApprovalStrategy = ApprovalStrategy.LEGACY
    """Of the place where it works."""
    servers: Sequence[tuple[str, int]] = ()
    """MCP servers by name, with their scores."""
    asks: bool = False
    """A person is asked before the agent acts: that holds more back than any mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """How it may be."""

    options: Mapping[str, Any] = field(repr=False)
    approval: Approval | None = None
    """None where nobody asked the gate."""
    warnings: tuple[Warned, ...] = ()

    @property
    def is_managed(self) -> bool:
        return self.approval is not None


class ApprovalGate:
    """`settings`: those in force. `clean` takes secrets out of what is kept of a prompt."""

    def __init__(
        self,
        store: ApprovalStore,
        settings: ApprovalSettings,
        *,
        ids: IdSource,
        clock: Clock,
        bus: Bus,
        clean: Callable[[str], str] = str,
    ) -> None:
        self._store = store
        self._settings = settings
        self._ids = ids
        self._clock = clock
        self._bus = bus
        self._clean = clean

    def apply(self, settings: ApprovalSettings) -> None:
        """For what is asked from now on."""
        self._settings = settings

    async def check(self, asked: AskedOfGate, principal: Principal) -> Passed:
        """Raises ApprovalDenied, and StoreError where a decision cannot be written down: then it
        is none."""
        score = scored(asked.cli, asked.options, asked.prompt, asked.servers)
        warnings = _warnings(score)
        if self._strategy(asked, principal) is ApprovalStrategy.LEGACY:
            return Passed(options=asked.options, warnings=warnings)
        approval = self._decided(asked, principal, score)
        await asyncio.to_thread(self._store.add, approval)
        self._bus.publish(ApprovalDecided(approval=approval))
        if approval.status is ApprovalStatus.DENIED:
            raise ApprovalDenied(approval, may_bypass=self._settings.allow_bypass)
        options = asked.options if asked.asks else in_safe_mode(asked.cli, asked.options)
        return Passed(options=options, approval=approval, warnings=warnings)

    def _strategy(self, asked: AskedOfGate, principal: Principal) -> ApprovalStrategy:
        floor = self._floor(asked, principal)
        return stricter(asked.strategy or ApprovalStrategy.LEGACY, floor)

    def _floor(self, asked: AskedOfGate, principal: Principal) -> ApprovalStrategy:
        """Of a kind that nobody knows the strictest; and of a key that is used from elsewhere."""
        of_kind = self._settings.floor.get(principal.kind, ApprovalStrategy.MCP_MANAGED)
        if principal.is_remote:
            of_kind = ApprovalStrategy.MCP_MANAGED
        return stricter(of_kind, asked.least)

    def _policy(self, asked: AskedOfGate, principal: Principal) -> ApprovalPolicy:
        """Who is held to the gate does not choose how wide it is."""
        said = self._settings.policy
        if asked.policy is None:
            return said
        if self._floor(asked, principal) is ApprovalStrategy.LEGACY:
            return asked.policy
        return min(asked.policy, said, key=POLICIES.index)

    def _decided(self, asked: AskedOfGate, principal: Principal, score: Score) -> Approval:
        policy = self._policy(asked, principal)
        reasons = list(score.reasons) or ["+0 nothing that counts was found"]
        limit = LIMITS[policy]
        is_denied = score.points > limit
        if is_denied:
            reasons.append(f"{score.points} points, and {policy} lets pass {limit}")
        if score.wide and not self._settings.allow_bypass:
            is_denied = True
            reasons.append("more than the safe mode is not allowed here, whatever the score")
        floor = self._floor(asked, principal)
        return Approval(
            id=self._ids.new("apr"),
            at_s=self._clock.now_s(),
            owner=principal.client_id,
            status=ApprovalStatus.DENIED if is_denied else ApprovalStatus.APPROVED,
            policy=policy,
            cli=asked.cli,
            operation=asked.operation,
            score=score.points,
            reasons=tuple(reasons),
            prompt_sha256=_digest(asked.prompt),
            prompt_preview=self._preview(asked.prompt),
            requested_mcp_servers=tuple(name for name, _ in asked.servers),
            bypass_requested=bool(score.wide),
            full_auto=score.full_auto,
            metadata={
                "strategy": ApprovalStrategy.MCP_MANAGED,
                "askedStrategy": asked.strategy,
                "principalKind": principal.kind,
                "fromElsewhere": principal.is_remote,
                "byFloor": floor is ApprovalStrategy.MCP_MANAGED,
                "managedRiskReasons": list(score.wide),
                "reviewIntegrity": {
                    "isReviewContext": score.is_review,
                    "violations": list(score.violations),
                },
            },
        )

    def _preview(self, prompt: str) -> str:
        if not self._settings.log_prompts:
            return REDACTED
        # A secret that is cut in two would not be known for one any more.
        cleaned = self._clean(prompt[: 16 * LONGEST_PREVIEW])
        return cleaned[:LONGEST_PREVIEW].encode("utf-8", "replace").decode()


def _warnings(score: Score) -> tuple[Warned, ...]:
    if not score.violations:
        return ()
    codes = ", ".join(score.violations)
    return (Warned(code="review_integrity", message=_SPOILED.format(codes=codes)),)


def _digest(prompt: str) -> str:
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()
