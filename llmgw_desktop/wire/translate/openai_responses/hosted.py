"""Items that only this vendor's models know: its own tools' calls, shells, patches, compaction.

They are kept as they were written. Which of them the caller has to answer, and what of them can be
said in words to others, stands here.
"""

from collections.abc import Mapping
from typing import Any

ITEMS_OF_MODEL = frozenset(
    {
        "apply_patch_call",
        "code_interpreter_call",
        "compaction",
        "compaction_summary",
        "computer_call",
        "context_compaction",
        "file_search_call",
        "image_generation_call",
        "local_shell_call",
        "mcp_approval_request",
        "mcp_call",
        "mcp_list_tools",
        "program",
        "program_output",
        "shell_call",
        "tool_search_call",
        "web_search_call",
    }
)
ITEMS_OF_CALLER = frozenset(
    {
        "apply_patch_call_output",
        "computer_call_output",
        "configuration_update",
        "local_shell_call_output",
        "mcp_approval_response",
        "shell_call_output",
        "tool_search_output",
    }
)
WAITS_FOR_CALLER = frozenset(
    {"apply_patch_call", "computer_call", "local_shell_call", "mcp_approval_request", "shell_call"}
)
"""After one of these the model waits for what the caller's side gives back."""

TOOLS = frozenset(
    {
        "apply_patch",
        "code_interpreter",
        "computer",
        "computer_use",
        "computer_use_preview",
        "file_search",
        "image_generation",
        "local_shell",
        "mcp",
        "programmatic_tool_calling",
        "shell",
        "tool_search",
    }
)


def is_web_search(tool_type: str) -> bool:
    """The vendor dates some: `web_search_preview_2025_03_11`."""
    return tool_type.startswith("web_search")


def waits_for_caller(item: Mapping[str, Any]) -> bool:
    if item.get("type") == "tool_search_call":
        return item.get("execution") == "client"
    return item.get("type") in WAITS_FOR_CALLER


def in_words(item: Mapping[str, Any]) -> str | None:
    """What others can be told of it; None where nothing of it is words."""
    match item.get("type"):
        case "local_shell_call" | "shell_call":
            return _commands(item.get("action"))
        case "apply_patch_call":
            operation = item.get("operation")
            return _joined(operation, "type", "path", "diff")
        case "local_shell_call_output" | "apply_patch_call_output" | "mcp_call":
            return _joined(item, "name", "arguments", "output")
        case "shell_call_output":
            return _outputs(item.get("output"))
        case "code_interpreter_call":
            return _joined(item, "code")
        case _:
            return None


def _commands(action: object) -> str | None:
    if not isinstance(action, dict):
        return None
    if isinstance(commands := action.get("commands"), list):
        return "\n".join(each for each in commands if isinstance(each, str)) or None
    if isinstance(command := action.get("command"), list):
        return " ".join(each for each in command if isinstance(each, str)) or None
    return None


def _outputs(output: object) -> str | None:
    if not isinstance(output, list):
        return None
    told = [_joined(each, "stdout", "stderr") for each in output]
    return "\n".join(each for each in told if each) or None


def _joined(parent: object, *names: str) -> str | None:
    if not isinstance(parent, dict):
        return None
    words = [parent.get(name) for name in names]
    return "\n".join(word for word in words if isinstance(word, str) and word) or None
