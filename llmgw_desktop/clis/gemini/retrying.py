"""How the Gemini CLI says on stderr that it asks its upstream again."""

import re

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.gemini.errors import plain
from llmgw_desktop.domain.cli import Retrying

_LINE = re.compile(
    r"Attempt (?P<number>\d{1,4}) failed(?: with (?:status )?(?P<status>[45]\d\d)\b)?(?P<why>.*?)"
    r"\bRetrying (?:with backoff|after (?P<ms>\d{1,12})ms)\.*(?P<error>.*)"
)


def read(line: bytes) -> Retrying | None:
    if not line.startswith(b"Attempt "):
        return None
    found = _LINE.match(line.decode("utf-8", "replace"))
    if found is None:
        return None
    why, error = found["why"].strip(" :."), found["error"]
    reason = (plain(error) if "{" in error else "") or why or "refused"
    return Retrying(
        reason=reason,
        attempt=int(found["number"]),
        status=int(found["status"]) if found["status"] else status_in(f"{why} {error}"),
        pause_s=int(found["ms"]) / 1000 if found["ms"] else None,
    )


RETRY_WORDS = RetryWords(read=read)
