"""What Claude Code says it used: message by message while it works, model by model at its end."""

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.sums import plus
from llmgw_desktop.clis.told import cost_of, count_of, object_of, objects_of, sum_of
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage


class Spent:
    """Adds up the messages of a run, and the ends of its turns: a run can have several."""

    def __init__(self) -> None:
        self._before = UNKNOWN_USAGE
        self._now: dict[str, object] = {}
        self.settled = UNKNOWN_USAGE
        self.cost_usd: float | None = None

    @property
    def so_far(self) -> Usage:
        return plus(self._before, of_usage(self._now))

    def begin(self, usage: Message) -> None:
        """Of a message's first piece; its last one adds what it then knows."""
        self._before = self.so_far
        self._now = dict(usage)

    def add(self, usage: Message) -> None:
        self._now.update({name: told for name, told in usage.items() if told is not None})

    def settle(self, usage: Usage, cost_usd: float | None) -> None:
        self.settled = plus(self.settled, usage)
        if cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + cost_usd


def of_usage(usage: Message) -> Usage:
    """Anthropic's `input_tokens` leaves out what came from the cache and went into it."""
    read = count_of(usage.get("cache_read_input_tokens"))
    write = count_of(usage.get("cache_creation_input_tokens"))
    return Usage(
        input_tokens=sum_of(count_of(usage.get("input_tokens")), read, write),
        output_tokens=count_of(usage.get("output_tokens")),
        cache_read_tokens=read,
        cache_write_tokens=write,
        cache_write_1h_tokens=count_of(
            object_of(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")
        ),
        reasoning_tokens=count_of(
            object_of(usage.get("output_tokens_details")).get("thinking_tokens")
        ),
    )


def of_models(models: Message) -> tuple[Usage, float | None]:
    """All of them together; no cost where one of them has a price that nobody knows."""
    total = UNKNOWN_USAGE
    costs: list[float | None] = []
    for model in objects_of(list(models.values())):
        total = plus(total, _of_model(model))
        is_known = model.get("costBasis") != "unknown"
        costs.append(cost_of(model.get("costUSD")) if is_known else None)
    known = [cost for cost in costs if cost is not None]
    return total, sum(known) if known and len(known) == len(costs) else None


def _of_model(model: Message) -> Usage:
    read = count_of(model.get("cacheReadInputTokens"))
    write = count_of(model.get("cacheCreationInputTokens"))
    return Usage(
        input_tokens=sum_of(count_of(model.get("inputTokens")), read, write),
        output_tokens=count_of(model.get("outputTokens")),
        cache_read_tokens=read,
        cache_write_tokens=write,
        cache_write_1h_tokens=count_of(model.get("cacheCreationEphemeral1hInputTokens")),
        reasoning_tokens=count_of(model.get("thinkingTokens")),
    )
