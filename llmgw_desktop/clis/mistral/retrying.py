"""How Vibe says in its log, which all its runs write into, that it asks its upstream again."""

import re

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.domain.cli import Retrying

_LINE = re.compile(
    r"\S+ \d+ (?P<process>\d{1,10}) \w+ Retrying model completion"
    r" \(attempt (?P<number>\d{1,6}), delay (?P<pause>\d{1,9}(?:\.\d{1,9})?)s\): (?P<why>.*)"
)
_STATUS = re.compile(r"\berror '(?P<status>[45]\d\d)\b(?P<words>[^']*)'")


def read(line: bytes) -> Retrying | None:
    found = _found(line)
    if found is None:
        return None
    told = _STATUS.search(found["why"])
    return Retrying(
        reason=f"{told['status']}{told['words']}" if told else found["why"],
        attempt=int(found["number"]),
        status=int(told["status"]) if told else None,
        pause_s=float(found["pause"]),
    )


def process_of(line: bytes) -> int | None:
    found = _found(line)
    return None if found is None else int(found["process"])


def _found(line: bytes) -> re.Match[str] | None:
    if b" Retrying model completion " not in line:
        return None
    return _LINE.match(line.decode("utf-8", "replace"))


RETRY_WORDS = RetryWords(read=read, path=".vibe/logs/vibe.log", process_of=process_of)
