"""Shorter texts that say the same: by example, and by what must hold of any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.engine.compression.blocks import OF_ANSWERS, OF_PROMPTS, Courtesies
from llmgw_desktop.engine.compression.compressor import MOST_LINES, compressed, without_ansi

LONG = "The gateway stands between the programs of one computer and all who offer models, and\n"
LONG += "it keeps for each request what was asked, what was answered and what it has cost."
NOTES = re.compile(
    r"\n?\[(?:the line above \d+ more times|block \d+(?: again|, \d+ times in all))\]"
)
TOKENS = re.compile(
    r"`[^`\n]+`|\"[^\"\n]+\"|https?://[^\s\"`]+|(?:[\w.]+)?(?:/[\w.-]+)+|\b\d+(?:[.,:]\d+)*\b"
)
NUMBERED = re.compile(r"\[(?:the line|block)")

FENCED = "```py\nx = 1   \n\n\n\nif x:\n    y  =  2\n```"
INDENTED = "    def f():\n        return 1   \n\n\n    f()"
JSON = '{\n  "a": [1,  2],\n\n  "b": "two  words"\n}'
TABLE = "| name  | size |\n|-------|------|\n| one   |  1   |\n| one   |  1   |\n| one   |  1   |"
CSV = "id,name,size\n1,one,3\n1,one,3\n1,one,3\n1,one,3"
COLUMNS = "name   size\none    12\nthree  5"
DIFF = "diff --git a/x b/x\n@@ -1,3 +1,3 @@\n-a  \n+b\n \n \n \n c"
KEPT = [FENCED, INDENTED, JSON, TABLE, CSV, COLUMNS]


@pytest.mark.parametrize("code", [*KEPT, DIFF])
@pytest.mark.parametrize("courtesies", [None, OF_PROMPTS, OF_ANSWERS])
def test_code_data_and_tables_stay_as_they_are(code: str, courtesies: Courtesies | None) -> None:
    assert compressed(code, courtesies) == code
    told = compressed(f"See this:   \n\n\n\n{code}", courtesies)
    assert told == f"See this:\n\n{code}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b   \n\n\n\nc  ", "a b\n\nc"),
        ("\n  \n\none\n", "one"),
        ("one  and   two", "one and two"),
        ("one\r\n\r\n\r\n\r\ntwo", "one\r\n\r\ntwo"),
        ("a `b  c`   d", "a `b  c`   d"),
        ('it said "b  c"  twice', 'it said "b  c"  twice'),
        ("from 10  to 20", "from 10  to 20"),
        ("see /a/b  c", "see /a/b  c"),
        ("\x1b[31mred\x1b[0m and \x1b]0;title\x07plain", "red and plain"),
        ("\x1b\x1b[0m[31mx and more", "[31mx and more"),
        ("=" * 40 + "\nHead\n" + "-" * 40, "===\nHead\n---"),
        ("retry of the worker\n" * 5, "retry of the worker\n[the line above 4 more times]"),
        ("the a  b\n" * 9, "the a b\n[the line above 8 more times]"),
        ("yes\nyes\nyes", "yes\nyes\nyes"),  # a note would be longer
        ("", ""),
        (" \n ", " \n "),
    ],
)
def test_what_is_left_of_a_text(text: str, expected: str) -> None:
    assert compressed(text) == expected


def test_a_block_that_comes_again_stands_once_with_notes_how_often_and_where() -> None:
    text = f"First:\n\n{LONG}\n\nSecond:\n\n{LONG}\n\nThird:\n\n{LONG}\n\nWhat is it about?"
    assert compressed(text) == (
        f"First:\n\n{LONG}\n[block 1, 3 times in all]\n\nSecond:\n\n[block 1 again]\n\n"
        "Third:\n\n[block 1 again]\n\nWhat is it about?"
    )


def test_code_that_comes_again_stays() -> None:
    code = "```\n" + "print('hello')\n" * 20 + "```"
    text = f"{code}\n\nand\n\n{code}"
    assert compressed(text) == text


def test_what_is_quoted_over_several_blocks_stays() -> None:
    text = 'He wrote "the first  part   \n\n\n\nthe  second   \n\n\n\nthe last" and went.'
    assert compressed(f"{text}   \n\n\n\nWell.") == f"{text}   \n\nWell."
    text = "<pre>\na  b   \n\n\n\nc  d   \n\n\n\n</pre>"
    assert compressed(text) == text


@pytest.mark.parametrize(
    ("text", "courtesies", "expected"),
    [
        ("Sure!\n\nIt is blue.\n\nI hope this helps!", OF_ANSWERS, "It is blue."),
        ("Certainly.\n\nOf course!", OF_ANSWERS, "Of course!"),
        ("It is.\n\nLet me know if you need any help.", OF_ANSWERS, "It is."),
        ("It is.\n\nLet me know if I shall delete it.", OF_ANSWERS, None),
        ("Hello!\n\nSort this.\n\nThanks in advance!", OF_PROMPTS, "Sort this."),
        ("Translate this:\n\nThanks in advance!", OF_PROMPTS, None),
        ("Hello", OF_PROMPTS, None),
        ("Sure!\n\nIt is blue.", None, None),
    ],
)
def test_courtesies_at_the_edges_go(
    text: str, courtesies: Courtesies | None, expected: str | None
) -> None:
    assert compressed(text, courtesies) == (expected or text)


@pytest.mark.parametrize(
    "text", ["x\n" * (MOST_LINES + 1), "\x1b" * 1_000_001, "x\n  \n\n" * 100_001]
)
def test_what_would_take_too_long_stays(text: str) -> None:
    assert compressed(text) == text


_WORDS = st.sampled_from(["the", "gateway", "answers", "Don't", "well,", "so", "a  b", "it:", "éà"])
_ATOMS = st.sampled_from(
    [
        "`x  = 1`",
        '"quoted  words"',
        "https://example.com/a?b=1",
        "/usr/lib/x.so",
        "12",
        "3.14",
        "src/a.py",
    ]
)
_LINE = st.lists(_WORDS | _ATOMS, min_size=1, max_size=6).map(" ".join)
_PROSE = st.lists(_LINE, min_size=1, max_size=4).map("   \n".join)
_TIMES = st.integers(min_value=1, max_value=4)
_AGAIN = st.builds(lambda line, times: "\n".join([line] * times), _LINE, _TIMES)
_BLOCK = _PROSE | _AGAIN | st.sampled_from([*KEPT, LONG, "Sure!", "Hello!", "-" * 12])
_GAPS = st.sampled_from(["\n\n", "\n\n\n", "\n \n\n\n"])
_TEXTS = st.lists(st.tuples(_BLOCK, _GAPS), min_size=1, max_size=8).map(
    lambda pieces: "".join(part for piece in pieces for part in piece)
)
_COURTESIES = st.sampled_from([None, OF_PROMPTS, OF_ANSWERS])
_ODD = st.text(alphabet="ab1 \t\n\r`~\"'|[]{}\x1bm,;-=<>pre/“”.:")


@given(_TEXTS, _COURTESIES)
def test_what_is_protected_comes_through_in_order(text: str, courtesies: Courtesies | None) -> None:
    told = compressed(text, courtesies)
    place = 0
    for code in re.findall("|".join(re.escape(each) for each in KEPT), text):
        found = told.find(code, place)
        assert found >= 0, code
        place = found + len(code)
    rest = NOTES.sub("", told)
    assert _firsts(rest) == _firsts(text)


@given(_TEXTS | _ODD, _COURTESIES)
def test_a_text_is_never_longer_and_once_is_enough(
    text: str, courtesies: Courtesies | None
) -> None:
    told = compressed(text, courtesies)
    assert len(told) <= len(text)
    assert len(told.encode()) <= len(text.encode())
    assert compressed(told, courtesies) == told


@given(_ODD)
def test_no_sequence_of_a_terminal_is_left_outside_code(text: str) -> None:
    told = without_ansi(text)
    assert without_ansi(told) == told
    if not re.search(r"`|~|^(?: {4}|\t)", text, re.MULTILINE):
        assert "\x1b" not in told


def _firsts(text: str) -> list[str]:
    """Each protected token where it stands first."""
    return list(dict.fromkeys(TOKENS.findall(text)))
