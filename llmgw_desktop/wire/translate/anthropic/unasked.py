"""Thinking that nobody asked for. This vendor shows none then, and its callers take the first block
of an answer for its text; other vendors' models think all the same.

Its words are left out. Its seals go out with the next tool call, where the vendor wants them back
in the next request; behind the last text of an answer nobody needs them any more.
"""

from llmgw_desktop.domain.content import Item, RedactedThinking, Signature, Thinking, ToolCall
from llmgw_desktop.domain.prompt import Effort, Reasoning


def wants_thinking(wanted: Reasoning | None) -> bool:
    return wanted is not None and wanted.effort is not Effort.NONE


class HeldSeals:
    """Of one answer's thinking that is not shown."""

    __slots__ = ("_seals",)

    def __init__(self) -> None:
        self._seals: list[Thinking | RedactedThinking] = []

    def hold(self, item: Thinking | RedactedThinking, signature: Signature | None) -> None:
        """`signature` is what came at the item's end, if anything did."""
        if isinstance(item, RedactedThinking):
            self._seals.append(item)
        elif (seal := signature or item.signature) is not None:
            self._seals.append(Thinking(text="", signature=seal))

    def taken(self) -> list[Thinking | RedactedThinking]:
        """For the call that comes next."""
        held, self._seals = self._seals, []
        return held


def without_unasked(items: tuple[Item, ...]) -> list[Item]:
    """Of a whole answer."""
    held = HeldSeals()
    shown: list[Item] = []
    for item in items:
        if isinstance(item, Thinking | RedactedThinking):
            held.hold(item, None)
            continue
        if isinstance(item, ToolCall):
            shown += held.taken()
        shown.append(item)
    return shown
