"""Asks of every run: may it be, in which mode, and with which MCP servers. Who asks says more by
what it is than by what it says: the floor of its kind holds whatever the request names.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Any

from llmgw_desktop.clis.checks import in_safe_mode
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliName, Warned
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.events import ApprovalDecided
from llmgw_desktop.domain.jobs.approval import (
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
from llmgw_desktop.domain.jobs.run_errors import ApprovalDenied, InvalidRun
from llmgw_desktop.domain.mcp_server import McpServer, ServersTold
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.approvals.score import LIMITS, Score, scored
from llmgw_desktop.store.jobs.approval_store import ApprovalStore

KnownServers = Mapping[str, McpServer]
NO_SERVERS: KnownServers = MappingProxyType({})


@value
class Chosen:
    servers: tuple[McpServer, ...]
    told: ServersTold

    @property
    def scores(self) -> tuple[tuple[str, int], ...]:
        return tuple((each.name, each.points) for each in self.servers)

    def check_managed(self) -> None:
        """Raises InvalidRun naming those that no managed run may have."""
        refused = [each.name for each in self.servers if not each.managed]
        if refused:
            raise InvalidRun(
                f"a managed run may not have {', '.join(refused)}; the settings allow it by"
                f" [mcp_servers.{refused[0]}] managed = true",
                field="mcpServers",
            )


def choose(known: KnownServers, names: tuple[str, ...]) -> Chosen:
    there = {name: known[name] for name in names if name in known}
    servers = tuple(each for each in there.values() if each.enabled)
    enabled = tuple(each.name for each in servers)
    missing = tuple(name for name in names if name not in enabled)
    told = ServersTold(
        requested=names, enabled=enabled, missing=missing, why=_why(missing, there, known)
    )
    return Chosen(servers=servers, told=told)


def _why(missing: tuple[str, ...], there: KnownServers, known: KnownServers) -> str:
    if not missing:
        return ""
    off = [name for name in missing if name in there]
    unknown = [name[:64] for name in missing if name not in there]
    listed = ", ".join(name for name, each in known.items() if each.enabled) or "none"
    said = [f"{', '.join(off)} switched off"] if off else []
    said += [f"{', '.join(unknown)} not in the settings"] if unknown else []
    return f"MCP servers that the run does not get: {'; '.join(said)}. There are: {listed}."


_SPOILED = (
    "The review may say little: its tools, or its prompt, keep it from looking ({codes}). Let it"
    " read."
)


@value
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


@value
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
        rights = cli_of(asked.cli).rights
        options = asked.options if asked.asks else in_safe_mode(rights, asked.options)
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
