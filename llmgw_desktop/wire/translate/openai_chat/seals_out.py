"""Signatures of an answer as entries of `reasoning_details`, and the thinking that they seal."""

from typing import Any

from llmgw_desktop.domain.content import Signature
from llmgw_desktop.wire.translate.carrier import SealOf
from llmgw_desktop.wire.translate.openai_chat.reasoning_details import BETWEEN, our_entry


class SealsOut:
    """Of one answer. Counts the characters of `reasoning_content`, which all thinking shares."""

    __slots__ = ("_chars", "_number", "_start")

    def __init__(self) -> None:
        self._chars = 0
        self._start = 0
        self._number = 0

    def words(self, more: str, *, is_first: bool) -> str:
        """What to add to `reasoning_content`; `is_first`: of its item."""
        if is_first:
            if self._chars:
                self._chars += len(BETWEEN)
                more_with_gap = BETWEEN + more
            else:
                more_with_gap = more
            self._start = self._chars
        else:
            more_with_gap = more
        self._chars += len(more)
        return more_with_gap

    def thinking(self, signature: Signature, *, has_words: bool) -> dict[str, Any]:
        """At the end of an item."""
        span = (self._start if has_words else self._chars, self._chars)
        return self._entry(signature, SealOf.THINKING, span=span)

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
