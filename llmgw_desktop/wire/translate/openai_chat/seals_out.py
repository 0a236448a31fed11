"""Signatures of an answer as entries of `reasoning_details`, and the thinking that they seal."""

from typing import Any

from llmgw_desktop.domain.content import Signature
from llmgw_desktop.domain.prompt import Effort, Reasoning
from llmgw_desktop.wire.translate.carrier import SealOf
from llmgw_desktop.wire.translate.openai_chat.reasoning_details import BETWEEN, our_entry


def refuses_thinking(wanted: Reasoning | None) -> bool:
    """Servers of this protocol that think tell it unasked, in a member of its own that OpenAI's SDK
    does not know and no program takes for the text; agents look for it. So it is told, but to those
    who say that they want none. Seals go out all the same: they are no words, and wanted back."""
    return wanted is not None and (wanted.effort is Effort.NONE or wanted.show == "none")


class SealsOut:
    """Of one answer."""

    __slots__ = ("_number", "chars")

    def __init__(self) -> None:
        self._number = 0
        self.chars = 0
        """Of `reasoning_content`, which all thinking shares."""

    def words(self, more: str, *, is_first: bool) -> str:
        """What to add to `reasoning_content`; `is_first`: of its item."""
        gap = BETWEEN if is_first and self.chars else ""
        self.chars += len(gap) + len(more)
        return gap + more

    def thinking(self, signature: Signature, start: int) -> dict[str, Any]:
        """At the end of an item whose words begin at `start`."""
        return self._entry(signature, SealOf.THINKING, span=(start, self.chars))

    def redacted(self, signature: Signature) -> dict[str, Any]:
        return self._entry(signature, SealOf.REDACTED)

    def text(self, signature: Signature) -> dict[str, Any]:
        return self._entry(signature, SealOf.TEXT)

    def call(self, signature: Signature, call_id: str) -> dict[str, Any]:
        return self._entry(signature, SealOf.CALL, call_id=call_id)

    def _entry(
        self,
        signature: Signature,
        of: SealOf,
        *,
        call_id: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> dict[str, Any]:
        number = self._number
        self._number += 1
        return our_entry(signature, of, number, call_id=call_id, span=span)
