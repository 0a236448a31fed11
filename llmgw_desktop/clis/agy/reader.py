"""What `agy` prints: the answer as plain text, and neither session nor usage nor an end of it."""

import codecs
import re
from collections.abc import Iterator

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.failures import failed
from llmgw_desktop.clis.stderr import how_it_ended, told_on_stderr
from llmgw_desktop.domain.cli import CliEvent, CliRequest, ErrorCategory, RunEnded, TextGrew

SIGN_IN = SignIn(
    command=("agy",),
    guidance=("Antigravity is not signed in: run `agy` in a terminal and follow what it says."),
)
_NO_NOISE = re.compile("(?!)")


class AgyReader:
    """Its exit code alone says how it ended."""

    def __init__(self, _: CliRequest) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._has_words = False

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return list(self._said(self._decoder.decode(chunk)))

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        rest = self._said(self._decoder.decode(b"", final=True))
        return [*rest, self._last_word(exit_code, stderr)]

    def _said(self, text: str) -> Iterator[CliEvent]:
        if text:
            self._has_words = self._has_words or not text.isspace()
            yield TextGrew(text=text)

    def _last_word(self, exit_code: int | None, stderr: str) -> RunEnded:
        if exit_code != 0:
            told = told_on_stderr(stderr, _NO_NOISE)
            return failed("\n".join([*told, f"agy ended with {how_it_ended(exit_code)}."]), SIGN_IN)
        if not self._has_words:
            return RunEnded(
                ok=False,
                error="agy ended well and answered nothing; ask again, or ask otherwise.",
                category=ErrorCategory.EMPTY,
            )
        return RunEnded(ok=True)
