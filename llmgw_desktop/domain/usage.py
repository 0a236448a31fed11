"""What an answer used, as its vendor told. Unknown is None, never 0."""

from llmgw_desktop.domain.values import value


@value
class Usage:
    """Tokens of one answer.

    `input_tokens` counts the whole prompt, cached parts included, whatever the vendor's own
    convention (Anthropic leaves cached tokens out of its `input_tokens`, OpenAI counts them in).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    """All generated tokens, reasoning included."""
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    """Those of the former that are kept for an hour and cost more; None where nobody said."""
    reasoning_tokens: int | None = None

    def with_news(self, later: "Usage") -> "Usage":
        """Later figures in the place of earlier ones, where they are known."""
        if self is UNKNOWN_USAGE:
            return later
        return Usage(
            input_tokens=_later(self.input_tokens, later.input_tokens),
            output_tokens=_later(self.output_tokens, later.output_tokens),
            cache_read_tokens=_later(self.cache_read_tokens, later.cache_read_tokens),
            cache_write_tokens=_later(self.cache_write_tokens, later.cache_write_tokens),
            cache_write_1h_tokens=_later(self.cache_write_1h_tokens, later.cache_write_1h_tokens),
            reasoning_tokens=_later(self.reasoning_tokens, later.reasoning_tokens),
        )

    @property
    def fresh_tokens(self) -> int | None:
        """Prompt tokens neither read from a cache nor written to one.

        None where the vendor says nothing of its cache: they may well have come from it.
        """
        if self.input_tokens is None:
            return None
        if self.cache_read_tokens is None and self.cache_write_tokens is None:
            return None
        cached = (self.cache_read_tokens or 0) + (self.cache_write_tokens or 0)
        return max(self.input_tokens - cached, 0)

    @property
    def cache_hit_rate(self) -> float | None:
        """Share of the prompt that came from a cache, 0 to 1; None where the vendor is silent."""
        if self.cache_read_tokens is None or not self.input_tokens:
            return None
        return self.cache_read_tokens / self.input_tokens


def _later(earlier: int | None, later: int | None) -> int | None:
    return earlier if later is None else later


UNKNOWN_USAGE = Usage()
