"""Runs the real Gemini CLI headless, in a home of its own, against a base URL on loopback."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "@google/gemini-cli"
VERSION = "0.61.0"
BINARY = "gemini"
_TIMEOUT_S = 90
SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "general": {
        "enableAutoUpdate": False,
        "enableAutoUpdateNotification": False,
        "maxAttempts": 1,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiRun:
    returncode: int
    events: list[dict[str, Any]]
    """The lines of -o stream-json."""
    stderr: str
    folder: Path

    @property
    def words(self) -> str:
        said = [e for e in self.events if e.get("type") == "message" and e["role"] == "assistant"]
        return "".join(e["content"] for e in said)

    @property
    def stats(self) -> dict[str, Any]:
        return next(e["stats"] for e in self.events if e.get("type") == "result")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiCli:
    program: Path
    root: Path
    """An empty folder: the CLI's home, its temporary files and its project go below it."""
    base_url: str
    key: str
    model: str

    def run(self, prompt: str) -> GeminiRun:
        project = self.root / "project"
        project.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                str(self.program),
                *("-m", self.model, "-o", "stream-json", "--approval-mode", "yolo", "-p", prompt),
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
        return GeminiRun(
            returncode=done.returncode, events=events, stderr=done.stderr, folder=project
        )

    def _environment(self) -> dict[str, str]:
        home, temporary = self.root / "home", self.root / "tmp"
        (home / ".gemini").mkdir(parents=True, exist_ok=True)
        (home / ".gemini" / "settings.json").write_text(json.dumps(SETTINGS))
        temporary.mkdir(exist_ok=True)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "GOOGLE_GEMINI_BASE_URL": self.base_url,
            "GEMINI_API_KEY": self.key,
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
            "GEMINI_CLI_NO_RELAUNCH": "true",
        }
