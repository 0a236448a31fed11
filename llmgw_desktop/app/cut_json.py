"""A JSON document of which only the beginning is there, read as far as it goes.

Records keep only so much of a very large body, and some programs send half of one.
"""

import re

from llmgw_desktop.app.recorded_body import json_value

# a whole string, a bracket, or a run of what stands between them
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PIECES = re.compile(rf'{_STRING}?+|[{{}}\[\]]|[^{{}}\[\]"]++', re.DOTALL)
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
_LITERAL = r"(?:true|false|null|-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)"
_RUN = re.compile(rf"[\s,:]*+(?:{_LITERAL}(?:[\s,:]++|\Z))*+")
_HALF_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[0-9a-fA-F]{0,3}\Z")
_TAIL_CHARS = 64
_CLOSERS = {"{": "}", "[": "]"}


def cut_json_value(body: bytes) -> object:
    """What is whole of it, and as much as came of a text in the middle of which it ends. None
    where not even a beginning can be read."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if (len(text) - len(text.rstrip("\\"))) % 2:
        text = text[:-1]
    beginning = _Beginning(text)
    for found in _PIECES.finditer(text):
        if not beginning.takes(found.group(), found.start(), found.end()):
            break
    return json_value(beginning.closed())


class _Beginning:
    """Knows after each piece where the document could end, and what would be left to close."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[str] = []
        self._end = 0
        """Up to here all is whole; what follows is no more than a name, a colon or a comma."""
        self._torn = ""
        """The text in the middle of which the document ends, mended."""
        self._is_name = False

    def takes(self, piece: str, start: int, end: int) -> bool:
        """False: from this piece on nothing can be read."""
        if piece in _CLOSERS:
            self._open.append(_CLOSERS[piece])
            self._is_name = piece == "{"
            self._end = end
        elif piece in ("}", "]"):
            return self._closes(piece, end)
        elif not piece.startswith('"'):
            return self._takes_run(piece, start)
        elif not self._is_name:
            return self._takes_text(piece, start, end)
        return True

    def closed(self) -> str:
        return self._text[: self._end] + self._torn + "".join(reversed(self._open))

    def _closes(self, piece: str, end: int) -> bool:
        if self._open[-1:] != [piece]:
            return False
        self._open.pop()
        self._end = end
        return bool(self._open)

    def _takes_run(self, piece: str, start: int) -> bool:
        """Numbers, words, commas and colons. Before the last comma all is whole; of a number at
        the very end digits may be missing."""
        found = _RUN.match(piece)
        known = found.group() if found is not None else ""
        comma = known.rfind(",")
        if comma >= 0:
            self._end = start + comma
        last = known.rstrip()[-1:]
        if last in (",", ":"):
            self._is_name = last == "," and self._open[-1:] == ["}"]
        return len(known) == len(piece)

    def _takes_text(self, piece: str, start: int, end: int) -> bool:
        if end == len(self._text) and not _WHOLE_STRING.fullmatch(piece):
            self._end = start
            self._torn = f'{_without_half_escape(piece)}"'
            return False
        self._end = end
        return True


def _without_half_escape(text: str) -> str:
    tail = text[-_TAIL_CHARS:]
    return text[: len(text) - len(tail)] + _HALF_ESCAPE.sub(r"\1", tail)
