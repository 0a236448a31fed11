"""How two prompts differ: in which parts, told from their prints alone; and where two texts begin
to differ, and what it is that differs: a clock, a counter, an id.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from llmgw_desktop.domain.flights.prompt_print import (
    OPTIONS,
    TOOL_MEMBERS,
    PromptPrint,
    PromptSection,
    TextPrint,
    ToolPrint,
)
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


@value(kw_only=False)
class PromptChange:
    """One part in which two prompts differ."""

    section: PromptSection | None
    """None: a parameter."""
    place: str
    """`tools[12].description`, `system[1]`, `messages[7]`, `thinking`."""
    what: str
    """`changed`, `added`, `removed` or `moved`."""
    before: int | None = None
    """Its number in the earlier prompt; None where it was not there."""
    now: int | None = None


def common_messages(earlier: PromptPrint, now: PromptPrint) -> int:
    """How many of the first messages are equal."""
    return _equal_at_start(
        [each.whole for each in earlier.messages], [each.whole for each in now.messages]
    )


def shared_size(earlier: PromptPrint, now: PromptPrint) -> int:
    """Bytes, about, of the beginning that both have in common, in the vendor's order."""
    same = _equal_at_start(earlier.tools, now.tools)
    size = sum(each.size for each in now.tools[:same])
    if not same == len(earlier.tools) == len(now.tools):
        return size
    before, after = ([each.whole for each in made.system] for made in (earlier, now))
    same = _equal_at_start(before, after)
    size += sum(each.size for each in now.system[:same])
    if before != after:
        return size
    return size + sum(each.size for each in now.messages[: common_messages(earlier, now)])


def changes(earlier: PromptPrint, now: PromptPrint) -> list[PromptChange]:
    """In the order in which a vendor meets them. Messages that only the later prompt has at its
    end are no change: a conversation goes on."""
    found = list(_tool_changes(earlier.tools, now.tools))
    found += _text_changes(PromptSection.SYSTEM, earlier.system, now.system)
    for name, before, after in zip(OPTIONS, earlier.options, now.options, strict=True):
        if before != after:
            what = "changed" if before and after else "added" if after else "removed"
            found.append(PromptChange(None, name, what))
    same = common_messages(earlier, now)
    if same < len(earlier.messages):
        found.append(_message_change(earlier, now, same))
    return found


def _message_change(earlier: PromptPrint, now: PromptPrint, at: int) -> PromptChange:
    """The first message that is not what it was."""
    place = f"{PromptSection.MESSAGES}[{at}]"
    if at >= len(now.messages):
        return PromptChange(PromptSection.MESSAGES, place, "removed", before=at, now=None)
    before = [each.whole for each in earlier.messages]
    after = [each.whole for each in now.messages]
    if after[at : at + 1] == before[at + 1 : at + 2]:
        return PromptChange(PromptSection.MESSAGES, place, "removed", before=at, now=None)
    if before[at : at + 1] == after[at + 1 : at + 2]:
        return PromptChange(PromptSection.MESSAGES, place, "added", before=None, now=at)
    return PromptChange(PromptSection.MESSAGES, place, "changed", before=at, now=at)


def _tool_changes(earlier: Sequence[ToolPrint], now: Sequence[ToolPrint]) -> list[PromptChange]:
    """By their names: one that is there once more or no more does not make all behind it new."""
    before = {each.members[0]: at for at, each in enumerate(earlier)}
    after = {each.members[0]: at for at, each in enumerate(now)}
    found: list[PromptChange] = []
    renamed = set[int]()
    for at, tool in enumerate(now):
        was_at = before.get(tool.members[0])
        if was_at is None and _is_renamed(tool, at, earlier, after):
            was_at = at
            renamed.add(at)
        if was_at is None:
            found.append(_of_tool(at, "", "added", before=None))
            continue
        for member, old, new in zip(
            TOOL_MEMBERS, earlier[was_at].members, tool.members, strict=True
        ):
            if old != new:
                found.append(_of_tool(at, f".{member}", "changed", before=was_at))
    found += [
        _of_tool(at, "", "removed", before=at, is_gone=True)
        for name, at in before.items()
        if name not in after and at not in renamed
    ]
    found += _moved(before, after)
    return sorted(found, key=_place_of)


def _moved(before: dict[bytes, int], after: dict[bytes, int]) -> list[PromptChange]:
    """The first of those that are in both, where their order is another."""
    was = [name for name in before if name in after]
    became = [name for name in after if name in before]
    first = next((b for a, b in zip(was, became, strict=True) if a != b), None)
    if first is None:
        return []
    return [_of_tool(after[first], "", "moved", before=before[first])]


def _of_tool(
    at: int, member: str, what: str, *, before: int | None, is_gone: bool = False
) -> PromptChange:
    place = f"{PromptSection.TOOLS}[{at}]{member}"
    now = None if is_gone else at
    return PromptChange(PromptSection.TOOLS, place, what, before=before, now=now)


def _place_of(change: PromptChange) -> int:
    at = change.before if change.now is None else change.now
    return at or 0


def _is_renamed(
    tool: ToolPrint, at: int, earlier: Sequence[ToolPrint], after: dict[bytes, int]
) -> bool:
    """The tool that stood in its place is this one under another name."""
    if at >= len(earlier) or earlier[at].members[0] in after:
        return False
    was = earlier[at]
    return sum(a == b for a, b in zip(was.members[1:], tool.members[1:], strict=True)) >= 2


def _text_changes(
    section: PromptSection, earlier: Sequence[TextPrint], now: Sequence[TextPrint]
) -> Iterator[PromptChange]:
    before, after = [each.whole for each in earlier], [each.whole for each in now]
    if before == after:
        return
    start = _equal_at_start(before, after)
    end = _equal_at_start(before[start:][::-1], after[start:][::-1])
    gone, come = len(before) - start - end, len(after) - start - end
    is_alone = len(before) == len(after) == 1
    place = str(section) if is_alone else f"{section}[{start}]"
    if gone and come and sorted(before) == sorted(after):
        yield PromptChange(section, place, "moved", before=start, now=start)
    elif gone and come:
        for at in range(min(gone, come)):
            spot = str(section) if is_alone else f"{section}[{start + at}]"
            yield PromptChange(section, spot, "changed", before=start + at, now=start + at)
    elif come:
        yield PromptChange(section, place, "added", before=None, now=start)
    else:
        yield PromptChange(section, place, "removed", before=start, now=None)


def _equal_at_start(before: Sequence[object], after: Sequence[object]) -> int:
    count = 0
    for a, b in zip(before, after, strict=False):
        if a != b:
            break
        count += 1
    return count
