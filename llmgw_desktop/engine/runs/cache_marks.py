"""Which parts of a prompt are marked for its vendor's cache, and what the caller is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import Warned
from llmgw_desktop.domain.prompt_facts import PromptFacts
from llmgw_desktop.engine.runs.prompt import SaidPrompt

MARKED_TTL_S = 3600
"""Claude Code's own marks say an hour; a shorter one may not stand before a longer one."""
_LEAST_OF_SONNET = 1024
_LEAST_OF_OTHERS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheMarks:
    """What is decided."""

    facts: PromptFacts
    parts: Mapping[str, Any] | None = None
    """For the CLI; None: nothing is marked."""
    warnings: tuple[Warned, ...] = ()


def cache_marks(cli: Cli, said: SaidPrompt, model: str, *, emits: bool) -> CacheMarks:
    """`emits`: the settings have the stable beginning marked where the caller marks nothing."""
    if not said.parts:
        return CacheMarks(facts=said.facts)
    if not any(each.name == "promptParts" for each in cli.options):
        words = f"{cli.name} takes no marks of what to cache; they are left out."
        return CacheMarks(facts=said.facts, warnings=(_noop(words),) if said.wanted else ())
    warnings: list[Warned] = []
    if empty := [name for name in said.wanted if name not in said.parts]:
        warnings.append(_noop(f"Nothing is in {', '.join(empty)}: there is nothing to mark."))
    marked = [name for name in said.wanted if name in said.parts]
    is_worth_it = said.facts.stable_prefix_tokens >= least_cacheable(model)
    is_shortened = said.facts.prompt_saving is not None
    if not marked and is_worth_it and emits and not is_shortened:
        marked = [said.stable[-1]]
    if not marked:
        if is_worth_it:
            warnings.append(_uncached(said.facts, model, is_shortened=is_shortened))
        return CacheMarks(facts=said.facts, warnings=tuple(warnings))
    return CacheMarks(
        facts=replace(
            said.facts, cache_control_blocks=len(marked), cache_control_ttl_s=MARKED_TTL_S
        ),
        parts={**said.parts, "cacheControl": dict.fromkeys(marked, True)},
        warnings=tuple(warnings),
    )


def least_cacheable(model: str) -> int:
    """Tokens; a shorter beginning is not kept by Anthropic, marked or not."""
    return _LEAST_OF_SONNET if "sonnet" in model.lower() else _LEAST_OF_OTHERS


def _noop(words: str) -> Warned:
    return Warned(code="cache_control_noop", message=words)


def _uncached(facts: PromptFacts, model: str, *, is_shortened: bool) -> Warned:
    why = "a prompt that is made shorter takes no marks" if is_shortened else "nothing is marked"
    words = (
        f"The stable beginning of the prompt has about {facts.stable_prefix_tokens:,} tokens, from"
        f" {least_cacheable(model):,} on it can be cached, and {why}. Mark its parts with"
        f" cacheControl."
    )
    return Warned(code="cacheable_prefix_uncached", message=words)
