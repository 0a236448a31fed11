"""In which parts two prompts differ, told from their prints alone."""

from collections.abc import Iterator, Sequence

from llmgw_desktop.domain.flights.prompt_print import (
    OPTIONS,
    TOOL_MEMBERS,
    PromptPrint,
    PromptSection,
    TextPrint,
    ToolPrint,
)
from llmgw_desktop.domain.values import value


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
