"""How a vendor's usage is read, whatever its protocol: which figures are believed, which cannot be
true, and what nobody here understands.

Which members a protocol has is known to the files beside this one.
"""

from collections.abc import Mapping, Set
from typing import Any

import orjson

from llmgw_desktop.domain.usage import NO_BILLING_FACTS, BillingFacts
from llmgw_desktop.domain.values import maker

MOST_TOKENS = 10**12
MOST_USD = 10**6
"""Of one answer. Sums of what is told stay numbers then, and budgets stay budgets."""
_LONGEST_VALUE = 40
_LONGEST_NAME = 60
_MOST_NAMED = 8
"""More strangers than these in one usage say no more."""
_DEEPEST = 4
_TICKS_PER_USD = 10**10
_STANDARD_TIERS = frozenset(
    {"auto", "default", "on_demand", "standard", "standard_only", "unspecified"}
)
"""Words for what is paid at the usual price."""

COST_MEMBERS = frozenset({"cost", "cost_details", "cost_in_usd_ticks", "is_byok"})
"""Of whoever tells its own bill with the tokens: OpenRouter, Perplexity, xAI."""

_COSTS = frozenset({"cost", "cost_in_usd_ticks"})
_NOTHING: Mapping[str, Any] = {}
_billing_facts = maker(BillingFacts)


class UsageReading:
    """Of one usage object; what is odd about it gathers here."""

    __slots__ = ("not_understood", "unsound")

    def __init__(self) -> None:
        self.not_understood: list[str] = []
        self.unsound: list[str] = []

    def count(self, members: Mapping[str, Any], name: str, path: str) -> int | None:
        """A count; None where none is told, and where it cannot be true, which is noted.

        `path` is that of the members. Some servers write whole numbers as 100.0.
        """
        told = members.get(name)
        if told is None or (type(told) is int and 0 <= told <= MOST_TOKENS):
            return told
        if type(told) is float and told.is_integer() and 0 <= told <= MOST_TOKENS:
            return int(told)
        self.cannot_be(told, f"{path}.{name}")
        return None

    def amount(
        self, members: Mapping[str, Any], name: str, path: str, most: float = MOST_USD
    ) -> float | None:
        """As `count`, of money: of US dollars, or what `most` is told in."""
        told = members.get(name)
        if told is None:
            return None
        if type(told) in (int, float) and 0 <= told <= most:
            return float(told)
        self.cannot_be(told, f"{path}.{name}")
        return None

    def part(
        self, members: Mapping[str, Any], name: str, known: Set[str], path: str
    ) -> Mapping[str, Any]:
        """A member that is an object, looked over as `look_over` does; empty where none is."""
        found = members.get(name)
        if type(found) is dict:
            if not known >= found.keys():
                self.look_over(found, known, f"{path}.{name}")
            return found
        if found:
            self.wonder_at(f"{path}.{name}")
        return _NOTHING

    def look_over(self, members: Mapping[str, Any], known: Set[str], path: str) -> None:
        """Names those members that are not known here and tell of something."""
        if known >= members.keys():
            return
        for name, told in members.items():
            if len(self.not_understood) >= _MOST_NAMED:
                return  # nobody waits until a flood of them has been looked at
            if name not in known and told:
                self._stranger(told, f"{path}.{name[:_LONGEST_NAME]}", _DEEPEST)

    def wonder_at(self, path: str) -> None:
        """Whatever it means: the bill may be more than what follows from the rest."""
        if len(self.not_understood) < _MOST_NAMED:
            self.not_understood.append(path)

    def cannot_be(self, told: object, path: str) -> None:
        self.unsound.append(f"{path} = {_shown(told)}")

    def cost_usd(self, members: Mapping[str, Any], path: str) -> float | None:
        """The vendor's own bill."""
        if _COSTS.isdisjoint(members):
            return None
        if members.get("cost_in_usd_ticks") is not None:
            ticks = self.amount(members, "cost_in_usd_ticks", path, MOST_USD * _TICKS_PER_USD)
            return None if ticks is None else ticks / _TICKS_PER_USD
        told = members.get("cost")
        if type(told) is dict:
            return self.amount(told, "total_cost", f"{path}.cost")
        cost = self.amount(members, "cost", path)
        if cost is None or members.get("is_byok") is not True:
            return cost
        details = members.get("cost_details")
        upstream = None
        if type(details) is dict:
            upstream = self.amount(details, "upstream_inference_cost", f"{path}.cost_details")
        if upstream is None:  # only what the go-between takes is told
            self.wonder_at(f"{path}.cost")
            return None
        return cost + upstream

    def billing(
        self,
        *,
        service_tier: str = "",
        fees: tuple[tuple[str, int], ...] = (),
        audio: tuple[int | None, int | None] = (None, None),
        image: tuple[int | None, int | None] = (None, None),
        cost_usd: float | None = None,
    ) -> BillingFacts:
        """With what was found odd. `audio` and `image`: tokens of the prompt, of the answer."""
        is_plain = not (service_tier or fees or self.unsound or self.not_understood)
        if is_plain and cost_usd is None and not (any(audio) or any(image)):
            return NO_BILLING_FACTS
        return _billing_facts(
            service_tier=service_tier,
            fees=fees,
            audio_input_tokens=audio[0] or None,
            audio_output_tokens=audio[1] or None,
            image_input_tokens=image[0] or None,
            image_output_tokens=image[1] or None,
            vendor_cost_usd=cost_usd,
            not_understood=tuple(dict.fromkeys(self.not_understood)),
            unsound=tuple(dict.fromkeys(self.unsound)),
        )

    def _stranger(self, told: object, path: str, depth: int) -> None:
        if type(told) is dict and depth:
            for name, inner in told.items():
                if len(self.not_understood) >= _MOST_NAMED:
                    return
                if inner:
                    self._stranger(inner, f"{path}.{name[:_LONGEST_NAME]}", depth - 1)
        elif told:
            self.wonder_at(path)


def tier_in(members: Mapping[str, Any], name: str) -> str:
    """The vendor's word for how the request was served; empty where that is the usual way."""
    told = members.get(name)
    if type(told) is not str:
        return ""
    word = told[:_LONGEST_NAME].strip().lower().removeprefix("service_tier_")
    return "" if word in _STANDARD_TIERS else word


def _shown(told: object) -> str:
    if isinstance(told, dict | list):
        return "an object" if isinstance(told, dict) else "a list"
    try:
        words = orjson.dumps(told[:_LONGEST_VALUE] if isinstance(told, str) else told).decode()
    except TypeError:
        words = str(told)  # longer than a machine's word
    return words[:_LONGEST_VALUE]
