"""What a job changed, in words: for a terminal, and for the window."""

from collections.abc import Iterator, Mapping
from typing import Any

from llmgw_desktop.app.words.figures import counted, duration_text
from llmgw_desktop.app.words.inert_text import inert, inert_line

_LONGEST_NAME = 300
_SIGNS = {"added": "A", "changed": "M", "deleted": "D", "renamed": "R"}


def change_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Of what the door told, or the window has by the same names."""
    files = told["files"]
    yield summary_words(told)
    yield from note_lines(told)
    if files:
        yield ""
    for each in files:
        yield f"{_SIGNS[each['change']]}\t{lines_words(each)}\t{name_words(each)}"
    if told["destructive"]:
        yield ""
        yield "Commands that destroy something were seen:"
        for seen in told["destructive"]:
            yield f"! {inert_line(seen['command'], _LONGEST_NAME)}: {seen['why']}"
    if patch := told.get("patch"):
        yield ""
        yield inert(patch)


def summary_words(told: Mapping[str, Any]) -> str:
    """«3 files changed in /home/ada/app: 10 lines added, 2 removed.»"""
    files = told["files"]
    added = sum(each["linesAdded"] or 0 for each in files)
    removed = sum(each["linesRemoved"] or 0 for each in files)
    where = f" in {inert_line(told['folder'], _LONGEST_NAME)}" if told.get("folder") else ""
    if not files:
        return f"No file was changed{where}."
    lines = f": {counted(added, 'line')} added, {removed:,} removed" if added or removed else ""
    changed = counted(len(files), "file")
    if told["isLive"]:
        return f"{changed} changed so far{where}{lines}."
    return f"{changed} changed{where}{lines}."


def note_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """What a person should know of it besides."""
    if told["history"]:
        yield told["history"]
    if told["beside"]:
        yield f"At the same time worked there: {', '.join(told['beside'])}. Theirs is in it too."
    if not told["isLive"] and not told["seenAtEnd"]:
        yield "Nobody looked when it ended: what others changed since is in it too."
    if told["leftOut"]:
        names = ", ".join(inert_line(each, 100) for each in told["leftOut"][:10])
        more = " and more" if len(told["leftOut"]) > 10 else ""
        yield f"Not looked into, and not taken back: {names}{more}."
    if not told["isWhole"]:
        yield "There is more than is told here."
    before = told["before"]
    if before is not None:
        yield f"The snapshot took {duration_text(before['tookMs'])}."


def name_words(file: Mapping[str, Any]) -> str:
    """«old → new», where it was renamed."""
    name = inert_line(file["path"], _LONGEST_NAME)
    was = f"{inert_line(file['before'], _LONGEST_NAME)} → " if file["before"] else ""
    return f"{was}{name}{' (taken back)' if file['isTakenBack'] else ''}"


def lines_words(file: Mapping[str, Any]) -> str:
    """«+3 -1»."""
    if file["linesAdded"] is None:
        return "no text"
    return f"+{file['linesAdded']} -{file['linesRemoved']}"


def undone_words(files: int, were_so: int) -> str:
    so = f" {counted(were_so, 'file')} stood so already." if were_so else ""
    if not files:
        return f"Nothing had to be taken back.{so}"
    return f"{counted(files, 'file')} taken back.{so}"
