"""`[approvals]`: what holds callers back is never guessed, and nothing lowers remote ones."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import REMOTE_KINDS, PrincipalKind
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.approval import ApprovalPolicy, ApprovalSettings, ApprovalStrategy
from llmgw_desktop.store.settings.reader import load_settings


def load(folder: Path, text: str, **env: str) -> ApprovalSettings:
    file = folder / "config.toml"
    file.write_text(text)
    loaded = load_settings(file, env)
    assert loaded.warnings == ()
    return loaded.settings.approvals


def test_remote_callers_are_managed_from_the_start(tmp_path: Path) -> None:
    said = load(tmp_path, "")
    assert said.policy is ApprovalPolicy.BALANCED
    assert not said.allow_bypass
    assert not said.log_prompts
    assert {kind: said.floor[kind] for kind in PrincipalKind} == {
        kind: ApprovalStrategy.MCP_MANAGED if kind in REMOTE_KINDS else ApprovalStrategy.LEGACY
        for kind in PrincipalKind
    }


def test_what_is_said_holds_and_what_is_left_out_stays(tmp_path: Path) -> None:
    said = load(
        tmp_path,
        '[approvals]\npolicy = "strict"\nallow_bypass = true\nfloor = { key = "mcp_managed" }\n',
    )
    assert said.policy is ApprovalPolicy.STRICT
    assert said.allow_bypass
    assert said.floor[PrincipalKind.KEY] is ApprovalStrategy.MCP_MANAGED
    assert said.floor[PrincipalKind.LOCAL] is ApprovalStrategy.LEGACY
    assert said.floor[PrincipalKind.OAUTH] is ApprovalStrategy.MCP_MANAGED


@pytest.mark.parametrize("kind", sorted(REMOTE_KINDS))
def test_no_floor_lowers_a_remote_kind(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ConfigError, match=rf"approvals\.floor.*{kind}.*never less than managed"):
        load(tmp_path, f'[approvals]\nfloor = {{ {kind} = "legacy" }}\n')


@pytest.mark.parametrize(
    "raw", ['"mcp_managed"', '{ everyone = "mcp_managed" }', '{ key = "none" }', "{ key = 1 }"]
)
def test_a_floor_that_is_none_is_refused(tmp_path: Path, raw: str) -> None:
    with pytest.raises(ConfigError, match=r"approvals\.floor"):
        load(tmp_path, f"[approvals]\nfloor = {raw}\n")


def test_the_environment_wins(tmp_path: Path) -> None:
    said = load(
        tmp_path,
        '[approvals]\npolicy = "permissive"\n',
        LLM_GATEWAY_APPROVAL_POLICY="strict",
        LLM_GATEWAY_APPROVAL_ALLOW_BYPASS="yes",
        APPROVAL_LOG_PROMPTS="1",
    )
    assert (said.policy, said.allow_bypass, said.log_prompts) == (
        ApprovalPolicy.STRICT,
        True,
        True,
    )
    with pytest.raises(ConfigError, match="LLM_GATEWAY_APPROVAL_POLICY"):
        load(tmp_path, "", LLM_GATEWAY_APPROVAL_POLICY="lax")
