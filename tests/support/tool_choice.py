"""Which offered tool a stand-in model calls, and with what input.

The shell of a coding agent gets a command whose output cannot be guessed from its text, so that a
test sees whether the tool really ran; any other tool gets the smallest input its schema allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHELL_TOOL = "Bash"
SHELL_MEMBERS = {
    SHELL_TOOL: "command",
    "exec_command": "cmd",
    "run_shell_command": "command",
    "run_terminal_command": "command",
    "bash": "command",
}
"""Of Claude Code, Codex, Gemini CLI, Grok and Copilot: the tool, and where its command goes."""
_DESCRIBED = (SHELL_TOOL, "run_terminal_command", "bash")
SUBSTITUTION_FREE = "run_shell_command"
"""This one refuses commands with a $ substitution."""
FREE_COMMAND = "printf 'TOOLRAN-%d\\n' 0x2a > tool_out.txt; cat tool_out.txt"
SHELL_COMMAND = "echo TOOLRAN-$((40+2)) > tool_out.txt; cat tool_out.txt"
SHELL_OUTPUT = "TOOLRAN-42"

_SAMPLES: Mapping[str, object] = {
    "string": "sample",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
}


def choose(names: list[str]) -> str | None:
    if not names:
        return None
    return next((name for name in names if name in SHELL_MEMBERS), names[0])


def sample_input(name: str, schema: Mapping[str, Any]) -> dict[str, object]:
    if name in SHELL_MEMBERS:
        command = FREE_COMMAND if name == SUBSTITUTION_FREE else SHELL_COMMAND
        described = {"description": "Print a number"} if name in _DESCRIBED else {}
        return {SHELL_MEMBERS[name]: command, **described}
    properties = schema.get("properties", {})
    wanted = schema.get("required", list(properties))
    return {key: _sample(properties.get(key, {})) for key in wanted}


def _sample(schema: Mapping[str, Any]) -> object:
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    return _SAMPLES.get(kind if isinstance(kind, str) else kind[0], "sample")
