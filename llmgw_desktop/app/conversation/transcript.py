"""A conversation laid out for reading: sections with a heading and text, some of them folded.

Harmless to show (`inert_text`), made in a worker thread. Painting is left to the window.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from llmgw_desktop.app.conversation.flight_conversation import conversation_of
from llmgw_desktop.app.conversation.message_parts import Message, Part, PartKind, Role
from llmgw_desktop.app.figures import counted, size_text
from llmgw_desktop.app.flight_texts import (
    LARGE_BYTES,
    PREVIEW_BYTES,
    FlightSide,
    cut_notice,
    missing_notice,
)
from llmgw_desktop.app.inert_text import folded_lines, inert, inert_line

_ROLE_TITLES = {
    Role.SYSTEM: "System",
    Role.TOOLS: "Tools on offer",
    Role.USER: "User",
    Role.ASSISTANT: "Assistant",
    Role.TOOL: "Tool result",
    Role.ERROR: "Error",
}
_PART_TITLES = {
    PartKind.THINKING: "Thinking",
    PartKind.TOOL_CALL: "Tool call",
    PartKind.TOOL_OFFER: "Tool",
    PartKind.HOSTED: "Provider's tool",
    PartKind.IMAGE: "Image",
    PartKind.FILE: "File",
    PartKind.OTHER: "Part",
}
_FOLDED_KINDS = frozenset(
    {
        PartKind.THINKING,
        PartKind.TOOL_CALL,
        PartKind.TOOL_OFFER,
        PartKind.TOOL_RESULT,
        PartKind.HOSTED,
        PartKind.FILE,
        PartKind.OTHER,
    }
)
_CODE_KINDS = (PartKind.TOOL_CALL, PartKind.TOOL_RESULT, PartKind.HOSTED, PartKind.OTHER)
_LONG_SYSTEM_CHARS = 1500
_SHORT_PART_CHARS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A message (`depth` 0) or a part of it (1). `text` is shown below the heading."""

    role: Role
    depth: int
    title: str
    detail: str = ""
    text: str = ""
    is_code: bool = False
    is_folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`notice` and `whole_bytes` as in `flight_texts.ShownText`."""

    sections: tuple[Section, ...]
    notice: str = ""
    whole_bytes: int = 0


def transcript_of(side: FlightSide, *, all_of_it: bool = False) -> Transcript:
    if missing := missing_notice(side):
        return Transcript(sections=(), notice=missing)
    messages = conversation_of(side.record, of_request=side.of_request)
    cut = cut_notice(side)
    if not messages:
        reason = "No messages can be read from this body."
        return Transcript(sections=(), notice=f"{cut} {reason}".strip())
    sections = tuple(_sections(messages))
    body_bytes = len(side.body or b"")
    if all_of_it or body_bytes <= LARGE_BYTES:
        return Transcript(sections=sections, notice=cut)
    beginning = _beginning(sections)
    if beginning == sections:
        return Transcript(sections=sections, notice=cut)
    return Transcript(sections=beginning, notice=cut, whole_bytes=body_bytes)


def _sections(messages: Iterable[Message]) -> Iterator[Section]:
    called: dict[str, str] = {}
    for message in messages:
        yield _heading(message)
        for part in message.parts:
            if part.kind is PartKind.TOOL_CALL:
                called[part.call_id] = part.title
            if part.kind is PartKind.TEXT and not part.title:
                yield Section(role=message.role, depth=1, title="", text=_shown(part.text))
            else:
                yield _part_section(message.role, part, called.get(part.call_id, ""))


def _heading(message: Message) -> Section:
    title = _ROLE_TITLES.get(message.role) or inert_line(message.name, 60) or "Message"
    details = [inert_line(message.note, 80)]
    if message.name and message.role is Role.USER and message.name != "user":
        details.insert(0, inert_line(message.name, 60))
    if message.role is Role.TOOLS:
        details.append(counted(len(message.parts), "tool"))
    if not message.parts:
        details.append("empty")
    characters = sum(len(part.text) for part in message.parts)
    is_long = message.role is Role.SYSTEM and characters > _LONG_SYSTEM_CHARS
    if is_long:
        details.append(size_text(characters))
    return Section(
        role=message.role,
        depth=0,
        title=title,
        detail=" · ".join(detail for detail in details if detail),
        is_folded=is_long or message.role is Role.TOOLS,
    )


def _part_section(role: Role, part: Part, tool: str) -> Section:
    is_folded = part.kind in _FOLDED_KINDS and not (
        part.kind is PartKind.TOOL_RESULT and len(part.text) <= _SHORT_PART_CHARS
    )
    names_itself = part.kind in (PartKind.IMAGE, PartKind.FILE)
    return Section(
        role=role,
        depth=1,
        title=_part_title(part, tool),
        detail=inert_line(part.title if names_itself else part.text, 200),
        text=_shown(part.text),
        is_code=part.kind in _CODE_KINDS,
        is_folded=is_folded,
    )


def _part_title(part: Part, tool: str) -> str:
    name = inert_line(part.title, 120)
    match part.kind:
        case PartKind.TOOL_RESULT:
            words = f"Result of {inert_line(tool or part.title, 120)}" if tool or name else "Result"
            return f"{words}, failed" if part.is_failure else words
        case PartKind.IMAGE | PartKind.FILE:
            return _PART_TITLES[part.kind]
        case PartKind.TEXT:
            return name.capitalize()
        case _:
            return f"{_PART_TITLES[part.kind]} {name}".rstrip()


def _beginning(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    kept, room = [], PREVIEW_BYTES
    for section in sections:
        if room <= 0:
            break
        kept.append(
            section if len(section.text) <= room else replace(section, text=section.text[:room])
        )
        room -= len(section.text) + len(section.title) + 1
    return tuple(kept)


def _shown(text: str) -> str:
    return folded_lines(inert(text)).rstrip("\n")
