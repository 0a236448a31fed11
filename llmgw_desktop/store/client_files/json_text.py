"""Changes one value in a JSON text with comments; every other byte stays where and as it is.

A value is put behind the last of its object, in the style of its neighbours, and taken out again so
that what is left is what was there before. Where that is not known any more, because others have
changed the same object, only the member itself goes, with one comma.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.values import value
from llmgw_desktop.store.client_files.json_nodes import (
    Member,
    Node,
    end_of_words,
    plain,
    read_json,
)
from llmgw_desktop.store.client_files.marks import (
    ELEMENT,
    MISSING,
    OwnMark,
    Path,
    TextFormat,
    Unreadable,
    Value,
    line_end_of,
    place_of,
    value_in,
)

_USUAL_INDENT = "  "


@value(kw_only=False)
class _Style:
    """How an object is written: `indent` of its members, or None where all stands on one line."""

    indent: str | None
    outer: str
    unit: str
    line_end: str
    colon: str

    def member(self, name: str, value: Value) -> str:
        return f"{json.dumps(name, ensure_ascii=False)}{self.colon}{self.value(value)}"

    def value(self, value: Value) -> str:
        if self.indent is None:
            separators = (",", ":") if self.colon == ":" else (", ", ": ")
            return json.dumps(value, ensure_ascii=False, separators=separators)
        lines = json.dumps(value, ensure_ascii=False, indent=self.unit).split("\n")
        return f"{self.line_end}{self.indent}".join(lines)

    @property
    def gap(self) -> str:
        """What stands before a member."""
        return " " if self.indent is None else f"{self.line_end}{self.indent}"


def _value_at(text: str, path: Path) -> Any:
    try:
        value = json.loads(text)  # many times as quick, where there are no comments
    except (ValueError, RecursionError):
        root = read_json(text)
        value = MISSING if root is None else plain(text, root)
    return value_in(value, path)


def _put(text: str, path: Path, value: Value) -> tuple[str, OwnMark]:
    if path[-1] == ELEMENT:
        return _put_element(text, path, value)
    root = read_json(text)
    if root is None:
        return _new_text(text, path, value)
    holder, depth = _holder(text, root, path)
    known = holder.member(path[depth]) if depth == len(path) - 1 else None
    style = _style(text, root, holder)
    if known is not None:
        written = style.value(value)
        start, end = known.value.start, known.value.end
        mark = OwnMark(path=path, written=written, before=text[start:end])
        return text[:start] + written + text[end:], mark
    member = style.member(path[depth], _wrapped(value, path[depth + 1 :]))
    changed, hollow = _with_member(text, holder, member, style)
    written = _leaf(f"{{{member}}}", path[depth:])
    made = len(path) - 1 - depth
    return changed, OwnMark(path=path, written=written, made=made, hollow=hollow)


def _new_text(text: str, path: Path, value: Value) -> tuple[str, OwnMark]:
    """A file without anything, or with comments alone."""
    line_end = line_end_of(text)
    document = json.dumps(_wrapped(value, path), ensure_ascii=False, indent=_USUAL_INDENT)
    document = document.replace("\n", line_end)
    gap = line_end if text and not text.endswith("\n") else ""
    mark = OwnMark(path=path, written=_leaf(document, path), made=len(path), hollow=text)
    return f"{text}{gap}{document}{line_end}", mark


def _wrapped(value: Value, names: Path) -> Value:
    for name in reversed(names):
        value = {name: value}
    return value


def _leaf(document: str, path: Path) -> str:
    """The value at this path as it is written."""
    member = _member_at(read_json(document), path)
    assert member is not None
    return document[member.value.start : member.value.end]


def _holder(text: str, root: Node, path: Path) -> tuple[Node, int]:
    """The innermost object of the path that is there, and how deep it is."""
    node, depth = root, 0
    while True:
        if node.kind != "object":
            line, column = place_of(text, node.start)
            named = f"'{'.'.join(path[:depth])}'" if depth else "the file"
            raise Unreadable(f"{named} is not an object", line=line, column=column)
        member = node.member(path[depth])
        if member is None or depth == len(path) - 1:
            return node, depth
        node, depth = member.value, depth + 1


def _style(text: str, root: Node, holder: Node) -> _Style:
    first = holder.members[0] if holder.members else None
    outer = _indent_of_line(text, holder.start)
    style = _Style(
        indent=None, outer=outer, unit=_unit(text, root), line_end=line_end_of(text), colon=": "
    )
    if first is not None:
        between = text[first.name_end : first.value.start]
        style = replace(style, colon=between) if between.strip(" ") == ":" else style
        if "\n" not in text[holder.start : first.start] or _is_behind_words(text, holder, first):
            return style
        indent = _indent_of_line(text, first.start)
        unit = indent.removeprefix(outer) if indent.startswith(outer) else style.unit
        return replace(style, indent=indent, unit=unit or _USUAL_INDENT)
    is_one_line = bool(root.members) and "\n" not in text[root.start : root.members[0].start]
    return style if is_one_line else replace(style, indent=outer + style.unit)


def _is_behind_words(text: str, holder: Node, first: Member) -> bool:
    """Whether a comment alone has put it onto a line of its own, as `_with_member` does."""
    end, needs_line = end_of_words(text, holder.start + 1, first.start)
    return needs_line and text[end : first.start] == line_end_of(text)


def _unit(text: str, root: Node) -> str:
    """By how much the outermost members are moved in."""
    if not root.members:
        return _USUAL_INDENT
    indent = _indent_of_line(text, root.members[0].start)
    return indent if "\n" in text[root.start : root.members[0].start] and indent else _USUAL_INDENT


def _indent_of_line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    line = text[start:at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _with_member(text: str, holder: Node, member: str, style: _Style) -> tuple[str, str | None]:
    close = holder.end - 1
    last = holder.members[-1] if holder.members else None
    behind = holder.start + 1
    if last is not None:
        behind = last.comma + 1 if last.comma >= 0 else last.value.end
    start, needs_line = end_of_words(text, behind, close)
    gap = style.line_end if needs_line and style.indent is None else style.gap
    if last is not None and last.comma >= 0:
        return text[:start] + gap + member + "," + text[start:], None
    if last is not None:
        return text[:behind] + "," + text[behind:start] + gap + member + text[start:], None
    if style.indent is None and start == behind:
        gap = ""
    foot = "" if style.indent is None else f"{style.line_end}{style.outer}"
    return text[:start] + gap + member + foot + text[close:], text[start:close]


def _member_at(root: Node | None, path: Path, text: str = "", written: str = "") -> Member | None:
    """Of several of this name the one that is written so, else the last."""
    node = root
    for name in path[:-1]:
        member = node.member(name) if node is not None and node.kind == "object" else None
        if member is None:
            return None
        node = member.value
    if node is None or node.kind != "object":
        return None
    named = [each for each in node.members if each.name == path[-1]]
    same = [each for each in named if text[each.value.start : each.value.end] == written]
    return next(reversed(same or named), None)


def _put_element(text: str, path: Path, value: Value) -> tuple[str, OwnMark]:
    """Behind the last of its list, which is made where there is none. One that is there already
    stays whose it is."""
    found = _value_at(text, path)
    if found is MISSING and _value_at(text, path[:-1]) is not MISSING:
        raise Unreadable(f"'{'.'.join(path[:-1])}' is not a list")
    if found is MISSING:
        changed, mark = _put(text, path[:-1], [value])
        (written,) = _elements(changed, path)
        return changed, replace(mark, path=path, written=written, made=mark.made + 1)
    if value in found:
        return text, OwnMark(path=path, written="")
    holder = _list_at(read_json(text), path)
    assert holder is not None
    written = json.dumps(value, ensure_ascii=False)
    if not holder.items:
        at, changed = holder.start + 1, written
    else:
        last = holder.items[-1]
        is_alone = not text[text.rfind("\n", 0, last.start) + 1 : last.start].strip()
        gap = f"{line_end_of(text)}{_indent_of_line(text, last.start)}" if is_alone else " "
        at, changed = last.end, f",{gap}{written}"
    return text[:at] + changed + text[at:], OwnMark(path=path, written=written)


def _take_out_element(text: str, mark: OwnMark) -> str:
    holder = _list_at(read_json(text), mark.path)
    at = _place_of_element(text, holder, mark.written)
    if holder is None or at < 0:
        return text
    if len(holder.items) == 1 and mark.made:
        whole = text[holder.start : holder.end]
        outer = replace(mark, path=mark.path[:-1], written=whole, made=mark.made - 1)
        return _take_out(text, outer)
    changed = _without_element(text, holder.items, at)
    left = [plain(text, each) for number, each in enumerate(holder.items) if number != at]
    if _value_at(changed, mark.path) != left:
        named = ".".join(mark.path[:-1])
        raise Unreadable(f"'{named}' is written in a way that is not changed by program")
    return changed


def _without_element(text: str, items: Sequence[Node], at: int) -> str:
    """With one comma; comments beside it stay."""
    start, end = items[at].start, items[at].end
    if at:
        before = items[at - 1].end
        comma = text.index(",", before)
        if text[before:comma].strip() or text[comma + 1 : start].strip():
            return text[:comma] + text[comma + 1 : start] + text[end:]
        return text[:before] + text[end:]
    if len(items) == 1:
        return text[:start] + text[end:]
    after = items[1].start
    if text[end:after].strip() == ",":
        return text[:start] + text[after:]
    comma = text.index(",", end)
    return text[:start] + text[end:comma] + text[comma + 1 :]


def _place_of_element(text: str, holder: Node | None, written: str) -> int:
    """As it is written, or as it means; -1: it is gone."""
    items = holder.items if holder is not None and written else []
    for at, each in enumerate(items):
        if text[each.start : each.end] == written:
            return at
    meant = json.loads(written) if items else None
    return next((at for at, each in enumerate(items) if plain(text, each) == meant), -1)


def _list_at(root: Node | None, path: Path) -> Node | None:
    member = _member_at(root, path[:-1])
    return member.value if member is not None and member.value.kind == "list" else None


def _elements(text: str, path: Path) -> list[str]:
    holder = _list_at(read_json(text), path)
    return [] if holder is None else [text[each.start : each.end] for each in holder.items]


def _take_out(text: str, mark: OwnMark) -> str:
    if mark.path[-1] == ELEMENT:
        return _take_out_element(text, mark)
    root = read_json(text)
    member = _member_at(root, mark.path, text, mark.written)
    if member is None or root is None:
        return text
    if mark.before is not None:
        return text[: member.value.start] + mark.before + text[member.value.end :]
    path = mark.path
    for _ in range(mark.made):
        holder = root if len(path) == 1 else _value_of(root, path[:-1])
        if not _holds_alone(text, holder, member):
            break
        path = path[:-1]
        if not path:
            return _without_root(text, root, mark.hollow or "")
        member = _member_at(root, path)
        assert member is not None
    is_all_of_ours = len(path) == len(mark.path) - mark.made
    return _without(
        text, root, path=path, member=member, hollow=mark.hollow if is_all_of_ours else None
    )


def _value_of(root: Node, path: Path) -> Node:
    member = _member_at(root, path)
    assert member is not None
    return member.value


def _holds_alone(text: str, holder: Node, member: Member) -> bool:
    """Whether nothing else stands in it, be it a comment."""
    before = text[holder.start + 1 : member.start]
    behind = text[member.value.end : holder.end - 1]
    return not before.strip() and behind.strip() in ("", ",")


def _without_root(text: str, root: Node, before: str) -> str:
    is_ours = not text[root.end :].strip() and text[: root.start].rstrip() == before.rstrip()
    return before if is_ours else f"{text[: root.start]}{{}}{text[root.end :]}"


def _without(text: str, root: Node, *, path: Path, member: Member, hollow: str | None) -> str:
    holder = root
    for name in path[:-1]:
        found = holder.member(name)
        assert found is not None
        holder = found.value
    at = next(each for each, known in enumerate(holder.members) if known is member)
    behind = holder.start + 1
    before = holder.members[at - 1] if at else None
    if before is not None:
        behind = before.comma + 1
    start, needs_line = end_of_words(text, behind, member.start)
    if needs_line and not _is_line_end(text, max(member.value.end, member.comma + 1)):
        start = text.index("\n", start) + 1
    if member.comma >= 0:
        return text[:start] + text[member.comma + 1 :]
    if before is not None:
        return text[: before.comma] + text[before.comma + 1 : start] + text[member.value.end :]
    rest = text[member.value.end : holder.end - 1]
    if not rest.strip() and (hollow is not None or start == holder.start + 1):
        rest = hollow or ""
    return text[:start] + rest + text[holder.end - 1 :]


def _is_line_end(text: str, at: int) -> bool:
    """Whether nothing but blanks is left of the line: a comment before it may end there."""
    end = text.find("\n", at)
    return end >= 0 and not text[at:end].strip()


JSON = TextFormat(name="json", value_at=_value_at, put=_put, take_out=_take_out)
