"""Runs the real Codex CLI headless, in a home of its own, against a base URL on loopback."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "@openai/codex"
VERSION = "0.169.0"
BINARY = "codex"
_TIMEOUT_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class CodexRun:
    returncode: int
    events: list[dict[str, Any]]
    """The lines of --json."""
    stderr: str
    folder: Path

    @property
    def words(self) -> list[str]:
        return [item["text"] for item in self._items("agent_message")]

    @property
    def commands(self) -> list[dict[str, Any]]:
        return self._items("command_execution")

    @property
    def usage(self) -> dict[str, Any]:
        return next(e["usage"] for e in self.events if e.get("type") == "turn.completed")

    def _items(self, kind: str) -> list[dict[str, Any]]:
        done = [e["item"] for e in self.events if e.get("type") == "item.completed"]
        return [item for item in done if item.get("type") == kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodexCli:
    program: Path
    root: Path
    """An empty folder: the CLI's home, its temporary files and its project go below it."""
    base_url: str
    key: str
    model: str

    def run(self, prompt: str) -> CodexRun:
        project = self.root / "project"
        project.mkdir(parents=True, exist_ok=True)
        provider = (
            f'model_providers.gw={{name="gw",base_url="{self.base_url}",env_key="GATEWAY_KEY",'
            f'wire_api="responses",request_max_retries=0,stream_max_retries=0,'
            f"supports_websockets=false}}"
        )
        done = subprocess.run(
            [
                str(self.program),
                "exec",
                *("--skip-git-repo-check", "--ignore-user-config", "--ephemeral", "--json"),
                "--dangerously-bypass-approvals-and-sandbox",
                *("-c", provider, "-c", 'model_provider="gw"'),
                *("-c", "check_for_update_on_startup=false", "-c", "analytics.enabled=false"),
                *("-m", self.model, prompt),
            ],
            cwd=project,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return CodexRun(
            returncode=done.returncode, events=events, stderr=done.stderr, folder=project
        )

    def _environment(self) -> dict[str, str]:
        home, temporary = self.root / "home", self.root / "tmp"
        (home / ".codex").mkdir(parents=True, exist_ok=True)
        temporary.mkdir(exist_ok=True)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "GATEWAY_KEY": self.key,
        }
