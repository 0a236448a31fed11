"""What is known of vendors' prompt caches: from which size on, for how long, in which steps. By the
vendors' own pages; what none of them says is None."""

import re
from dataclasses import dataclass

from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind

MINUTE_S, HOUR_S = 60.0, 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheHabits:
    """Of one vendor's cache, for one model."""

    is_marked: bool = False
    """Only what the request marks is put into the cache; else every prompt is."""
    least_tokens: int | None = None
    """Shorter prompts are never cached."""
    kept_s: tuple[float, float] | None = None
    """How long after its last use it is certainly still there, and after how long certainly gone.
    Where a request marks with a time to live, that counts."""
    step_tokens: int = 1
    """Reads come in whole steps of so many."""
    looks_back_blocks: int | None = None
    """From a mark so many blocks back an earlier mark is found."""
    passes_attribution: bool = False
    """Claude Code's attribution block does not matter."""


_ANTHROPIC_LEAST = (
    (re.compile(r"opus-4-[5-9]|haiku-4-5"), 4096),
    (re.compile(r"haiku-3|3-5-haiku|3-haiku"), 2048),
)
LARGEST_LEAST = 4096
"""No model is known that wants more."""
_ANTHROPIC_USUAL = 1024
_OPENAI = CacheHabits(least_tokens=1024, kept_s=(5 * MINUTE_S, HOUR_S), step_tokens=128)
_PLAIN = CacheHabits()
_OPENAI_KINDS = frozenset({ProviderKind.OPENAI})
_OPENAI_PROTOCOLS = frozenset({ModelProtocol.CODEX})


def habits_of(
    kind: ProviderKind | None, protocol: ModelProtocol | None, model: str | None
) -> CacheHabits:
    """`protocol`: as it was spoken with the provider. A server that speaks a vendor's protocol need
    not have its cache: of such a one nothing is known but whether marks mean anything to it."""
    if protocol is ModelProtocol.ANTHROPIC:
        if kind is ProviderKind.ANTHROPIC:
            return CacheHabits(
                is_marked=True,
                least_tokens=_anthropic_least(model or ""),
                kept_s=(5 * MINUTE_S, 5 * MINUTE_S),
                looks_back_blocks=20,
                passes_attribution=True,
            )
        return _PLAIN
    if kind in _OPENAI_KINDS or protocol in _OPENAI_PROTOCOLS:
        return _OPENAI
    if protocol is ModelProtocol.GEMINI and kind is ProviderKind.GOOGLE:
        return CacheHabits(least_tokens=4096 if "pro" in (model or "") else 1024)
    return _PLAIN


def _anthropic_least(model: str) -> int:
    for names, least in _ANTHROPIC_LEAST:
        if names.search(model):
            return least
    return _ANTHROPIC_USUAL
