"""What is known of a run's prompt and answer beside their words: what may be cached, what was made
shorter."""

from enum import StrEnum

from llmgw_desktop.domain.values import value


class AnswerShape(StrEnum):
    """How a caller wants to have a run's answer."""

    AS_IT_IS = ""
    COMPRESSED = "compressed"
    OPTIMIZED = "optimized"
    """And without courtesies."""


@value
class Saving:
    """Tokens of a text before and after it was made shorter, both estimated."""

    before_tokens: int
    after_tokens: int


@value
class PromptFacts:
    """Of one run."""

    stable_prefix_hash: str = ""
    """SHA-256, in hex, of what begins the prompt and stays from request to request; empty: the
    prompt has no such part."""
    stable_prefix_tokens: int = 0
    """Estimated."""
    cache_control_blocks: int = 0
    """Parts that were marked for the vendor's cache."""
    cache_control_ttl_s: int = 0
    prompt_saving: Saving | None = None
    """None where it was not asked for."""
    answer_saving: Saving | None = None


NO_FACTS = PromptFacts()
