"""Groups that give nothing back, written as such: they end where atomic ones do.

Before 3.11.5 Python goes on behind what it has read of a last round that failed half way. A group
of which no round can fail once it has read something is right there too, and costs no memory for
each round; these are compared here. All others are made by `possessive`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import llmgw_desktop
from llmgw_desktop.redaction import nested, plausible, stream_places, streams

_PATTERNS = {
    "streams, texts": streams._TEXT,
    "streams, lists": streams._IN_LIST,
    "nested": nested._STEP,
    "stream_places": stream_places._TOKEN,
    "plausible": plausible._WORDS,
}
_FILES = {f"redaction/{name}.py" for name in ("streams", "nested", "stream_places", "plausible")}
_PIECES = (
    *(b'"', b"'", b"\\", b'\\"', b"\\\\", b"\n", b"\r\n", b"\\n", b"\\u00e4", b"\xc3\xa4", b"\xff"),
    *(b"key", b"a", b"Token", b"0", b"12345", b"12345678", b"true", b"data:", b"x" * 81),
    *(b":", b",", b" ", b"{", b"}", b"[", b"]", b"(", b")", b"_", b"-", b".", b"/", b"@"),
    *(b'"key": "', b'","', b'["', b'"]', b"key_1.", b"sk-12"),
)
_HOSTILE = st.lists(st.sampled_from(_PIECES), max_size=24).map(b"".join)
_GROUP_END = re.compile(r"(?<![\\(])\)(?:[*+?]|\{[^\s()\[\]\\]*\})\+")


def test_those_and_no_others_are_written_so() -> None:
    root = Path(llmgw_desktop.__file__).parent
    found = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if _GROUP_END.search(file.read_text("utf-8"))
    }
    assert found == _FILES | {"domain/plain_text.py"}


@pytest.mark.parametrize("name", _PATTERNS)
@given(text=_HOSTILE)
def test_they_end_where_the_last_whole_round_does(name: str, text: bytes) -> None:
    pattern = _PATTERNS[name]
    plain = _atomic(pattern)
    for cut in (text, text[:-1], text + b"\\"):
        assert [each.regs for each in pattern.finditer(cut)] == [
            each.regs for each in plain.finditer(cut)
        ]
        assert _regs(pattern.match(cut)) == _regs(plain.match(cut))
        assert _regs(pattern.fullmatch(cut)) == _regs(plain.fullmatch(cut))


def _regs(found: re.Match[bytes] | None) -> object:
    return found and found.regs


def _atomic(pattern: re.Pattern[bytes]) -> re.Pattern[bytes]:
    """The same with each `(?:…)*+` as `(?>(?:…)*)`, which is right on every Python."""
    text = pattern.pattern
    while found := _GROUP_END.search(text.decode("latin-1")):
        begins = _opening(text, found.start())
        times = text[found.start() + 1 : found.end() - 1]
        whole = text[begins : found.start() + 1] + times
        text = text[:begins] + b"(?>" + whole + b")" + text[found.end() :]
    return re.compile(text, pattern.flags)


def _opening(text: bytes, end: int) -> int:
    """Where the group begins that ends at `end`: what is escaped or in brackets opens none."""
    opened: list[int] = []
    for found in re.finditer(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|([()])", text[: end + 1], re.DOTALL):
        if found[1] == b"(":
            opened.append(found.start())
        elif found[1] == b")":
            last = opened.pop()
            if found.start() == end:
                return last
    raise AssertionError(text)
