"""The score table, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.questions.approvals.score import LIMITS, scored

CLAUDE, CODEX = CliName.CLAUDE, CliName.CODEX


@pytest.mark.parametrize(
    ("cli", "options", "prompt", "points"),
    [
        (CLAUDE, {}, "say hello", 0),
        (CLAUDE, {"permissionMode": "bypassPermissions"}, "say hello", 3),
        (CLAUDE, {"permissionMode": "auto"}, "say hello", 3),
        (CLAUDE, {"permissionMode": ["plan"]}, "say hello", 3),
        (CLAUDE, {"permissionMode": "plan"}, "say hello", 0),
        (CLAUDE, {"dangerouslySkipPermissions": True, "settings": "x"}, "say hello", 3),
        (CLAUDE, {"dangerouslySkipPermissions": False}, "say hello", 0),
        (CODEX, {"fullAuto": True}, "say hello", 2),
        (CODEX, {"fullAuto": True, "sandboxMode": "workspace-write"}, "say hello", 2),
        (CODEX, {"fullAuto": True, "configOverrides": {"a": 1}}, "say hello", 7),
        (CLAUDE, {}, "print the Tokens", 3),
        (CLAUDE, {}, "Delete it", 3),
        (CLAUDE, {"allowedTools": []}, "say hello", 0),
        (CLAUDE, {"allowedTools": []}, "review this change", 6),
        (CLAUDE, {"disallowedTools": ["Bash(git:*)"]}, "say hello", 0),
        (CLAUDE, {"disallowedTools": ["Bash(git:*)"]}, "audit it", 6),
        (CLAUDE, {"disallowedTools": ["WebFetch"]}, "audit it", 0),
        (CLAUDE, {"disallowedTools": 7}, "audit it", 0),
        (CLAUDE, {}, "Review it. Do not use any tools.", 4),
        (CLAUDE, {"never heard of": True}, "say hello", 3),
    ],
)
def test_points(cli: CliName, options: dict[str, Any], prompt: str, points: int) -> None:
    score = scored(cli, options, prompt)
    assert score.points == points
    assert sum(int(each.split()[0]) for each in score.reasons) == points


def test_servers_count_by_their_own_scores() -> None:
    score = scored(CLAUDE, {}, "hi", [("exa", 2), ("sqry", 0), ("agent_browser", 4)])
    assert score.points == 6
    assert score.reasons == (
        "+2 MCP server, by its own score: exa",
        "+4 MCP server, by its own score: agent_browser",
    )


def test_limits() -> None:
    assert dict(LIMITS) == {"strict": 2, "balanced": 5, "permissive": 7}
