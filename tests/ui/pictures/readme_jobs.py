"""Jobs for the picture of the README: stand-ins of three vendors' CLIs, run by the real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import Submission
from tests.support.plain_panels import CLAUDE_ON_PLAN
from tests.support.told_cli import TRANSCRIPTS, ToldCli

LONG = "Mend the session store: its test fails when the clock is turned back"
_SESSION = "eef3124c-f441-46d8-9b12-f50c811d9bb7"
_STDERR = (
    "\\033[2m12:04:11\\033[0m \\033[32mINFO\\033[0m  resumed from \\033[36m~/.claude\\033[0m\\n"
    "\\033[2m12:04:19\\033[0m \\033[41;97m FAIL \\033[0m \\033[1mtests/test_store.py\\033[0m "
    "\\033[31m1 failed\\033[0m, \\033[32m41 passed\\033[0m\\n"
)
EARLIER = (
    (CliName.CODEX, "nightly-review", "Review the last commit"),
    (CliName.CLAUDE, "editor", "Write a changelog entry for 2.4"),
    (CliName.CLAUDE, "claude-code", "Why does the build take eleven minutes?"),
    (CliName.GEMINI, "nightly-review", "Look for secrets in the history"),
    (CliName.CODEX, "claude-code", "Bring the README up to date"),
    (CliName.CLAUDE, "editor", "Sort the imports of src/ and say what changed"),
)
NOW = (
    (CliName.CLAUDE, "claude-code", LONG),
    (CliName.CODEX, "nightly-review", "Compare the two parsers on all samples"),
    (CliName.CODEX, "editor", "Translate the error texts"),
)


def cli_settings(folder: Path) -> str:
    """The tables of the programs, which are made here."""
    (folder / "programs").mkdir(parents=True)
    story = folder / "programs" / "story.jsonl"
    story.write_text("".join(f"{json.dumps(each)}\n" for each in _story()))
    plan = folder / "programs" / "plan.jsonl"
    turn = (TRANSCRIPTS / "claude.turn.jsonl").read_text()
    plan.write_text(_saying(turn, CLAUDE_ON_PLAN))
    said = folder / "programs" / "turn.jsonl"
    said.write_text(_with_figures((TRANSCRIPTS / "claude.turn.jsonl").read_text()))
    claude = _made(
        folder,
        CliName.CLAUDE,
        f'if grep -q "session store" "$asked.stdin"; then cat {story}; printf "{_STDERR}" >&2; '
        f'sleep 600; fi; if grep -q "sessions table" "$asked.stdin"; then cat {plan}; exit; fi; '
        f"sleep 0.3; cat {said}\n",
    )
    codex = _made(
        folder,
        CliName.CODEX,
        'if grep -qE "parsers|texts" "$asked.stdin"; then sleep 600; fi; sleep 0.2; '
        f"cat {TRANSCRIPTS / 'codex.turn.jsonl'}\n",
    )
    gemini = _made(folder, CliName.GEMINI, "sleep 0.1; exit 41\n")
    programs = folder / ".local" / "bin"
    programs.mkdir(parents=True)
    for name, told in (("claude", claude), ("codex", codex), ("gemini", gemini)):
        (programs / name).symlink_to(told.program)
    for name in ("claude/.credentials.json", "codex/auth.json"):
        sign = folder / f".{name}"
        sign.parent.mkdir()
        sign.write_text('{"token": "stub"}')
    free = 'contain = "never"\n'  # shut in they would not see this home, which lies in /tmp
    return (
        f'[clis.claude]\ndefault_model = "sonnet"\n{free}'
        f"[clis.codex]\nmax_running = 1\n{free}[clis.gemini]\n{free}"
    )


def _made(folder: Path, name: CliName, script: str) -> ToldCli:
    """It tells its version and no flags, and else does what it is there for."""
    version = f"{cli_of(name).commands[0]} {cli_of(name).contract_version}"
    tells = f'case "$1$2" in *--help) exit;; --version) echo "{version}"; exit;; esac\n'
    return ToldCli.make(folder / "programs" / name.value, tells + script)


async def run_jobs(container: Container, jobs: tuple[tuple[CliName, str, str], ...]) -> list[Job]:
    made = []
    for cli, client, prompt in jobs:
        request = CliRequest(cli=cli, prompt=prompt)
        asked = Submission(request=request, owner="local", client=client, force_refresh=True)
        made.append((await container.runs.supervisor.submit(asked)).job)
    return made


def _story() -> Iterator[dict[str, Any]]:
    yield {
        "type": "system",
        "subtype": "init",
        "cwd": "/project",
        "session_id": _SESSION,
        "model": "claude-opus-5-5",
        "permissionMode": "acceptEdits",
    }
    yield _grew(
        0,
        {
            "type": "thinking_delta",
            "thinking": "The test turns the clock back by an hour. The store compares wall clock "
            "times, so a row that was just written looks as if it came from the future.",
        },
    )
    yield _tool(1, "Read", {"file_path": "src/session_store.py"})
    yield _grew(
        2,
        {
            "type": "text_delta",
            "text": "The store compares wall clock times. I let it compare the row's number "
            "instead, which only grows.\n",
        },
    )
    yield _tool(3, "Edit", {"file_path": "src/session_store.py"})
    yield _tool(4, "Bash", {"command": "pytest -q tests/test_store.py"})
    yield _grew(
        5,
        {
            "type": "text_delta",
            "text": "\nOne test is left: it expects the old order, which was never promised. I "
            "change the test, and say so in it.\n",
        },
    )


def _grew(index: int, delta: dict[str, str]) -> dict[str, Any]:
    event = {"type": "content_block_delta", "index": index, "delta": delta}
    return {"type": "stream_event", "event": event, "session_id": _SESSION}


def _tool(index: int, name: str, asked: dict[str, str]) -> dict[str, Any]:
    block = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": asked}
    return {
        "type": "assistant",
        "message": {"id": f"msg_{index}", "role": "assistant", "content": [block]},
        "session_id": _SESSION,
    }


def _saying(transcript: str, text: str) -> str:
    """The turn of a real one, with another answer in it."""
    pieces = (("STUB-PONG users=1", text), ("STUB-", text), ("PONG users=1", ""))
    for before, after in pieces:
        transcript = transcript.replace(json.dumps(before), json.dumps(after))
    return transcript


def _with_figures(transcript: str) -> str:
    """As large as those of real work."""
    lines = [json.loads(line) for line in transcript.splitlines()]
    end = lines[-1]
    usage = {"input_tokens": 1_800, "cache_read_input_tokens": 43_900, "output_tokens": 1_204}
    end["usage"] |= usage | {"cache_creation_input_tokens": 2_300}
    end["total_cost_usd"] = 0.083
    of_model = {"inputTokens": 1_800, "cacheReadInputTokens": 43_900, "outputTokens": 1_204}
    for kept in ("modelUsage", "model_usage_since_last_result"):
        for each in end[kept].values():
            each |= of_model | {"cacheCreationInputTokens": 2_300, "costUSD": 0.083}
    return "".join(f"{json.dumps(line)}\n" for line in lines)
