"""Runs the real Claude Code CLI headless, in a home of its own, against a base URL on loopback."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "@anthropic-ai/claude-code"
VERSION = "2.1.329"
BINARY = "claude"
MODEL = "claude-opus-5-5"
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeRun:
    returncode: int
    events: list[dict[str, Any]]
    """The lines of --output-format stream-json."""
    stderr: str
    folder: Path

    @property
    def result(self) -> dict[str, Any]:
        results = [e for e in self.events if e.get("type") == "result"]
        assert len(results) == 1, (self.events, self.stderr)
        return results[0]

    @property
    def api_retries(self) -> list[dict[str, Any]]:
        return [e for e in self.events if e.get("subtype") == "api_retry"]

    def tool_results(self) -> list[dict[str, Any]]:
        return [e["tool_use_result"] for e in self.events if "tool_use_result" in e]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeCli:
    program: Path
    root: Path
    """An empty folder: the CLI's home, its temporary files and its project go below it."""
    base_url: str
    key: str
    key_variable: str = "ANTHROPIC_API_KEY"
    max_retries: int = 1
    model: str = MODEL
    patience_s: int = _TIMEOUT_S

    def run(self, prompt: str, *options: str) -> ClaudeRun:
        project = self.root / "project"
        project.mkdir(parents=True, exist_ok=True)
        argv = [str(self.program), "-p", prompt, "--model", self.model, *options]
        done = subprocess.run(
            [*argv, "--output-format", "stream-json", "--verbose"],
            cwd=project,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=self.patience_s,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return ClaudeRun(
            returncode=done.returncode, events=events, stderr=done.stderr, folder=project
        )

    def _environment(self) -> dict[str, str]:
        home, temporary = self.root / "home", self.root / "tmp"
        home.mkdir(exist_ok=True)
        temporary.mkdir(exist_ok=True)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "ANTHROPIC_BASE_URL": self.base_url,
            self.key_variable: self.key,
            "CLAUDE_CODE_MAX_RETRIES": str(self.max_retries),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
        }
