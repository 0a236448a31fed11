"""What Claude models take, by their names; the vendor refuses requests that a model does not take.

Read in the vendor's model pages and migration guides in November 2026. A name that is no Claude's
(a server of somebody else's that speaks this protocol) is taken for one of the middle generation.
"""

import re
from enum import Enum
from functools import lru_cache

from llmgw_desktop.domain.values import value

UNKNOWN_MAX_OUTPUT = 32_000

_NAME = re.compile(
    r"claude-(?:([a-z]+)-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?|claude-([a-z]+)(?![a-z])"
)
_ALWAYS_THINKING = frozenset({"fable", "mythos"})


class ThinkingSwitch(Enum):
    """How thinking is turned on."""

    NONE = "none"
    BUDGET = "budget"
    ADAPTIVE = "adaptive"


class OffSwitch(Enum):
    """How thinking is turned off."""

    OMIT = "omit"
    """It is off where nobody turns it on."""
    DISABLED = "disabled"
    BETWEEN_TOOLS = "between_tools"
    NEVER = "never"


@value
class ClaudeModel:
    max_output: int | None
    """None: not known."""
    thinking: ThinkingSwitch
    off: OffSwitch
    has_xhigh: bool
    takes_sampling: bool
    takes_temperature_with_top_p: bool
    takes_prefill: bool
    takes_schema: bool

    @property
    def can_force_tools(self) -> bool:
        """Forced calls and thinking exclude each other."""
        return self.off is not OffSwitch.NEVER


_NOT_CLAUDE = ClaudeModel(
    max_output=None,
    thinking=ThinkingSwitch.BUDGET,
    off=OffSwitch.OMIT,
    has_xhigh=False,
    takes_sampling=True,
    takes_temperature_with_top_p=True,
    takes_prefill=True,
    takes_schema=False,
)


@lru_cache(maxsize=256)
def claude_model(name: str) -> ClaudeModel:
    """By a name such as `claude-opus-4-6`, dated or not, with or without a reseller's prefix."""
    found = _NAME.search(name.lower())
    if found is None:
        return _NOT_CLAUDE
    family = found[1] or found[4] or ""
    generation = (int(found[2]), int(found[3] or 0)) if found[2] else (99, 0)
    return ClaudeModel(
        max_output=_max_output(family, generation, name),
        thinking=_thinking(generation),
        off=_off(family, generation),
        has_xhigh=generation >= (4, 7),
        takes_sampling=generation < (4, 7),
        takes_temperature_with_top_p=generation < (4, 1),
        takes_prefill=generation < (4, 6),
        takes_schema=generation >= (4, 5),
    )


def _thinking(generation: tuple[int, int]) -> ThinkingSwitch:
    if generation < (3, 7):
        return ThinkingSwitch.NONE
    return ThinkingSwitch.BUDGET if generation < (4, 6) else ThinkingSwitch.ADAPTIVE


def _off(family: str, generation: tuple[int, int]) -> OffSwitch:
    if generation < (5, 0):
        return OffSwitch.OMIT
    if family in _ALWAYS_THINKING or (family == "opus" and generation >= (5, 5)):
        return OffSwitch.NEVER
    if family == "sonnet" and generation >= (5, 5):
        return OffSwitch.BETWEEN_TOOLS
    return OffSwitch.DISABLED


def _max_output(family: str, generation: tuple[int, int], name: str) -> int | None:
    if generation >= (4, 6):
        return None if generation >= (99, 0) else 128_000
    is_opus_4 = (4, 0) <= generation < (4, 5) and (family == "opus" or "opus" in name.lower())
    if is_opus_4:
        return 32_000
    for since, tokens in (((3, 7), 64_000), ((3, 5), 8_192)):
        if generation >= since:
            return tokens
    return 4_096
