"""Where two texts begin to differ, and what it is that differs: a clock, a counter, an id."""

import re
from enum import StrEnum

from llmgw_desktop.domain.values import value

_SHOWN_CHARS = 60
_STEP = 4096
_LOOKED_CHARS = 40


class ChangeLook(StrEnum):
    """What the differing words look like."""

    CLOCK = "clock"
    DATE = "date"
    ID = "id"
    COUNTER = "counter"
    BLANKS = "blanks"
    OTHER = "other"


@value
class TextDifference:
    """The first of them."""

    byte: int
    """In UTF-8, counted from 0, in both."""
    before: str
    """Some characters before that place and behind it."""
    now: str
    at: int
    """Where in `before` and `now` they begin to differ."""
    look: ChangeLook = ChangeLook.OTHER


_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_DATE = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}"
)
_LOOKS = (
    (
        ChangeLook.CLOCK,
        re.compile(rf"(?:{_DATE})[T ,]+{_TIME}|{_TIME}|\b1[5-9]\d{{8}}(?:\d{{3}})?\b"),
    ),
    (ChangeLook.DATE, re.compile(_DATE)),
    (
        ChangeLook.ID,
        re.compile(
            r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
            r"|\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{7,}\b"
            r"|\b[a-z]{2,12}_(?=\w*\d)[0-9A-Za-z]{8,}\b"
        ),
    ),
    (ChangeLook.COUNTER, re.compile(r"\d+(?:[.,]\d+)?")),
)


def first_difference(before: str, now: str) -> TextDifference | None:
    """None where they are equal."""
    if before == now:
        return None
    at = _first_at(before, now)
    start = max(at - _SHOWN_CHARS, 0)
    return TextDifference(
        byte=len(before[:at].encode("utf-8", "surrogatepass")),
        before=before[start : at + _SHOWN_CHARS],
        now=now[start : at + _SHOWN_CHARS],
        at=at - start,
        look=_look(before, now, at),
    )


def _first_at(before: str, now: str) -> int:
    """In pieces: texts may have megabytes."""
    most = min(len(before), len(now))
    for start in range(0, most, _STEP):
        if before[start : start + _STEP] != now[start : start + _STEP]:
            for at in range(start, min(start + _STEP, most)):
                if before[at] != now[at]:
                    return at
    return most


def _look(before: str, now: str, at: int) -> ChangeLook:
    """By what both have in that place, where both have the like."""
    if not before[at : at + 1].strip() and not now[at : at + 1].strip():
        return ChangeLook.BLANKS
    around = (before, now)
    for look, pattern in _LOOKS:
        if all(_is_in(pattern, text, at) for text in around):
            return look
    return ChangeLook.OTHER


def _is_in(pattern: re.Pattern[str], text: str, at: int) -> bool:
    """Whether what it finds goes through this place."""
    start = max(at - _LOOKED_CHARS, 0)
    return any(
        found.start() <= at - start < found.end()
        for found in pattern.finditer(text[start : at + _LOOKED_CHARS])
    )
