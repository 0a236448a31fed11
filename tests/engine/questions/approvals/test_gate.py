"""What the gate lets pass, by who asks and what the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import REMOTE_KINDS, Principal, PrincipalKind
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import ApprovalDecided
from llmgw_desktop.domain.jobs.approval import (
    REDACTED,
    ApprovalPolicy,
    ApprovalSettings,
    ApprovalStatus,
    ApprovalStrategy,
)
from llmgw_desktop.domain.jobs.run_errors import ApprovalDenied
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.approvals.gate import ApprovalGate, AskedOfGate, Passed
from llmgw_desktop.store.jobs.approval_store import ApprovalStore

MANAGED = ApprovalStrategy.MCP_MANAGED
BYPASS = {"permissionMode": "bypassPermissions"}


def who(kind: PrincipalKind) -> Principal:
    return Principal(client_id=f"cli_{kind}", name=str(kind), scopes=frozenset(), kind=kind)


@dataclass
class Scene:
    store: ApprovalStore
    bus: Bus = field(default_factory=Bus)
    events: list[ApprovalDecided] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = SystemClock()
        self.bus.subscribe(lambda event: self.events.append(event), ApprovalDecided)  # type: ignore[arg-type]
        self.gate = ApprovalGate(
            self.store,
            ApprovalSettings(),
            ids=TimedIds(clock),
            clock=clock,
            bus=self.bus,
            clean=lambda text: text.replace("sk-secret", "***"),
        )

    def say(self, **said: Any) -> None:
        self.gate.apply(replace(ApprovalSettings(), **said))

    async def ask(
        self, kind: PrincipalKind = PrincipalKind.LOCAL, prompt: str = "hi", **asked: Any
    ) -> Passed:
        told = {"cli": CliName.CLAUDE, "operation": "claude_request", "options": {}, **asked}
        return await self.gate.check(AskedOfGate(prompt=prompt, **told), who(kind))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    store = ApprovalStore(tmp_path / "gateway.db")
    yield Scene(store)
    store.close()


async def test_legacy_is_as_it_was_asked_for_and_leaves_no_record(scene: Scene) -> None:
    for kind in (PrincipalKind.LOCAL, PrincipalKind.KEY):
        passed = await scene.ask(kind, options=BYPASS)
        assert passed.options == BYPASS
        assert not passed.is_managed
    assert scene.store.recent(None) == []
    assert scene.events == []


@pytest.mark.parametrize("kind", sorted(REMOTE_KINDS))
@pytest.mark.parametrize("strategy", [None, *ApprovalStrategy])
async def test_nobody_remote_goes_below_the_floor(
    scene: Scene, kind: PrincipalKind, strategy: ApprovalStrategy | None
) -> None:
    with pytest.raises(ApprovalDenied) as caught:
        await scene.ask(kind, options=BYPASS, strategy=strategy)
    record = caught.value.approval
    assert record.metadata["byFloor"] is True
    assert record.bypass_requested
    assert "permissionMode" in str(caught.value)
    assert "allow_bypass" in str(caught.value)
    passed = await scene.ask(kind, strategy=strategy)
    assert passed.options == {"permissionMode": "acceptEdits"}


async def test_a_key_that_comes_from_elsewhere_goes_below_it_no_more(scene: Scene) -> None:
    scene.say(floor={PrincipalKind.KEY: ApprovalStrategy.LEGACY})
    elsewhere = replace(who(PrincipalKind.KEY), came_from_elsewhere=True)
    asked = AskedOfGate(
        prompt="hi",
        cli=CliName.CLAUDE,
        operation="claude_request",
        options=BYPASS,
        strategy=ApprovalStrategy.LEGACY,
    )
    with pytest.raises(ApprovalDenied) as caught:
        await scene.gate.check(asked, elsewhere)
    assert caught.value.approval.metadata["fromElsewhere"] is True
    assert (await scene.gate.check(asked, who(PrincipalKind.KEY))).options == BYPASS


async def test_a_kind_that_no_floor_names_is_held_to_the_gate(scene: Scene) -> None:
    scene.say(floor={})
    assert (await scene.ask(PrincipalKind.KEY)).is_managed


async def test_the_place_may_want_more_than_the_caller(scene: Scene) -> None:
    assert (await scene.ask(least=MANAGED)).is_managed


async def test_bypass_needs_to_be_asked_for_approved_and_opted_in(scene: Scene) -> None:
    scene.say(allow_bypass=True)
    nothing = await scene.ask(strategy=MANAGED)
    assert nothing.options["permissionMode"] == "acceptEdits"
    passed = await scene.ask(strategy=MANAGED, options=BYPASS)
    assert passed.options["permissionMode"] == "bypassPermissions"
    assert passed.approval is not None
    assert passed.approval.score == 3
    switch = {"dangerouslySkipPermissions": True}
    assert (await scene.ask(strategy=MANAGED, options=switch)).options == switch
    with pytest.raises(ApprovalDenied, match="6 points, and balanced lets pass 5"):
        await scene.ask(strategy=MANAGED, options=BYPASS, prompt="delete all")
    with pytest.raises(ApprovalDenied, match="strict lets pass 2"):
        await scene.ask(strategy=MANAGED, options=BYPASS, policy=ApprovalPolicy.STRICT)


async def test_who_is_held_to_the_gate_only_makes_it_stricter(scene: Scene) -> None:
    scene.say(policy=ApprovalPolicy.STRICT)
    permissive = ApprovalPolicy.PERMISSIVE
    with pytest.raises(ApprovalDenied) as caught:
        await scene.ask(PrincipalKind.OAUTH, "a secret", policy=permissive)
    assert caught.value.approval.policy == "strict"
    own = await scene.ask(prompt="a secret", policy=permissive, strategy=MANAGED)
    assert own.approval is not None
    assert own.approval.policy == "permissive"


async def test_each_decision_is_on_record_and_told(scene: Scene) -> None:
    await scene.ask(strategy=MANAGED, prompt="hello world")
    with pytest.raises(ApprovalDenied):
        await scene.ask(strategy=MANAGED, options=BYPASS)
    denied, approved = scene.store.recent(None)
    assert [each.approval for each in scene.events] == [approved, denied]
    assert (approved.status, denied.status) == (ApprovalStatus.APPROVED, ApprovalStatus.DENIED)
    assert approved.reasons == ("+0 nothing that counts was found",)
    assert approved.prompt_preview == REDACTED
    assert len(approved.prompt_sha256) == 64
    assert denied.metadata["managedRiskReasons"] == ["permissionMode"]
    assert "hello" not in repr(approved)


async def test_a_preview_is_cut_and_cleaned(scene: Scene) -> None:
    scene.say(log_prompts=True)
    passed = await scene.ask(strategy=MANAGED, prompt="sk-secret " + "x" * 5000 + "\ud800")
    assert passed.approval is not None
    preview = passed.approval.prompt_preview
    assert preview.startswith("*** xxx")
    assert len(preview) == 280
    odd = await scene.ask(strategy=MANAGED, prompt="\ud800")
    assert odd.approval is not None
    assert odd.approval.prompt_preview == "?"


async def test_what_cannot_be_written_down_is_no_approval(scene: Scene, tmp_path: Path) -> None:
    scene.store.close()
    (tmp_path / "gateway.db").unlink(missing_ok=True)
    (tmp_path / "gateway.db").mkdir()
    with pytest.raises(StoreUnavailable):
        await scene.ask(strategy=MANAGED)
    assert scene.events == []


async def test_a_review_that_cannot_look_is_warned_of_under_legacy_too(scene: Scene) -> None:
    passed = await scene.ask(prompt="review it", options={"allowedTools": []})
    (warning,) = passed.warnings
    assert warning.code == "review_integrity"
    assert "review_without_tools" in warning.message


async def test_a_run_that_asks_a_person_keeps_its_own_mode(scene: Scene) -> None:
    passed = await scene.ask(strategy=MANAGED, asks=True)
    assert passed.options == {}
    with pytest.raises(ApprovalDenied):
        await scene.ask(strategy=MANAGED, asks=True, options=BYPASS)
