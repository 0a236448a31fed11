"""What a run used, as each agent tells it at a prompt's end."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.sums import plus
from llmgw_desktop.clis.told import cost_of, count_of, object_of, sum_of
from llmgw_desktop.domain.cli import UsageTold
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage


class Scope(StrEnum):
    """What the figures at a prompt's end are of."""

    PROMPT = "prompt"
    SESSION = "session"
    LAST_CALL = "last call"
    """Of its model: they are the run's only where it was called once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentWay:
    read: Callable[[Message], Usage | None]
    scope: Scope


class Spent:
    """Of one run."""

    def __init__(self, way: SpentWay) -> None:
        self._way = way
        self._used = UNKNOWN_USAGE
        self._cost: float | None = None
        self._calls_are_one = True
        self._is_whole = True
        """No prompt's end kept its figures to itself, as that of one that was ended does."""

    def saw_tool(self) -> None:
        """Its model is called again after that."""
        self._calls_are_one = False

    def heard_cost(self, cost: Message) -> None:
        if cost.get("currency") == "USD":
            self._cost = cost_of(cost.get("amount"))

    def prompt_ended(self, result: Message) -> UsageTold | None:
        used = self._way.read(result)
        match self._way.scope:
            case Scope.PROMPT:
                self._is_whole = self._is_whole and used is not None
                self._used = plus(self._used, used or UNKNOWN_USAGE)
            case Scope.SESSION if used is not None:
                self._used = used
            case Scope.LAST_CALL:
                self._used = used or UNKNOWN_USAGE if self._calls_are_one else UNKNOWN_USAGE
                self._calls_are_one = False
        usage = self._used if self._is_whole else UNKNOWN_USAGE
        if usage == UNKNOWN_USAGE and self._cost is None:
            return None
        return UsageTold(
            usage=usage,
            cost_usd=self._cost,
            is_cumulative=self._way.scope is Scope.SESSION,
            is_cost_cumulative=True,
        )


def usage_of(result: Message) -> Usage | None:
    """The protocol's own form, its input with what was cached."""
    used = object_of(result.get("usage"))
    whole, given = count_of(used.get("inputTokens")), count_of(used.get("outputTokens"))
    if not whole and not given:
        return None
    return Usage(
        input_tokens=whole,
        output_tokens=given,
        cache_read_tokens=count_of(used.get("cachedReadTokens")),
        cache_write_tokens=count_of(used.get("cachedWriteTokens")),
        reasoning_tokens=count_of(used.get("thoughtTokens")),
    )


def usage_apart(result: Message) -> Usage | None:
    """The same of an agent whose input leaves out what was cached, and its output what was
    thought."""
    used = usage_of(result)
    if used is None:
        return None
    return Usage(
        input_tokens=sum_of(used.input_tokens, used.cache_read_tokens, used.cache_write_tokens),
        output_tokens=sum_of(used.output_tokens, used.reasoning_tokens),
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        reasoning_tokens=used.reasoning_tokens,
    )
