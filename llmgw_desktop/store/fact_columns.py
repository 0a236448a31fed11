"""PromptFacts as columns of a table, and back."""

from typing import Any

import orjson

from llmgw_desktop.domain.prompt_facts import PromptFacts, Saving

FACT_COLUMNS = (
    "stable_prefix_hash",
    "stable_prefix_tokens",
    "cache_control_blocks",
    "cache_control_ttl_seconds",
    "compression",
)


def fact_cells(facts: PromptFacts) -> tuple[Any, ...]:
    """In the order of FACT_COLUMNS; `compression` is JSON, or NULL where nothing was to become
    shorter."""
    savings = {
        name: (saving.before_tokens, saving.after_tokens)
        for name, saving in (("prompt", facts.prompt_saving), ("answer", facts.answer_saving))
        if saving is not None
    }
    return (
        facts.stable_prefix_hash,
        facts.stable_prefix_tokens,
        facts.cache_control_blocks,
        facts.cache_control_ttl_s,
        orjson.dumps(savings).decode() if savings else None,
    )


def facts_of(cells: tuple[Any, ...]) -> PromptFacts:
    """Raises ValueError or TypeError for what we did not write."""
    prefix, tokens, blocks, ttl_s, compression = cells
    savings = orjson.loads(compression) if compression else {}
    return PromptFacts(
        stable_prefix_hash=prefix,
        stable_prefix_tokens=tokens,
        cache_control_blocks=blocks,
        cache_control_ttl_s=ttl_s,
        prompt_saving=_saving(savings.get("prompt")),
        answer_saving=_saving(savings.get("answer")),
    )


def _saving(pair: list[int] | None) -> Saving | None:
    return None if pair is None else Saving(before_tokens=pair[0], after_tokens=pair[1])
