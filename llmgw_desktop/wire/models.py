"""Lists of models, in each dialect that has one."""

from collections.abc import Sequence

import orjson

from llmgw_desktop.domain.values import value

_SHOWN = 3


@value
class ModelEntry:
    """One line of `GET /v1/models`."""

    id: str
    provider: str
    created_s: int | None = None
    """Unix seconds; None when nobody told."""
    is_practice: bool = False
    stands_for: tuple[str, ...] = ()
    """Of an alias: the names that it leads to, in order. `provider` has the first of them."""

    @property
    def gateway_facts(self) -> dict[str, object]:
        """What our lists say in `x_gateway`, beside what the vendors' own would."""
        facts: dict[str, object] = {"provider": self.provider, "practice": self.is_practice}
        return {**facts, "standsFor": self.stands_for} if self.stands_for else facts

    @property
    def shown_name(self) -> str:
        """For lists that a person chooses from."""
        if self.stands_for:
            return f"{self.id} ({', '.join(self.stands_for[:_SHOWN])})"
        return f"{self.id} (practice)" if self.is_practice else self.id


_EFFORTS = ("low", "medium", "high")


def codex_model_list(models: Sequence[ModelEntry]) -> bytes:
    """Of a model whose abilities nobody told, only what every coding model can is said."""
    return orjson.dumps({"models": [_codex_entry(n, each) for n, each in enumerate(models)]})


def _codex_entry(place: int, model: ModelEntry) -> dict[str, object]:
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
