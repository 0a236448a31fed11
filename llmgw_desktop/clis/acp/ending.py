"""How a run ends: an agent's reason for it, or ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmgw_desktop.clis.acp.messages import AUTH_REQUIRED
from llmgw_desktop.clis.acp.wire import words_of
from llmgw_desktop.clis.failures import failed
from llmgw_desktop.clis.stderr import how_it_ended, told_on_stderr
from llmgw_desktop.clis.told import text_of
from llmgw_desktop.domain.cli import CliEvent, ErrorCategory, RunEnded, Warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmgw_desktop.clis.acp.dialect import Dialect
    from llmgw_desktop.clis.acp.wire import Reply

_WELL = ("end_turn", "max_tokens")
_WORDS = {
    "max_turn_requests": "{program} took as many turns as it may before it was done.",
    "refusal": "{program}'s model refused to go on.",
    "cancelled": "{program} ended its turn before it was done.",
}


class Ending:
    """What comes first counts."""

    def __init__(self, dialect: Dialect) -> None:
        self._program = dialect.program
        self._sign_in = dialect.sign_in
        self._noise = re.compile(dialect.noise)
        self._end: RunEnded | None = None
        self.is_over = False
        """Nothing more is heard."""

    @property
    def is_told(self) -> bool:
        """It is known how it ends."""
        return self._end is not None

    def stopped(self) -> None:
        self._end = self._end or RunEnded(
            ok=False,
            error=f"{self._program} was stopped.",
            category=ErrorCategory.CLI,
            stop_reason="cancelled",
        )

    def failed(self, words: str, is_sign_in: bool = False) -> None:
        self.is_over = True
        category = ErrorCategory.AUTH if is_sign_in else None
        self._end = self._end or failed(words, self._sign_in, category=category)

    def turn_ended(self, reply: Reply, *, has_words: bool) -> Iterator[CliEvent]:
        self.is_over = True
        if self._end is not None:
            return
        if reply.error is not None:
            self.failed(words_of(reply.error), is_sign_in=reply.error.get("code") == AUTH_REQUIRED)
            return
        reason = text_of(reply.result.get("stopReason"))
        if reason not in _WELL:
            words = _WORDS.get(reason, "{program} stopped for a reason that is not known.")
            self._end = RunEnded(
                ok=False,
                error=words.format(program=self._program),
                category=ErrorCategory.CLI,
                stop_reason=reason or None,
            )
            return
        if reason != "end_turn":
            words = f"{self._program} stopped for another reason than being done: {reason}."
            yield Warned(code="stop_reason", message=words)
        self._end = RunEnded(ok=True, stop_reason=reason) if has_words else self._empty(reason)

    def last_words(self, noise: int, exit_code: int | None, stderr: str) -> Iterator[CliEvent]:
        """Stdin was closed by us: how it took that says nothing of what it did before."""
        if noise:
            lines, were = ("line", "was") if noise == 1 else ("lines", "were")
            yield Warned(
                code="malformed_output",
                message=f"{noise} {lines} of what {self._program} printed could not be read and"
                f" {were} left out.",
            )
        yield self._end or self._unfinished(exit_code, stderr)

    def _empty(self, reason: str) -> RunEnded:
        return RunEnded(
            ok=False,
            error=f"{self._program} ended well and answered nothing; ask again, or ask otherwise.",
            category=ErrorCategory.EMPTY,
            stop_reason=reason,
        )

    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        sentence = f"{self._program} ended with {how_it_ended(exit_code)} before it was done."
        told = told_on_stderr(stderr, self._noise)
        return failed("\n".join([*told, sentence]), self._sign_in)
