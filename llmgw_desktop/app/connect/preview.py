"""What would be changed in a file, as a person reads it: the lines, with no secret in them."""

import difflib
from collections.abc import Iterable

from llmgw_desktop.app.connect.edits import FileChange
from llmgw_desktop.app.connect.entries import masked
from llmgw_desktop.app.inert_text import inert
from llmgw_desktop.redaction.redactor import Redactor

_CONTEXT_LINES = 2
_LONGEST_LINE = 400
_LINE_ENDS = "\r\n"


def diff_of(changes: Iterable[FileChange]) -> str:
    """As `diff -u`; of other secrets near our lines nothing is shown either."""
    redactor = Redactor()
    return "".join(
        _masked(redactor, f"{_permissions(each)}{_diff(each)}") for each in changes if each.changes
    )


def _permissions(change: FileChange) -> str:
    if change.modes is None:
        return ""
    now, then = change.modes
    why = "for a key stands in it" if then < now else "as before"
    return f"# permissions of {change.path}: {now:o} → {then:o}, {why}\n"


def _diff(change: FileChange) -> str:
    now, then = _lines(change.now), _lines(change.then)
    lines = difflib.unified_diff(
        now, then, _name(change, change.now), _name(change, change.then), n=_CONTEXT_LINES
    )
    return "".join(f"{line.rstrip(_LINE_ENDS)[:_LONGEST_LINE]}\n" for line in lines)


def _name(change: FileChange, raw: bytes | None) -> str:
    return str(change.path) if raw is not None else "(no file)"


def _lines(raw: bytes | None) -> list[str]:
    return (raw or b"").decode("utf-8", "replace").splitlines(keepends=True)


def _masked(redactor: Redactor, text: str) -> str:
    return inert(redactor.clean_text(masked(text)))
