"""A tool's call, as an agent tells of it: before it asks, with what it asks, and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from llmgw_desktop.clis.told import first_text, object_of, one_line, text_of
from llmgw_desktop.domain.jobs.approval import FileChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmgw_desktop.clis.json_lines import Message


_PATHS = ("filepath", "filePath", "file_path", "fileName", "path", "target_file")
_TOLD = ("command", *_PATHS, "pattern", "query", "url", "uri")
MOST_CALLS = 500


@dataclass(slots=True)
class Call:
    """All that is known of one so far; later words take the place of earlier ones."""

    id: str
    first_title: str = ""
    title: str = ""
    kind: str = ""
    status: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    """Its arguments."""
    changes: tuple[FileChange, ...] = ()
    words: str = ""
    paths: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    has_begun: bool = False
    """It was told of."""

    def take(self, told: Any) -> None:
        """A ToolCall or ToolCallUpdate of the library."""
        self.title = told.title or self.title
        self.first_title = self.first_title or self.title
        self.kind = told.kind or self.kind
        self.status = told.status or self.status
        self.given.update(object_of(told.raw_input))
        self.meta.update(object_of(told.field_meta))
        self.changes = changes_in(told) or self.changes
        self.words = words_in(told) or self.words
        if told.locations:
            self.paths = tuple(each.path for each in told.locations)

    @property
    def told(self) -> str:
        """What it is done to, by its arguments; empty: not known yet."""
        return first_text(self.given, *_TOLD)

    @property
    def summary(self) -> str:
        """One line for a person."""
        return one_line(self.told or next(iter(self.paths), ""))


def changes_in(told: Any) -> tuple[FileChange, ...]:
    return tuple(
        FileChange(path=each.path, old=each.old_text, new=each.new_text)
        for each in told.content or ()
        if each.type == "diff"
    )


def words_in(told: Any) -> str:
    texts = [
        each.content.text
        for each in told.content or ()
        if each.type == "content" and each.content.type == "text"
    ]
    return "\n".join(texts)


def written_out(call: Call, given: Message) -> Iterator[FileChange]:
    """A change that is told by its arguments alone."""
    path = first_text(given, *_PATHS) or next(iter(call.paths), "")
    diff = text_of(given.get("diff"))
    old = first_text(given, "old_string", "old_str", "oldString")
    whole = ("content", "file_text", "contents")
    new = first_text(given, "new_string", "new_str", "newString", *whole)
    if diff:
        yield FileChange(path=path, diff=diff)
    elif path and (old or new or any(name in given for name in whole)):
        yield FileChange(path=path, old=old or None, new=new)


class Calls:
    """Those that have not ended."""

    def __init__(self) -> None:
        self._open: dict[str, Call] = {}

    def of(self, call_id: str) -> Call:
        if call_id not in self._open and len(self._open) >= MOST_CALLS:
            self._open.pop(next(iter(self._open)))
        return self._open.setdefault(call_id, Call(call_id))

    def forget(self, call_id: str) -> None:
        self._open.pop(call_id, None)


def arguments_in(words: str) -> dict[str, Any]:
    """The JSON object that stands there; else the words themselves."""
    begin, end = words.find("{"), words.rfind("}")
    try:
        found = object_of(orjson.loads(words[begin : end + 1])) if 0 <= begin < end else {}
    except orjson.JSONDecodeError:
        found = {}
    return dict(found) or ({"arguments": words} if words else {})
