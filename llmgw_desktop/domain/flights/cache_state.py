"""What vendors' prompt caches have done for runs of CLIs: sums over many. Unknown is None."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value


@value
class CacheUse:
    """Of some requests. `usage.input_tokens` counts the prompts of those whose CLI told of its
    cache: the base of the rate."""

    requests: int = 0
    hits: int = 0
    """Of these something came from a cache."""
    usage: Usage = UNKNOWN_USAGE
    saving_usd: float | None = None
    """Estimated by today's prices, what writing cost more taken off."""

    @property
    def hit_rate(self) -> float | None:
        return self.usage.cache_hit_rate


@value
class ModelCacheUse:
    """Of one model of one CLI."""

    cli: CliName
    model: str
    """Empty: the CLI chose, and did not tell."""
    use: CacheUse


@value
class LastUse:
    """The newest request of a session or with a prefix."""

    at_s: float
    """When it ended; one that goes on keeps what it uses in the cache until now."""
    blocks: int = 0
    ttl_s: int = 0
    """0: nothing was marked."""


@value
class SessionCache:
    """Of one session."""

    session_id: str
    cli: CliName
    use: CacheUse
    prefixes: int
    """How many different ones."""
    last: LastUse | None
    ttl_left_s: float | None
    """None where nothing is known of the vendor's cache."""


@value
class PrefixCache:
    """Of one stable beginning."""

    prefix_hash: str
    use: CacheUse
    models: tuple[ModelCacheUse, ...]
    first_at_s: float
    last_at_s: float


@value
class MarkedUse:
    """What marks and stable beginnings came to."""

    marked: CacheUse
    """Requests that had marks."""
    reused: int
    """Requests whose beginning had been used before in the same time."""
    written_after_first: float | None
    """Tokens written to the cache, on the average, by those."""


@value
class GlobalCache:
    """Of everything in the last hours."""

    hours: int
    use: CacheUse
    clis: tuple[ModelCacheUse, ...]
    """Each CLI's models together."""
    marks: MarkedUse


def together(uses: Iterable[CacheUse]) -> CacheUse:
    """Of a figure that nobody told the sum is None; and so is a saving of which a part that
    counts is not known."""
    every = list(uses)
    savings = [each.saving_usd for each in every if _has_to_do_with_cache(each)]
    known = [each for each in savings if each is not None]
    tells = any(each.usage.cache_read_tokens is not None for each in every)
    return CacheUse(
        requests=sum(each.requests for each in every),
        hits=sum(each.hits for each in every),
        usage=Usage(
            input_tokens=_sum(each.usage.input_tokens for each in every),
            cache_read_tokens=_sum(each.usage.cache_read_tokens for each in every),
            cache_write_tokens=_sum(each.usage.cache_write_tokens for each in every),
            cache_write_1h_tokens=_sum(each.usage.cache_write_1h_tokens for each in every),
            estimated=_any(each.usage.estimated for each in every),
            partial=_any(each.usage.partial for each in every),
        ),
        saving_usd=sum(known) if tells and len(known) == len(savings) else None,
    )


def _has_to_do_with_cache(use: CacheUse) -> bool:
    return bool(use.usage.cache_read_tokens or use.usage.cache_write_tokens)


def _any(marks: Iterable[int]) -> int:
    return reduce(or_, marks, 0)


def _sum(figures: Iterable[int | None]) -> int | None:
    known = [each for each in figures if each is not None]
    return sum(known) if known else None
