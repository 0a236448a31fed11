"""What Codex asks of its own service beside Responses: the list of models."""

from collections.abc import Sequence

import orjson

from llmgw_desktop.wire.models import ModelEntry

_EFFORTS = ("low", "medium", "high")


def model_list(models: Sequence[ModelEntry]) -> bytes:
    """Of a model whose abilities nobody told, only what every coding model can is said."""
    return orjson.dumps({"models": [_entry(n, each) for n, each in enumerate(models)]})


def _entry(place: int, model: ModelEntry) -> dict[str, object]:
    return {
        "slug": model.id,
        "display_name": model.id,
        "description": f"Answered by {model.provider}.",
        "default_reasoning_level": "medium",
        "supported_reasoning_levels": [{"effort": word, "description": word} for word in _EFFORTS],
        "shell_type": "shell_command",
        "visibility": "list",
        "minimal_client_version": [0, 0, 1],
        "supported_in_api": True,
        "priority": place,
        "upgrade": None,
        "base_instructions": None,
        "supports_reasoning_summaries": False,
        "support_verbosity": False,
        "default_verbosity": None,
        "apply_patch_tool_type": None,
        "truncation_policy": {"mode": "bytes", "limit": 10_000},
        "supports_parallel_tool_calls": False,
        "context_window": None,
        "experimental_supported_tools": [],
    }
